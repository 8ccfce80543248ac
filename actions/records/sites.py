"""The websites that may embed the widget: their keys, and their settings as `connectors.sites` reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from actions.records.database import insert_into, writing
from actions.records.schema import sites


class Sites:
    """Keeps sites by key."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def put(self, key: str, settings: Mapping[str, Any]) -> None:
        """Adds a site, or replaces its settings."""
        insert = insert_into(self._engine, sites).values(
            key=key, created=self._now(), settings=dict(settings)
        )
        with writing(self._engine) as connection:
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["key"], set_={"settings": insert.excluded.settings}
                )
            )

    def get(self, key: str) -> dict[str, Any] | None:
        """Returns a site's settings, or None."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sites.c.settings).where(sites.c.key == key)).scalar()

    def all(self) -> dict[str, dict[str, Any]]:
        """Returns the settings of all sites by key."""
        with self._engine.connect() as connection:
            return {
                row.key: row.settings for row in connection.execute(sa.select(sites).order_by(sites.c.key))
            }

    def remove(self, key: str) -> bool:
        """Removes a site; False if there is none."""
        with writing(self._engine) as connection:
            return bool(connection.execute(sa.delete(sites).where(sites.c.key == key)).rowcount)
