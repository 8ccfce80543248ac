"""From the outbox to the platforms: in order by conversation, at the platforms' pace, tried again when that is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Parcel, Records
from connectors.channel import (
    Channels,
    DeliveryFailed,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    OutsideWindow,
    TryLater,
    UserUnreachable,
)
from connectors.logging import failure_of, place_of
from connectors.messages import ReplyMessage
from connectors.metrics import DELIVERIES
from connectors.pacing import Pacer
from connectors.platform_client import announced
from connectors.rendering import PlatformLimits

_AT_ONCE = 32
# So many at a time while more comes in than can be answered, and a rest between, as between turns (`worker.py`).
_WHILE_PRESSED, _REST_S = 1, 0.00001
_LONGEST_PAUSE_S = 300.0
_GIVE_UP_AFTER = timedelta(hours=24)
_IDLE_S = 1.0
_BUSY_S = 0.1

log = structlog.get_logger()


class Delivery:
    """Takes what waits in the outbox and hands it to its channel."""

    def __init__(
        self,
        records: Records,
        channels: Channels,
        limits: Mapping[str, PlatformLimits],
        *,
        pressure: Callable[[], int],
        resend_unknown: bool,
    ) -> None:
        self._records, self._channels, self._limits = records, channels, limits
        self._pressure, self._resend_unknown = pressure, resend_unknown
        self._pacers = {name: Pacer(found) for name, found in limits.items()}
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, answered: asyncio.Event) -> None:
        """Works until cancelled; `answered` is set when there is something new."""
        while True:
            answered.clear()
            pressure = self._pressure()
            if pressure:
                await asyncio.sleep(pressure**2 * _REST_S)
            room = (_WHILE_PRESSED if pressure else _AT_ONCE) - len(self._running)
            try:
                parcels = await asyncio.to_thread(self._records.outbox.claim, room) if room > 0 else []
            except SQLAlchemyError as error:
                log.error("outbox failed", error=failure_of(error))
                parcels = []
            for parcel in parcels:
                task = asyncio.create_task(self._deliver(parcel))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                # What follows in the same conversation may go now.
                task.add_done_callback(lambda _: answered.set())
            # Not wait_for, which forgets that it was cancelled when the event comes at that moment (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(_BUSY_S if self._running else _IDLE_S):
                    await answered.wait()

    async def drain(self) -> None:
        """Waits for what is being handed over."""
        if self._running:
            await asyncio.wait(self._running)

    async def _deliver(self, parcel: Parcel) -> None:
        try:
            state = await self._tried(parcel)
        except SQLAlchemyError as error:
            # Where it stands is settled when the lease has run out.
            log.error("outbox failed", error=failure_of(error))
            return
        DELIVERIES.labels(parcel.channel, state).inc()

    async def _tried(self, parcel: Parcel) -> str:
        try:
            await self._hand_over(parcel)
        except DeliveryFailed as failure:
            return await asyncio.to_thread(self._settle, parcel, failure)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001  # the edge of the delivery: a fault of one channel stops no other
            kind = type(error).__name__
            log.error("delivery failed", channel=parcel.channel, error=kind, place=place_of(error))
            return await asyncio.to_thread(self._settle, parcel, NotDelivered(kind))
        await asyncio.to_thread(self._records.outbox.sent, parcel.id)
        return "sent"

    def _settle(self, parcel: Parcel, failure: DeliveryFailed) -> str:
        """Keeps what was not delivered as its failure asks; returns the name of what became of it."""
        outbox, reason = self._records.outbox, str(failure)
        if isinstance(failure, OutcomeUnknown) and self._resend_unknown:
            failure = TryLater(reason)
        if isinstance(failure, TryLater) and datetime.now(UTC) - parcel.created < _GIVE_UP_AFTER:
            pause = min(_LONGEST_PAUSE_S, 2.0 ** min(parcel.attempts, 8))
            outbox.retry(parcel.id, pause if failure.after_s is None else failure.after_s, reason)
            return "put off"
        if isinstance(failure, OutsideWindow):
            outbox.hold(parcel.id, reason)
            return "held"
        log.warning("delivery failed", channel=parcel.channel, reason=reason)
        if isinstance(failure, OutcomeUnknown):
            outbox.unknown(parcel.id, reason)
            return "unknown"
        if isinstance(failure, UserUnreachable):
            outbox.unreachable(parcel.conversation, reason)
        outbox.fail(parcel.id, reason)
        return "failed"

    async def _hand_over(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            raise NotDelivered(f"the channel {parcel.channel} is not set up any more")
        await self._check_window(parcel)
        parts = channel.render(_outgoing(parcel), parcel.payload["address"])
        for number, part in enumerate(parts[parcel.parts :], parcel.parts + 1):
            await self._pace(parcel)
            with announced(lambda: asyncio.to_thread(self._records.outbox.begin, parcel.id)):
                await channel.send(parcel.account, part)
            if number < len(parts):
                await asyncio.to_thread(self._records.outbox.part_sent, parcel.id, number)

    async def _pace(self, parcel: Parcel) -> None:
        pacer = self._pacers.get(parcel.channel)
        if pacer is not None:
            await pacer.wait(parcel.account, parcel.conversation)

    async def _check_window(self, parcel: Parcel) -> None:
        limits = self._limits.get(parcel.channel)
        if limits is None or limits.window is None:
            return
        window = await asyncio.to_thread(self._records.outbox.window, parcel.conversation)
        # Of a talk that is not kept nothing is known; it was begun just now.
        if window.acted is None:
            return
        hours = (datetime.now(UTC) - window.acted).total_seconds() / 3600
        rules = limits.window
        if hours >= rules.hours:
            raise OutsideWindow(f"the user was silent for {hours:.0f} h")
        used_up = rules.free_messages is not None and window.delivered >= rules.free_messages
        # What a person writes may cost something; what the assistant says may not.
        if (used_up or hours >= rules.free_hours) and parcel.payload.get("author") != "staff":
            raise OutsideWindow("the free messages are used up")


def _outgoing(parcel: Parcel) -> Outgoing:
    given = parcel.payload
    return Outgoing(
        message=ReplyMessage.model_validate(given["message"]),
        author=given.get("author", "assistant"),
        quote=given.get("quote"),
        notice=given.get("notice"),
        number=parcel.message,
    )
