"""The two servers that are compared, started on free ports of this machine from nothing but the checkout."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connectors.listening import LOOPBACK, free_port
from connectors.rasa_environment import BOT
from connectors.rasa_environment import PYTHON as RASA_PYTHON
from connectors.settings import ROOT, Settings
from tests.benchmarks.processes import command, family

STOCK_BOT = Path(__file__).with_name("stock_bot")
_START_LIMIT_S = 180.0
_STOP_LIMIT_S = 20.0
# Settings that would send the server elsewhere than is meant here, and one that is not the server's.
_ELSEWHERE = (
    "LABAN_BENCHMARKS_DIR",
    "LABAN_RASA_URL",
    "LABAN_HOST",
    "LABAN_INDEX_DIR",
    "LABAN_RASA_DATABASE_URL",
)


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, how it is asked, its processes, and the seconds until it was ready."""

    name: str
    port: int
    path: str
    sender: str
    text: str
    pid: int
    start_seconds: float

    def body(self, conversation: str, text: str) -> bytes:
        """Returns the request body of one message."""
        return json.dumps({self.sender: conversation, self.text: text}, ensure_ascii=False).encode()

    def processes(self) -> dict[str, int]:
        """Returns the server's processes, by what they do."""
        if self.name == "stock":
            return {"stock rasa": self.pid}
        named = {"app": self.pid}
        for child in family(self.pid)[1:]:
            if part := next((part for part in ("actions", "rasa") if part in command(child)), None):
                named.setdefault(part, child)
        return named


def answered(server: Server, reply: Any) -> bool:
    """Tells whether a reply is an answer: ours with a source, the stock server's fixed text."""
    if server.name == "stock":
        return bool(reply and reply[0]["text"])
    return bool(reply["outcome"] == "answered" and reply["messages"][0]["sources"])


@contextmanager
def laban(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Runs `laban serve` in `folder` on copies of the index and the model, which are made first if they are missing."""
    program = Path(sys.executable).with_name("laban")
    for step in (("kb", "build"), ("train",)):
        subprocess.run([program, *step], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    settings = Settings()
    shutil.copytree(settings.index_dir, folder / "var" / "index")
    shutil.copytree(settings.rasa_model.parent, folder / "var" / "rasa" / "models")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    environment |= {"LABAN_VAR_DIR": str(folder / "var"), "LABAN_PORT": str(port), **(more or {})}
    with _running([program, "serve"], environment, folder / "laban.log", port, "/readyz", ROOT) as (
        pid,
        seconds,
    ):
        yield Server("laban", port, "/api/v1/messages", "conversation_id", "text", pid, seconds)


@contextmanager
def stock_rasa(folder: Path) -> Iterator[Server]:
    """Trains Rasa as it comes on our examples, with one fixed reply to every intent, and runs it."""
    bot = shutil.copytree(STOCK_BOT, folder / "bot")
    _write_stock_project(bot)
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    environment.pop("PYTHONPATH", None)
    rasa = (str(RASA_PYTHON), "-m", "rasa")
    with (folder / "train.log").open("wb") as log:
        subprocess.run([*rasa, "train"], cwd=bot, env=environment, check=True, stdout=log, stderr=log)
    port = free_port()
    command = [*rasa, "run", "--interface", LOOPBACK, "--port", str(port)]
    with _running(command, environment, folder / "rasa.log", port, "/webhooks/rest/", bot) as (pid, seconds):
        yield Server("stock", port, "/webhooks/rest/webhook", "sender", "message", pid, seconds)


def _write_stock_project(bot: Path) -> None:
    """Adds our examples to the stock project, their intents to its domain, and a rule for each intent."""
    examples = shutil.copytree(BOT / "data" / "nlu", bot / "data" / "nlu")
    content = [
        yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"] for file in sorted(examples.glob("*.yml"))
    ]
    intents = sorted({row["intent"] for rows in content for row in rows if "intent" in row})
    rules = [
        {"rule": f"Answer {intent}", "steps": [{"intent": intent}, {"action": "utter_fixed"}]}
        for intent in (*intents, "nlu_fallback")
    ]
    domain = yaml.safe_load((bot / "domain.yml").read_text(encoding="utf-8"))
    _write(bot / "domain.yml", {**domain, "intents": intents})
    _write(bot / "data" / "rules.yml", {"version": "3.1", "rules": rules})


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@contextmanager
def _running(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    log: Path,
    port: int,
    ready: str,
    cwd: Path = ROOT,
) -> Iterator[tuple[int, float]]:
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=output)
    try:
        while not _is_ready(f"http://{LOOPBACK}:{port}{ready}"):
            if process.poll() is not None or time.monotonic() - started > _START_LIMIT_S:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield process.pid, time.monotonic() - started
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:  # Refused, or (HTTPError is one too) not ready yet.
        return False
