"""What tests of processes share."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from connectors.settings import Settings

WAIT_S = 15.0


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; TimeoutError after WAIT_S seconds."""
    limit = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError
        await asyncio.sleep(0.05)


def complete_settings(folder: Path, port: int, **changes: object) -> Settings:
    """Settings as `laban serve` completes them, with everything generated in `folder`."""
    values: dict[str, object] = {
        "var_dir": folder,
        "rasa_port": port,
        "action_port": 5055 if port != 5055 else 5056,
        "rasa_token": "r" * 20,
        "action_token": "a" * 20,
        "rasa_start_timeout_s": 10,
    }
    return Settings(_env_file=None, **(values | changes))  # type: ignore[arg-type]


def started(folder: Path) -> list[int]:
    """Process ids of every fake Rasa started so far."""
    log = folder / "starts"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def environment_without_settings() -> dict[str, str]:
    """This process's environment without any setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LABAN_")}
