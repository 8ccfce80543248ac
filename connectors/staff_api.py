"""The REST API of the people who answer tickets: `/api/v1/tickets`, open to whoever shows the staff's token."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, cast

import yaml
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.records import (
    RecordedMessage,
    Records,
    Ticket,
    TicketClosed,
    TicketError,
    TicketNotFound,
)
from actions.records.tickets import Priority, Status, TicketReason
from connectors.problems import Problem, described

TICKETS_FILE = Path(__file__).with_name("tickets.yml")
_LONGEST_NAME, _LONGEST_ANSWER = 80, 4000
# PostgreSQL keeps no NUL in texts.
_WITHOUT_NUL = r"^[^\x00]*$"
_PROBLEMS = described(
    {
        401: "The token is missing or wrong",
        403: "No token is set (LABAN_STAFF_TOKEN), so nobody is let in",
        404: "There is no such ticket",
        409: "The ticket is closed, or somebody else holds it",
        422: "The request cannot be read",
    }
)


class TicketView(BaseModel):
    """A ticket."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    status: Status
    priority: Priority
    reason: TicketReason
    opened: datetime
    taken_by: str | None
    taken: datetime | None
    closed: datetime | None


class MessageView(BaseModel):
    """A message of a talk, personal data masked."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    author: str
    text: str
    at: datetime


class TicketDetail(TicketView):
    """A ticket with the talk, and how to reach the user: null if they did not say, or the secret is lost."""

    contact: str | None
    contact_lost: bool
    messages: list[MessageView]


class StaffRequest(BaseModel):
    """Who acts."""

    staff: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=_LONGEST_NAME, pattern=_WITHOUT_NUL
        ),
    ]


class StaffAnswer(StaffRequest):
    """Who says what to the user."""

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=_LONGEST_ANSWER, pattern=_WITHOUT_NUL
        ),
    ]


def _let_in(request: Request) -> None:
    token = request.app.state.staff_token
    if token is None:
        raise Problem(403, "staff_closed")
    expected = f"Bearer {token.get_secret_value()}".encode()
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
        raise Problem(401, "staff_only", headers={"WWW-Authenticate": "Bearer"})


def _records(request: Request) -> Records:
    return cast("Records", request.app.state.records)


Store = Annotated[Records, Depends(_records)]
Number = Annotated[int, Field(ge=1, le=2**53)]

router = APIRouter(
    prefix="/api/v1/tickets", tags=["tickets"], dependencies=[Depends(_let_in)], responses=_PROBLEMS
)


@router.get("")
def list_tickets(records: Store, status: Status | None = None) -> list[TicketView]:
    """List tickets, most urgent first; those that are not closed unless `status` says otherwise."""
    return [TicketView.model_validate(ticket) for ticket in records.tickets.list(status)]


@router.get("/{number}")
def read_ticket(number: Number, records: Store) -> TicketDetail:
    """Show a ticket with its talk."""
    return _detail(records, _found(records, number))


@router.post("/{number}/take")
def take_ticket(number: Number, body: StaffRequest, records: Store) -> TicketDetail:
    """Take a ticket: from now on the bot is silent in its talk."""
    return _handled(records, lambda: records.tickets.take(number, body.staff))


@router.post("/{number}/answer")
def answer_ticket(number: Number, body: StaffAnswer, records: Store) -> TicketDetail:
    """Say something to the user; takes the ticket if nobody holds it."""
    return _handled(records, lambda: records.tickets.answer(number, body.staff, body.text))


@router.post("/{number}/close")
def close_ticket(number: Number, body: StaffRequest, records: Store) -> TicketDetail:
    """Close a ticket: the user is told that the bot is back."""
    return _handled(records, lambda: records.tickets.close(number, body.staff, farewell()))


@cache
def farewell() -> str:
    """Returns what a user is told when a ticket is closed."""
    return str(yaml.safe_load(TICKETS_FILE.read_text(encoding="utf-8"))["farewell"])


def _handled(records: Records, handle: Callable[[], Ticket]) -> TicketDetail:
    try:
        return _detail(records, handle())
    except TicketNotFound:
        raise Problem(404, "no_ticket") from None
    except TicketClosed:
        raise Problem(409, "ticket_closed") from None
    except TicketError:
        raise Problem(409, "ticket_taken") from None


def _found(records: Records, number: int) -> Ticket:
    try:
        return records.tickets.get(number)
    except TicketNotFound:
        raise Problem(404, "no_ticket") from None


def _detail(records: Records, ticket: Ticket) -> TicketDetail:
    talk: Sequence[RecordedMessage] = records.conversations.messages(ticket.conversation)
    seen = [MessageView.model_validate(message) for message in talk]
    reached = {"contact": ticket.contact, "contact_lost": ticket.contact_lost}
    return TicketDetail(**TicketView.model_validate(ticket).model_dump(), **reached, messages=seen)
