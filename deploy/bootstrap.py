"""Set up what La Bàn needs on a fresh machine: `.venv` for the app and `.venv-rasa` for Rasa, side by side.

    python3.11 deploy/bootstrap.py          what `make run` needs
    python3.11 deploy/bootstrap.py --dev    and what `make test` and `make lint` need

Standard library only. A stamp in each environment says from which interpreter, folder and lock files it was
made; nothing is done while it is true. A changed lock updates the environment; one whose building was cut
short, or whose interpreter or folder changed, is built anew.
Exit codes: 0 ready, 1 not possible (the remedy is printed), 130 interrupted.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

from environments import (
    LOGS,
    ROOT,
    STAMP,
    UNFINISHED,
    Environment,
    count_packages,
    environments,
    interpreter,
    stamp_of,
    state,
)
from pip_output import explain, pip_progress, quiet_pip

NEEDED_BYTES = 6 * 1000**3
HEARTBEAT_S = 15
# Debian packages that tests use: for which tests, and how to tell that one is there.
DEBIAN: dict[str, tuple[str, Callable[[], object]]] = {
    "chromium": ("for the browser tests", lambda: shutil.which("chromium")),
    "postgresql": (
        "for the tests of the records",
        lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    ),
}


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


class Progress:
    """Plain progress lines with the seconds since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def line(self, text: str) -> None:
        """Print one line."""
        print(f"[{time.monotonic() - self.started:4.0f} s] {text}", flush=True)


@dataclass
class Work:
    """A run of the set-up: where it reports, and the processes it has started."""

    progress: Progress
    lock_fd: int
    children: set["subprocess.Popen[bytes]"] = field(default_factory=set)

    def run(self, title: str, command: Sequence[str | Path], log: Path) -> None:
        """Run a command, its output in `log`, with a sign of life every 15 s; SetupError when it fails."""
        with log.open("ab") as output:
            # The child holds the lock too: if only this script is killed, the next run waits for the child.
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=quiet_pip(),
                pass_fds=(self.lock_fd,),
            )
        self.children.add(child)
        while True:
            try:
                code = child.wait(HEARTBEAT_S)
                break
            except subprocess.TimeoutExpired:
                self.progress.line(f"{title}: {pip_progress(log)}")
        self.children.discard(child)
        if code:
            raise SetupError(f"{title}: {explain(log)}")

    def build(self, environment: Environment, dev: bool) -> None:
        """Bring one environment to the wanted state."""
        found = state(environment, dev)
        if found == "ready":
            return
        why = {
            "unfinished": "was not finished, building it anew",
            "moved": "was made elsewhere, building it anew",
        }
        title = environment.title
        environment.log.unlink(missing_ok=True)
        if found in ("missing", "unfinished", "moved"):
            self.progress.line(f"{title}: {why.get(found, 'creating')} ({environment.folder.name})")
            shutil.rmtree(environment.folder, ignore_errors=True)
            environment.folder.mkdir(parents=True)
            (environment.folder / UNFINISHED).touch()
            self.run(title, [sys.executable, "-m", "venv", environment.folder], environment.log)
        have, wanted = stamp_of(environment), environment.wanted(dev)
        due = [
            install
            for part, installs in (("product", environment.product), ("dev", environment.dev))
            if part in wanted and have.get(part) != wanted[part]
            for install in installs
        ]
        (environment.folder / UNFINISHED).touch()
        self.progress.line(f"{title}: installing {count_packages(due)} packages")
        for install in due:
            self.run(title, [environment.python, "-m", "pip", "install", *install.arguments], environment.log)
        # A product update keeps the dev part's stamp: its packages are still there.
        stamp = {key: value for key, value in have.items() if key == "dev"} | wanted
        (environment.folder / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
        (environment.folder / UNFINISHED).unlink()
        self.progress.line(f"{title}: ready")

    def stop(self) -> None:
        """End the processes that this run started and that still run."""
        for child in list(self.children):
            child.terminate()


def check_disk(folder: Path) -> None:
    """Refuse to start what the disk cannot hold."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"Only {free / 1000**3:.1f} GB are free on the disk of {folder}; the set-up needs "
            f"{NEEDED_BYTES // 1000**3} GB. Free some space, then run make again."
        )


def take_lock(progress: Progress) -> TextIO:
    """Let one set-up run at a time; the lock lasts until the file is closed here and in all children."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (LOGS.parent / "setup.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        progress.line("another set-up is running in this folder; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def install_for_tests(work: Work) -> None:
    """Install the Debian packages that some tests need; say so where that is not possible."""
    missing = {package: tests for package, (tests, there) in DEBIAN.items() if not there()}
    if not missing:
        return
    wanted = ", ".join(f"{package} ({tests})" for package, tests in missing.items())
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        packages = " ".join(missing)
        work.progress.line(f"missing: {wanted}; these tests will be skipped (sudo apt install {packages})")
        return
    log = LOGS / "setup-debian.log"
    log.unlink(missing_ok=True)
    work.progress.line(f"Debian packages: installing {wanted}")
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    try:
        work.run("Debian packages", [*apt, "update"], log)
        for package in missing:
            work.run(package, [*apt, "--no-install-recommends", "install", package], log)
    except SetupError:
        work.progress.line(f"not all could be installed, these tests will be skipped (see {log})")


def set_up(dev: bool) -> None:
    """Bring both environments to the wanted state, and Debian's packages where the tests need them."""
    progress = Progress()
    with take_lock(progress) as lock:
        work = Work(progress, lock.fileno())
        everything = environments()
        for environment in everything:
            for install in environment.product + environment.dev:
                for path in install.inputs:
                    if not path.exists():
                        raise SetupError(
                            f"{path} is missing. The checkout is incomplete: git checkout {path.name}"
                        )
        due = [environment for environment in everything if state(environment, dev) != "ready"]
        if any(state(environment, dev) != "update" for environment in due):
            check_disk(ROOT)
            print(f"Setting up with Python {interpreter()}. The first time takes a few minutes.", flush=True)
        with ThreadPoolExecutor(max_workers=3) as pool:
            jobs = [pool.submit(work.build, environment, dev) for environment in due]
            if dev:
                jobs.append(pool.submit(install_for_tests, work))
            try:
                for job in as_completed(jobs):
                    job.result()
            except BaseException:
                work.stop()
                raise


def interrupted(_signum: int, _frame: object) -> NoReturn:
    """Treat SIGTERM like Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the set-up; give its exit code."""
    parser = argparse.ArgumentParser(description="Set up La Bàn's two environments.")
    parser.add_argument("--dev", action="store_true", help="also what tests and lint need")
    arguments = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        print("Run this with Python 3.11: make run finds it.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, interrupted)
    try:
        set_up(arguments.dev)
    except SetupError as error:
        print(f"\nSet-up stopped. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; the next make goes on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
