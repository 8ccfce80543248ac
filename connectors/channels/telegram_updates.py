"""Telegram's updates as events of the pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict
from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatType

from actions.records import Kind
from connectors.channel import Event

COMMANDS_FILE = Path(__file__).with_name("telegram.yml")
START = "start"
_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@\w+)?\s*(.*)", re.DOTALL)
_BUTTON = re.compile(r"b(\d{1,18})\.(\d{1,2})")
_GONE = (ChatMember.BANNED, ChatMember.LEFT)


class Command(BaseModel):
    """A command: the question that it stands for (none: the greeting), and its line in the bot's menu."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asks: str | None = None
    description: str


@cache
def commands() -> Mapping[str, Command]:
    """Returns the commands by name."""
    told = yaml.safe_load(COMMANDS_FILE.read_text(encoding="utf-8"))["commands"]
    return {name: Command.model_validate(command) for name, command in told.items()}


def event_of(update: Update, account: str, username: str | None) -> Event | None:
    """Returns what a user did; None of what is none of the bot's business.

    Args:
        update: as Telegram gave it.
        account: the bot's name in the settings.
        username: what the bot is called in groups, if that is known.
    """
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, account)
    if update.my_chat_member is not None:
        return _membership(update, update.my_chat_member, account)
    message = update.message
    if message is None or (message.from_user is not None and message.from_user.is_bot):
        return None
    return _said(update, message, account, username)


def _said(update: Update, message: Message, account: str, username: str | None) -> Event | None:
    private = message.chat.type == ChatType.PRIVATE
    text = message.text or ""
    if not private:
        if not _addressed(message, username):
            return None
        text = re.sub(rf"@{re.escape(username)}\b", "", text).strip() if username else text
    kind, text = _meaning(text)
    author = message.from_user.id if message.from_user else message.chat.id
    return Event(
        account=account,
        id=str(update.update_id),
        user=str(message.chat.id) if private else f"{message.chat.id}.{author}",
        kind=kind,
        text=text,
        address={"chat": message.chat.id} | ({} if private else {"reply_to": message.message_id}),
    )


def _meaning(text: str) -> tuple[Kind, str]:
    if not text.strip():
        return "unreadable", ""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return "text", text
    command = commands().get(found[1].lower())
    if command is None:
        return "text", text.strip().lstrip("/")
    return ("press", command.asks) if command.asks else ("welcome", found[2].strip())


def _addressed(message: Message, username: str | None) -> bool:
    """Tells whether a message in a group is for the bot: a command, an answer to it, or its name in it."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.username == username:
        return username is not None
    named = message.parse_entities([MessageEntity.MENTION, MessageEntity.BOT_COMMAND])
    return any(
        entity.type == MessageEntity.BOT_COMMAND or (username and said.lower() == f"@{username.lower()}")
        for entity, said in named.items()
    )


def _pressed(update: Update, query: CallbackQuery, account: str) -> Event | None:
    if query.message is None:
        return None
    chat = query.message.chat
    private = chat.type == ChatType.PRIVATE
    button = _BUTTON.fullmatch(query.data or "")
    return Event(
        account=account,
        id=str(update.update_id),
        user=str(chat.id) if private else f"{chat.id}.{query.from_user.id}",
        kind="press",
        address={"chat": chat.id} | ({} if private else {"reply_to": query.message.message_id}),
        # A button that nobody made is met like one that is too old.
        button=(int(button[1]), int(button[2])) if button else (0, 0),
        receipt=query.id,
    )


def _membership(update: Update, change: ChatMemberUpdated, account: str) -> Event | None:
    if change.chat.type != ChatType.PRIVATE:
        return None
    return Event(
        account=account,
        id=str(update.update_id),
        user=str(change.chat.id),
        kind="left" if change.new_chat_member.status in _GONE else "seen",
        address={"chat": change.chat.id},
    )
