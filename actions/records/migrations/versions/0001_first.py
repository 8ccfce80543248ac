"""Conversations, messages, tickets, feedback, unanswered questions."""

import sqlalchemy as sa
from alembic import op

from actions.records.schema import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Goes to this version."""
    op.create_table(
        "conversations",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("last_seen", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_conversations"),
    )
    op.create_index("ix_conversations_last_seen", "conversations", ["last_seen"])
    op.create_table(
        "messages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("author", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(12)),
        sa.Column("intent", sa.String(60)),
        sa.Column("passages", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation", "messages", ["conversation"])
    op.create_table(
        "tickets",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("contact", sa.LargeBinary),
        sa.Column("contact_wanted", sa.Boolean, nullable=False),
        sa.Column("opened", UtcDateTime, nullable=False),
        sa.Column("taken_by", sa.String(80)),
        sa.Column("taken", UtcDateTime),
        sa.Column("closed", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_conversation", "tickets", ["conversation"])
    not_closed = sa.text("status != 'closed'")
    op.create_index(
        "uq_tickets_not_closed",
        "tickets",
        ["conversation"],
        unique=True,
        sqlite_where=not_closed,
        postgresql_where=not_closed,
    )
    op.create_table(
        "feedback",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("message", _ID, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("rating", sa.String(4), nullable=False),
        sa.Column("reason", sa.String(8)),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("passages", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("message", name="uq_feedback_message"),
    )
    op.create_index("ix_feedback_conversation", "feedback", ["conversation"])
    op.create_table(
        "unanswered",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
    )
    op.create_index("ix_unanswered_conversation", "unanswered", ["conversation"])
    op.create_index("ix_unanswered_at", "unanswered", ["at"])


def downgrade() -> None:
    """Goes back to an empty database."""
    for table in ("unanswered", "feedback", "tickets", "messages", "conversations"):
        op.drop_table(table)
