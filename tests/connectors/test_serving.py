"""`laban serve` starts, announces, drains and stops everything, and refuses clearly what cannot work."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from connectors import serving, supervisor
from connectors.errors import StartError
from connectors.listening import free_port
from connectors.settings import ROOT, Settings
from tests.connectors.processes import alive, environment_without_settings, started, until

FAKE = Path(__file__).with_name("fake_rasa.py")
LABAN = Path(sys.executable).with_name("laban")


def refusal(**variables: str) -> str:
    """What `laban serve` says when it refuses to start."""
    done = subprocess.run(
        [LABAN, "serve"],
        env=environment_without_settings() | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a free port and everything generated in a folder of the test."""
    return Settings(_env_file=None, port=free_port(), var_dir=tmp_path, documents_dir=tmp_path)


@pytest.fixture
def fake_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FastAPI:
    """A current index and model, a fake Rasa, and an app with one slow route."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.sleep(0.2)
        app.state.drained = True

    app = FastAPI(lifespan=lifespan)
    app.state.end_streams = lambda: None
    app.state.drained = False

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.5)
        return "done"

    async def nothing_to_do(*_: object) -> bool:
        return False

    def fake_command(settings: Settings) -> list[str | Path]:
        return [sys.executable, FAKE, str(settings.rasa_port), tmp_path, "healthy"]

    monkeypatch.setattr(serving.indexing, "ensure_index", nothing_to_do)
    monkeypatch.setattr(serving.training, "train", nothing_to_do)
    monkeypatch.setattr(serving, "require_python", lambda: None)

    def fake_actions(settings: Settings) -> list[str | Path]:
        (tmp_path / "actions").mkdir(exist_ok=True)
        return [sys.executable, FAKE, str(settings.action_port), tmp_path / "actions", "healthy"]

    monkeypatch.setattr(serving, "_create_app", lambda _: app)
    monkeypatch.setattr(supervisor, "serving_command", fake_command)
    monkeypatch.setattr(supervisor, "actions_command", fake_actions)
    return app


async def test_sigterm_drains_requests_and_leaves_no_process(
    settings: Settings, fake_parts: FastAPI, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []
    run = asyncio.create_task(serving.serve(settings, lines.append))
    await until(lambda: "Ready" in lines or run.done())
    assert f"http://127.0.0.1:{settings.port}" in capsys.readouterr().out
    async with httpx.AsyncClient(base_url=settings.local_url) as client:
        request = asyncio.create_task(client.get("/slow"))
        await asyncio.sleep(0.2)
        os.kill(os.getpid(), signal.SIGTERM)
        assert (await request).json() == "done"
    assert await run == serving.EXIT_STOPPED
    assert fake_parts.state.drained
    assert not any(alive(pid) for pid in started(tmp_path))


async def test_a_process_that_was_killed_comes_back_while_the_app_stays(
    settings: Settings, fake_parts: FastAPI, tmp_path: Path
) -> None:
    lines: list[str] = []
    run = asyncio.create_task(serving.serve(settings, lines.append))
    await until(lambda: "Ready" in lines or run.done())
    os.kill(started(tmp_path)[0], signal.SIGKILL)
    async with httpx.AsyncClient(base_url=settings.local_url) as client:
        assert (await client.get("/slow")).json() == "done"
    os.kill(started(tmp_path / "actions")[0], signal.SIGKILL)
    await until(lambda: {"Rasa: answers again", "Actions: answers again"} <= set(lines))
    os.kill(os.getpid(), signal.SIGINT)
    assert await run == serving.EXIT_STOPPED
    assert not any(alive(pid) for pid in (*started(tmp_path), *started(tmp_path / "actions")))


def test_taken_port_is_refused_with_a_way_on(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(LABAN_PORT=str(port), LABAN_VAR_DIR=str(tmp_path))
    assert f"Port {port}" in said
    assert "LABAN_PORT=" in said


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"LABAN_PORT": "http"}, "LABAN_PORT"),
        ({"LABAN_HOST": "192.0.2.1"}, "LABAN_HOST"),
        ({"LABAN_DOCUMENTS_DIR": "no-such-folder"}, "LABAN_DOCUMENTS_DIR"),
        ({"LABAN_ENCODER": "./no-such-model"}, "LABAN_ENCODER"),
        ({"LABAN_VAR_DIR": "/proc/laban"}, "LABAN_VAR_DIR"),
    ],
)
def test_what_cannot_be_honoured_is_named(variables: dict[str, str], message: str, tmp_path: Path) -> None:
    assert message in refusal(**{"LABAN_VAR_DIR": str(tmp_path), **variables})


def test_full_disk_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1_000_000})())
    with pytest.raises(StartError, match="Free some space"):
        serving.check_machine(settings, print)


def test_secrets_and_ports_left_open_are_filled_in(settings: Settings) -> None:
    first, second = (serving.complete(settings) for _ in range(2))
    assert first.rasa_url == f"http://127.0.0.1:{first.rasa_port}"
    assert first.rasa_token is not None
    assert second.rasa_token is not None
    assert first.rasa_token.get_secret_value() != second.rasa_token.get_secret_value()
