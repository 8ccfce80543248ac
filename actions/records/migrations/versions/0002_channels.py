"""What channels need: inbox, outbox, sites, accounts; where a talk's user is reached; the content of messages."""

import sqlalchemy as sa
from alembic import op

from actions.records.schema import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Goes to this version."""
    op.add_column("conversations", sa.Column("account", sa.String(64)))
    op.add_column("conversations", sa.Column("address", sa.LargeBinary))
    op.add_column("conversations", sa.Column("acted", UtcDateTime))
    op.add_column("conversations", sa.Column("unreachable", sa.String(200)))
    op.add_column("messages", sa.Column("content", sa.JSON))
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("received", UtcDateTime, nullable=False),
        sa.Column("joins_until", UtcDateTime, nullable=False),
        sa.Column("due", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("finished", UtcDateTime),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "account", "event", name="uq_inbox_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["conversation", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("message", _ID),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("due", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("parts", sa.SmallInteger, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("done", UtcDateTime),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation"])
    unsent = sa.text("state IN ('waiting', 'sending')")
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["conversation", "id"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
    held = sa.text("state = 'held'")
    op.create_index("ix_outbox_held", "outbox", ["conversation"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "sites",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sites"),
    )
    op.create_table(
        "accounts",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("secrets", sa.LargeBinary),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("leased_until", UtcDateTime),
        sa.PrimaryKeyConstraint("channel", "account", name="pk_accounts"),
    )


def downgrade() -> None:
    """Goes back to the version before."""
    for table in ("accounts", "sites", "outbox", "inbox"):
        op.drop_table(table)
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("content")
    with op.batch_alter_table("conversations") as conversations:
        for column in ("unreachable", "acted", "address", "account"):
            conversations.drop_column(column)
