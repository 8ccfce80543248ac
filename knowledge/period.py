"""The period that a question is about: "bây giờ", "năm nay", "năm 2020"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from knowledge.documents import Document
from knowledge.facts import Fact, Scope
from knowledge.partial_dates import first_day, last_day
from knowledge.passages import Passage
from knowledge.question import Phrases, Question
from knowledge.vocabulary import vocabulary

_LONG_AGO, _NEVER = 0, date.max.toordinal()


@dataclass(frozen=True)
class AskedPeriod:
    """When a question wants to know about: the words it says (`now`, `future`, `past`) and the years it names."""

    now: bool = False
    future: bool = False
    past: bool = False
    years: frozenset[int] = frozenset()


def asked_period(question: Question, named_years: frozenset[int], today: date) -> AskedPeriod:
    """Returns the period that a question is about; `named_years` are those written in it as numbers."""
    words = {when: cues.said_in(question) for when, cues in _cues().items()}
    relative = {today.year + offset for cue, offset in _relative() if cue.said_in(question)}
    years = named_years | relative
    past = words["past"] or (bool(years) and max(years) < today.year)
    return AskedPeriod(words["now"] and not past, words["future"], past, frozenset(years))


class Periods:
    """When each passage of an index holds, and which have been replaced by a newer one."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        scopes = [_scope(passage) for passage in passages]
        self._first = np.array([_ordinal(scope.at or scope.start, first_day, _LONG_AGO) for scope in scopes])
        self._last = np.array([_ordinal(scope.at or scope.end, last_day, _NEVER) for scope in scopes])
        # A figure was counted once and goes on being the figure of its time; only a rule ends.
        self._end = np.array([_ordinal(scope.end, last_day, _NEVER) for scope in scopes])
        self._dated = self._first > _LONG_AGO
        replaced = {
            f"{p.source.collection}#{old}"
            for p in passages
            if isinstance(p.source, Fact)
            for old in p.source.supersedes
        }
        self._replaced = np.array([passage.id in replaced for passage in passages])

    def fit(self, asked: AskedPeriod, today: date) -> npt.NDArray[np.float32]:
        """Returns (passages,) how well each one's period fits: 1 at best, -1.5 at worst, 0 if it is all one.

        Without a word about time the present is meant, but less strictly: what has ended may be all that is known.
        """
        fit = np.zeros(len(self._first), dtype=np.float32)
        if asked.years:
            first = [date(year, 1, 1).toordinal() for year in asked.years]
            last = [date(year, 12, 31).toordinal() for year in asked.years]
            holds = np.any(
                [(self._first <= z) & (self._last >= a) for a, z in zip(first, last, strict=True)], axis=0
            )
            fit += np.where(self._dated, np.where(holds, 1.0, -0.5), 0.0)
        if not asked.past:
            over = (self._end < today.toordinal()) | self._replaced
            fit -= over * (1.0 if asked.now or asked.future else 0.5)
        return fit.astype(np.float32)


def _scope(passage: Passage) -> Scope:
    source = passage.source
    if isinstance(source, Document):
        return Scope(start=source.valid_from, end=source.valid_to)
    return source.applies_to


def _ordinal(partial: str | None, day: Callable[[str], date], otherwise: int) -> int:
    return day(partial).toordinal() if partial else otherwise


@cache
def _cues() -> dict[str, Phrases]:
    return {when: Phrases(cues) for when, cues in vocabulary("questions")["period"].items()}


@cache
def _relative() -> tuple[tuple[Phrases, int], ...]:
    return tuple((Phrases([cue]), offset) for cue, offset in vocabulary("questions")["years"].items())
