"""Telegram: bots' webhooks and the Bot API, through python-telegram-bot.

https://core.telegram.org/bots/api; one bot a school is usual, so there may be several.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

import httpx
import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from connectors.accounts import TelegramBot
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    Event,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    Part,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.telegram_updates import event_of
from connectors.platform_client import LIMITS, AnnouncingTransport
from connectors.rendering import Rendered, limits_of, render, utf16_length

SECRET_HEADER = "x-telegram-bot-api-secret-token"
# The library's coming form of times; without it each RetryAfter warns of the change.
os.environ.setdefault("PTB_TIMEDELTA", "1")
_TOKEN_RETRY_S = 300.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Titles longer than this stand alone in their row of the keyboard.
_SHORT_TITLE = 18

log = structlog.get_logger()


class Telegram:
    """The bots of the settings."""

    name = "telegram"

    def __init__(
        self, bots: Mapping[str, TelegramBot], api_url: str, base_url: str, secret_of: Callable[[str], str]
    ) -> None:
        """Takes the bots by name; `secret_of` gives the secret that a bot's webhook must show."""
        self._secret_of, self._base_url = secret_of, base_url
        self._requests: list[HTTPXRequest] = []
        self._bots = {name: self._make(bot, api_url) for name, bot in bots.items()}
        self._usernames: dict[str, str] = {}
        self._limits = limits_of(self.name)

    @property
    def accounts(self) -> Sequence[str]:
        """The bots' names."""
        return list(self._bots)

    def bot(self, account: str) -> Bot:
        """Returns a bot; NotDelivered if it is not in the settings any more."""
        if account not in self._bots:
            raise NotDelivered("the bot is not among LABAN_TELEGRAM_BOTS any more")
        return self._bots[account]

    def open(self, call: WebhookCall) -> Sequence[Event]:
        """Returns the event of an update, if it is one for the bot."""
        given = call.headers.get(SECRET_HEADER, "").encode()
        if call.account is None or call.account not in self._bots:
            raise CallRefused("there is no such bot in LABAN_TELEGRAM_BOTS")
        if not hmac.compare_digest(given, self._secret_of(call.account).encode()):
            raise CallRefused(
                "the secret token is missing or wrong; set the webhook with: laban telegram set-webhook"
            )
        try:
            update = json.loads(call.body)
        except ValueError:
            raise CallRefused("the body is not JSON") from None
        return self.read(update, call.account)

    def read(self, update: Any, account: str) -> Sequence[Event]:
        """Returns the event of an update as Telegram gives it, by webhook or by polling."""
        try:
            parsed = Update.de_json(update, self._bots[account])
            event = event_of(parsed, account, self._usernames.get(account)) if parsed else None
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError):
            # The library trusts Telegram: what is not an update breaks it somewhere.
            raise CallRefused("the body is not an update") from None
        return [event] if event is not None else []

    async def learn_names(self) -> None:
        """Asks what the bots are called, for which they are addressed in groups."""
        for account, bot in self._bots.items():
            try:
                self._usernames[account] = (await bot.get_me()).username or ""
            except TelegramError as error:
                log.warning("telegram bot unknown", bot=account, reason=type(error).__name__)

    def render(self, outgoing: Outgoing, address: Mapping[str, Any]) -> list[Part]:
        """Returns the message with its buttons, as the caption of its picture where that is long enough."""
        rendered = render(outgoing, self._limits, self._base_url)
        common = {"chat_id": address["chat"], "reply_to": address.get("reply_to")}
        text = {
            **common,
            "text": rendered.text,
            "bold": _utf16_spans(rendered),
            "buttons": self._buttons(outgoing),
        }
        if outgoing.message.image is None:
            return [text]
        picture = urljoin(self._base_url, outgoing.message.image.url).removesuffix(".svg") + ".png"
        if utf16_length(rendered.text) <= (self._limits.caption or 0):
            return [{**text, "photo": picture}]
        return [{**common, "text": "", "bold": [], "buttons": [], "photo": picture}, text]

    def _buttons(self, outgoing: Outgoing) -> list[tuple[str, str]]:
        limits = self._limits.quick_replies
        if outgoing.number is None:
            return []
        replies = outgoing.message.quick_replies[: limits.most]
        return [(reply.title[: limits.title], f"b{outgoing.number}.{n}") for n, reply in enumerate(replies)]

    async def send(self, account: str, part: Part) -> None:
        """Hands one message to the Bot API."""
        bold = [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in part["bold"]]
        common: dict[str, Any] = {
            "chat_id": part["chat_id"],
            "reply_to_message_id": part["reply_to"],
            "allow_sending_without_reply": True,
            "reply_markup": _keyboard(part["buttons"]),
        }
        bot = self.bot(account)
        try:
            if "photo" in part:
                await bot.send_photo(
                    photo=part["photo"], caption=part["text"], caption_entities=bold, **common
                )
            else:
                preview = LinkPreviewOptions(is_disabled=True)
                await bot.send_message(
                    text=part["text"], entities=bold, link_preview_options=preview, **common
                )
        except TelegramError as error:
            raise _failure(error) from None

    async def acknowledge(self, event: Event) -> None:
        """Tells Telegram that a button was pressed, so that it stops to wait."""
        try:
            await self.bot(event.account).answer_callback_query(event.receipt or "")
        except (TelegramError, DeliveryFailed):
            return

    async def attend(self, account: str, address: Mapping[str, Any]) -> None:
        """Shows that the bot is typing."""
        try:
            await self.bot(account).send_chat_action(address["chat"], ChatAction.TYPING)
        except (TelegramError, DeliveryFailed):
            return

    async def close(self) -> None:
        """Closes the connections."""
        await asyncio.gather(*(request.shutdown() for request in self._requests))

    def _make(self, bot: TelegramBot, api_url: str) -> Bot:
        # Not `Bot.initialize`: it asks Telegram who the bot is, and a start must not depend on that.
        requests = [_request(), _request()]
        self._requests += requests
        return Bot(
            bot.token.get_secret_value(),
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=requests[0],
            get_updates_request=requests[1],
        )


