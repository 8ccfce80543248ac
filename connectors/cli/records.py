"""`laban records`: the database of conversations: bringing it up to date, and erasing what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from connectors.cli.store import opened_records
from connectors.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Look after the database of conversations, tickets and ratings.")


@app.command()
def migrate() -> None:
    """Make the database, or bring its tables to this version; `laban serve` does so too."""
    with opened_records() as records:
        print(records.engine.url.render_as_string(hide_password=True))


@app.command()
def purge(
    days: Annotated[
        int | None,
        typer.Option("--days", min=0, help="Keep so many days; LABAN_RETENTION_DAYS when left out."),
    ] = None,
) -> None:
    """Erase conversations in which nothing was said for so many days; `laban serve` does so every hour."""
    kept = load_settings().retention_days if days is None else days
    with opened_records() as records:
        gone = records.purge(datetime.now(UTC) - timedelta(days=kept))
    print(f"erased: {gone.conversations} conversations, {gone.messages} messages, {gone.tickets} tickets")
