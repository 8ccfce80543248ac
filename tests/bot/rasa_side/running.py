"""A Rasa with the project's own configuration, and the action server that it calls."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
TOKEN = "a-token-for-the-test"
ACTION_TOKEN = "another-token-for-the-test"
_EXAMPLES = 12
_START_S = 120


@dataclass
class ActionServer:
    """A stand-in for the app's action server: answers each action, remembers what it was sent."""

    port: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)
    status: int = 200
    reply: dict[str, Any] | None = None
    # What single actions are answered with, each time the next and then the last again.
    scripts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """Returns what the server was told to, or else an answer with a blank line and some slots to set."""
        if self.reply is not None:
            return self.reply
        script = self.scripts.get(call["next_action"])
        if script:
            return script.pop(0) if len(script) > 1 else script[0]
        text = call["tracker"]["latest_message"]["text"]
        slots = {"last_question": text, "last_passages": ["a#1", "b#2"], "topic": call["next_action"]}
        if call["next_action"] == "action_delete_my_data":
            return {"events": [{"event": "restart", "timestamp": None}], "responses": [{"text": "đã xóa"}]}
        return {
            "events": [{"event": "slot", "name": k, "value": v, "timestamp": None} for k, v in slots.items()],
            "responses": [{"custom": {"text": f"{call['next_action']}\n\nhai", "outcome": "answered"}}],
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ActionServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        call = json.loads(raw)
        self.state.calls.append(call)
        self.state.sizes.append(len(raw))
        self.state.connections.add(self.client_address)
        self.state.authorizations.add(self.headers["Authorization"])
        body = json.dumps(self.state.answer(call)).encode()
        self.send_response(self.state.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""


@dataclass
class RasaServer:
    """A running Rasa with the project's own configuration."""

    port: int
    log: Path
    database: Path

    def request(
        self, method: str, path: str, body: Any = None, token: str | None = TOKEN
    ) -> tuple[int, dict[str, Any]]:
        """Returns status and JSON body ({} when empty)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        connection.request(method, f"/webhooks/laban{path}", data, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, json.loads(content) if content else {}

    def say(self, sender: str, text: str, **metadata: Any) -> dict[str, Any]:
        """Sends a turn that must succeed; returns the reply."""
        status, reply = self.request(
            "POST", "/webhook", {"sender": sender, "message": text, "metadata": metadata}
        )
        assert status == 200, reply
        return reply


def some_examples() -> list[dict[str, str]]:
    """Returns the first examples of each block of the project's NLU data."""
    blocks = []
    for file in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            lines = block["examples"].splitlines(keepends=True)[:_EXAMPLES]
            blocks.append({"intent": block["intent"], "examples": "".join(lines)})
    return blocks


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Returns what a Rasa process of the tests runs with; everything it writes stays in `folder`."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        **more,
    }


def rasa(folder: Path, *arguments: str) -> str:
    """Runs a Rasa command that must succeed; returns its output."""
    command = [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=400
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def wait_until_ready(running: RasaServer, process: subprocess.Popen[bytes]) -> None:
    """Returns when the server answers.

    Raises:
        TimeoutError: it does not, or it ended; with its log.
    """
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if running.request("GET", "/")[0] == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"Rasa did not start:\n{running.log.read_text('utf-8')}")
