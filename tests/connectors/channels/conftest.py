"""Telegram's and Zalo's servers, and the channels before them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actions.records import Records
from connectors.channels.telegram import Telegram
from connectors.channels.zalo import Zalo
from connectors.keys import Keys
from connectors.zalo_health import SignatureHealth
from connectors.zalo_tokens import ZaloTokens
from tests.connectors.channels.telegram_bots import channel_at
from tests.connectors.channels.zalo_account import BASE, keep_tokens
from tests.connectors.loopback import serving
from tests.fakes.telegram import FakeTelegram, telegram_app
from tests.fakes.zalo import ACCOUNTS, FakeZalo, zalo_app


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


@pytest.fixture(scope="module")
def zalo_started() -> Iterator[FakeZalo]:
    """Zalo, started once."""
    fake = FakeZalo()
    with serving(zalo_app(fake)) as fake.url:
        yield fake


@pytest.fixture
def zalo_server(zalo_started: FakeZalo) -> FakeZalo:
    """Zalo, as new for each test."""
    url = zalo_started.url
    zalo_started.__init__(url=url)  # type: ignore[misc]  # the app holds this very object
    return zalo_started


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records that the test owns."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", Keys("k" * 40))
    yield opened
    opened.close()


@pytest.fixture
async def zalo(zalo_server: FakeZalo, records: Records) -> AsyncIterator[Zalo]:
    """The channel, its account connected an hour ago."""
    keep_tokens(records, zalo_server)
    tokens = ZaloTokens(ACCOUNTS, records.accounts, zalo_server.url)
    channel = Zalo(ACCOUNTS, zalo_server.url, BASE, tokens, SignatureHealth(records.accounts))
    yield channel
    await channel.close()
    await tokens.close()
