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
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn, TextIO

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "var" / "log"
NEEDED_BYTES = 6 * 1000**3
HEARTBEAT_S = 15
STAMP = "laban-stamp.json"
# Present while an environment is being written; found later, it means that the writing was cut short.
UNFINISHED = "laban-unfinished"

RASA_PIP = ["--no-deps", "--ignore-requires-python", "--no-build-isolation"]

# What pip's output says, and what a person can do about it; the first that matches is shown.
REMEDIES = [
    (
        r"No space left on device|Disk quota exceeded",
        "The disk is full. Free at least 6 GB here and in the folder for temporary files (TMPDIR), "
        "then run make again.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|NewConnectionError|ConnectTimeout"
        r"|ReadTimeout|Network is unreachable|Connection refused|ProxyError|CERTIFICATE_VERIFY_FAILED"
        r"|Connection broken|RemoteDisconnected",
        "The package registry (pypi.org) cannot be reached. Check the network, a proxy (HTTPS_PROXY) or a "
        "mirror (PIP_INDEX_URL), then run make again.",
    ),
    (
        r"command '\S*(gcc|cc|g\+\+|c\+\+|clang)\S*' failed|error: command .* failed: No such file"
        r"|unable to execute '\S*(gcc|cc|g\+\+)'|Python\.h: No such file",
        "A package must be compiled here and the compiler is missing. "
        "On Debian and Ubuntu: sudo apt install build-essential python3.11-dev; then run make again.",
    ),
    (
        r"No matching distribution found|is not a supported wheel on this platform",
        "The registry has no build of a package for this machine. The locked versions are tested on 64-bit "
        "Intel/AMD Linux with Python 3.11; a registry mirror (PIP_INDEX_URL) may also lack packages.",
    ),
    (
        r"ensurepip is not available|No module named ensurepip",
        "This Python cannot make virtual environments. On Debian and Ubuntu: "
        "sudo apt install python3.11-venv.",
    ),
]


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


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


def quiet_pip() -> dict[str, str]:
    """The environment for pip: the user's settings (mirrors, proxies, local wheels) and no chatter."""
    return os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
    }


def count_packages(installs: Sequence[Install]) -> int:
    """How many packages the lock files of these installs name."""
    locks = {path for install in installs for path in install.inputs if path.suffix == ".txt"}
    return sum("==" in line for path in locks for line in path.read_text(encoding="utf-8").splitlines())


def pip_progress(log: Path) -> str:
    """How far pip has come, from its log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    if "Installing collected packages" in text:
        return "unpacking and compiling the packages"
    return f"{len(re.findall(r'^Collecting ', text, re.M))} packages fetched so far"


def meaningful(text: str) -> Iterator[str]:
    """The lines of pip's output that tell something to a person who looks for a fault."""
    for line in text.splitlines():
        if line.strip() and not re.search(
            r"^WARNING: Location .* is ignored|^\[notice\]|^Requirement already", line
        ):
            yield line


def explain(log: Path) -> str:
    """Why a command failed, from its log: the remedy, the last lines, and where the rest is."""
    text = log.read_text(encoding="utf-8", errors="replace")
    remedy = next((advice for pattern, advice in REMEDIES if re.search(pattern, text)), None)
    tail = "\n".join(f"    {line}" for line in list(meaningful(text))[-12:])
    return f"failed.\n{tail}\n{remedy or 'The lines above say what went wrong.'}\nAll of its output: {log}"


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


def install_chromium(work: Work) -> None:
    """Install Debian's chromium for the browser tests; say so where that is not possible."""
    if shutil.which("chromium"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        work.progress.line("chromium is missing, browser tests will be skipped (sudo apt install chromium)")
        return
    log = LOGS / "setup-chromium.log"
    log.unlink(missing_ok=True)
    work.progress.line("chromium: installing it for the browser tests")
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    try:
        work.run("chromium", [*apt, "update"], log)
        work.run("chromium", [*apt, "--no-install-recommends", "install", "chromium"], log)
    except SetupError:
        work.progress.line(f"chromium could not be installed, browser tests will be skipped (see {log})")


def set_up(dev: bool) -> None:
    """Bring both environments to the wanted state, and chromium where the tests need it."""
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
                jobs.append(pool.submit(install_chromium, work))
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
