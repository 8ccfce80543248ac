"""Telegram's server, and the channel before it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from connectors.channels.telegram import Telegram
from tests.connectors.channels.telegram_bots import channel_at
from tests.connectors.loopback import serving
from tests.fakes.telegram import FakeTelegram, telegram_app


@pytest.fixture
def telegram_server() -> Iterator[FakeTelegram]:
    """Telegram's server."""
    fake = FakeTelegram()
    with serving(telegram_app(fake)) as fake.url:
        yield fake


@pytest.fixture
async def telegram(telegram_server: FakeTelegram) -> AsyncIterator[Telegram]:
    """The channel before that server."""
    channel = channel_at(telegram_server.url)
    yield channel
    await channel.close()
