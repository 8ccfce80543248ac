"""Without a public address the updates are fetched, and confirmed only when they are on the disk."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from connectors.accounts import TelegramBot
from connectors.app import create_apps
from connectors.settings import Settings
from tests.connectors.loopback import RasaChannel, serving
from tests.fakes.telegram import TOKEN, FakeTelegram, deliver, message, pressed, telegram_app


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


async def until(happened: Callable[[], object]) -> None:
    """Waits until something has happened."""
    limit = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < limit, "it does not happen"
        await asyncio.sleep(0.02)


async def test_updates_are_fetched_answered_and_confirmed_and_buttons_ask(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    channel.says(
        {"text": "Chào", "metadata": {"outcome": "flow"}, "buttons": [{"title": "A", "payload": "câu A"}]}
    )
    server.updates.append(message(77, "chào bạn"))
    with serving(create_apps(polling)[0]):
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


async def test_a_webhook_is_answered_too_and_a_repeated_update_once(
    polling: Settings, server: FakeTelegram, channel: RasaChannel
) -> None:
    from connectors.keys import Keys

    called = polling.model_copy(update={"telegram_polling": False})
    secret = Keys.load(called).secret_for("telegram webhook truong-a")
    with serving(create_apps(called)[0]) as url:
        update = message(78, "học phí?")
        for _ in range(3):
            assert await deliver(f"{url}/webhooks/telegram/truong-a", update, secret) == 1
        await until(lambda: server.texts(78))
        await asyncio.sleep(0.5)
    assert len(server.texts(78)) == 1
    assert channel.texts == ["học phí?"]
