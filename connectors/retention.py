"""Erases conversations that are older than they may be kept: when the app starts, and every hour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Records
from connectors.background import background
from connectors.logging import failure_of

_EVERY_S = 3600.0

log = structlog.get_logger()


@asynccontextmanager
async def retention(records: Records, days: int, every_s: float = _EVERY_S) -> AsyncIterator[None]:
    """Keeps erasing what is older than `days` for as long as the context lasts."""
    async with background(_keep_erasing(records, days, every_s)):
        yield


async def _keep_erasing(records: Records, days: int, every_s: float) -> None:
    while True:
        before = datetime.now(UTC) - timedelta(days=days)
        try:
            gone = await asyncio.to_thread(records.purge, before)
        except SQLAlchemyError as error:
            # The next round tries again; what was not erased is older by then, not lost.
            log.error("retention failed", error=failure_of(error))
        else:
            if gone.conversations:
                log.info("retention", conversations=gone.conversations, messages=gone.messages)
        await asyncio.sleep(every_s)
