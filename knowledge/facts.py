"""Sourced facts: policies, pathways, occupations, schools, and the questions asked most, one YAML file a collection.

Every entry says where it comes from, where and when it applies, and how sure it is. What an administrator writes is
checked strictly: a fault is told with the file, its line, the entry and the field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from knowledge.partial_dates import check_partial_date, last_day

PartialDate = Annotated[str, BeforeValidator(check_partial_date)]
Number = int | float | str | list[str]
Riasec = Literal["R", "I", "A", "S", "E", "C"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Reference(_Strict):
    """Where a statement comes from: a page (`url`) or a passage of one of our documents (its id), and its date.

    `kind` decides how it is named to the reader: the press is named as press.
    """

    name: str
    kind: Literal["document", "official", "press", "school", "web"]
    url: str | None = None
    passage: str | None = None
    date: PartialDate | None = None


class Scope(_Strict):
    """Where (`place`; the whole country when left out) and when a statement applies.

    A rule holds `from` a day `to` a day; a figure is what was counted `at` a time, and does not end.
    """

    place: str | None = None
    start: PartialDate | None = Field(None, alias="from")
    end: PartialDate | None = Field(None, alias="to")
    at: PartialDate | None = None


class Entry(_Strict):
    """What every entry has: its id, what it is about, ways in which people ask for it, and its limits."""

    # The file's name, filled in by the reader.
    collection: str
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    asks: tuple[str, ...] = ()
    applies_to: Scope = Scope()
    note: str | None = None

    @property
    def passage_id(self) -> str:
        """How passages, citations and pages name it: "policies#nq03-chin-nghe"."""
        return f"{self.collection}#{self.id}"

    def ended(self, today: date) -> bool:
        """Tells whether the entry's stated period is over on `today`."""
        end = self.applies_to.end
        return end is not None and last_day(end) < today


class Fact(Entry):
    """One statement. `use` says how it may be told.

    - fact: as it stands, with its source.
    - advice: never checked; told as common experience, and never money, a condition, a date or law.
    - gap: what is not known; told as that, with whom to ask.
    """

    topic: str
    statement: str
    use: Literal["fact", "advice", "gap"] = "fact"
    numbers: Mapping[str, Number] = {}
    source: Reference | None = None
    other_sources: tuple[Reference, ...] = ()
    verified: bool = True
    # The ids of facts of the same collection that this one replaces, or that say otherwise.
    supersedes: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_source(self) -> Fact:
        if self.use == "fact" and (self.source is None or not self.verified):
            raise ValueError(
                "a fact needs a source and verified: true; else it is 'use: advice' or 'use: gap'"
            )
        return self


class Claim(_Strict):
    """A statement inside an entry, with its own source."""

    statement: str
    source: Reference | None = None
    numbers: Mapping[str, Number] = {}
    note: str | None = None


class Occupation(Entry):
    """A trade. `suits` are RIASEC letters, the editors' judgement; pay and demand have a source for each statement.

    `conditions`: what the work demands of body and time; without a source it is told as common experience.
    `ambiguous` and `exact` aliases are everyday words too (see `knowledge.gazetteer`).
    """

    name: str
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    description: Claim
    workplaces: tuple[str, ...]
    suits: tuple[Riasec, ...]
    levels: tuple[Literal["sơ cấp", "trung cấp", "cao đẳng"], ...]
    duration: Claim | None = None
    conditions: tuple[Claim, ...] = ()
    supported_by_nq03: bool
    pay: tuple[Claim, ...] = ()
    demand: tuple[Claim, ...] = ()
    verified: bool = True


class Institution(Entry):
    """A school or centre. What is None was not found, which does not mean that there is none.

    `merged_into` is the id of today's school when this entry is only an old name. `teaches` are ids of occupations
    that the source names; `may_teach` those of which it names only the group ("nhóm ngành Y - Dược"). `vocational`
    is False for a school that documents name but that teaches no trade.
    """

    name: str
    aliases: tuple[str, ...] = ()
    locality: str
    address: str | None = None
    phone: str | None = None
    website: str | None = None
    trades: tuple[str, ...] | None = None
    teaches: tuple[str, ...] = ()
    may_teach: tuple[str, ...] = ()
    vocational: bool = True
    merged_into: str | None = None
    facts: tuple[str, ...] = ()
    source: Reference | None = None
    other_sources: tuple[Reference, ...] = ()
    verified: bool = True


