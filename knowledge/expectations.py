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

from knowledge.documents import Document
from knowledge.gazetteer import ENTRY_KINDS, Gazetteer, Mention
from knowledge.partial_dates import first_day, last_day
from knowledge.passages import Passage
from knowledge.question import Phrases, Question, cues, spoken
from knowledge.text import fold, folded_tokens
from knowledge.vocabulary import vocabulary

# Kinds that bind an answer; levels, and agencies but for their tasks, are said in too many ways to hold a passage to,
# and a policy for all trades answers a question that names one.
_BINDING = frozenset({"place", "year", "institution", "document"})
# What the state rules or how one chooses is the same in every province; pay, jobs and schools are not.
_NATIONWIDE = frozenset({"policies", "pathways", "guidance", "changes", "faq"})
_MOST_MISSING = 2
_NO_END = 9999

Things = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Expectation:
    """What an answer must hold when a question says one of `asks`; `what` is how that is called ("học phí").

    `instead` names the aspect of a trade's entry that is told where it holds nothing of the kind.
    """

    what: str | None
    asks: Phrases
    instead: str | None
    holds: tuple[str, ...]
    pattern: re.Pattern[str] | None

    def met_by(self, text: str) -> bool:
        """Tells whether `text` holds what is expected."""
        return self.held_in(text, _comparable(text))

    def held_in(self, text: str, comparable: str) -> bool:
        """The same of a text whose comparable form is known already."""
        return bool(self.pattern and self.pattern.search(text)) or any(p in comparable for p in self.holds)


@dataclass(frozen=True)
class Demand:
    """What one question expects.

    Attributes:
        named: the things (kind, id) it names that an answer must be about.
        entries: the trades and schools it names.
        agencies: the agencies whose tasks it asks for.
        words: the folded syllables of all that it names.
        expectations: what an answer to it must hold.
    """

    named: Things
    entries: Things
    agencies: Things
    words: frozenset[str]
    expectations: tuple[Expectation, ...]

    @property
    def years(self) -> frozenset[int]:
        """The years that the question names."""
        return frozenset(int(value) for entity, value in self.named if entity == "year")


@dataclass(frozen=True)
class Content:
    """What one passage has to offer: the things that it and its document's header name, and its words.

    `tasked`: the agencies whose tasks it tells; `everywhere`: it holds for whatever place is named; `years`: those for
    which it holds.
    """

    named: Things
    header: Things
    tasked: Things
    everywhere: bool
    years: range
    text: str
    comparable: str


class Expectations:
    """Holds passages to what questions name and ask for."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._within = {e.id: e.within for e in gazetteer.entries if e.within}

    def of(self, question: Question) -> Demand:
        """Returns what a question expects."""
        mentions = self._gazetteer.find(question.prepared)
        found = frozenset((m.entity, m.value) for m in mentions)
        return Demand(
            named=frozenset(thing for thing in found if thing[0] in _BINDING),
            entries=frozenset(thing for thing in found if thing[0] in ENTRY_KINDS),
            agencies=frozenset(
                thing for thing in found if thing[0] == "agency" and cues("tasks").said_in(question)
            ),
            words=frozenset(w for m in mentions for w in folded_tokens(question.prepared[m.start : m.end])),
            expectations=raised_by(question),
        )

    def mentions(self, text: str) -> list[Mention]:
        """Returns the things that a text names."""
        return self._gazetteer.find(text)

    def around(self, place: str) -> str | None:
        """Returns the place (its id) that a place is a part of, or None."""
        return self._within.get(place)

    def content(self, passage: Passage) -> Content:
        """Returns what a passage has to offer; takes milliseconds, so it is kept by who asks often."""
        named = self._named("\n".join((*passage.path, passage.text)))
        return Content(
            named=named,
            header=self._header(passage),
            tasked=self._tasked(passage),
            everywhere=_holds_everywhere(passage, named),
            years=_years(passage),
            text=passage.text,
            comparable=_comparable(" ".join((*passage.path, passage.text))),
        )

    def missing(self, demand: Demand, content: Content) -> int:
        """Returns how many things (2 at most) the question names that passage and document do not.

        The section of another agency lacks the one whose tasks are asked for.
        """
        missing = sum(not self._holds(content, *thing) for thing in demand.named)
        of_others = bool(demand.agencies and content.tasked) and not demand.agencies & content.tasked
        return min(missing + of_others, _MOST_MISSING)

    def unmet(self, demand: Demand, content: Content) -> int:
        """Returns 1 if the question asks for a kind of thing that the passage lacks, else 0."""
        return int(not all(e.held_in(content.text, content.comparable) for e in demand.expectations))

    def _holds(self, content: Content, entity: str, value: str) -> bool:
        if (entity, value) in content.named or (entity, value) in content.header:
            return True
        if (entity == "place" and content.everywhere) or (entity == "year" and int(value) in content.years):
            return True
        # A district is part of its city, unless the document is another district's.
        around = self._within.get(value)
        others = any(v in self._within for e, v in content.header if e == entity)
        return around is not None and not others and (entity, around) in content.header

    def _header(self, passage: Passage) -> Things:
        source = passage.source
        if isinstance(source, Document):
            parts = (source.citation, source.title, source.issuer, source.place, source.issued)
            return self._named(" . ".join(part for part in parts if part)) | {("document", source.id)}
        about_home = vocabulary("questions")["home"] if source.applies_to.place is None else ""
        return self._named(" . ".join((source.applies_to.place or about_home, source.applies_to.at or "")))

    def _tasked(self, passage: Passage) -> Things:
        """Returns the agencies in the heading of a document's section; elsewhere they are said in passing."""
        if not isinstance(passage.source, Document):
            return frozenset()
        return self._named(passage.heading, frozenset({"agency"}))

    def _named(self, text: str, kinds: frozenset[str] = _BINDING) -> Things:
        found = self._gazetteer.find(text, slips=False)
        return frozenset((m.entity, m.value) for m in found if m.entity in kinds)


def raised_by(question: Question) -> tuple[Expectation, ...]:
    """Returns what a question expects its answer to hold."""
    return tuple(expectation for expectation in _expectations() if expectation.asks.said_in(question))


def _holds_everywhere(passage: Passage, named: Things) -> bool:
    source = passage.source
    if isinstance(source, Document) or source.collection not in _NATIONWIDE:
        return False
    return source.applies_to.place is None and not any(entity == "place" for entity, _ in named)


def _years(passage: Passage) -> range:
    if isinstance(passage.source, Document):
        return range(0)
    scope = passage.source.applies_to
    if scope.at:
        year = first_day(scope.at).year
        return range(year, year + 1)
    if scope.start is None:
        return range(0)
    return range(first_day(scope.start).year, last_day(scope.end).year + 1 if scope.end else _NO_END)


@cache
def _expectations() -> tuple[Expectation, ...]:
    return tuple(
        Expectation(
            what=row.get("what"),
            asks=Phrases(row["asks"]),
            instead=row.get("instead"),
            holds=_all(row.get("holds", ())),
            pattern=re.compile(row["pattern"], re.IGNORECASE) if "pattern" in row else None,
        )
        for row in vocabulary("expectations")
    )


def _all(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(_comparable(phrase) for phrase in phrases)


def _comparable(text: str) -> str:
    return fold(spoken(text))
