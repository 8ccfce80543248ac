"""Progress lines of a long start: plain, one a step, with the seconds since the start."""

import time
from collections.abc import Callable

Report = Callable[[str], None]


def reporter() -> Report:
    """A function that prints a line with the seconds since now in front."""
    started = time.monotonic()

    def report(text: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)

    return report
