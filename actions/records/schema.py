"""The tables. Texts are masked before they get here, and a conversation's key is a keyed hash of the channel's id.

A change here needs a migration beside it (`actions/records/migrations`), which a test demands.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware time in UTC, also in SQLite, which keeps no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Stores the time as UTC."""
        return value and value.astimezone(UTC).replace(tzinfo=None if dialect.name == "sqlite" else UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Returns the time as UTC."""
        return value and value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

_KEY = sa.String(80)
STAFF_NAME_CHARS = 80
ACCOUNT_CHARS = 64
REASON_CHARS = 200
# SQLite numbers rows by itself only where the type is INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("key", _KEY, primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("last_seen", UtcDateTime, nullable=False, index=True),
    # Of a talk on a messenger: the bot, page or account it is with, and, encrypted, where the user is reached.
    sa.Column("account", sa.String(ACCOUNT_CHARS)),
    sa.Column("address", sa.LargeBinary),
    # When the user last did something, from which the platforms count how long they may be written to.
    sa.Column("acted", UtcDateTime),
    sa.Column("unreachable", sa.String(REASON_CHARS)),
    # Ended by its visitor, perhaps on a computer that others use: the token that opened it opens it no more.
    sa.Column("ended", UtcDateTime),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    # user, assistant or staff
    sa.Column("author", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # Of an answer of the assistant; null of what is said outside a turn.
    sa.Column("outcome", sa.String(12)),
    sa.Column("intent", sa.String(60)),
    sa.Column("passages", sa.JSON, nullable=False),
    # Besides the text: buttons, sources, picture of an answer; the sender's own id of a user's message.
    sa.Column("content", sa.JSON(none_as_null=True)),
    # A number that was erased is not given to another.
    sqlite_autoincrement=True,
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    # open, held or closed
    sa.Column("status", sa.String(8), nullable=False),
    # 0 normal, 1 high, 2 top
    sa.Column("priority", sa.SmallInteger, nullable=False),
    # asked, serious, emergency or abuse
    sa.Column("reason", sa.String(12), nullable=False),
    sa.Column("contact", sa.LargeBinary),
    sa.Column("contact_wanted", sa.Boolean, nullable=False),
    sa.Column("opened", UtcDateTime, nullable=False),
    sa.Column("taken_by", sa.String(STAFF_NAME_CHARS)),
    sa.Column("taken", UtcDateTime),
    sa.Column("closed", UtcDateTime),
    sqlite_autoincrement=True,
)
# One conversation has one ticket that is not closed, however many messages ask for a person at once.
one_open_ticket = sa.Index(
    "uq_tickets_not_closed",
    tickets.c.conversation,
    unique=True,
    sqlite_where=tickets.c.status != "closed",
    postgresql_where=tickets.c.status != "closed",
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    sa.Column("message", _ID, nullable=False, unique=True),
    sa.Column("at", UtcDateTime, nullable=False),
    # up or down
    sa.Column("rating", sa.String(4), nullable=False),
    # wrong, missing, unclear or other
    sa.Column("reason", sa.String(8)),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
)

unanswered = sa.Table(
    "unanswered",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
)

# What platforms have handed over. The payload is encrypted, and gone once the message has been answered.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("account", sa.String(ACCOUNT_CHARS), nullable=False),
    # A hash of the platform's own id of the event: what it sends again is known by it.
    sa.Column("event", sa.String(64), nullable=False),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("received", UtcDateTime, nullable=False),
    # What is written before then belongs to the same turn.
    sa.Column("joins_until", UtcDateTime, nullable=False),
    sa.Column("due", UtcDateTime, nullable=False),
    # waiting, done or failed
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("payload", sa.LargeBinary),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("attempts", sa.SmallInteger, nullable=False),
    # Whether the user was told that the answer will be late.
    sa.Column("told", sa.Boolean, nullable=False),
    sa.Column("finished", UtcDateTime),
    sa.Column("reason", sa.String(REASON_CHARS)),
    sa.UniqueConstraint("channel", "account", "event", name="uq_inbox_event"),
    sqlite_autoincrement=True,
)
inbox_waiting = sa.Index(
    "ix_inbox_waiting",
    inbox.c.id,
    sqlite_where=inbox.c.state == "waiting",
    postgresql_where=inbox.c.state == "waiting",
)

# What is to be delivered through platforms. The payload is encrypted, and gone once it has been delivered.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("conversation", _KEY, nullable=False, index=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("account", sa.String(ACCOUNT_CHARS), nullable=False),
    # The message of the talk that is delivered; null of what is not kept there.
    sa.Column("message", _ID),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("due", UtcDateTime, nullable=False),
    # waiting, sending, sent, held (until the user writes again), unknown (whether it arrived) or failed
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("payload", sa.LargeBinary),
    sa.Column("leased_until", UtcDateTime),
    # How many parts of it were delivered, and how often it was tried.
    sa.Column("parts", sa.SmallInteger, nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False),
    sa.Column("done", UtcDateTime),
    sa.Column("reason", sa.String(REASON_CHARS)),
    sqlite_autoincrement=True,
)
outbox_waiting = sa.Index(
    "ix_outbox_waiting",
    outbox.c.message.is_(None),
    outbox.c.id,
    sqlite_where=outbox.c.state == "waiting",
    postgresql_where=outbox.c.state == "waiting",
)

# The websites that may embed the widget, each with its looks (`connectors.sites`).
sites = sa.Table(
    "sites",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
)

# What is learnt of a channel's account while it runs: tokens, encrypted, and how its webhook fares.
accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("account", sa.String(ACCOUNT_CHARS), primary_key=True),
    sa.Column("secrets", sa.LargeBinary),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("leased_until", UtcDateTime),
)
