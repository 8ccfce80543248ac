"""What the tests of Telegram share: a bot, its channel without a server, and calls as they come in."""

import json
from typing import Any

from pydantic import SecretStr

from connectors.accounts import TelegramBot
from connectors.channel import Event, WebhookCall
from connectors.channels.telegram import SECRET_HEADER, Telegram
from tests.fakes.telegram import TOKEN

BASE_URL = "https://laban.example.vn"
BOTS = {"truong-a": TelegramBot(token=SecretStr(TOKEN))}
SECRET = "secret-of-truong-a"


def secret_of(name: str) -> str:
    """The secret of a bot's webhook."""
    return f"secret-of-{name}"


def channel_at(url: str) -> Telegram:
    """The channel before the server at an address."""
    return Telegram(BOTS, url, BASE_URL, secret_of)


# A channel whose server is not there.
OFFLINE = channel_at("http://127.0.0.1:1")


def call(update: Any, secret: str = SECRET, account: str | None = "truong-a") -> WebhookCall:
    """A call as it comes in."""
    return WebhookCall(json.dumps(update).encode(), {SECRET_HEADER: secret}, account)


def only(update: Any) -> Event:
    """The event of an update."""
    (event,) = OFFLINE.open(call(update))
    return event
