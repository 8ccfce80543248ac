"""Conversations and what was said in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from actions.records.cipher import Cipher, opened, sealed
from actions.records.database import insert_into, writing
from actions.records.outbox import Outbox
from actions.records.schema import conversations, messages, tickets

Author = Literal["user", "assistant", "staff"]
_LATEST = 200


@dataclass(frozen=True)
class ConversationState:
    """Whether anything is kept of a conversation, and its ticket that is not closed, if any.

    While it is `held`, a person talks and the bot is silent. `contact_wanted`: the next message may bring a contact.
    `ended`: its visitor has left it for good.
    """

    known: bool = False
    ticket: int | None = None
    held: bool = False
    contact_wanted: bool = False
    ended: bool = False


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
    content: Mapping[str, Any] | None = None

    @property
    def in_turn(self) -> bool:
        """Tells whether it is a user's message or the reply to one."""
        return self.author == "user" or self.outcome is not None


@dataclass(frozen=True)
class Turn:
    """What was said in a turn; `said` is empty of a message without words, `replies` when the bot was silent.

    `content` is what the last reply holds besides its text; `mark` is kept with the user's message, for its sender.
    """

    said: str
    replies: Sequence[str]
    outcome: str
    intent: str
    passages: Sequence[str]
    content: Mapping[str, Any] | None = None
    mark: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Place:
    """Where the user of a talk on a messenger is reached: the bot, page or account, and what the platform needs."""

    account: str
    address: Mapping[str, Any]


# What is done in the transaction that keeps a turn, with the number of its last message.
Also = Callable[[sa.Connection, int | None], None]


_STATE = (
    sa.select(
        conversations.c.key,
        tickets.c.id,
        (tickets.c.status == "held").label("held"),
        tickets.c.contact_wanted,
        conversations.c.ended,
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
    messages.c.content,
)


class Conversations:
    """Keeps conversations by their keys."""

    def __init__(
        self, engine: sa.Engine, now: Callable[[], datetime], outbox: Outbox, cipher: Cipher
    ) -> None:
        self._engine, self._now, self._outbox, self._cipher = engine, now, outbox, cipher
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
        ended = row.ended is not None
        return ConversationState(True, row.id, bool(row.held), bool(row.contact_wanted), ended)

    def end(self, conversation: str) -> None:
        """Says that its visitor has left a conversation for good."""
        mine = conversations.c.key == conversation
        with writing(self._engine) as connection:
            connection.execute(sa.update(conversations).where(mine).values(ended=self._now()))

    def see(self, connection: sa.Connection, conversation: str, channel: str = "web") -> None:
        """Makes a conversation known, within a transaction."""
        now = self._now()
        seen = {"key": conversation, "channel": channel, "created": now, "last_seen": now}
        connection.execute(self._see, seen)

    def record_turn(
        self, conversation: str, channel: str, turn: Turn, also: Also | None = None
    ) -> int | None:
        """Keeps a turn; returns the id of its last message, None when nobody said anything in words."""
        answered = {"outcome": turn.outcome, "intent": turn.intent, "passages": list(turn.passages)}
        rows = (
            [_row(conversation, "user", turn.said, intent=turn.intent, content=turn.mark)]
            if turn.said
            else []
        )
        rows += [_row(conversation, "assistant", reply, **answered) for reply in turn.replies]
        if turn.replies:
            rows[-1]["content"] = turn.content
        last = None
        with writing(self._engine, durable=also is not None) as connection:
            self.see(connection, conversation, channel)
            for row in rows:
                last = connection.execute(self._tell, {**row, "at": self._now()}).scalar_one()
            if also is not None:
                also(connection, last)
        return last

    def reached_at(self, connection: sa.Connection, conversation: str, place: Place, acted: datetime) -> None:
        """Keeps where a user is reached, and when they last did something, within a transaction."""
        values = {
            "account": place.account,
            "address": sealed(self._cipher, place.address),
            "acted": acted,
            "unreachable": None,
        }
        mine = conversations.c.key == conversation
        connection.execute(sa.update(conversations).where(mine).values(**values))

    def tell(
        self,
        connection: sa.Connection,
        conversation: str,
        author: Author,
        text: str,
        content: Mapping[str, Any] | None = None,
    ) -> int:
        """Keeps what is said outside a turn, within a transaction, and has it delivered; returns its id."""
        place = self.lock(connection, conversation)
        row = {**_row(conversation, author, text, content=content), "at": self._now()}
        told: int = connection.execute(self._tell, row).scalar_one()
        # With the secret the address is lost too; the message stays in the talk.
        address = opened(self._cipher, place.address) if place is not None else None
        if address is not None:
            payload = {"address": address, "message": {**(content or {}), "text": text}, "author": author}
            self._outbox.put(connection, conversation, place.channel, place.account, payload, message=told)
        return told

    def lock(self, connection: sa.Connection, conversation: str) -> Any:
        """Locks a talk, so that its messages are numbered in the order in which they can be seen; returns its row."""
        mine = sa.select(conversations).where(conversations.c.key == conversation).with_for_update()
        return connection.execute(mine).first()

    def newest(self) -> int:
        """Returns the number of the newest message of all."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.coalesce(sa.func.max(messages.c.id), 0))).scalar_one()

    def spoken_since(self, number: int, channel: str) -> list[tuple[int, str]]:
        """Returns numbers and conversations of a channel's messages after `number`, in order."""
        wanted = (
            sa.select(messages.c.id, messages.c.conversation)
            .where(messages.c.id > number, messages.c.conversation.startswith(f"{channel}-"))
            .order_by(messages.c.id)
        )
        with self._engine.connect() as connection:
            return [(row.id, row.conversation) for row in connection.execute(wanted)]

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

    def content(self, conversation: str, number: int) -> Mapping[str, Any] | None:
        """Returns what a message of a conversation holds besides its text, or None."""
        wanted = sa.select(messages.c.content).where(
            messages.c.conversation == conversation, messages.c.id == number
        )
        with self._engine.connect() as connection:
            found: Mapping[str, Any] | None = connection.execute(wanted).scalar()
        return found

    def last_message(self, conversation: str) -> RecordedMessage | None:
        """Returns what was said last, or None."""
        return next(iter(self.messages(conversation, latest=1)), None)


def _row(conversation: str, author: Author, text: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"outcome": None, "intent": None, "passages": [], "content": None}
    return {"conversation": conversation, "author": author, "text": text, **plain, **more}


def _message(row: Any) -> RecordedMessage:
    return RecordedMessage(
        row.id, row.author, row.text, row.at, row.outcome, row.intent, tuple(row.passages), row.content
    )
