"""What the pages of the facts show: entries in groups, and where their links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit

from knowledge.answers.answer import embolden
from knowledge.documents import Document
from knowledge.facts import CommonQuestion, Entry, Fact, FactBase, Institution, Occupation
from knowledge.structure import Block
from knowledge.vocabulary import vocabulary

_TITLE_CHARACTERS = 90
_ITEM = "- "
# An area code and a subscriber's number, at the beginning of what is written: "0225.3552.322 (fax …)".
_DIALLED = re.compile(r"\+?\d(?:[ .-]?\d){7,11}(?=$|[ ,;(])")


class Shelf(Protocol):
    """Where documents and facts come from."""

    def document(self, document_id: str) -> Document | None:
        """Returns one document, or None."""

    def facts(self) -> FactBase:
        """Returns all facts."""


@dataclass(frozen=True)
class Link:
    """A place on these pages and the words that lead there; `section` is the part of a document, or empty."""

    url: str
    text: str
    section: str = ""


@dataclass(frozen=True)
class Group:
    """Entries under one heading. `name` is None where the template has the words, by `slug`."""

    slug: str
    name: str | None
    entries: tuple[Entry, ...]


def groups_of(collection: str, entries: Iterable[Entry]) -> list[Group]:
    """Returns the entries of a collection in groups: facts by topic, trades by support, schools by place.

    Groups and entries keep the order of the file, except that the old names of schools come last.
    """
    topics = vocabulary("topics")[collection]["topics"]
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(_group(entry), []).append(entry)
    names = {slug: topics.get(slug) for slug in found}
    for slug, members in found.items():
        if isinstance(members[0], Institution) and slug != "old":
            names[slug] = slug
        elif isinstance(members[0], Fact):
            names[slug] = names[slug] or slug
    found |= {"old": found.pop("old")} if "old" in found else {}
    return [Group(slug, names[slug], tuple(members)) for slug, members in found.items()]


def _group(entry: Entry) -> str:
    match entry:
        case Fact():
            return entry.topic
        case Occupation():
            return "supported" if entry.supported_by_nq03 else "unsupported"
        case Institution():
            return "old" if entry.merged_into else entry.applies_to.place or entry.locality
    return "all"


@dataclass(frozen=True)
class Links:
    """Where the links of an entry lead, as far as their ends exist."""

    shelf: Shelf

    def to(self, passage_id: str | None) -> Link | None:
        """Returns the link to an entry, a passage or a document; None if there is none such."""
        if passage_id is None:
            return None
        entry = self.shelf.facts().entry(passage_id)
        if entry is not None:
            return Link(f"/facts/{entry.collection}#{entry.id}", title_of(entry))
        document_id, _, slug = passage_id.partition("#")
        document = self.shelf.document(document_id)
        if document is None:
            return None
        url = f"/documents/{quote(document.id, safe='')}"
        section = next((s for s in document.outline if slug and s.slug == slug), None)
        if section is None:
            return Link(url, document.citation)
        return Link(f"{url}#{section.slug}", document.citation, section.label)

    def all_to(self, collection: str, ids: Iterable[str]) -> list[Link]:
        """Returns the links to those entries of `collection` that exist."""
        return [link for i in ids if (link := self.to(f"{collection}#{i}"))]

    def cited(self, question: CommonQuestion) -> list[Link]:
        """Returns what the answer to a question rests on."""
        return [link for passage_id in question.cites if (link := self.to(passage_id))]

    def otherwise(self, fact: Fact) -> list[Link]:
        """Returns the facts that say otherwise, whichever of the two names the other."""
        return self._to_facts(self.shelf.facts().contradicting(fact))

    def newer(self, fact: Fact) -> list[Link]:
        """Returns the facts that have replaced this one."""
        return self._to_facts(self.shelf.facts().replacing(fact))

    def former_names(self, school: Institution) -> list[Link]:
        """Returns the schools that have become this one."""
        schools = self.shelf.facts().institutions.values()
        return self.all_to(school.collection, [s.id for s in schools if s.merged_into == school.id])

    def _to_facts(self, facts: Iterable[Fact]) -> list[Link]:
        return [link for fact in facts if (link := self.to(fact.passage_id))]


def title_of(entry: Entry) -> str:
    """Returns what a link to an entry says: its name or question, or the beginning of its statement."""
    match entry:
        case Occupation() | Institution():
            return entry.name
        case CommonQuestion():
            return entry.asks[0]
        case Fact() if len(entry.statement) > _TITLE_CHARACTERS:
            return f"{entry.statement[: entry.statement.rfind(' ', 0, _TITLE_CHARACTERS)]} …"
        case Fact():
            return entry.statement
    raise TypeError(f"an entry of an unknown kind: {type(entry).__name__}")


def blocks_of(text: str) -> list[Block]:
    """Returns the lines of an answer as paragraphs and items ("- …"), figures in Markdown bold."""
    lines = [embolden(line.strip()) for line in text.splitlines() if line.strip()]
    return [
        Block("item", line.removeprefix(_ITEM)) if line.startswith(_ITEM) else Block("paragraph", line)
        for line in lines
    ]


def web_address(text: str | None) -> str | None:
    """Returns `text` if it is the address of a web page and nothing else, so that it may become a link."""
    if not text or re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None


def dialled(text: str | None) -> str | None:
    """Returns the digits of the telephone number that `text` begins with, or None."""
    number = _DIALLED.match(text or "")
    return re.sub(r"[ .-]", "", number[0]) if number else None
