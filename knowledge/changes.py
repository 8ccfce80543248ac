"""Bodies that are gone: who does now what a document gave to an office that no longer exists (`changes.yml`)."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.text import folded_tokens

CHANGES_FILE = Path(__file__).parent / "changes.yml"


class Reference(BaseModel):
    """Where a fact comes from; `date` may be partial."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    date: str
    url: str


class Change(BaseModel):
    """A body that is gone: the names documents give it, since when, and what to tell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    names: tuple[str, ...]
    since: date
    note: str
    source: Reference


@cache
def all_changes() -> tuple[Change, ...]:
    """Returns the changes of `changes.yml`, read and checked once."""
    return tuple(Change(**row) for row in yaml.safe_load(CHANGES_FILE.read_text(encoding="utf-8")))


@cache
def _names() -> tuple[tuple[Change, tuple[str, ...]], ...]:
    return tuple((change, tuple(map(_comparable, change.names))) for change in all_changes())


def changes_named_in(text: str, today: date, limit: int = 2) -> list[Change]:
    """Returns at most `limit` changes that had happened by `today` to bodies named in `text`, first named first."""
    said = _comparable(text)
    found = []
    for change, names in _names():
        places = [said.find(name) for name in names]
        if change.since <= today and max(places) >= 0:
            found.append((min(place for place in places if place >= 0), change))
    return [change for _, change in sorted(found, key=lambda row: row[0])][:limit]


def _comparable(text: str) -> str:
    return f" {' '.join(folded_tokens(text))} "
