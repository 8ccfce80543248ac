"""Rasa's side is tested in Rasa's environment (`make test` does so); elsewhere these tests are skipped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

pytest.importorskip("rasa", reason="Rasa is not installed here: run these tests with .venv-rasa's Python")

from tests.bot.rasa_side.running import (
    ACTION_TOKEN,
    ROOT,
    TOKEN,
    ActionServer,
    Handler,
    RasaServer,
    environment,
    rasa,
    some_examples,
    wait_until_ready,
)


@pytest.fixture(scope="session")
def action_server() -> Iterator[ActionServer]:
    state = ActionServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"state": state}))
    state.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the whole project, trained on a part of the examples so that it takes seconds."""
    folder = tmp_path_factory.mktemp("rasa")
    nlu = folder / "data" / "nlu.yml"
    nlu.parent.mkdir()
    nlu.write_text(yaml.safe_dump({"version": "3.1", "nlu": some_examples()}, allow_unicode=True), "utf-8")
    shutil.copy(ROOT / "bot" / "data" / "rules.yml", nlu.parent)
    shutil.copytree(ROOT / "bot" / "data" / "rules", nlu.parent / "rules")
    arguments = ["--config", str(ROOT / "bot" / "config.yml"), "--domain", str(ROOT / "bot" / "domain")]
    arguments += ["--data", str(nlu.parent), "--out", str(folder), "--fixed-model-name", "laban"]
    rasa(folder, "train", *arguments)
    return folder / "laban.tar.gz"


@pytest.fixture(scope="session")
def server(model: Path, action_server: ActionServer) -> Iterator[RasaServer]:
    folder = model.parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = RasaServer(port, folder / "rasa.log", folder / "conversations.sqlite")
    settings = environment(
        folder,
        LABAN_ACTION_URL=f"http://127.0.0.1:{action_server.port}/webhook",
        LABAN_ACTION_TOKEN=ACTION_TOKEN,
        LABAN_RASA_TOKEN=TOKEN,
        LABAN_RASA_DATABASE_URL=f"sqlite:///{running.database}",
    )
    command = [sys.executable, "-m", "bot", "run", "--model", str(model), "-i", "127.0.0.1", "-p", str(port)]
    command += ["--endpoints", str(ROOT / "bot" / "endpoints.yml")]
    command += ["--credentials", str(ROOT / "bot" / "credentials.yml")]
    with running.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=settings, stdout=log, stderr=log)
    try:
        wait_until_ready(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(autouse=True)
def _fresh_action_server(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "action_server" in request.fixturenames or "server" in request.fixturenames:
        state = request.getfixturevalue("action_server")
        state.status, state.reply = 200, None
        state.scripts.clear()
