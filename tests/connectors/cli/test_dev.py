"""`laban dev fakes` plays the platforms: what is typed reaches the app, and what the app sends is printed."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.accounts import MessengerPage, TelegramBot
from connectors.listening import free_port
from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import RasaChannel, serving
from tests.connectors.processes import environment_without_settings, until
from tests.fakes import meta, telegram
from tests.fakes.platforms import BOT

SECRET_KEY = "a secret of the tests that is long enough"


@pytest.fixture
def connected(settings: Settings, tmp_path: Path) -> tuple[Settings, int]:
    """Settings of an app that takes the stand-ins for the platforms, and the stand-ins' port."""
    port = free_port()
    changes = {
        "var_dir": tmp_path,
        "secret_key": SecretStr(SECRET_KEY),
        "join_messages_s": 0.1,
        "telegram_bots": {BOT: TelegramBot(token=SecretStr(telegram.TOKEN))},
        "telegram_api_url": f"http://127.0.0.1:{port}/telegram",
        "messenger_pages": {meta.PAGE: MessengerPage(token=SecretStr(meta.PAGE_TOKEN))},
        "messenger_app_secret": SecretStr(meta.APP_SECRET),
        "messenger_verify_token": SecretStr(meta.VERIFY_TOKEN),
        "messenger_api_url": f"http://127.0.0.1:{port}/meta/graph",
    }
    return settings.model_copy(update=changes), port


async def test_each_answer_is_printed_once_whichever_platform_was_spoken_to_before(
    connected: tuple[Settings, int], channel: RasaChannel, tmp_path: Path
) -> None:
    own, port = connected
    output = tmp_path / "output"
    with serving(app_of(own)) as app_url, output.open("w") as printed:
        command = [
            Path(sys.executable).with_name("laban"),
            "dev",
            "fakes",
            "--port",
            str(port),
            "--app",
            app_url,
        ]
        environment = {**environment_without_settings(), "LABAN_SECRET_KEY": SECRET_KEY}
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=printed, text=True
        ) as fakes:
            assert fakes.stdin is not None
            await until(lambda: "Then type" in output.read_text())
            for name in ("messenger", "telegram"):
                fakes.stdin.write(f"{name} chào qua {name}\n")
                fakes.stdin.flush()
                await until(lambda name=name: f"[{name}]" in output.read_text())  # type: ignore[misc]
            fakes.stdin.write("chào\n")
            fakes.stdin.close()
    assert fakes.returncode == 0
    said = output.read_text()
    assert "export LABAN_ZALO_OAUTH_URL=" in said
    assert (said.count("[messenger]"), said.count("[telegram]")) == (1, 1)
    assert "say: telegram | zalo | messenger followed by words" in said
    assert channel.texts == ["chào qua messenger", "chào qua telegram"]
