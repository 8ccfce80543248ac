"""The inbox: what platforms have handed over and were told 200 for, until it has been answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from actions.records.cipher import Cipher, opened, sealed
from actions.records.database import Lock, go_alone, insert_into, writing
from actions.records.outbox import Outbox
from actions.records.schema import UtcDateTime, inbox

# text: words that may be joined with others to one turn; press: a button or a command, a turn of its own;
# the rest are answered with fixed sentences (`connectors.channel`).
Kind = Literal["text", "press", "welcome", "unreadable", "left", "seen"]
# Nobody is kept waiting longer than this because more keeps coming.
LONGEST_JOIN = timedelta(seconds=5)
# Longer than a turn can take, so that two workers never have the same conversation.
LEASE = timedelta(seconds=60)
_COUNT_EVERY_S = 1.0


@dataclass(frozen=True)
class Arrival:
    """An event as it is put down; `event` identifies it in its channel and account.

    `refused` is a reply that is given at once, instead of a turn; empty: none.
    """

    channel: str
    account: str
    event: str
    conversation: str
    kind: Kind
    payload: Mapping[str, Any]
    joins_for: timedelta = timedelta(0)
    refused: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Item:
    """A waiting event; `payload` is None when the secret that encrypted it is lost."""

    id: int
    channel: str
    account: str
    event: str
    conversation: str
    kind: Kind
    received: datetime
    payload: dict[str, Any] | None
    attempts: int
    told: bool


def _ready() -> sa.Select[Any]:
    """Conversations whose user has paused, that nobody has taken, and that are not put off; the oldest first."""
    now, other = sa.bindparam("now", type_=UtcDateTime), inbox.alias("other")

    def any_of_it(*conditions: sa.ColumnElement[bool]) -> sa.Exists:
        same = other.c.conversation == inbox.c.conversation
        return sa.exists().where(same, other.c.state == "waiting", *conditions)

    # Found from the oldest on by an index, and not by groups, which would be made of all that waits.
    return (
        sa.select(inbox.c.conversation)
        .where(
            inbox.c.state == "waiting",
            ~any_of_it(other.c.id < inbox.c.id),
            ~any_of_it(sa.or_(other.c.leased_until > now, other.c.due > now)),
            sa.or_(
                inbox.c.received <= sa.bindparam("patient", type_=UtcDateTime),
                ~any_of_it(other.c.joins_until > now),
            ),
        )
        .order_by(inbox.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


# Made once: to put it together takes longer than to run it.
_READY = _ready()
_COUNTED = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == "waiting")


class Inbox:
    """Keeps events in the order of their arrival, each once."""

    def __init__(
        self, engine: sa.Engine, now: Callable[[], datetime], outbox: Outbox, cipher: Cipher
    ) -> None:
        self._engine, self._now, self._outbox, self._cipher = engine, now, outbox, cipher
        insert = insert_into(engine, inbox)
        named = (inbox.c.channel, inbox.c.account, inbox.c.event)
        self._put = insert.on_conflict_do_nothing().returning(*named)
        # How many waited when they were last counted, and what has come and gone since.
        self._known_waiting, self._counted_at = 0, -_COUNT_EVERY_S

    def accept(
        self, arrivals: Sequence[Arrival], *, most: int, busy: Mapping[str, Any] | None = None
    ) -> list[bool]:
        """Puts events down, on the disk when this returns; tells of each whether it is new.

        Args:
            arrivals: the events, in order.
            most: how many may wait at a time; the others are refused with `busy`.
            busy: the reply then.
        """
        now = self._now()
        # Whoever holds SQLite's lock holds up everybody, so what takes time comes before.
        rows = [self._row(arrival, now) for arrival in arrivals]
        refusals: dict[tuple[str, str, str], tuple[Arrival, Mapping[str, Any]]] = {}
        with writing(self._engine, durable=True) as connection:
            room = self._room(connection, most)
            for row, arrival in zip(rows, arrivals, strict=True):
                refused = arrival.refused
                if refused is None and room <= 0 and arrival.kind != "left":
                    refused = busy
                if refused is None:
                    room -= 1
                else:
                    row |= {"state": "done", "finished": now, "payload": None}
                    refusals.setdefault(_name(row), (arrival, refused))
            # Of what is there already no row comes back; what comes twice within one batch comes back once.
            new = {_name(row._mapping) for row in connection.execute(self._put, rows)}
            self._tell(connection, [refusal for name, refusal in refusals.items() if name in new])
            self._known_waiting += len(new - refusals.keys())
        answers = []
        for arrival in arrivals:
            name = _name(vars(arrival))
            answers.append(name in new)
            new.discard(name)
        return answers

    def _tell(self, connection: sa.Connection, refusals: Sequence[tuple[Arrival, Mapping[str, Any]]]) -> None:
        """Has those who were refused hear why; nobody needs to be told twice before they have heard it."""
        for arrival, reply in refusals:
            if reply:
                payload = {**reply, "address": arrival.payload["address"]}
                self._outbox.put(
                    connection, arrival.conversation, arrival.channel, arrival.account, payload, once=True
                )

    def _room(self, connection: sa.Connection, most: int) -> int:
        """How many more may wait; counted every second, and reckoned on between."""
        now = time.monotonic()
        if now > self._counted_at + _COUNT_EVERY_S:
            self._known_waiting, self._counted_at = self._waiting(connection), now
        return most - self._known_waiting

    def _row(self, arrival: Arrival, now: datetime) -> dict[str, Any]:
        return {
            "channel": arrival.channel,
            "account": arrival.account,
            "event": arrival.event,
            "conversation": arrival.conversation,
            "kind": arrival.kind,
            "received": now,
            "joins_until": now + arrival.joins_for,
            "due": now,
            "state": "waiting",
            "finished": None,
            "payload": sealed(self._cipher, arrival.payload),
            "attempts": 0,
            "told": False,
        }

    def waiting(self) -> int:
        """Returns how many events wait for their turn."""
        with self._engine.connect() as connection:
            return self._waiting(connection)

    def _waiting(self, connection: sa.Connection) -> int:
        return connection.execute(_COUNTED).scalar_one()

    def claim(self, conversations: int) -> list[list[Item]]:
        """Takes the events of so many conversations that wait longest, for as long as `LEASE`; a list for each."""
        now = self._now()
        wanted = {"now": now, "patient": now - LONGEST_JOIN, "limit": conversations}
        with self._engine.connect() as connection:
            if connection.execute(_READY, wanted).first() is None:
                return []
        with writing(self._engine) as connection:
            # Otherwise two processes of PostgreSQL would find the same and take it both.
            go_alone(connection, Lock.CLAIM_INBOX)
            keys = [row.conversation for row in connection.execute(_READY, wanted)]
            mine = sa.and_(inbox.c.conversation.in_(keys), inbox.c.state == "waiting")
            taken = (
                sa.update(inbox).where(mine).values(leased_until=now + LEASE, attempts=inbox.c.attempts + 1)
            )
            rows = connection.execute(taken.returning(inbox)).all()
        items = [self._item(row) for row in sorted(rows, key=lambda row: int(row.id))]
        return [[item for item in items if item.conversation == key] for key in keys]

    def renew(self, ids: Sequence[int]) -> None:
        """Keeps events for another `LEASE`: those before them took their time."""
        with writing(self._engine) as connection:
            mine = sa.and_(inbox.c.id.in_(ids), inbox.c.state == "waiting")
            connection.execute(sa.update(inbox).where(mine).values(leased_until=self._now() + LEASE))

    def finish(self, connection: sa.Connection, ids: Sequence[int], *, reason: str | None = None) -> None:
        """Marks events as answered, or with a reason as failed, within the transaction that keeps the answer."""
        self._known_waiting -= len(ids)
        connection.execute(
            sa.update(inbox)
            .where(inbox.c.id.in_(ids))
            .values(
                state="failed" if reason else "done",
                payload=None,
                leased_until=None,
                finished=self._now(),
                reason=reason,
            )
        )

    def release(self, ids: Sequence[int], after_s: float = 0, *, told: bool | None = None) -> None:
        """Gives events back, to be taken again after so many seconds."""
        values: dict[str, Any] = {
            "leased_until": None,
            "due": self._now() + timedelta(seconds=after_s),
        } | ({} if told is None else {"told": told})
        with writing(self._engine) as connection:
            connection.execute(sa.update(inbox).where(inbox.c.id.in_(ids)).values(**values))

    def recover(self) -> None:
        """Frees what a process that is gone had taken; only for a database that no other process uses."""
        with writing(self._engine) as connection:
            connection.execute(sa.update(inbox).where(inbox.c.state == "waiting").values(leased_until=None))

    def forget(self, connection: sa.Connection, conversation: str) -> None:
        """Takes a conversation's key off what has been answered; what still waits is answered."""
        answered = sa.and_(inbox.c.conversation == conversation, inbox.c.state != "waiting")
        connection.execute(sa.update(inbox).where(answered).values(conversation=""))

    def purge(self, connection: sa.Connection, kept: timedelta) -> None:
        """Erases what was finished so long ago; until then, what a platform sends again is known."""
        connection.execute(sa.delete(inbox).where(inbox.c.finished < self._now() - kept))

    def _item(self, row: Any) -> Item:
        return Item(
            id=row.id,
            channel=row.channel,
            account=row.account,
            event=row.event,
            conversation=row.conversation,
            kind=row.kind,
            received=row.received,
            payload=opened(self._cipher, row.payload),
            attempts=row.attempts,
            told=row.told,
        )


def _name(row: Any) -> tuple[str, str, str]:
    return row["channel"], row["account"], row["event"]
