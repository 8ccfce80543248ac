"""`laban outbox`: what could not be delivered, or not yet, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.cli.options import JSON
from connectors.cli.store import local_time, opened_records, show_rows
from connectors.errors import StartError

if TYPE_CHECKING:
    from actions.records.outbox import State

app = typer.Typer(no_args_is_help=True, help="List what is not delivered, and deliver it after all.")

_FIELDS = ("id", "channel", "account", "state", "created", "attempts", "reason")
_NOT_DELIVERED: tuple[State, ...] = ("waiting", "sending", "held", "unknown", "failed")
STATE = typer.Option(
    "--state",
    help="waiting, held (until the user writes again), unknown (it may have arrived), failed or sent; "
    "all but sent when left out.",
)


@app.command(name="list")
def list_outbox(state: Annotated[str | None, STATE] = None, as_json: Annotated[bool, JSON] = False) -> None:
    """List what is not delivered, oldest first; without what it says."""
    if state is not None and state not in (*_NOT_DELIVERED, "sent"):
        raise StartError(f"--state {state}: there are {', '.join(_NOT_DELIVERED)} and sent")
    with opened_records() as records:
        found = records.outbox.list([state] if state else _NOT_DELIVERED)
    rows = [{**asdict(delivery), "created": local_time(delivery.created)} for delivery in found]
    show_rows(_FIELDS, [{name: row[name] for name in _FIELDS} for row in rows], as_json)


@app.command()
def resend(number: Annotated[int, typer.Argument(help="Its number in the list.", min=1)]) -> None:
    """Deliver something after all: what is unknown may then arrive twice."""
    with opened_records() as records:
        if not records.outbox.again(number):
            raise StartError(f"{number}: nothing of that number is held, unknown or failed")
    print(f"{number}: will be delivered by laban serve")
