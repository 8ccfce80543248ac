"""A tracker store with one row a conversation, as fast at turn 300 as at turn 1."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import ASSISTANT_ID_KEY
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import METADATA_MODEL_ID
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from bot.components.compaction import compact

URL_VARIABLE = "LABAN_RASA_DATABASE_URL"
DEFAULT_URL = "sqlite:///var/rasa/conversations.sqlite"

_SWEEP_EVERY_S = 600.0
_BUSY_LIMIT_S, _BUSY_PAUSE_S = 10.0, 0.02

_conversations = sa.Table(
    "rasa_conversations",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("updated", sa.Float, nullable=False, index=True),
)

# Made once, as the upsert of the store is: to make and compile a statement takes longer than to execute it.
_SELECT = sa.select(_conversations.c.events).where(_conversations.c.sender_id == sa.bindparam("sender"))


class BoundedTrackerStore(TrackerStore):
    """Keeps of each conversation what `compact` leaves of it, in SQLite or PostgreSQL.

    `LABAN_RASA_DATABASE_URL` names the database. A conversation that rested for `keep_hours` is deleted: its
    session has long ended, and sessions do not carry slots over.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        keep_hours: float = 24.0,
        **kwargs: Any,
    ) -> None:
        """Connects and makes the table; `host` (`url` in `endpoints.yml`) counts if the variable is unset."""
        super().__init__(domain, event_broker, **kwargs)
        self._engine = _connect(os.environ.get(URL_VARIABLE) or host or DEFAULT_URL)
        in_postgresql = self._engine.dialect.name == "postgresql"
        insert = postgresql.insert(_conversations) if in_postgresql else sqlite.insert(_conversations)
        changed = {name: insert.excluded[name] for name in ("events", "updated")}
        self._upsert = insert.on_conflict_do_update(index_elements=["sender_id"], set_=changed)
        self._keep_s = keep_hours * 3600
        self._swept = 0.0
        _conversations.create(self._engine, checkfirst=True)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """Returns a new tracker; it is written when its first turn is done, not before."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes the conversation, compacted; deletes it when nothing is left, as after a restart."""
        await self.stream_events(tracker)
        events = [_as_dict(event) for event in compact(tracker, self.domain)]
        if not events:
            self.delete(tracker.sender_id)
            return
        now = time.time()
        row = {
            "sender_id": tracker.sender_id,
            "events": json.dumps(events, ensure_ascii=False),
            "updated": now,
        }
        with self._engine.begin() as connection:
            connection.execute(self._upsert, row)
        self._sweep(now)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the tracker of a conversation, or None if it is unknown."""
        with self._engine.connect() as connection:
            stored = connection.execute(_SELECT, {"sender": sender_id}).scalar()
        if stored is None:
            return None
        events = [_from_dict(event) for event in json.loads(stored)]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Returns the ids of all conversations."""
        with self._engine.connect() as connection:
            return [row.sender_id for row in connection.execute(sa.select(_conversations.c.sender_id))]

    def delete(self, sender_id: str) -> bool:
        """Forgets a conversation, on the disk too; tells whether there was one."""
        with self._engine.begin() as connection:
            gone = connection.execute(
                sa.delete(_conversations).where(_conversations.c.sender_id == sender_id)
            )
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                # The log beside the database still holds what was deleted (sqlite.org/wal.html). While another
                # connection does the same SQLite says that it is busy, and does not wait.
                last = time.monotonic() + _BUSY_LIMIT_S
                while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar():
                    if time.monotonic() > last:
                        break  # The next that is erased takes it along.
                    time.sleep(_BUSY_PAUSE_S)
        return bool(gone.rowcount)

    def _sweep(self, now: float) -> None:
        if now - self._swept < _SWEEP_EVERY_S:
            return
        self._swept = now
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_conversations).where(_conversations.c.updated < now - self._keep_s))


def _connect(url: str) -> Engine:
    address = sa.engine.make_url(url)
    # Parameters hold what people wrote: an error must not show them.
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, hide_parameters=True, poolclass=sa.pool.SingletonThreadPool)
    sa.event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _: Any) -> None:
    # In WAL mode NORMAL stays consistent after a crash; the last turns may be missing (sqlite.org/wal.html).
    # With secure_delete the place of what is deleted is overwritten with zeros.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _as_dict(event: Event) -> dict[str, Any]:
    stored = event.as_dict()
    metadata = stored.get("metadata") or {}
    slim = {key: value for key, value in metadata.items() if key not in (METADATA_MODEL_ID, ASSISTANT_ID_KEY)}
    return {**stored, "metadata": slim}


def _from_dict(stored: dict[str, Any]) -> Event | None:
    # What `Event.from_parameters` does, but that walks through all classes of events for each event.
    return _class_of(stored["event"])._from_parameters(stored)


@lru_cache(maxsize=64)
def _class_of(name: str) -> type[Event]:
    return Event.resolve_by_type(name)
