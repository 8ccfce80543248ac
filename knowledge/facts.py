"""Sourced facts: policies, pathways, occupations, schools, and the questions asked most, one YAML file a collection.

Every entry says where it comes from, where and when it applies, and how sure it is. What an administrator writes is
checked strictly: a fault is told with the file, its line, the entry and the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from knowledge.errors import FactError
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
    """A trade. `suits` are RIASEC letters, the editors' judgement; pay and demand have a source for each statement."""

    name: str
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    description: Claim
    workplaces: tuple[str, ...]
    suits: tuple[Riasec, ...]
    levels: tuple[Literal["sơ cấp", "trung cấp", "cao đẳng"], ...]
    duration: Claim | None = None
    supported_by_nq03: bool
    pay: tuple[Claim, ...] = ()
    demand: tuple[Claim, ...] = ()
    verified: bool = True


class Institution(Entry):
    """A school or centre. What is None was not found, which does not mean that there is none.

    `merged_into` is the id of today's school when this entry is only an old name; `teaches` are ids of occupations.
    """

    name: str
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    locality: str
    address: str | None = None
    phone: str | None = None
    website: str | None = None
    trades: tuple[str, ...] | None = None
    teaches: tuple[str, ...] = ()
    merged_into: str | None = None
    facts: tuple[str, ...] = ()
    source: Reference | None = None
    other_sources: tuple[Reference, ...] = ()
    verified: bool = True


class CommonQuestion(Entry):
    """A question asked often, with the answer we want given; every number in it stands in what it cites.

    `cites` are ids of passages: "policies#nq03-chin-nghe", "ke-hoach-126-2019#i-2-b". An answer without any is about
    this assistant itself.
    """

    asks: tuple[str, ...] = Field(min_length=1)
    answer: str
    cites: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()


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

    def entry(self, passage_id: str) -> Entry | None:
        """Returns one entry, or None."""
        return self.by_id.get(passage_id)

    def of(self, collection: str) -> list[Entry]:
        """Returns the entries of one collection."""
        return [entry for entry in self.by_id.values() if entry.collection == collection]

    @cached_property
    def occupations(self) -> Mapping[str, Occupation]:
        """The trades by their own id, which is also their id in the gazetteer."""
        return {entry.id: entry for entry in self.by_id.values() if isinstance(entry, Occupation)}

    @cached_property
    def institutions(self) -> Mapping[str, Institution]:
        """The schools by their own id, which is also their id in the gazetteer."""
        return {entry.id: entry for entry in self.by_id.values() if isinstance(entry, Institution)}


def read_facts(folder: Path) -> FactBase:
    """Reads `<collection>.yml` of `folder`; a file of another name is a fault.

    Raises:
        FactError: an entry is broken, is named twice, or names one that does not exist.
    """
    found: dict[str, Entry] = {}
    lines: dict[str, tuple[Path, int]] = {}
    for file in sorted(folder.glob("*.yml")):
        if file.stem not in KINDS:
            raise FactError(file, 1, None, f"no such collection; there are {', '.join(KINDS)}")
        for entry, line in _entries(file):
            if entry.passage_id in found:
                raise FactError(file, line, entry.id, "another entry has this id already")
            found[entry.passage_id] = entry
            lines[entry.passage_id] = file, line
    for entry in found.values():
        for name, wanted in _references(entry):
            if wanted not in found:
                raise FactError(*lines[entry.passage_id], entry.id, f"{name}: there is no entry {wanted!r}")
    return FactBase(found)


def _references(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yields (field, passage id) of every other entry that `entry` names."""
    if isinstance(entry, Fact):
        for name in ("supersedes", "contradicts"):
            yield from ((name, f"{entry.collection}#{other}") for other in getattr(entry, name))
    elif isinstance(entry, Institution):
        yield from (("teaches", f"occupations#{trade}") for trade in entry.teaches)
        if entry.merged_into:
            yield "merged_into", f"institutions#{entry.merged_into}"
    elif isinstance(entry, CommonQuestion):
        collections = tuple(f"{name}#" for name in KINDS)
        yield from (("cites", cited) for cited in entry.cites if cited.startswith(collections))


def _entries(file: Path) -> Iterator[tuple[Entry, int]]:
    """Yields (entry, line) of each entry of a file."""
    try:
        text = file.read_text(encoding="utf-8")
        root, rows = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise FactError(file, 1, None, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:  # A date that is no day of the calendar is a ValueError.
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML: {getattr(error, 'problem', error)}"
        raise FactError(file, mark.line + 1 if mark else 1, None, reason) from error
    if not isinstance(rows, list | None):
        raise FactError(file, 1, None, "not a list of entries")
    kind = KINDS[file.stem]
    for row, node in zip(rows or (), root.value if root else (), strict=True):
        line = node.start_mark.line + 1
        if not isinstance(row, dict):
            raise FactError(file, line, None, "an entry must be 'field: value' lines")
        try:
            yield kind.model_validate({**row, "collection": file.stem}), line
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise FactError(
                file, line, row.get("id"), f"{place}: {fault['msg']}" if place else fault["msg"]
            ) from error
