"""Conversations and what was said in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from actions.records.database import insert_into, writing
from actions.records.schema import conversations, messages, tickets

Author = Literal["user", "assistant", "staff"]
_LATEST = 200


@dataclass(frozen=True)
class ConversationState:
    """Whether anything is kept of a conversation, and its ticket that is not closed, if any.

    While it is `held`, a person talks and the bot is silent. `contact_wanted`: the next message may bring a contact.
    """

    known: bool = False
    ticket: int | None = None
    held: bool = False
    contact_wanted: bool = False


@dataclass(frozen=True)
class RecordedMessage:
    """A message; what was said outside a turn (by a person, or as news) has no outcome."""

    id: int
    author: Author
    text: str
    at: datetime
    outcome: str | None
    intent: str | None
    passages: tuple[str, ...]

    @property
    def in_turn(self) -> bool:
        """Tells whether it is a user's message or the reply to one."""
        return self.author == "user" or self.outcome is not None


@dataclass(frozen=True)
class Turn:
    """What was said in a turn; `said` is empty of a message without words, `replies` when the bot was silent."""

    said: str
    replies: Sequence[str]
    outcome: str
    intent: str
    passages: Sequence[str]


_STATE = (
    sa.select(
        conversations.c.key,
        tickets.c.id,
        (tickets.c.status == "held").label("held"),
        tickets.c.contact_wanted,
    )
    .select_from(conversations)
    .outerjoin(tickets, sa.and_(tickets.c.conversation == conversations.c.key, tickets.c.status != "closed"))
    .where(conversations.c.key == sa.bindparam("wanted"))
)
_COLUMNS = (
    messages.c.id,
    messages.c.author,
    messages.c.text,
    messages.c.at,
    messages.c.outcome,
    messages.c.intent,
    messages.c.passages,
)


class Conversations:
    """Keeps conversations by their keys."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        insert = insert_into(engine, conversations)
        self._see = insert.on_conflict_do_update(
            index_elements=["key"], set_={"last_seen": insert.excluded.last_seen}
        )
        self._tell = sa.insert(messages).returning(messages.c.id)

    def state(self, conversation: str) -> ConversationState:
        """Returns what the next turn has to know of a conversation."""
        with self._engine.connect() as connection:
            row = connection.execute(_STATE, {"wanted": conversation}).first()
        if row is None:
            return ConversationState()
        return ConversationState(True, row.id, bool(row.held), bool(row.contact_wanted))

    def see(self, connection: sa.Connection, conversation: str, channel: str = "web") -> None:
        """Makes a conversation known, within a transaction."""
        now = self._now()
        seen = {"key": conversation, "channel": channel, "created": now, "last_seen": now}
        connection.execute(self._see, seen)

    def record_turn(self, conversation: str, channel: str, turn: Turn) -> int | None:
        """Keeps a turn; returns the id of its last message, None when nobody said anything in words."""
        answered = {"outcome": turn.outcome, "intent": turn.intent, "passages": list(turn.passages)}
        rows = [_row(conversation, "user", turn.said, intent=turn.intent)] if turn.said else []
        rows += [_row(conversation, "assistant", reply, **answered) for reply in turn.replies]
        last = None
        with writing(self._engine) as connection:
            self.see(connection, conversation, channel)
            for row in rows:
                last = connection.execute(self._tell, {**row, "at": self._now()}).scalar_one()
        return last

    def tell(self, connection: sa.Connection, conversation: str, author: Author, text: str) -> int:
        """Keeps what is said outside a turn, within a transaction; returns its id."""
        row = {**_row(conversation, author, text), "at": self._now()}
        told: int = connection.execute(self._tell, row).scalar_one()
        return told

    def messages(
        self, conversation: str, after: int = 0, *, only_told: bool = False, latest: int = _LATEST
    ) -> list[RecordedMessage]:
        """Returns the latest messages with ids above `after`, in order; perhaps only what was said outside turns."""
        wanted = sa.select(*_COLUMNS).where(messages.c.conversation == conversation, messages.c.id > after)
        if only_told:
            wanted = wanted.where(messages.c.outcome.is_(None), messages.c.author != "user")
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(messages.c.id.desc()).limit(latest)).all()
        return [_message(row) for row in reversed(rows)]

    def last_message(self, conversation: str) -> RecordedMessage | None:
        """Returns what was said last, or None."""
        return next(iter(self.messages(conversation, latest=1)), None)


def _row(conversation: str, author: Author, text: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"outcome": None, "intent": None, "passages": []}
    return {"conversation": conversation, "author": author, "text": text, **plain, **more}


def _message(row: Any) -> RecordedMessage:
    return RecordedMessage(row.id, row.author, row.text, row.at, row.outcome, row.intent, tuple(row.passages))
