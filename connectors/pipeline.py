"""The pipeline of all channels while the app runs: intake, worker, delivery, streams; drained when the app stops."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Records
from connectors.background import background
from connectors.channel import Channels
from connectors.delivery import Delivery
from connectors.fanout import Fanout
from connectors.intake import Intake
from connectors.logging import failure_of
from connectors.metrics import WAITING
from connectors.worker import Worker

# A process of others that died is noticed when its leases have run out.
_RECOVER_EVERY_S = 30.0
_COUNT_EVERY_S = 5.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Pipeline:
    """From a platform's event to the delivered reply."""

    records: Records
    channels: Channels
    intake: Intake
    worker: Worker
    delivery: Delivery
    fanout: Fanout
    resend_unknown: bool
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs it; at the end nothing new is taken, and what is under way is finished."""
        # SQLite serves one process: whatever was under way there was so in one that is gone.
        alone = self.records.engine.dialect.name == "sqlite"
        await asyncio.to_thread(self._recover, alone)
        self.intake.start()
        work = (
            self.worker.run(self.intake.arrived, self.answered),
            self.delivery.run(self.answered),
            self._look_after(),
        )
        try:
            async with background(*work), self.fanout.looking():
                yield
                await self.intake.stop()
        finally:
            await self.worker.drain()
            await self.delivery.drain()
            await self.channels.close()

    def _recover(self, alone: bool) -> None:
        if alone:
            self.records.inbox.recover()
        interrupted = self.records.outbox.recover(resend=self.resend_unknown, everything=alone)
        if interrupted:
            log.warning("deliveries interrupted", count=interrupted, resent=self.resend_unknown)

    def _count(self) -> None:
        WAITING.labels("inbox").set(self.records.inbox.waiting())
        WAITING.labels("outbox").set(self.records.outbox.waiting())

    async def _look_after(self) -> None:
        for round_ in itertools.count(1):
            await asyncio.sleep(_COUNT_EVERY_S)
            try:
                await asyncio.to_thread(self._count)
                if round_ % (_RECOVER_EVERY_S // _COUNT_EVERY_S) == 0:
                    await asyncio.to_thread(self._recover, False)
            except SQLAlchemyError as error:
                log.error("records failed", error=failure_of(error))