def _request() -> HTTPXRequest:
    transport = AnnouncingTransport(limits=LIMITS, trust_env=False)
    return HTTPXRequest(
        httpx_kwargs={"transport": transport}, read_timeout=10, connect_timeout=5, pool_timeout=5
    )


def _utf16_spans(rendered: Rendered) -> list[tuple[int, int]]:
    """Telegram counts in UTF-16 code units, and an emoji is two."""
    text = rendered.text
    return [
        (utf16_length(text[:start]), utf16_length(text[start : start + length]))
        for start, length in rendered.bold
    ]


def _keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    rows: list[list[InlineKeyboardButton]] = []
    for title, data in buttons:
        button = InlineKeyboardButton(title, callback_data=data)
        before = rows[-1] if rows else []
        if len(before) == 1 and len(title) <= _SHORT_TITLE and len(before[0].text) <= _SHORT_TITLE:
            before.append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(rows)


def _failure(error: TelegramError) -> DeliveryFailed:
    """Returns what a failure means; its text is Telegram's, or the library's, and never holds the token."""
    if isinstance(error, RetryAfter):
        return TryLater("Telegram asks to wait", seconds_of(error))
    if isinstance(error, InvalidToken):
        return TryLater("Telegram does not know the bot's token", _TOKEN_RETRY_S)
    if isinstance(error, Forbidden) or "chat not found" in error.message.lower():
        return UserUnreachable(f"Telegram: {error.message}")
    if isinstance(error, BadRequest):
        return NotDelivered(f"Telegram: {error.message}")
    return _broken(error)


def seconds_of(error: RetryAfter) -> float:
    """Returns how long Telegram asks to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def _broken(error: TelegramError) -> DeliveryFailed:
    """Tells what was certainly not delivered from what may have been, by what went wrong with the connection."""
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return TryLater(type(cause).__name__)
    if isinstance(error, TimedOut) or isinstance(cause, httpx.HTTPError):
        return OutcomeUnknown(type(cause or error).__name__)
    # Telegram answered, with 5xx.
    return TryLater(f"Telegram: {type(error).__name__}")
