"""What a question expects its answer to hold: the things it names, and the kind of thing it asks for.

Passages about tuition in general lie near "học phí trường X bao nhiêu?", yet do not answer it. These two checks tell:
a place, year, school, trade or document that the question names and the passage does not; and a sum, a share, an
address that the question asks for and the passage lacks (`vocabulary/expectations.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from knowledge.documents import Document
from knowledge.gazetteer import Gazetteer
from knowledge.passages import Passage
from knowledge.text import fold, tokens
from knowledge.vocabulary import vocabulary

# Kinds that bind an answer; levels and agencies are said in too many ways to hold a passage to, and a policy for all
# trades answers a question that names one.
_BINDING = frozenset({"place", "year", "institution", "document"})
_MOST_MISSING = 2


@dataclass(frozen=True)
class _Expectation:
    asks: tuple[str, ...]
    holds: tuple[str, ...]
    pattern: re.Pattern[str] | None


class Expectations:
    """Holds passages to what questions name and ask for."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._within = {e.id: e.within for e in gazetteer.entries if e.within}
        self._in_passage = lru_cache(maxsize=4096)(self._named_in_passage)
        self._in_header = lru_cache(maxsize=512)(self._named_in_header)

    def missing(self, question: str, passage: Passage) -> int:
        """Returns how many things (2 at most) the prepared question names that passage and document do not."""
        asked = self._named(question)
        return min(sum(not self._holds(passage, *thing) for thing in asked), _MOST_MISSING)

    def unmet(self, question: str, passage: Passage) -> int:
        """Returns 1 if the prepared question asks for a kind of thing that the passage lacks, else 0."""
        said, held = _comparable(question), _comparable(" ".join((*passage.path, passage.text)))
        for expectation in _expectations():
            if any(phrase in said for phrase in expectation.asks):
                matched = expectation.pattern and expectation.pattern.search(passage.text)
                if not matched and not any(phrase in held for phrase in expectation.holds):
                    return 1
        return 0

    def _holds(self, passage: Passage, entity: str, value: str) -> bool:
        held = self._in_passage(passage.id, passage)
        header = self._in_header(passage.document.id, passage.document)
        if (entity, value) in held or (entity, value) in header:
            return True
        # A district is part of its city, unless the document is another district's.
        around = self._within.get(value)
        others = any(v in self._within for e, v in header if e == entity)
        return around is not None and not others and (entity, around) in header

    def _named(self, text: str) -> frozenset[tuple[str, str]]:
        found = self._gazetteer.find(text)
        return frozenset((m.entity, m.value) for m in found if m.entity in _BINDING)

    def _named_in_passage(self, _: str, passage: Passage) -> frozenset[tuple[str, str]]:
        return self._named("\n".join((*passage.path, passage.text)))

    def _named_in_header(self, _: str, document: Document) -> frozenset[tuple[str, str]]:
        header = (document.citation, document.title, document.issuer, document.place, document.issued)
        named = self._named(" . ".join(part for part in header if part))
        return named | {("document", document.id)}


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
    return f" {' '.join(fold(t) for t in tokens(text.replace('%', ' phần trăm ')))} "
