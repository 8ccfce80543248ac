"""The outbox: what is to be delivered through platforms, until it has been, and what could not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from actions.records.cipher import Cipher, opened, sealed
from actions.records.database import Lock, go_alone, writing
from actions.records.schema import REASON_CHARS, UtcDateTime, conversations, outbox

State = Literal["waiting", "sending", "sent", "held", "unknown", "failed"]
LEASE = timedelta(seconds=60)
_OPEN = ("waiting", "sending")
_LISTED = 500


@dataclass(frozen=True)
class Parcel:
    """Something to deliver: `payload` holds the `address`, the `message`, and perhaps what it replies to (`quote`)."""

    id: int
    conversation: str
    channel: str
    account: str
    message: int | None
    created: datetime
    payload: dict[str, Any]
    parts: int
    attempts: int


@dataclass(frozen=True)
class Delivery:
    """What became of something that is, or was, to be delivered; without its text."""

    id: int
    channel: str
    account: str
    state: State
    created: datetime
    attempts: int
    reason: str | None


@dataclass(frozen=True)
class Window:
    """When the user last did something, and how many messages were delivered since."""

    acted: datetime | None
    delivered: int


def _due() -> sa.Select[Any]:
    """What may go out, of each conversation the oldest that is on its way.

    What belongs to a talk goes before mere notices, such as that many are asking, of which there may be very many.
    """
    now, earlier = sa.bindparam("now", type_=UtcDateTime), outbox.alias("earlier")
    behind = sa.exists().where(
        earlier.c.conversation == outbox.c.conversation,
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(_OPEN),
    )
    free = sa.or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
    return (
        sa.select(outbox.c.id)
        .where(outbox.c.state == "waiting", outbox.c.due <= now, free, ~behind)
        .order_by(outbox.c.message.is_(None), outbox.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _notice() -> sa.Insert:
    """Puts a notice down, unless one to the same user waits already."""
    given = {name: sa.bindparam(name, type_=outbox.c[name].type) for name in _GIVEN}
    waits = sa.exists().where(
        outbox.c.conversation == given["conversation"],
        outbox.c.state == "waiting",
        outbox.c.message.is_(None),
    )
    return sa.insert(outbox).from_select(_GIVEN, sa.select(*given.values()).where(~waits))


_GIVEN = (
    "conversation",
    "channel",
    "account",
    "message",
    "created",
    "due",
    "state",
    "payload",
    "parts",
    "attempts",
)
# Made once: to put them together takes longer than to run them.
_DUE, _PUT, _NOTICE = _due(), sa.insert(outbox), _notice()


class Outbox:
    """Keeps what is to be delivered, in order by conversation."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime], cipher: Cipher) -> None:
        self._engine, self._now, self._cipher = engine, now, cipher

    def put(
        self,
        connection: sa.Connection,
        conversation: str,
        channel: str,
        account: str,
        payload: Mapping[str, Any],
        *,
        message: int | None = None,
        once: bool = False,
    ) -> None:
        """Puts something down to be delivered, within a transaction.

        `once` is for notices, which belong to no turn: nobody has two of them on their way.
        """
        now = self._now()
        row = {
            "conversation": conversation,
            "channel": channel,
            "account": account,
            "message": message,
            "created": now,
            "due": now,
            "state": "waiting",
            "payload": sealed(self._cipher, payload),
            "parts": 0,
            "attempts": 0,
        }
        connection.execute(_NOTICE if once else _PUT, row)

    def claim(self, limit: int) -> list[Parcel]:
        """Takes what is due, the oldest of each conversation, for as long as `LEASE`."""
        now = self._now()
        wanted = {"now": now, "limit": limit}
        with self._engine.connect() as connection:
            if connection.execute(_DUE, wanted).first() is None:
                return []
        with writing(self._engine) as connection:
            # Otherwise two processes of PostgreSQL would find the same and take it both.
            go_alone(connection, Lock.CLAIM_OUTBOX)
            ids = [row.id for row in connection.execute(_DUE, wanted)]
            taken = sa.update(outbox).where(outbox.c.id.in_(ids)).values(leased_until=now + LEASE)
            rows = connection.execute(taken.returning(outbox)).all()
        parcels = []
        for row in sorted(rows, key=lambda row: int(row.id)):
            payload = opened(self._cipher, row.payload)
            if payload is None:
                self.fail(row.id, "it was encrypted with another LABAN_SECRET_KEY")
                continue
            parcels.append(
                Parcel(
                    row.id,
                    row.conversation,
                    row.channel,
                    row.account,
                    row.message,
                    row.created,
                    payload,
                    row.parts,
                    row.attempts,
                )
            )
        return parcels

    def begin(self, number: int) -> None:
        """Says that it is being handed to the platform: from here on a crash leaves open whether it arrived."""
        self._set(number, state="sending", attempts=outbox.c.attempts + 1)

    def part_sent(self, number: int, parts: int) -> None:
        """Says how many of its parts have been delivered."""
        self._set(number, parts=parts)

    def sent(self, number: int) -> None:
        """Says that all of it was delivered; what it said is forgotten here."""
        with writing(self._engine) as connection:
            values = {"state": "sent", "payload": None, "leased_until": None, "done": self._now()}
            mine = outbox.c.id == number
            connection.execute(sa.update(outbox).where(mine).values(**values))
            # Of a talk that was erased meanwhile nothing stays.
            known = sa.select(conversations.c.key)
            connection.execute(sa.delete(outbox).where(mine, outbox.c.conversation.not_in(known)))

    def retry(self, number: int, after_s: float, reason: str) -> None:
        """Puts it off."""
        due = self._now() + timedelta(seconds=after_s)
        self._set(number, state="waiting", due=due, leased_until=None, reason=reason[:REASON_CHARS])

    def hurry(self, channel: str, account: str) -> None:
        """Has what was put off tried now: what it waited for has been mended."""
        mine = (outbox.c.channel == channel, outbox.c.account == account, outbox.c.state == "waiting")
        with writing(self._engine) as connection:
            connection.execute(sa.update(outbox).where(*mine).values(due=self._now()))

    def hold(self, number: int, reason: str) -> None:
        """Keeps it until the user writes again."""
        self._set(number, state="held", leased_until=None, reason=reason[:REASON_CHARS])

    def unknown(self, number: int, reason: str) -> None:
        """Keeps it, not to be sent again: it may have arrived."""
        self._set(number, state="unknown", leased_until=None, reason=reason[:REASON_CHARS], done=self._now())

    def fail(self, number: int, reason: str) -> None:
        """Keeps it with the reason why it cannot be delivered."""
        self._set(number, state="failed", leased_until=None, reason=reason[:REASON_CHARS], done=self._now())

    def release(self, connection: sa.Connection, conversation: str) -> None:
        """Lets go what was held until its user writes, within a transaction."""
        mine = sa.and_(outbox.c.conversation == conversation, outbox.c.state == "held")
        connection.execute(sa.update(outbox).where(mine).values(state="waiting", due=self._now()))

    def again(self, number: int) -> bool:
        """Has something that failed, or may not have arrived, delivered after all; False if there is no such thing."""
        again = sa.and_(outbox.c.id == number, outbox.c.state.in_(("failed", "unknown", "held")))
        with writing(self._engine) as connection:
            values = {"state": "waiting", "due": self._now(), "done": None}
            done = connection.execute(
                sa.update(outbox).where(again, outbox.c.payload.is_not(None)).values(values)
            )
            return bool(done.rowcount)

    def recover(self, *, resend: bool, everything: bool) -> int:
        """Settles what a process that is gone was about to hand over; returns how many.

        Args:
            resend: deliver it again, perhaps twice, instead of keeping it as unknown.
            everything: no other process uses the database, so that no lease needs to run out.
        """
        now = self._now()
        gone = sa.true() if everything else outbox.c.leased_until < now
        with writing(self._engine) as connection:
            if everything:
                connection.execute(
                    sa.update(outbox).where(outbox.c.state == "waiting").values(leased_until=None)
                )
            values = (
                {"state": "waiting", "leased_until": None}
                if resend
                else {"state": "unknown", "leased_until": None, "reason": "interrupted", "done": now}
            )
            done = connection.execute(
                sa.update(outbox).where(outbox.c.state == "sending", gone).values(**values)
            )
            return int(done.rowcount)

    def list(self, states: Sequence[State]) -> list[Delivery]:
        """Returns the newest of what is in these states, oldest first."""
        wanted = (
            sa.select(outbox).where(outbox.c.state.in_(states)).order_by(outbox.c.id.desc()).limit(_LISTED)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return [
            Delivery(row.id, row.channel, row.account, row.state, row.created, row.attempts, row.reason)
            for row in reversed(rows)
        ]

    def waiting(self) -> int:
        """Returns how much waits to be delivered."""
        counted = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state.in_(_OPEN))
        with self._engine.connect() as connection:
            return connection.execute(counted).scalar_one()

    def window(self, conversation: str) -> Window:
        """Returns what the platforms' rules on writing to a user count."""
        acted = sa.select(conversations.c.acted).where(conversations.c.key == conversation)
        with self._engine.connect() as connection:
            moment = connection.execute(acted).scalar()
            delivered = sa.and_(outbox.c.conversation == conversation, outbox.c.state == "sent")
            since = sa.true() if moment is None else outbox.c.done >= moment
            counted = sa.select(sa.func.count()).select_from(outbox).where(delivered, since)
            return Window(moment, connection.execute(counted).scalar_one())

    def unreachable(self, conversation: str, reason: str | None) -> None:
        """Marks a user as not to be reached, with the reason; None: they can be again."""
        mine = conversations.c.key == conversation
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(conversations).where(mine).values(unreachable=reason and reason[:REASON_CHARS])
            )

    def forget(self, connection: sa.Connection, conversation: str) -> None:
        """Erases what was delivered or cannot be; what is on its way is delivered first, and erased then."""
        mine = sa.and_(outbox.c.conversation == conversation, outbox.c.state.not_in(_OPEN))
        connection.execute(sa.delete(outbox).where(mine))

    def purge(self, connection: sa.Connection, kept: timedelta, before: datetime) -> None:
        """Erases what was delivered so long ago, and what was put down before a moment, whatever became of it."""
        delivered = sa.and_(outbox.c.state == "sent", outbox.c.done < self._now() - kept)
        connection.execute(sa.delete(outbox).where(sa.or_(delivered, outbox.c.created < before)))

    def _set(self, number: int, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(sa.update(outbox).where(outbox.c.id == number).values(**values))
