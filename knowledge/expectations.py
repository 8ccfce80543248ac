"""What a question expects its answer to hold: the things it names, and the kind of thing it asks for.

Passages about tuition in general lie near "học phí trường X bao nhiêu?", yet do not answer it. These two checks tell:
a place, year, school, trade or document that the question names and the passage does not; and a sum, a share, an
address that the question asks for and the passage lacks (`vocabulary/expectations.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from knowledge.gazetteer import Gazetteer
from knowledge.passages import Passage
from knowledge.text import folded_tokens
from knowledge.vocabulary import vocabulary

# Kinds that bind an answer; levels and agencies are said in too many ways to hold a passage to, and a policy for all
# trades answers a question that names one.
_BINDING = frozenset({"place", "year", "institution", "document"})
_MOST_MISSING = 2

Things = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Expectation:
    asks: tuple[str, ...]
    holds: tuple[str, ...]
    pattern: re.Pattern[str] | None


@dataclass(frozen=True)
class Demand:
    """What one question expects: the things (kind, id) it names, and what an answer to it must hold."""

    named: Things
    expectations: tuple[_Expectation, ...]


@dataclass(frozen=True)
class Content:
    """What one passage has to offer: the things that it and its document's header name, and its words."""

    named: Things
    header: Things
    text: str
    comparable: str


class Expectations:
    """Holds passages to what questions name and ask for."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._within = {e.id: e.within for e in gazetteer.entries if e.within}

    def of(self, question: str) -> Demand:
        """Returns what a prepared question expects."""
        said = _comparable(question)
        raised = tuple(e for e in _expectations() if any(phrase in said for phrase in e.asks))
        return Demand(self._named(question), raised)

    def content(self, passage: Passage) -> Content:
        """Returns what a passage has to offer; takes milliseconds, so it is kept by who asks often."""
        document = passage.document
        header = (document.citation, document.title, document.issuer, document.place, document.issued)
        return Content(
            named=self._named("\n".join((*passage.path, passage.text))),
            header=self._named(" . ".join(part for part in header if part)) | {("document", document.id)},
            text=passage.text,
            comparable=_comparable(" ".join((*passage.path, passage.text))),
        )

    def missing(self, demand: Demand, content: Content) -> int:
        """Returns how many things (2 at most) the question names that passage and document do not."""
        return min(sum(not self._holds(content, *thing) for thing in demand.named), _MOST_MISSING)

    def unmet(self, demand: Demand, content: Content) -> int:
        """Returns 1 if the question asks for a kind of thing that the passage lacks, else 0."""
        for expectation in demand.expectations:
            matched = expectation.pattern and expectation.pattern.search(content.text)
            if not matched and not any(phrase in content.comparable for phrase in expectation.holds):
                return 1
        return 0

    def _holds(self, content: Content, entity: str, value: str) -> bool:
        if (entity, value) in content.named or (entity, value) in content.header:
            return True
        # A district is part of its city, unless the document is another district's.
        around = self._within.get(value)
        others = any(v in self._within for e, v in content.header if e == entity)
        return around is not None and not others and (entity, around) in content.header

    def _named(self, text: str) -> Things:
        found = self._gazetteer.find(text)
        return frozenset((m.entity, m.value) for m in found if m.entity in _BINDING)


@cache
def _expectations() -> tuple[_Expectation, ...]:
    return tuple(
        _Expectation(
            asks=_all(row["asks"]),
            holds=_all(row.get("holds", ())),
            pattern=re.compile(row["pattern"], re.IGNORECASE) if "pattern" in row else None,
        )
        for row in vocabulary("expectations")
    )


def _all(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(_comparable(phrase) for phrase in phrases)


def _comparable(text: str) -> str:
    # The sign for per cent is no token, yet "bao nhiêu %" hangs on it.
    return f" {' '.join(folded_tokens(text.replace('%', ' phần trăm ')))} "
