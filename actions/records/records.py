"""All records over one database, and what concerns all of them: giving, forgetting, and erasing what is old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa

from actions.records import schema
from actions.records.accounts import Accounts
from actions.records.cipher import Cipher
from actions.records.conversations import Also, Conversations
from actions.records.database import erase_traces, open_database, writing
from actions.records.feedback import Feedback
from actions.records.inbox import Inbox
from actions.records.outbox import Outbox
from actions.records.sites import Sites
from actions.records.tickets import Tickets
from actions.records.unanswered import Unanswered

# What belongs to a conversation, by its key.
_OF_CONVERSATION = (schema.messages, schema.tickets, schema.feedback, schema.unanswered)
# So long it is known what a platform has handed over, and what was delivered: Zalo counts seven days.
_KEPT_ON_THE_WAY = timedelta(days=8)


@dataclass(frozen=True)
class PurgeCounts:
    """How many rows were erased."""

    conversations: int
    messages: int
    tickets: int


@dataclass(frozen=True)
class Records:
    """The assistant's records. All calls are short and block: call them from a thread."""

    engine: sa.Engine
    conversations: Conversations
    tickets: Tickets
    feedback: Feedback
    unanswered: Unanswered
    inbox: Inbox
    outbox: Outbox
    sites: Sites
    accounts: Accounts

    @classmethod
    def open(cls, url: str, cipher: Cipher, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Self:
        """Opens a database and brings it up to date.

        Raises:
            DatabaseUnusable: that is not possible.
        """
        engine = open_database(url)
        outbox = Outbox(engine, now, cipher)
        conversations = Conversations(engine, now, outbox, cipher)
        return cls(
            engine,
            conversations,
            Tickets(engine, now, conversations, cipher),
            Feedback(engine, now),
            Unanswered(engine, now, conversations),
            Inbox(engine, now, outbox, cipher),
            outbox,
            Sites(engine, now),
            Accounts(engine, now, cipher),
        )

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def forget(self, conversation: str) -> None:
        """Erases everything that is kept of a conversation."""
        with writing(self.engine) as connection:
            for table in _OF_CONVERSATION:
                connection.execute(sa.delete(table).where(table.c.conversation == conversation))
            self.inbox.forget(connection, conversation)
            self.outbox.forget(connection, conversation)
            key = schema.conversations.c.key
            connection.execute(sa.delete(schema.conversations).where(key == conversation))
        erase_traces(self.engine)

    def export(self, conversation: str) -> dict[str, Any]:
        """Returns everything that is kept of a conversation, ready for JSON; a contact readable."""
        itself = sa.select(schema.conversations).where(schema.conversations.c.key == conversation)
        wanted = {
            schema.conversations.name: itself,
            **{table.name: _of(table, conversation) for table in _OF_CONVERSATION},
        }
        with self.engine.connect() as connection:
            held = {
                name: [_plain(row._mapping) for row in connection.execute(rows)]
                for name, rows in wanted.items()
            }
        contacts = {ticket.id: ticket.contact for ticket in self.tickets.of(conversation)}
        held["tickets"] = [{**row, "contact": contacts[row["id"]]} for row in held["tickets"]]
        return held

    def settle(self, also: Also) -> None:
        """Does what a turn of which nothing is kept leaves to do, in one transaction."""
        with writing(self.engine, durable=True) as connection:
            also(connection, None)

    def purge(self, before: datetime) -> PurgeCounts:
        """Erases every conversation in which nothing was said since `before`, with all that belongs to it."""
        old = sa.select(schema.conversations.c.key).where(schema.conversations.c.last_seen < before)
        with writing(self.engine) as connection:
            gone = {
                table.name: connection.execute(sa.delete(table).where(table.c.conversation.in_(old))).rowcount
                for table in (*_OF_CONVERSATION, schema.outbox)
            }
            self.inbox.purge(connection, _KEPT_ON_THE_WAY)
            self.outbox.purge(connection, _KEPT_ON_THE_WAY, before)
            ended = connection.execute(
                sa.delete(schema.conversations).where(schema.conversations.c.last_seen < before)
            ).rowcount
        erase_traces(self.engine)
        return PurgeCounts(ended, gone["messages"], gone["tickets"])


# What says nothing to the user, or is encrypted; a contact is given readable.
_NOT_GIVEN = ("conversation", "contact", "address")
# Left out where a talk has none of these.
_IF_THERE = ("account", "acted", "unreachable", "content", "ended")


def _of(table: sa.Table, conversation: str) -> sa.Select[Any]:
    return sa.select(table).where(table.c.conversation == conversation).order_by(table.c.id)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    named = {
        str(name): value
        for name, value in row.items()
        if name not in _NOT_GIVEN and not (value is None and name in _IF_THERE)
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in named.items()
    }
