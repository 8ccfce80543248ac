"""Tells the widgets that listen when their talk goes on, here or by another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Records
from connectors.background import background
from connectors.channel import WEB
from connectors.logging import failure_of
from connectors.metrics import STREAMS

_LOOK_EVERY_S = 0.25

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
        self._ended = False

    @contextmanager
    def listening(self, conversation: str) -> Iterator[Listener]:
        """Lends a listener to a talk."""
        listener = Listener(closed=self._ended)
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

    def close(self, conversation: str) -> None:
        """Ends the streams of a talk."""
        for listener in self._listeners.get(conversation, ()):
            listener.closed = True
            listener.wake()

    def end(self) -> None:
        """Ends all streams, those too that are opened from now on: the app is about to stop."""
        self._ended = True
        for conversation in self._listeners:
            self.close(conversation)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Keeps looking for what other processes have said, for as long as the context lasts."""
        try:
            async with background(self._look()):
                yield
        finally:
            self.end()

    async def _look(self) -> None:
        seen, held = None, set[str]()
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self._listeners:
                seen = None
                continue
            try:
                if seen is None:
                    seen, held = await asyncio.to_thread(self._newest)
                    changed = set(self._listeners)
                else:
                    new = await asyncio.to_thread(self._records.conversations.spoken_since, seen, WEB)
                    now_held = await asyncio.to_thread(self._records.tickets.held)
                    seen = max([seen, *(number for number, _ in new)])
                    # A person may take a talk, or give it back, without a word.
                    changed, held = {conversation for _, conversation in new} | (held ^ now_held), now_held
            except SQLAlchemyError as error:
                log.error("records failed", error=failure_of(error))
                continue
            for conversation in changed:
                self.spoken(conversation)

    def _newest(self) -> tuple[int, set[str]]:
        return self._records.conversations.newest(), self._records.tickets.held()
