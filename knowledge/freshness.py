"""What in the knowledge base is getting old: periods that end, and sources of which nobody knows the date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from knowledge.documents import Document
from knowledge.facts import Entry, FactBase, sources_of
from knowledge.partial_dates import last_day


@dataclass(frozen=True)
class Concern:
    """A document or an entry that somebody should look at again.

    `until` is the end of its period, as far as it is known ("2025"); `source` names the source without a date.
    """

    id: str
    state: Literal["ended", "expiring", "undated"]
    until: str | None = None
    source: str | None = None


def concerns(documents: Iterable[Document], facts: FactBase, today: date, days: int) -> list[Concern]:
    """Returns what has ended, then what ends within `days` days, each by its end; then what has no source date."""
    periods = [(document.id, document.valid_to) for document in documents]
    periods += [(entry.passage_id, entry.applies_to.end) for entry in facts.by_id.values()]
    ending = sorted((last_day(end), name, end) for name, end in periods if end)
    ended = [Concern(name, "ended", end) for day, name, end in ending if day < today]
    expiring = [
        Concern(name, "expiring", end)
        for day, name, end in ending
        if today <= day <= today + timedelta(days=days)
    ]
    return [*ended, *expiring, *_undated(facts.by_id.values())]


def _undated(entries: Iterable[Entry]) -> Iterator[Concern]:
    for entry in entries:
        # A document of ours has its date itself.
        names = [s.name for _, s in sources_of(entry) if s.date is None and s.kind != "document"]
        if names:
            yield Concern(entry.passage_id, "undated", source="; ".join(dict.fromkeys(names)))
