"""Telegram's updates as events of the pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext.filters import StatusUpdate

from actions.records import Kind
from connectors.channel import Event

COMMANDS_FILE = Path(__file__).with_name("telegram.yml")
# Commands are of ASCII; what follows must be apart, or "/xoá" would be a command too.
_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_BUTTON = re.compile(r"b(\d{1,18})\.(\d{1,2})")
_GONE = (ChatMember.BANNED, ChatMember.LEFT)

# https://core.telegram.org/bots/api#botcommand
_CommandName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(_Strict):
    """A command: the question that it stands for (none: the greeting), and its line in the bot's menu."""

    asks: str | None = Field(None, min_length=1)
    description: str = Field(min_length=3, max_length=256)


class _Commands(_Strict):
    commands: dict[_CommandName, Command]


@dataclass(frozen=True)
class Addressee:
    """The bot, as it is called in groups: by its id, and by its name if that is known."""

    id: str
    username: str | None


@cache
def commands() -> Mapping[str, Command]:
    """Returns the commands by name."""
    return _Commands.model_validate(yaml.safe_load(COMMANDS_FILE.read_text(encoding="utf-8"))).commands


def event_of(update: Update, account: str, bot: Addressee) -> Event | None:
    """Returns what a user did; None of what is none of the bot's business.

    Args:
        update: as Telegram gave it.
        account: the bot's name in the settings.
        bot: the bot.

    Raises:
        TypeError: what should be a number is none.
    """
    number = str(_whole(update.update_id))
    if update.callback_query is not None:
        return _pressed(number, update.callback_query, account)
    if update.my_chat_member is not None:
        return _membership(number, update.my_chat_member, account)
    message = update.message
    if message is None or (message.from_user is not None and message.from_user.is_bot):
        return None
    # Such as that a message was pinned: nothing that the user has said.
    if message.text is None and StatusUpdate.ALL.check_update(update):
        return None
    return _said(number, message, account, bot)


def _said(number: str, message: Message, account: str, bot: Addressee) -> Event | None:
    chat, text = message.chat, message.text or ""
    if not _private(chat) and not _addressed(message, bot):
        return None
    kind, text = _meaning(text, None if _private(chat) else bot.username)
    author = message.from_user.id if message.from_user else chat.id
    return Event(
        account=account,
        id=number,
        user=_user(chat, author),
        kind=kind,
        text=text,
        address=_address(chat, message.message_id),
    )


def _meaning(text: str, username: str | None) -> tuple[Kind, str]:
    """Returns what a text is; `username` is the bot's where it may be called by it."""
    said = re.sub(rf"@{re.escape(username)}\b", "", text, flags=re.IGNORECASE) if username else text
    said = said.strip()
    if not said:
        # Who calls it by its name alone has asked nothing yet.
        return "welcome" if text.strip() else "unreadable", ""
    if not said.startswith("/"):
        return "text", said
    found = _COMMAND.fullmatch(said)
    if found is None:
        return "text", said.lstrip("/")
    name, rest = found[1], (found[2] or "").strip()
    command = commands().get(name.lower())
    if command is None:
        return "text", f"{name} {rest}".strip()
    return ("press", command.asks) if command.asks else ("welcome", rest)


def _addressed(message: Message, bot: Addressee) -> bool:
    """Tells whether a message in a group is for the bot: a command, an answer to it, or its name in it."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and str(replied.from_user.id) == bot.id:
        return True
    mine = f"@{bot.username.lower()}" if bot.username else None
    named = message.parse_entities([MessageEntity.MENTION, MessageEntity.BOT_COMMAND])
    for entity, said in named.items():
        _, sign, name = said.lower().rpartition("@")
        # A command may name the bot that it is for.
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0 and not sign:
            return True
        if sign and f"@{name}" == mine:
            return True
    return False


def _pressed(number: str, query: CallbackQuery, account: str) -> Event | None:
    if query.message is None:
        return None
    chat = query.message.chat
    button = _BUTTON.fullmatch(query.data or "")
    return Event(
        account=account,
        id=number,
        user=_user(chat, query.from_user.id),
        kind="press",
        address=_address(chat, query.message.message_id),
        # A button that nobody made is met like one that is too old.
        button=(int(button[1]), int(button[2])) if button else (0, 0),
        receipt=str(query.id),
    )


def _membership(number: str, change: ChatMemberUpdated, account: str) -> Event | None:
    if not _private(change.chat):
        return None
    return Event(
        account=account,
        id=number,
        user=_user(change.chat, change.chat.id),
        kind="left" if change.new_chat_member.status in _GONE else "seen",
        address=_address(change.chat, 0),
    )


def _private(chat: Chat) -> bool:
    return chat.type == ChatType.PRIVATE


def _user(chat: Chat, author: int) -> str:
    """Everybody in a group has a talk of their own."""
    return str(chat.id) if _private(chat) else f"{chat.id}.{_whole(author)}"


def _address(chat: Chat, message: int) -> dict[str, int]:
    return {"chat": _whole(chat.id)} | ({} if _private(chat) else {"reply_to": _whole(message)})


def _whole(number: object) -> int:
    if type(number) is not int:
        raise TypeError("the library does not check what it is given")
    return number
