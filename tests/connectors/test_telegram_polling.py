"""Without a public address the updates are fetched, and confirmed only when they are on the disk."""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from pydantic import SecretStr

from connectors import telegram_polling
from connectors.accounts import TelegramBot
from connectors.channels.telegram_updates import commands
from connectors.keys import Keys
from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import RasaChannel, serving
from tests.connectors.processes import until
from tests.fakes.telegram import TOKEN, FakeTelegram, deliver, message, pressed, refusal, telegram_app


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    """Telegram's server."""
    fake = FakeTelegram()
    with serving(telegram_app(fake)) as fake.url:
        yield fake


@pytest.fixture
def polling(settings: Settings, server: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a bot whose updates are fetched."""
    return settings.model_copy(
        update={
            "var_dir": tmp_path_factory.mktemp("telegram"),
            "telegram_bots": {"truong-a": TelegramBot(token=SecretStr(TOKEN))},
            "telegram_api_url": server.url,
            "telegram_polling": True,
            "join_messages_s": 0.1,
        }
    )


async def test_updates_are_fetched_answered_and_confirmed_and_buttons_ask(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    channel.says(
        {"text": "Chào", "metadata": {"outcome": "flow"}, "buttons": [{"title": "A", "payload": "câu A"}]}
    )
    server.updates.append(message(77, "chào bạn"))
    with serving(app_of(polling)):
        await until(lambda: server.texts(77))
        await until(lambda: not server.updates)
        keyboard = server.of("sendMessage")[0]["reply_markup"]["inline_keyboard"]
        server.updates.append(pressed(77, keyboard[0][0]["callback_data"]))
        await until(lambda: len(server.texts(77)) == 2)
        server.updates.append(pressed(77, "b999999.0"))
        await until(lambda: len(server.texts(77)) == 3)
        # Telegram allows one message a second to a chat.
        assert all(later - earlier > 0.95 for earlier, later in zip(server.at, server.at[1:], strict=False))
    assert channel.texts == ["chào bạn", "câu A"]
    assert "cũ quá" in server.texts(77)[2]
    assert len(server.of("answerCallbackQuery")) == 2


async def test_what_could_not_be_put_down_is_fetched_again(
    polling: Settings, server: FakeTelegram, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(polling)
    inbox = app.state.records.inbox
    accept, tries = inbox.accept, []

    def full_disk(*given: Any, **more: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise sa.exc.OperationalError("insert", {}, OSError("disk full"))
        return accept(*given, **more)

    monkeypatch.setattr(inbox, "accept", full_disk)
    server.updates += [message(77, "chào bạn"), message(78, "học phí?")]
    with serving(app):
        await until(lambda: server.texts(77) and server.texts(78))
        await until(lambda: not server.updates)
    assert len(tries) > 1
    assert sorted(channel.texts) == ["chào bạn", "học phí?"]


async def test_an_update_that_was_not_confirmed_before_a_stop_is_answered_once(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    update = message(77, "chào bạn")
    server.updates.append(update)
    with serving(app_of(polling)):
        await until(lambda: server.texts(77))
    server.updates[:] = [update, message(77, "học phí?")]
    with serving(app_of(polling)):
        await until(lambda: len(server.texts(77)) == 2)
        await until(lambda: not server.updates)
    assert channel.texts == ["chào bạn", "học phí?"]


async def test_a_webhook_that_is_set_stops_polling_and_the_log_says_what_to_do(
    polling: Settings, server: FakeTelegram, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_polling, "_LONGEST_PAUSE_S", 0.05)
    server.webhook = {"url": "https://elsewhere.example.vn"}
    server.updates.append(message(77, "chào bạn"))
    app = app_of(polling)
    with structlog.testing.capture_logs() as lines, serving(app):
        await until(lambda: any("laban telegram delete-webhook" in line["event"] for line in lines))
        server.webhook = {}
        await until(lambda: server.texts(77))
    assert TOKEN not in str(lines)


async def test_the_bots_menu_is_offered_and_its_refusal_stops_nothing(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    server.refusals["setMyCommands"] = deque([refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")])
    with serving(app_of(polling)):
        await until(lambda: server.of("setMyCommands"))
        server.updates.append(message(77, "chào bạn"))
        await until(lambda: server.texts(77))
    (offered,) = server.of("setMyCommands")
    assert [command["command"] for command in offered["commands"]] == list(commands())


async def test_polling_goes_on_after_failures(
    polling: Settings, server: FakeTelegram, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_polling, "_LONGEST_PAUSE_S", 0.05)
    server.refusals["getUpdates"] = deque(
        [
            refusal(500, "Internal Server Error"),
            (502, "<html>Bad Gateway</html>"),
            (200, "<html>Log in</html>"),
            (200, None),
            (200, {"ok": True, "result": [{"message": 1}]}),
        ]
    )
    server.updates.append(message(77, "chào bạn"))
    with serving(app_of(polling)):
        await until(lambda: server.texts(77))
    assert not server.refusals["getUpdates"]
    assert channel.texts == ["chào bạn"]


@pytest.mark.parametrize("text", ["a\0b", "á" * 10_000, "nửa \ud800 chữ"])
async def test_strange_texts_are_answered_too(
    polling: Settings, server: FakeTelegram, channel: RasaChannel, text: str
) -> None:
    called = polling.model_copy(update={"telegram_polling": False})
    with serving(app_of(called)) as url:
        secret = Keys.load(called).telegram_secret("truong-a")
        assert await deliver(f"{url}/webhooks/telegram/truong-a", message(79, text), secret) == 1
        await until(lambda: server.texts(79))


async def test_a_webhook_is_answered_too_and_a_repeated_update_once(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    called = polling.model_copy(update={"telegram_polling": False})
    secret = Keys.load(called).telegram_secret("truong-a")
    with serving(app_of(called)) as url:
        update = message(78, "học phí?")
        for _ in range(3):
            assert await deliver(f"{url}/webhooks/telegram/truong-a", update, secret) == 1
        await until(lambda: server.texts(78))
        await asyncio.sleep(0.5)
    assert len(server.texts(78)) == 1
    assert channel.texts == ["học phí?"]
