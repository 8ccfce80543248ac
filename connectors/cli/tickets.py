"""`laban tickets`: requests for a person, answered from the terminal."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from connectors.cli.options import JSON
from connectors.cli.store import local_time, opened_records, show_rows
from connectors.errors import StartError

if TYPE_CHECKING:
    from actions.records import Records, Ticket

app = typer.Typer(no_args_is_help=True, help="List, read, answer and close the requests for a person.")

_FIELDS = ("id", "status", "priority", "reason", "opened", "taken_by")
_LOST = "not readable, it was encrypted with another LABAN_SECRET_KEY"
NUMBER = typer.Argument(help="The ticket's number.", min=1)
STAFF = typer.Option("--staff", help="Who answers; the name of the system's user when left out.")
STATUS = typer.Option("--status", help="open, held or closed; all that are not closed when left out.")


@app.command(name="list")
def list_tickets(
    status: Annotated[str | None, STATUS] = None, as_json: Annotated[bool, JSON] = False
) -> None:
    """List tickets, most urgent first."""
    from typing import get_args

    from actions.records.tickets import Status

    known = get_args(Status)
    if status is not None and status not in known:
        raise StartError(f"--status {status}: there are {', '.join(known)}")
    with opened_records() as records:
        found = records.tickets.list(status)  # type: ignore[arg-type]  # one of the known ones
    rows = [{**asdict(ticket), "opened": local_time(ticket.opened)} for ticket in found]
    show_rows(_FIELDS, [{name: row[name] for name in _FIELDS} for row in rows], as_json)


@app.command()
def show(number: Annotated[int, NUMBER], as_json: Annotated[bool, JSON] = False) -> None:
    """Show a ticket: how to reach the user, if they said, and the talk, personal data masked."""
    with opened_records() as records:
        ticket = _or_error(lambda: records.tickets.get(number))
        talk = records.conversations.messages(ticket.conversation)
    if as_json:
        messages = [asdict(message) for message in talk]
        print(json.dumps({**asdict(ticket), "messages": messages}, ensure_ascii=False, indent=2, default=str))
        return
    console = Console()
    head = f"#{ticket.id} {ticket.status}, {ticket.priority}, {ticket.reason}, {local_time(ticket.opened)}"
    console.print(Text(head, style="bold"))
    contact = _LOST if ticket.contact_lost else ticket.contact or "–"
    console.print(Text(f"contact: {contact}; held by: {ticket.taken_by or '–'}"))
    for message in talk:
        console.print(Text(f"[{local_time(message.at)}] {message.author}: {message.text}"))


@app.command()
def take(number: Annotated[int, NUMBER], staff: Annotated[str | None, STAFF] = None) -> None:
    """Take a ticket: from now on the bot is silent in its talk."""
    _handle(lambda records: records.tickets.take(number, _name(staff)))


@app.command()
def answer(
    number: Annotated[int, NUMBER],
    text: Annotated[str, typer.Argument(help="What to say to the user.")],
    staff: Annotated[str | None, STAFF] = None,
) -> None:
    """Say something to the user; takes the ticket if nobody holds it."""
    if not text.strip():
        raise StartError("the answer is empty")
    _handle(lambda records: records.tickets.answer(number, _name(staff), text.strip()))


@app.command()
def close(number: Annotated[int, NUMBER], staff: Annotated[str | None, STAFF] = None) -> None:
    """Close a ticket: the user is told that the bot is back."""
    from connectors.staff_api import farewell

    _handle(lambda records: records.tickets.close(number, _name(staff), farewell()))


def _name(staff: str | None) -> str:
    from actions.records.schema import STAFF_NAME_CHARS

    try:
        name = (getpass.getuser() if staff is None else staff).strip()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        name = ""
    if not 0 < len(name) <= STAFF_NAME_CHARS:
        raise StartError(f"say with --staff who answers, in at most {STAFF_NAME_CHARS} characters")
    return name


def _handle(change: Callable[[Records], Ticket]) -> None:
    with opened_records() as records:
        ticket = _or_error(lambda: change(records))
    print(f"#{ticket.id}: {ticket.status}, {ticket.taken_by}")


def _or_error(step: Callable[[], Ticket]) -> Ticket:
    from actions.records import TicketError

    try:
        return step()
    except TicketError as error:
        raise StartError(str(error)) from None
