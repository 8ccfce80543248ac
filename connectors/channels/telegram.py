"""Telegram: bots' webhooks and the Bot API, through python-telegram-bot.

https://core.telegram.org/bots/api; one bot a school is usual, so there may be several.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from connectors.accounts import TelegramBot
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    Event,
    NotDelivered,
    Outgoing,
    Part,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.telegram_api import BotRequest, failure_of, reason_of
from connectors.channels.telegram_updates import Addressee, commands, event_of
from connectors.rendering import Rendered, button_title, limits_of, picture_address, render, utf16_length

SECRET_HEADER = "x-telegram-bot-api-secret-token"
# Titles longer than this stand alone in their row of the keyboard.
_SHORT_TITLE = 18
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 600.0

log = structlog.get_logger()


class Telegram:
    """The bots of the settings."""

    name = "telegram"

    def __init__(
        self, bots: Mapping[str, TelegramBot], api_url: str, base_url: str, secret_of: Callable[[str], str]
    ) -> None:
        """Takes the bots by name; `secret_of` gives the secret that a bot's webhook must show."""
        self._base_url = base_url
        self._secrets = {name: secret_of(name).encode() for name in bots}
        self._requests: list[BotRequest] = []
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
        if not hmac.compare_digest(given, self._secrets[call.account]):
            raise CallRefused(
                "the secret token is missing or wrong; set the webhook with: laban telegram set-webhook"
            )
        try:
            update = json.loads(call.body)
        except (ValueError, RecursionError):
            raise CallRefused("the body is not JSON") from None
        return self.read(update, call.account)

    def read(self, update: Any, account: str) -> Sequence[Event]:
        """Returns the event of an update as Telegram gives it, by webhook or by polling."""
        try:
            parsed = Update.de_json(update, self._bots[account])
            event = event_of(parsed, account, self._addressee(account)) if parsed else None
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
            # The library trusts Telegram: what is not an update breaks it somewhere.
            raise CallRefused("the body is not an update") from None
        return [event] if event is not None else []

    def _addressee(self, account: str) -> Addressee:
        # A token begins with the bot's id.
        return Addressee(self._bots[account].token.partition(":")[0], self._usernames.get(account))

    async def learn_names(self) -> None:
        """Asks, until all are known, what the bots are called: so they are addressed in groups."""
        pause = _FIRST_PAUSE_S
        while unknown := [account for account in self._bots if account not in self._usernames]:
            for account in unknown:
                await self._learn_name(account)
            if len(self._usernames) < len(self._bots):
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _learn_name(self, account: str) -> None:
        try:
            self._usernames[account] = (await self._bots[account].get_me()).username or ""
        except TelegramError as error:
            log.warning("telegram bot unknown", bot=account, reason=type(error).__name__)

    async def offer_commands(self, account: str) -> None:
        """Puts the commands into a bot's menu.

        Raises:
            TelegramError: Telegram did not take them.
        """
        offered = [BotCommand(name, command.description) for name, command in commands().items()]
        await self.bot(account).set_my_commands(offered)

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
        picture = picture_address(outgoing.message.image, self._base_url)
        if utf16_length(rendered.text) <= (self._limits.caption or 0):
            return [{**text, "photo": picture}]
        return [{**common, "text": "", "bold": [], "buttons": [], "photo": picture}, text]

    def _buttons(self, outgoing: Outgoing) -> list[tuple[str, str]]:
        limits = self._limits.quick_replies
        if outgoing.number is None:
            return []
        replies = outgoing.message.quick_replies[: limits.most]
        return [
            (button_title(reply.title, limits), f"b{outgoing.number}.{n}") for n, reply in enumerate(replies)
        ]

    async def send(self, account: str, part: Part) -> None:
        """Hands one message to the Bot API; a picture that Telegram cannot fetch from us is left out."""
        bot = self.bot(account)
        try:
            if "photo" in part:
                await _send_photo(bot, part)
            else:
                await _send_text(bot, part)
        except TelegramError as error:
            raise failure_of(error) from None

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
        requests = [BotRequest(), BotRequest()]
        self._requests += requests
        return Bot(
            bot.token.get_secret_value(),
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=requests[0],
            get_updates_request=requests[1],
        )


async def _send_photo(bot: Bot, part: Part) -> None:
    given = _parameters(part)
    try:
        await bot.send_photo(photo=part["photo"], caption=part["text"], caption_entities=_bold(part), **given)
    except BadRequest as error:
        if isinstance(failure_of(error), UserUnreachable):
            raise
        # Such as on a machine without a public address; the text matters more.
        log.warning("telegram picture refused", reason=reason_of(error))
        if part["text"]:
            await _send_text(bot, part)


async def _send_text(bot: Bot, part: Part) -> None:
    preview = LinkPreviewOptions(is_disabled=True)
    given = _parameters(part)
    await bot.send_message(text=part["text"], entities=_bold(part), link_preview_options=preview, **given)


def _parameters(part: Part) -> dict[str, Any]:
    return {
        "chat_id": part["chat_id"],
        "reply_to_message_id": part["reply_to"],
        "allow_sending_without_reply": True,
        "reply_markup": _keyboard(part["buttons"]),
    }


def _bold(part: Part) -> list[MessageEntity]:
    return [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in part["bold"]]


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
