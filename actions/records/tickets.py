"""Tickets: requests for a person, from opening to closing. A ticket that is held makes the bot silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from actions.records.cipher import Cipher
from actions.records.conversations import Conversations
from actions.records.database import insert_into, writing
from actions.records.schema import tickets

Status = Literal["open", "held", "closed"]
TicketReason = Literal["asked", "serious", "emergency", "abuse"]
PRIORITIES = ("normal", "high", "top")
Priority = Literal["normal", "high", "top"]


class TicketError(Exception):
    """A ticket cannot be handled like that."""


class TicketNotFound(TicketError):
    """There is no ticket of that number."""


class TicketClosed(TicketError):
    """The ticket is closed already."""


class TicketTaken(TicketError):
    """Another person, who is named, holds the ticket."""


@dataclass(frozen=True)
class OpenedTicket:
    """A ticket as its conversation sees it."""

    id: int
    already_open: bool


@dataclass(frozen=True)
class Ticket:
    """A ticket as a person of the office sees it.

    `contact` is readable; it is None too where the secret that encrypted it is lost (`contact_lost`).
    """

    id: int
    conversation: str
    status: Status
    priority: Priority
    reason: TicketReason
    contact: str | None
    contact_lost: bool
    opened: datetime
    taken_by: str | None
    taken: datetime | None
    closed: datetime | None


class Tickets:
    """Keeps tickets; one of a conversation at a time."""

    def __init__(
        self,
        engine: sa.Engine,
        now: Callable[[], datetime],
        conversations: Conversations,
        cipher: Cipher,
    ) -> None:
        self._engine, self._now, self._conversations, self._cipher = engine, now, conversations, cipher
        insert = insert_into(engine, tickets)
        self._open = insert.on_conflict_do_nothing().returning(tickets.c.id)

    def open_ticket(self, conversation: str, reason: str, priority: str) -> OpenedTicket:
        """Opens a ticket; one that is not closed yet is kept, and its priority never falls.

        Args:
            conversation: the key.
            reason: "asked", "serious", "emergency" or "abuse".
            priority: "normal", "high" or "top".
        """
        level = PRIORITIES.index(priority)
        row = {"conversation": conversation, "status": "open", "priority": level, "reason": reason}
        with writing(self._engine) as connection:
            self._conversations.see(connection, conversation)
            new = connection.execute(
                self._open, {**row, "contact_wanted": False, "opened": self._now()}
            ).scalar()
            if new is not None:
                return OpenedTicket(new, already_open=False)
            mine = _not_closed(conversation)
            old = connection.execute(
                sa.select(tickets.c.id, tickets.c.priority).where(mine).with_for_update()
            ).first()
            if old is not None:
                if old.priority < level:
                    self._update(connection, old.id, priority=level, reason=reason)
                return OpenedTicket(old.id, already_open=True)
        # Somebody closed it between the two statements, which PostgreSQL allows.
        return self.open_ticket(conversation, reason, priority)

    def want_contact(self, conversation: str, *, wanted: bool) -> None:
        """Says whether the next message may bring a contact for the ticket that is not closed."""
        self._change(conversation, contact_wanted=wanted)

    def set_contact(self, conversation: str, contact: str) -> None:
        """Keeps a contact for the ticket that is not closed, encrypted."""
        self._change(conversation, contact=self._cipher.encrypt(contact), contact_wanted=False)

    def list(self, status: Status | None = None) -> Sequence[Ticket]:
        """Returns tickets, most urgent first, then oldest first; all that are not closed unless told otherwise."""
        which = tickets.c.status == status if status else tickets.c.status != "closed"
        wanted = sa.select(tickets).where(which).order_by(tickets.c.priority.desc(), tickets.c.id)
        with self._engine.connect() as connection:
            return [self._ticket(row) for row in connection.execute(wanted)]

    def held(self) -> set[str]:
        """Returns the conversations in which a person talks."""
        wanted = sa.select(tickets.c.conversation).where(tickets.c.status == "held")
        with self._engine.connect() as connection:
            return set(connection.execute(wanted).scalars())

    def of(self, conversation: str) -> Sequence[Ticket]:
        """Returns all tickets of a conversation, oldest first."""
        wanted = sa.select(tickets).where(tickets.c.conversation == conversation).order_by(tickets.c.id)
        with self._engine.connect() as connection:
            return [self._ticket(row) for row in connection.execute(wanted)]

    def get(self, number: int) -> Ticket:
        """Returns one ticket.

        Raises:
            TicketNotFound: there is none.
        """
        with self._engine.connect() as connection:
            return self._one(connection, number)

    def take(self, number: int, staff: str) -> Ticket:
        """Makes the bot silent: `staff` talks from now on.

        Raises:
            TicketNotFound: there is none.
            TicketClosed: it is closed.
            TicketTaken: somebody else holds it.
        """
        with writing(self._engine) as connection:
            return self._taken(connection, number, staff)

    def answer(self, number: int, staff: str, text: str) -> Ticket:
        """Says something to the user, and takes the ticket first if nobody holds it; raises as `take` does."""
        with writing(self._engine) as connection:
            ticket = self._taken(connection, number, staff)
            self._conversations.tell(connection, ticket.conversation, "staff", text)
            return ticket

    def close(self, number: int, staff: str, farewell: str) -> Ticket:
        """Closes a ticket and tells the user with `farewell` that the bot is back.

        Raises:
            TicketNotFound: there is none.
            TicketClosed: it is closed already.
        """
        with writing(self._engine) as connection:
            ticket = self._one(connection, number, lock=True)
            if ticket.status == "closed":
                raise TicketClosed(f"ticket {number} is closed")
            self._update(connection, number, status="closed", closed=self._now(), taken_by=staff)
            self._conversations.tell(connection, ticket.conversation, "assistant", farewell)
            return self._one(connection, number)

    def _taken(self, connection: sa.Connection, number: int, staff: str) -> Ticket:
        ticket = self._one(connection, number, lock=True)
        if ticket.status == "closed":
            raise TicketClosed(f"ticket {number} is closed")
        if ticket.status == "held" and ticket.taken_by != staff:
            raise TicketTaken(f"ticket {number} is held by {ticket.taken_by}")
        if ticket.status == "open":
            self._update(connection, number, status="held", taken_by=staff, taken=self._now())
        return self._one(connection, number)

    def _change(self, conversation: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(sa.update(tickets).where(_not_closed(conversation)).values(**values))

    def _update(self, connection: sa.Connection, number: int, **values: Any) -> None:
        connection.execute(sa.update(tickets).where(tickets.c.id == number).values(**values))

    def _one(self, connection: sa.Connection, number: int, *, lock: bool = False) -> Ticket:
        wanted = sa.select(tickets).where(tickets.c.id == number)
        row = connection.execute(wanted).first()
        if row is not None and lock:
            # Two people may act at once; PostgreSQL locks the rows, SQLite has locked the whole database already.
            # The talk goes first, as in every turn, so that nobody waits for each other.
            self._conversations.lock(connection, row.conversation)
            row = connection.execute(wanted.with_for_update()).first()
        if row is None:
            raise TicketNotFound(f"there is no ticket {number}")
        return self._ticket(row)

    def _ticket(self, row: Any) -> Ticket:
        contact = self._readable(row.contact)
        return Ticket(
            id=row.id,
            conversation=row.conversation,
            status=row.status,
            priority=PRIORITIES[row.priority],  # type: ignore[arg-type]  # mypy does not read tuples as literals
            reason=row.reason,
            contact=contact,
            contact_lost=row.contact is not None and contact is None,
            opened=row.opened,
            taken_by=row.taken_by,
            taken=row.taken,
            closed=row.closed,
        )

    def _readable(self, data: bytes | None) -> str | None:
        if data is None:
            return None
        try:
            return self._cipher.decrypt(data)
        except ValueError:
            # A lost secret takes the contact along, but the ticket must still be seen, answered and closed.
            return None


def _not_closed(conversation: str) -> sa.ColumnElement[bool]:
    return sa.and_(tickets.c.conversation == conversation, tickets.c.status != "closed")
