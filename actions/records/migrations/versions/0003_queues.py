"""Indexes by which the oldest that waits is found without looking at all that does; talks that were ended."""

import sqlalchemy as sa
from alembic import op

from actions.records.schema import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Goes to this version."""
    op.add_column("conversations", sa.Column("ended", UtcDateTime))
    op.drop_index("ix_inbox_waiting", "inbox")
    op.drop_index("ix_outbox_open", "outbox")
    op.drop_index("ix_outbox_held", "outbox")
    # What belongs to a talk before notices, which belong to none.
    columns: dict[str, list[str | sa.TextClause]] = {
        "inbox": ["id"],
        "outbox": [sa.text("(message IS NULL)"), "id"],
    }
    for table, indexed in columns.items():
        op.create_index(
            f"ix_{table}_waiting", table, indexed, sqlite_where=_WAITING, postgresql_where=_WAITING
        )


def downgrade() -> None:
    """Goes back to the version before."""
    for table in ("outbox", "inbox"):
        op.drop_index(f"ix_{table}_waiting", table)
    unsent, held = sa.text("state IN ('waiting', 'sending')"), sa.text("state = 'held'")
    for name, table, columns, where in (
        ("ix_inbox_waiting", "inbox", ["conversation", "id"], _WAITING),
        ("ix_outbox_open", "outbox", ["conversation", "id"], unsent),
        ("ix_outbox_held", "outbox", ["conversation"], held),
    ):
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_column("ended")
