"""What a passage is worth before it is compared: by its heading, its kind, its place, and the names in the question."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from knowledge.documents import Document
from knowledge.expectations import Demand
from knowledge.facts import CommonQuestion
from knowledge.gazetteer import ENTRY_KINDS
from knowledge.index import Index
from knowledge.lexical import Scores
from knowledge.passages import Passage
from knowledge.question import Question, cues
from knowledge.ranking import Ranking
from knowledge.reading import entry_of
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

Numbers = npt.NDArray[np.int64]


class Priors:
    """The priors of one index's passages."""

    def __init__(self, index: Index, ranking: Ranking) -> None:
        self._index = index
        self._ranking = ranking
        passages = index.passages
        entries = [entry_of(passage) for passage in passages]
        self._is_slight = np.array([len(p.text) < ranking.slight_characters for p in passages])
        self._is_letterhead = self._is_slight & np.array([_opens_document(p) for p in passages])
        self._is_addressees = np.array(
            [cues("addressees").said_in(Question.read(p.heading)) for p in passages]
        )
        self._is_general = np.array([isinstance(p.source, CommonQuestion) for p in passages])
        self._entries = {
            kind: np.array([e is not None and e[0] == kind for e in entries]) for kind in ENTRY_KINDS
        }
        self._entry_number = {entry: number for number, entry in enumerate(entries) if entry}
        self._away = self._places_away()

    def of(self, question: Question, demand: Demand, passages: Numbers) -> Scores:
        """Returns what each of `passages` (their numbers) is worth for a question, in z."""
        headings = self._index.headings
        prior: Scores = self._ranking.heading_weight * standard(
            headings.scores(headings.terms(question.content))[passages]
        )
        asked = fold(question.prepared)
        prior -= self._ranking.slight_penalty * self._is_slight[passages]
        prior -= self._ranking.letterhead_penalty * self._is_letterhead[passages]
        if not cues("addressees").said_in(question):
            prior -= self._ranking.addressees_penalty * self._is_addressees[passages]
        for kind, value in demand.entries:
            named = self._entry_number.get((kind, value))
            others = self._entries[kind][passages]
            prior += self._ranking.entry_weight * np.where(passages == named, 1, np.where(others, -1, 0))
        if demand.entries:
            prior -= self._ranking.general_weight * self._is_general[passages]
        for place, lies_there in self._away.items():
            prior += self._ranking.away_penalty * (1 if place in asked else -1) * lies_there[passages]
        return prior

    def _places_away(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Returns, by folded name of a place that is not home, which passages' documents are from there."""
        home = fold(vocabulary("questions")["home"])
        places = [fold(passage.place or home) for passage in self._index.passages]
        return {place: np.array([p == place for p in places]) for place in set(places) if home not in place}


def _opens_document(passage: Passage) -> bool:
    source, section = passage.source, passage.section
    return isinstance(source, Document) and not section.path and section == source.outline[0]


def standard(scores: Scores) -> Scores:
    """Returns `scores` as z-scores; all 0 where they do not differ."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
