"""Tells the widgets that listen when something was said in their talk, here or by another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Records
from connectors.metrics import STREAMS

_LOOK_EVERY_S = 1.0
WEB = "web"

log = structlog.get_logger()


@dataclass(eq=False)
class Listener:
    """One widget's stream: `spoken` is set when there may be something new; `unkept` holds what is kept nowhere."""

    spoken: asyncio.Event = field(default_factory=asyncio.Event)
    unkept: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False

    def wake(self) -> None:
        """Makes it look."""
        self.spoken.set()


class Fanout:
    """The listeners of all talks on the web."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._listeners: dict[str, set[Listener]] = {}

    @contextmanager
    def listening(self, conversation: str) -> Iterator[Listener]:
        """Lends a listener to a talk."""
        listener = Listener()
        self._listeners.setdefault(conversation, set()).add(listener)
        STREAMS.inc()
        try:
            yield listener
        finally:
            STREAMS.dec()
            others = self._listeners[conversation]
            others.discard(listener)
            if not others:
                del self._listeners[conversation]

    def spoken(self, conversation: str) -> None:
        """Says that something was said in a talk."""
        for listener in self._listeners.get(conversation, ()):
            listener.wake()

    def show(self, conversation: str, message: dict[str, Any]) -> bool:
        """Shows what is kept nowhere to those who listen now; False if nobody does."""
        listeners = self._listeners.get(conversation, set())
        for listener in listeners:
            listener.unkept.append(message)
            listener.wake()
        return bool(listeners)

    def close(self, conversation: str | None = None) -> None:
        """Ends the streams of a talk, or all."""
        chosen = list(self._listeners) if conversation is None else [conversation]
        for key in chosen:
            for listener in self._listeners.get(key, ()):
                listener.closed = True
                listener.wake()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Keeps looking for what other processes have said, for as long as the context lasts."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.close()

    async def _look(self) -> None:
        conversations, seen = self._records.conversations, None
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self._listeners:
                seen = None
                continue
            try:
                if seen is None:
                    seen = await asyncio.to_thread(conversations.newest)
                    for conversation in list(self._listeners):
                        self.spoken(conversation)
                    continue
                new = await asyncio.to_thread(conversations.spoken_since, seen, WEB)
            except SQLAlchemyError as error:
                log.error("records failed", error=type(error).__name__)
                continue
            for number, conversation in new:
                seen = max(seen, number)
                self.spoken(conversation)
