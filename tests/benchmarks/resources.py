"""What running it takes: memory of each process, time to get ready, room on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectors.settings import ROOT, Settings
from knowledge.index import current_version
from tests.benchmarks.processes import resident_mib
from tests.benchmarks.report import table
from tests.benchmarks.servers import Server

_MIB = 1024**2


@dataclass(frozen=True)
class Resources:
    """A server's seconds until ready and its processes' resident memory in MiB."""

    start_seconds: float
    memory: dict[str, float]


def measure(server: Server) -> Resources:
    """Reads a running server's figures, best after it has answered a while."""
    return Resources(
        server.start_seconds, {name: resident_mib(pid) for name, pid in server.processes().items()}
    )


def section(ours: Resources, stock: Resources) -> str:
    """Returns both servers' figures and the sizes on the disk as Markdown."""
    memory = [(name, f"{mib:.0f}") for name, mib in (ours.memory | stock.memory).items()]
    return "\n\n".join(
        (
            "## Resources",
            table(("resident memory", "MiB"), memory),
            table(
                ("start to ready, index and model being there", "seconds"),
                [("ours", f"{ours.start_seconds:.1f}"), ("stock", f"{stock.start_seconds:.1f}")],
            ),
            table(
                ("on the disk", "MiB"), [(name, f"{_size(paths) / _MIB:.1f}") for name, paths in _places()]
            ),
        )
    )


def _places() -> list[tuple[str, list[Path]]]:
    settings = Settings()
    index = settings.index_dir / (current_version(settings.index_dir) or "")
    return [
        ("environment of the app (.venv)", [ROOT / ".venv"]),
        ("environment of Rasa (.venv-rasa)", [ROOT / ".venv-rasa"]),
        ("encoder", [Path(settings.encoder)]),
        ("index", [index]),
        ("Rasa model", [settings.rasa_model]),
    ]


def _size(paths: Iterable[Path]) -> int:
    """Returns bytes as the disk counts them."""
    files = (f for path in paths for f in ([path] if path.is_file() else path.rglob("*")))
    return sum(f.lstat().st_blocks * 512 for f in files)
