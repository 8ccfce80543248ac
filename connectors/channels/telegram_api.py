"""The Bot API over HTTP: its connections, and what its failures mean for a message.

https://core.telegram.org/bots/api#making-requests; the token is a part of each address, and stays out of every text.
"""

from __future__ import annotations

import json
import os
from typing import Any

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from connectors.channel import DeliveryFailed, NotDelivered, OutcomeUnknown, TryLater, UserUnreachable
from connectors.platform_client import LIMITS, AnnouncingTransport

# The library's coming form of times; without it each RetryAfter warns of the change.
os.environ.setdefault("PTB_TIMEDELTA", "1")
_TOKEN_RETRY_S = 300.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class ForeignAnswer(TelegramError):
    """What answered is not the Bot API: a proxy on the way, or another server at LABAN_TELEGRAM_API_URL."""

    def __init__(self) -> None:
        super().__init__("the answer is not the Bot API's (a proxy's, or LABAN_TELEGRAM_API_URL is wrong)")


class BotRequest(HTTPXRequest):
    """Connections of their own, without those of the environment's proxies."""

    def __init__(self) -> None:
        transport = AnnouncingTransport(limits=LIMITS, trust_env=False)
        super().__init__(
            httpx_kwargs={"transport": transport}, read_timeout=10, connect_timeout=5, pool_timeout=5
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Returns an answer of the Bot API.

        The library's own logs what it cannot read, and a proxy's page may quote the address, with the token.

        Raises:
            ForeignAnswer: it is none.
        """
        try:
            answer = json.loads(payload)
        except ValueError:
            raise ForeignAnswer from None
        if not isinstance(answer, dict) or not {"result", "description"} & answer.keys():
            raise ForeignAnswer
        return answer


def failure_of(error: TelegramError) -> DeliveryFailed:
    """Returns what a failure means for the message that was being sent."""
    if isinstance(error, RetryAfter):
        return TryLater("Telegram asks to wait", seconds_of(error))
    if isinstance(error.__cause__, ForeignAnswer):
        # A status that says no, and not in Telegram's words: nothing is known of the user.
        return TryLater(reason_of(error))
    if isinstance(error, InvalidToken):
        return TryLater("Telegram does not know the bot's token", _TOKEN_RETRY_S)
    if isinstance(error, Forbidden | ChatMigrated) or "chat not found" in error.message.lower():
        return UserUnreachable(f"Telegram: {error.message}")
    if isinstance(error, BadRequest):
        return NotDelivered(f"Telegram: {error.message}")
    return _broken(error)


def reason_of(error: TelegramError) -> str:
    """Returns why a request failed, for the operator."""
    foreign = error.__cause__ if isinstance(error.__cause__, ForeignAnswer) else error
    return foreign.message


def seconds_of(error: RetryAfter) -> float:
    """Returns how long Telegram asks to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def _broken(error: TelegramError) -> DeliveryFailed:
    """Tells what was certainly not delivered from what may have been, by what went wrong with the connection."""
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return TryLater(type(cause).__name__)
    if isinstance(error, TimedOut | ForeignAnswer) or isinstance(cause, httpx.HTTPError):
        return OutcomeUnknown(type(cause or error).__name__)
    # Telegram answered, with 5xx.
    return TryLater(f"Telegram: {type(error).__name__}")
