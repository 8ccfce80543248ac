"""`laban records`: the database of conversations: bringing it up to date, erasing, and giving out what is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from connectors.cli.store import opened_records
from connectors.errors import StartError
from connectors.keys import Keys
from connectors.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Look after the database of conversations, tickets and ratings.")

CHANNEL = typer.Argument(help="The channel: web.")
CONVERSATION = typer.Argument(
    help="The conversation's id in that channel, such as the page's `conversation_id`."
)


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


@app.command()
def export(channel: Annotated[str, CHANNEL], conversation: Annotated[str, CONVERSATION]) -> None:
    """Print everything that is kept of a conversation, as JSON."""
    key = _key(channel, conversation)
    with opened_records() as records:
        kept = records.export(key)
    _refuse_unless(any(kept.values()), channel, conversation)
    print(json.dumps(kept, ensure_ascii=False, indent=2))


@app.command()
def forget(channel: Annotated[str, CHANNEL], conversation: Annotated[str, CONVERSATION]) -> None:
    """Erase everything that is kept of a conversation; what Rasa remembers of it goes when it is a day old."""
    key = _key(channel, conversation)
    with opened_records() as records:
        _refuse_unless(records.conversations.state(key).known, channel, conversation)
        records.forget(key)
    print(f"erased: {channel} {conversation}")


def _key(channel: str, conversation: str) -> str:
    return Keys.load(load_settings()).conversation_key(channel, conversation)


def _refuse_unless(known: bool, channel: str, conversation: str) -> None:
    if not known:
        raise StartError(f"nothing is kept of {channel} {conversation}")
