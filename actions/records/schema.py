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
# SQLite numbers rows by itself only where the type is INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("key", _KEY, primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("last_seen", UtcDateTime, nullable=False, index=True),
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
