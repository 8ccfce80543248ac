"""Run every check and test, one after the other, and say at the end which ones failed.

    .venv/bin/python deploy/checks.py           style, types, tests of the app and of Rasa's side
    .venv/bin/python deploy/checks.py --lint    style and types

What belongs to Rasa's process is tested in Rasa's environment: tests/bot/rasa_side.
Exit codes: 0 all passed, 1 not.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ("knowledge", "actions", "connectors", "bot", "deploy", "tests")
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
RASA_TESTS = Path("tests", "bot", "rasa_side")


@dataclass(frozen=True)
class Check:
    """A command that exits with 0 when all is well."""

    name: str
    command: tuple[str | Path, ...]
    environment: dict[str, str] = field(default_factory=dict)


PYTHON = (sys.executable, "-m")
STYLE = (
    Check("ruff check", (*PYTHON, "ruff", "check", *CODE)),
    Check("ruff format", (*PYTHON, "ruff", "format", "--check", *CODE)),
    Check("mypy", (*PYTHON, "mypy")),
)
TESTS = (
    Check("app tests", (*PYTHON, "pytest", "-q")),
    Check(
        "Rasa tests",
        # A configuration of its own, because Rasa's old libraries warn at every import.
        (RASA_PYTHON, "-m", "pytest", "-q", "-c", "deploy/pytest-rasa.ini", "--rootdir", ".", RASA_TESTS),
        {
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    ),
)


def run(check: Check) -> tuple[bool, float]:
    """Run a check with its output shown; whether it passed, and the seconds it took."""
    print(f"\n== {check.name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(check.command, cwd=ROOT, env=os.environ | check.environment, check=False).returncode
    return code == 0, time.monotonic() - started


def main() -> int:
    """Run the checks; give the exit code."""
    parser = argparse.ArgumentParser(description="Run every check and test.")
    parser.add_argument("--lint", action="store_true", help="only style and types")
    checks = STYLE if parser.parse_args().lint else STYLE + TESTS
    outcomes = [(check.name, *run(check)) for check in checks]
    print("\n== Summary")
    for name, passed, seconds in outcomes:
        print(f"  {'passed' if passed else 'FAILED'}  {name} ({seconds:.0f} s)")
    return 0 if all(passed for _, passed, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
