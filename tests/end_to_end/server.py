"""A real `laban serve` in a process and a folder of its own: for tests, benchmarks and the evaluation.

with running_assistant(Path("var/mine")) as assistant:
    reply = assistant.ask("học nghề có được miễn học phí không?")
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from connectors.keys import Keys
from connectors.listening import free_port
from connectors.settings import ROOT, Settings, load_settings
from knowledge import index

LABAN = Path(sys.executable).with_name("laban")
START_LIMIT_S = 180.0
STOP_LIMIT_S = 30.0
ANSWER_LIMIT_S = 30.0
_POLL_S = 0.1
_LOG_LINES = 40


class AssistantFailed(Exception):
    """It did not start, or did not stop cleanly; holds the end of its log."""


@dataclass(frozen=True)
class RunningAssistant:
    """A running assistant: what it was told, its process, and the file that holds all it prints."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log: Path
    client: httpx.Client

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return self.settings.local_url

    def post(self, text: str, conversation_id: str | None = None) -> httpx.Response:
        """Sends one message and returns the HTTP answer; without an id a conversation begins."""
        body = (
            {"text": text} if conversation_id is None else {"text": text, "conversation_id": conversation_id}
        )
        return self.client.post("/api/v1/messages", json=body)

    def ask(self, text: str, conversation_id: str | None = None) -> dict[str, Any]:
        """Sends one message and returns the reply; AssertionError when there is none."""
        response = self.post(text, conversation_id)
        assert response.status_code == httpx.codes.OK, f"{response.status_code}: {response.text}"
        reply: dict[str, Any] = response.json()
        return reply

    def ready(self) -> bool:
        """Whether it says that it can answer."""
        try:
            return self.client.get("/readyz").is_success
        except httpx.TransportError:
            return False

    def until_ready(self, limit_s: float = START_LIMIT_S) -> float:
        """Waits until it can answer and returns the seconds that took.

        Raises:
            AssistantFailed: it has ended, or cannot answer after `limit_s` seconds.
        """
        started = time.monotonic()
        while not self.ready():
            if self.process.poll() is not None:
                raise AssistantFailed(
                    f"it ended with exit code {self.process.returncode}:\n{self.log_tail()}"
                )
            if time.monotonic() - started > limit_s:
                raise AssistantFailed(f"it is not ready after {limit_s:.0f} s:\n{self.log_tail()}")
            time.sleep(_POLL_S)
        return time.monotonic() - started

    def key(self, conversation_id: str) -> str:
        """Returns what the stores know a conversation of the web by."""
        return Keys.load(self.settings).conversation_key("web", conversation_id)

    def rasa_pid(self) -> int | None:
        """Returns the process id of the Rasa that it runs now, if there is one."""
        children = (child for child in processes() if child.parent == self.process.pid)
        return next((child.pid for child in children if "rasa" in child.command), None)

    def laban(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another `laban` command with the same settings."""
        return subprocess.run(
            [LABAN, *arguments],
            cwd=ROOT,
            env=environment(self.settings),
            capture_output=True,
            text=True,
            timeout=START_LIMIT_S,
            check=False,
        )

    def logs(self) -> str:
        """Returns all that it, Rasa and the builds have logged."""
        files = [self.log, *sorted(self.settings.log_dir.glob("*.log*"))]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)

    def log_tail(self) -> str:
        """Returns the last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])


@dataclass(frozen=True)
class Process:
    """A process of this machine, as /proc tells."""

    pid: int
    parent: int
    command: str


def processes() -> Iterator[Process]:
    """Yields the processes that run now."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # It has ended meanwhile.
            continue
        yield Process(int(folder.name), int(parent), command)


@contextmanager
def running_assistant(folder: Path, **changes: object) -> Iterator[RunningAssistant]:
    """Starts an assistant, yields it when it can answer, and stops it with everything it started.

    The checkout's index and Rasa model are copied; they are brought up to date first, for the next time too.

    Args:
        folder: where everything it generates goes; made if missing.
        changes: fields of `Settings` that are not to be the default ones; `port` is a free one unless given.

    Raises:
        AssistantFailed: it does not start, does not stop, or ends otherwise than told.
    """
    _bring_up_to_date(folder)
    values: dict[str, object] = {"port": free_port(), "var_dir": folder, **changes}
    settings = Settings(_env_file=None, **values)  # type: ignore[arg-type]
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [LABAN, "serve"],
            cwd=ROOT,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with httpx.Client(base_url=settings.local_url, timeout=ANSWER_LIMIT_S, trust_env=False) as client:
        assistant = RunningAssistant(settings, process, log, client)
        try:
            assistant.until_ready()
            yield assistant
        finally:
            _stop(assistant)


def environment(settings: Settings) -> dict[str, str]:
    """Returns this process's environment with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LABAN_")}
    return kept | settings.environment()


def _bring_up_to_date(folder: Path) -> None:
    """Makes the checkout's index and model current, and copies them into `folder` if it has none, or older ones."""
    ours = load_settings()
    if not index.is_current(ours.sources, ours.index_dir, ours.encoder):
        _run("kb", "build")
    _run("train")
    for source, target in ((ours.index_dir, "index"), (ours.rasa_model.parent, "rasa/models")):
        if _made(folder / target) < _made(source):
            shutil.rmtree(folder / target, ignore_errors=True)
            shutil.copytree(source, folder / target)


def _made(folder: Path) -> float:
    """Returns when the newest file of a folder was made, 0 if there is none; copies keep the time."""
    return max((path.stat().st_mtime for path in folder.rglob("*") if path.is_file()), default=0.0)


def _run(*arguments: str) -> None:
    done = subprocess.run([LABAN, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssistantFailed(f"laban {' '.join(arguments)}:\n{done.stdout}{done.stderr}")


def _stop(assistant: RunningAssistant) -> None:
    process = assistant.process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssistantFailed(f"it did not stop in {STOP_LIMIT_S:.0f} s:\n{assistant.log_tail()}") from None
    if code:
        raise AssistantFailed(f"it ended with exit code {code}:\n{assistant.log_tail()}")