class CommonQuestion(Entry):
    """A question asked often, with the answer we want given; every number in it stands in what it cites.

    `cites` are ids of passages: "policies#nq03-chin-nghe", "ke-hoach-126-2019#i-2-b". An answer without any is about
    this assistant itself. `use` is gap when the answer is that it is not known.
    """

    asks: tuple[str, ...] = Field(min_length=1)
    answer: str
    use: Literal["fact", "gap"] = "fact"
    cites: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()


# The kinds of entries that say several things of one thing.
CARDS = (Occupation, Institution)
KINDS: Mapping[str, type[Entry]] = {
    "policies": Fact,
    "pathways": Fact,
    "institutions": Institution,
    "occupations": Occupation,
    "labour_market": Fact,
    "guidance": Fact,
    "changes": Fact,
    "faq": CommonQuestion,
}


@dataclass(frozen=True)
class FactBase:
    """All entries, by passage id, in reading order."""

    by_id: Mapping[str, Entry] = field(default_factory=dict)

    def dump(self) -> bytes:
        """Returns all entries as JSON."""
        rows = [entry.model_dump(mode="json", by_alias=True) for entry in self.by_id.values()]
        return json.dumps(rows, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, dumped: bytes) -> FactBase:
        """Reads what `dump` wrote; ValueError if something else did."""
        entries = [KINDS[row["collection"]].model_validate(row) for row in json.loads(dumped)]
        return cls({entry.passage_id: entry for entry in entries})

    def entry(self, passage_id: str) -> Entry | None:
        """Returns one entry, or None."""
        return self.by_id.get(passage_id)

    def of(self, collection: str) -> list[Entry]:
        """Returns the entries of one collection."""
        return [entry for entry in self.by_id.values() if entry.collection == collection]

    def contradicting(self, fact: Fact) -> list[Fact]:
        """Returns the facts that say otherwise, whichever of the two names the other."""
        return [f for f in self._beside(fact) if f.id in fact.contradicts or fact.id in f.contradicts]

    def replacing(self, fact: Fact) -> list[Fact]:
        """Returns the facts that have replaced this one."""
        return [other for other in self._beside(fact) if fact.id in other.supersedes]

    def replaced_by(self, fact: Fact) -> list[Fact]:
        """Returns the facts that this one has replaced."""
        return [other for other in self._beside(fact) if other.id in fact.supersedes]

    def _beside(self, fact: Fact) -> Iterator[Fact]:
        return (entry for entry in self.of(fact.collection) if isinstance(entry, Fact))

    @cached_property
    def occupations(self) -> Mapping[str, Occupation]:
        """The trades by their own id, which is also their id in the gazetteer."""
        return {entry.id: entry for entry in self.by_id.values() if isinstance(entry, Occupation)}

    @cached_property
    def institutions(self) -> Mapping[str, Institution]:
        """The schools by their own id, which is also their id in the gazetteer."""
        return {entry.id: entry for entry in self.by_id.values() if isinstance(entry, Institution)}


def sources_of(entry: Entry) -> Iterator[tuple[str, Reference]]:
    """Yields (field, source) of every source that an entry names."""
    if isinstance(entry, Fact | Institution):
        if entry.source:
            yield "source", entry.source
        yield from ((f"other_sources.{n}", other) for n, other in enumerate(entry.other_sources))
    elif isinstance(entry, Occupation):
        claims = [
            ("description", entry.description),
            *([("duration", entry.duration)] if entry.duration else []),
        ]
        several = {"pay": entry.pay, "demand": entry.demand, "conditions": entry.conditions}
        claims += [(f"{name}.{n}", claim) for name, each in several.items() for n, claim in enumerate(each)]
        yield from ((f"{name}.source", claim.source) for name, claim in claims if claim.source)
