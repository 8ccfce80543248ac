"""Where Rasa lives, and the environment its processes run in."""

import os
from pathlib import Path

from connectors.errors import StartError
from connectors.settings import ROOT, Settings

PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
BOT = ROOT / "bot"
# Rasa's interpreter must not see what was meant for the one that runs this.
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONWARNINGS", "PYTHONSTARTUP")
# One process has one turn in work at a time, and the app needs the other cores.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS")


def require_python() -> Path:
    """The Python of Rasa's environment; StartError when it is not there."""
    if not PYTHON.exists():
        raise StartError(f"Rasa's environment is missing ({PYTHON.parents[1]}). Set it up with: make setup")
    return PYTHON


def training_environment(settings: Settings) -> dict[str, str]:
    """Environment variables for `rasa train`."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # Off also keeps Rasa from sending its errors to an outside service.
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(settings.var_dir / "rasa" / "cache"),
        "MPLCONFIGDIR": str(settings.var_dir / "cache" / "matplotlib"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
    }


def serving_environment(settings: Settings) -> dict[str, str]:
    """Environment variables for `rasa run`; the settings must hold the action port and both tokens."""
    if settings.rasa_token is None or settings.action_token is None or not settings.action_port:
        raise ValueError("the settings lack the action port or a token")
    database = settings.var_dir / "rasa" / "conversations.sqlite"
    defaults = {"LABAN_RASA_DATABASE_URL": f"sqlite:///{database}"}
    return (
        defaults
        | training_environment(settings)
        | dict.fromkeys(_ONE_THREAD, "1")
        | {
            "LABAN_ACTION_URL": f"http://127.0.0.1:{settings.action_port}/webhook",
            "LABAN_ACTION_TOKEN": settings.action_token.get_secret_value(),
            "LABAN_RASA_TOKEN": settings.rasa_token.get_secret_value(),
            # Below this level Rasa writes what people say into its log.
            "LOG_LEVEL": "WARNING",
        }
    )


def serving_command(settings: Settings) -> list[str | Path]:
    """The command line of the supervised Rasa, listening on loopback."""
    return [
        *(require_python(), "-m", "bot", "run"),
        *("--model", settings.rasa_model),
        *("--endpoints", BOT / "endpoints.yml"),
        *("--credentials", BOT / "credentials.yml"),
        *("--interface", "127.0.0.1", "--port", str(settings.rasa_port)),
    ]


def training_command(out: Path, name: str) -> list[str | Path]:
    """The command line that trains the bot and writes `out`/`name`.tar.gz."""
    return [
        *(require_python(), "-m", "bot", "train"),
        *("--config", BOT / "config.yml"),
        *("--domain", BOT / "domain"),
        *("--data", BOT / "data"),
        *("--endpoints", BOT / "endpoints.yml"),
        *("--out", out, "--fixed-model-name", name),
    ]
