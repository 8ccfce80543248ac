"""Alembic's entry: runs the migrations on the connection that `actions.records.database` gives."""

from alembic import context

from actions.records.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes tables by copying them.
    render_as_batch=True,
)
context.run_migrations()
