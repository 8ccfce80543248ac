"""From a platform's call to the inbox: what has been verified is put down, and only then told to have come."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from actions.records import Arrival, Records
from connectors.channel import Channel, Event
from connectors.keys import Keys
from connectors.logging import failure_of
from connectors.metrics import EVENTS
from connectors.rate_limits import RateLimits
from connectors.sentences import Sentences

# From so many events a second on, whoever hands over comes before whoever waits for an answer.
_PRESSED_PER_S = 40
# So many events at most are put down in one transaction.
_MOST_AT_ONCE = 200
# What the inbox is told of in vain costs its user nothing.
_UNCOUNTED = frozenset({"left", "seen"})

log = structlog.get_logger()


class IntakeClosed(Exception):
    """The app is stopping: the platform has to send it again."""


class Intake:
    """Puts events down, those that come at the same time in one transaction, and wakes the workers."""

    def __init__(
        self,
        records: Records,
        keys: Keys,
        sentences: Sentences,
        limits: RateLimits,
        *,
        joins_for_s: float,
        most_waiting: int,
    ) -> None:
        self._records, self._keys, self._sentences, self.limits = records, keys, sentences, limits
        self._busy = self.said("utter_busy")
        self._joins_for = timedelta(seconds=joins_for_s)
        self._most_waiting = most_waiting
        self._queue: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        # A thread of its own: whoever is to be told 200 does not queue up behind turns and deliveries.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._lately: deque[tuple[float, int]] = deque()
        # Set whenever something has come, for the workers.
        self.arrived = asyncio.Event()

    @property
    def pressure(self) -> int:
        """Events a second, if there are so many that all else has to yield; otherwise 0."""
        since = time.monotonic() - 1
        while self._lately and self._lately[0][0] < since:
            self._lately.popleft()
        lately = sum(count for _, count in self._lately)
        return lately if lately >= _PRESSED_PER_S else 0

    def start(self) -> None:
        """Begins to write."""
        self._writer = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Writes what has come, and takes nothing more."""
        if self._writer is not None:
            await self._queue.join()
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
            self._writer = None

    async def take(self, channel: Channel, events: Sequence[Event]) -> None:
        """Returns when the events are on the disk; those that came before are not put down again.

        Raises:
            IntakeClosed: the app is stopping.
            sqlalchemy.exc.SQLAlchemyError: they could not be put down.
        """
        arrivals = [await self._arrival(channel.name, event) for event in events]
        new = await asyncio.gather(*[self.put(arrival) for arrival in arrivals])
        for event, is_new in zip(events, new, strict=True):
            EVENTS.labels(channel.name, event.kind if is_new else "repeated").inc()

    def put(self, arrival: Arrival) -> asyncio.Future[bool]:
        """Puts one event down; what is returned tells, when it is on the disk, whether it is new.

        Raises:
            IntakeClosed: the app is stopping.
        """
        if self._writer is None:
            raise IntakeClosed
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((arrival, written))
        return written

    async def _arrival(self, channel: str, event: Event) -> Arrival:
        conversation = self._keys.conversation_key(channel, f"{event.account}:{event.user}")
        refused: Mapping[str, Any] | None = None
        if event.kind not in _UNCOUNTED and await self.limits.user_over(conversation):
            told = await self.limits.may_tell(conversation)
            refused = self.said("utter_slow_down") if told else {}
        payload = {
            "text": event.text,
            "address": dict(event.address),
            "quote": event.quote,
            "button": event.button,
        }
        return Arrival(
            channel=channel,
            account=event.account,
            event=hashlib.sha256(event.id.encode()).hexdigest(),
            conversation=conversation,
            kind=event.kind,
            payload=payload,
            joins_for=self._joins_for if event.kind == "text" else timedelta(0),
            refused=refused,
        )

    def said(self, response: str) -> dict[str, Any]:
        """Returns a fixed sentence as the outbox takes it."""
        return {"message": self._sentences.message(response).model_dump(exclude_defaults=True)}

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                loop, arrivals = asyncio.get_running_loop(), [arrival for arrival, _ in batch]
                new = await loop.run_in_executor(self._thread, self._accept, arrivals)
            except Exception as error:  # noqa: BLE001  # whoever waits must hear of any failure
                log.error("inbox failed", error=failure_of(error))
                for _, written in batch:
                    if not written.done():
                        written.set_exception(error)
            else:
                self._lately.append((time.monotonic(), len(batch)))
                for (_, written), is_new in zip(batch, new, strict=True):
                    if not written.done():
                        written.set_result(is_new)
                # What may be joined with more is found when its time has come.
                if any(not arrival.joins_for for arrival, _ in batch):
                    self.arrived.set()
            finally:
                for _ in batch:
                    self._queue.task_done()

    def _accept(self, arrivals: Sequence[Arrival]) -> list[bool]:
        return self._records.inbox.accept(arrivals, most=self._most_waiting, busy=self._busy)
