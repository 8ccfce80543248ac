"""The two virtual environments: what belongs into each, and what has to be done to one.

Standard library only: it runs before anything is installed.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "var" / "log"
STAMP = "laban-stamp.json"
# Present while an environment is being written; found later, it means that the writing was cut short.
UNFINISHED = "laban-unfinished"

RASA_PIP = ["--no-deps", "--ignore-requires-python", "--no-build-isolation"]


@dataclass(frozen=True)
class Install:
    """One pip run: its arguments and the files whose change makes it due again."""

    arguments: tuple[str, ...]
    inputs: tuple[Path, ...]


@dataclass(frozen=True)
class Environment:
    """One virtual environment: what it is called, where it lies, what is installed into it."""

    title: str
    folder: Path
    product: tuple[Install, ...]
    dev: tuple[Install, ...]
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", LOGS / f"setup{self.folder.name.replace('.venv', '') or '-app'}.log")

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    def wanted(self, dev: bool) -> dict[str, str]:
        """The stamp that this environment has when it is complete."""
        stamp = {"folder": str(self.folder), "interpreter": interpreter(), "product": digest(self.product)}
        return stamp | {"dev": digest(self.dev)} if dev else stamp


def environments(root: Path = ROOT) -> list[Environment]:
    """Both environments of the repository at `root`."""
    deploy, bot = root / "deploy", root / "bot"
    lock, dev_lock = deploy / "requirements.txt", deploy / "requirements-dev.txt"
    rasa_lock, rasa_dev_lock = bot / "requirements.txt", deploy / "requirements-rasa-dev.txt"
    project = Install(
        ("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(root)),
        (root / "pyproject.toml",),
    )
    return [
        Environment(
            "app environment",
            root / ".venv",
            # With dependencies: PyTorch's build from PyPI needs CUDA libraries that the CPU build does not.
            (Install(("-r", str(lock)), (lock,)), project),
            (Install(("--no-deps", "-r", str(dev_lock)), (dev_lock,)),),
        ),
        Environment(
            "Rasa environment",
            root / ".venv-rasa",
            (
                # What comes as source is built with these, not with whatever is newest today.
                Install((*RASA_PIP, *pinned(rasa_lock, "setuptools", "wheel")), (rasa_lock,)),
                Install((*RASA_PIP, "-r", str(rasa_lock)), (rasa_lock,)),
            ),
            (Install((*RASA_PIP, "-r", str(rasa_dev_lock)), (rasa_dev_lock,)),),
        ),
    ]


def pinned(lock: Path, *names: str) -> list[str]:
    """The lines `name==version` of a lock file for the given names."""
    lines = lock.read_text(encoding="utf-8").split() if lock.exists() else []
    return [line for line in lines if line.partition("==")[0].lower() in names]


def interpreter() -> str:
    """What must stay the same for an environment made with this Python to keep working."""
    return f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro} {sys.base_prefix}"


def digest(installs: Sequence[Install]) -> str:
    """A fingerprint of the lock files that these installs read."""
    total = hashlib.sha256()
    for install in installs:
        for path in install.inputs:
            total.update(path.read_bytes() + b"\0")
    return total.hexdigest()


State = Literal["ready", "update", "missing", "unfinished", "moved"]


def state(environment: Environment, dev: bool) -> State:
    """What has to be done to an environment."""
    if not environment.folder.exists():
        return "missing"
    if (environment.folder / UNFINISHED).exists() or not runs(environment.python):
        return "unfinished"
    wanted, found = environment.wanted(dev), stamp_of(environment)
    if any(key in found and found[key] != wanted[key] for key in ("folder", "interpreter")):
        return "moved"
    return "ready" if wanted.items() <= found.items() else "update"


def stamp_of(environment: Environment) -> dict[str, str]:
    """The stamp in an environment; empty when there is none that can be read."""
    try:
        stamp = json.loads((environment.folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def runs(python: Path) -> bool:
    """Whether an interpreter starts; it does not when the Python it was made from was removed."""
    try:
        subprocess.run([python, "-I", "-c", ""], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def count_packages(installs: Sequence[Install]) -> int:
    """How many packages the lock files of these installs name."""
    locks = {path for install in installs for path in install.inputs if path.suffix == ".txt"}
    return sum("==" in line for path in locks for line in path.read_text(encoding="utf-8").splitlines())
