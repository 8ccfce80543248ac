"""Finds the passages that answer a question: dense and lexical search, fused, with a calibrated confidence.

Raw cosine values of this family of encoders all lie close together, so nothing here compares one with a fixed number:
scores become z-scores over the candidates before they are fused, and a fitted logistic model (`ranking.yml`)
turns what is known about a hit into the probability that it answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.documents import Document
from knowledge.encoder import Encoder
from knowledge.expectations import Demand, Expectations
from knowledge.facts import CommonQuestion, Fact
from knowledge.gazetteer import Mention
from knowledge.index import Index
from knowledge.lexical import LexicalIndex, Scores
from knowledge.passages import Passage
from knowledge.period import Periods, asked_period
from knowledge.priors import Numbers, Priors, standard
from knowledge.question import Question
from knowledge.ranking import Ranking, default_ranking
from knowledge.reading import Reader
from knowledge.text import tokens

_NOTHING = -1e9


@dataclass(frozen=True)
class Hit:
    """A passage found.

    `score` is the probability (0 to 1) that it answers; `blocks` the scores (one a block, comparable within the
    hit) that say which of its blocks do; `features` what the probability was computed from.
    """

    passage: Passage
    score: float
    blocks: tuple[float, ...]
    features: dict[str, float]


class Retriever:
    """Searches one version of an index."""

    def __init__(
        self, index: Index, encoder: Encoder, expectations: Expectations, ranking: Ranking | None = None
    ) -> None:
        self.index = index
        self.encoder = encoder
        self.ranking = ranking or default_ranking()
        self._expectations = expectations
        self._reader = Reader(index, expectations, self.ranking)
        self._priors = Priors(index, self.ranking)
        self._periods = Periods(index.passages)
        self._passage_of = np.array([w.passage for w in index.windows], dtype=np.int64)
        # Windows lie in the order of their passages: those of passage p are rows _rows[p] to _rows[p + 1].
        self._rows = np.searchsorted(self._passage_of, np.arange(len(index.passages) + 1))
        self._is_question = np.array([w.kind == "question" for w in index.windows], dtype=bool)
        places = {passage.place for passage in index.passages if passage.place}
        self._covered = {
            m.value for text in places for m in expectations.mentions(text) if m.entity == "place"
        }
        self._topics: dict[int, str] = {}
        for window in index.windows:
            if window.kind == "question":
                self._topics.setdefault(window.passage, window.text)
        self._number = {passage.id: n for n, passage in enumerate(index.passages)}

    def search(self, text: str, limit: int = 5, today: date | None = None) -> list[Hit]:
        """Returns the passages most likely to answer, best first.

        Args:
            text: the question as typed; without a word or a number in it nothing is found.
            limit: how many at most.
            today: the day that "bây giờ" and "năm nay" mean; without it periods count for nothing.
        """
        question = Question.read(text)
        if not tokens(question.prepared):
            return []  # Nothing was said: no word, no number.
        vector = self.encoder.question(question.prepared)
        lexical = self._lexical(question)
        windows = self._candidates(vector, lexical)
        cosine = self._cosine(windows, vector)
        passages, position = np.unique(self._passage_of[windows], return_inverse=True)
        asked = self._is_question[windows]
        dense = _best(cosine, position, len(passages))
        fused = self.ranking.dense_share * standard(dense) + (1 - self.ranking.dense_share) * standard(
            _best(lexical[windows], position, len(passages))
        )
        demand = self._expectations.of(question)
        fused += self._priors.of(question, demand, passages)
        if today:
            period = asked_period(question, demand.years, today)
            fused += self.ranking.period_weight * self._periods.fit(period, today)[passages]
        readings = self._read_nearest(
            question, demand, passages, fused, max(limit + 1, self.ranking.read_nearest)
        )
        nearest = sorted(readings, key=lambda at: -fused[at])[: limit + 1]
        statistics = _Statistics(cosine, asked, position, fused)
        features = {at: statistics.features(at) | readings[at] for at in nearest}
        sure = {at: self._log_odds(found) for at, found in features.items()}
        order = self._surest_first(nearest, sure)
        hits = []
        for rank, at in enumerate(order[:limit]):
            following = order[rank + 1] if rank + 1 < len(order) else at
            features[at]["margin"] = float(fused[at] - fused[following])
            number = int(passages[at])
            rows = windows[position == at]
            blocks = self._block_scores(rows, cosine[position == at], lexical[rows], number)
            hits.append(Hit(self.index.passages[number], _probability(sure[at]), blocks, features[at]))
        return hits

    def _surest_first(self, nearest: list[int], sure: dict[int, float]) -> list[int]:
        """Returns `nearest`, but in front one that is much surer (in log odds) to answer than the first.

        A message that nothing answers must not be met with the likeliest of five: where the first would be no answer,
        the other has to be sure.
        """
        if not nearest:
            return nearest
        first, surest = nearest[0], max(nearest, key=lambda at: sure[at])
        limits, lead = self.ranking.surer, sure[surest] - sure[first]
        answered = _probability(sure[first]) >= self.ranking.answer
        if lead < limits["by"] or not (answered or _probability(sure[surest]) >= limits["least"]):
            return nearest
        return [surest, *(at for at in nearest if at != surest)]

    def _read_nearest(
        self, question: Question, demand: Demand, passages: Numbers, fused: Scores, count: int
    ) -> dict[int, dict[str, float]]:
        """Returns, by position, what the nearest passages hold, and takes what they lack from `fused`."""
        readings = {}
        for at in np.argsort(-fused, kind="stable")[:count]:
            reading = self._reader.read(question, demand, int(passages[at]))
            fused[at] -= self._reader.lacking(reading, int(passages[at]))
            readings[int(at)] = reading
        return readings

    def passage(self, passage_id: str) -> Passage | None:
        """Returns the passage with this id, or None if the documents no longer hold it."""
        number = self._number.get(passage_id)
        return None if number is None else self.index.passages[number]

    def mentions(self, text: str) -> list[Mention]:
        """Returns the things that a text names."""
        return self._expectations.mentions(text)

    def topic_of(self, passage: Passage) -> str | None:
        """Returns a question that the passage is known to answer, else its heading: what can be offered to a user."""
        return self._topics.get(self._number[passage.id]) or passage.heading or None

    def block_scores(self, question: Question, passage: Passage) -> tuple[float, ...]:
        """Returns how well each block of a passage answers a question, as in `Hit.blocks`."""
        number = self._number[passage.id]
        rows = np.arange(*self._rows[number : number + 2])
        cosine = self._cosine(rows, self.encoder.question(question.prepared))
        return self._block_scores(rows, cosine, self._lexical(question)[rows], number)

    def holds(self, text: str, passage: Passage) -> float:
        """Returns the share (0 to 1) of the words of `text`, weighed by rarity, that a passage says or explains."""
        return self._reader.holds(text, self._number[passage.id])

    def speaks_of(self, question: Question, passage: Passage) -> bool:
        """Tells whether a card says anything of what `question` says besides the names of things."""
        return self._reader.speaks_of(question, self._number[passage.id])

    def shared(self, question: Question, text: str) -> float:
        """Returns how much of a question `text` says: the rarity of the words that both hold, summed."""
        return self._reader.shared(question, text)

    def subjects(self, passages: Iterable[Passage]) -> set[str]:
        """Returns what passages are about: documents, topics of facts, trades and schools."""
        found: set[str] = set()
        for passage in passages:
            match passage.source:
                case Fact(collection=collection, topic=topic):
                    found.add(f"{collection}/{topic}")
                case CommonQuestion(cites=cites):
                    found |= self.subjects(p for i in cites if (p := self.passage(i)))
                case Document(id=document):
                    found.add(document)
                case _:
                    found.add(passage.id)
        return found

    def subject_words(self, passage: Passage) -> str | None:
        """Returns how that is called which a fact, what an answer rests on, or a document is about; else None."""
        match passage.source:
            case Document(citation=citation):
                return citation
            case Fact():
                return passage.heading
            case CommonQuestion(cites=cites):
                cited = (self.passage(i) for i in cites)
                return next((p.heading for p in cited if p and isinstance(p.source, Fact)), None)
        return None

    def covers(self, place: Mention) -> bool:
        """Tells whether any passage is about a place, or about one that it is a part of."""
        return bool(self._covered & {place.value, self._expectations.around(place.value)})

    def _lexical(self, question: Question) -> Scores:
        folded = self._weighted(self.index.folded, question)
        if not question.has_diacritics:
            return folded
        written = self._weighted(self.index.written, question)
        share = self.ranking.folded_share
        return (1 - share) * written + share * folded

    def _cosine(
        self, windows: npt.NDArray[np.int64], vector: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        vectors = self.index.vectors
        rows = vectors if len(windows) == len(vectors) else vectors[windows]
        # Not `@`: BLAS would wake its threads for a product that takes less time than that.
        cosine: npt.NDArray[np.float32] = np.einsum("ij,j->i", rows, vector)
        return cosine

    def _weighted(self, index: LexicalIndex, question: Question) -> Scores:
        scores = index.scores(index.terms(question.content))
        if question.synonyms:
            added = [term for words in question.synonyms for term in index.terms(words)]
            scores = scores + self.ranking.synonym_weight * index.scores(added)
        return scores

    def _candidates(self, vector: npt.NDArray[np.float32], lexical: Scores) -> npt.NDArray[np.int64]:
        """Returns the windows to score: every window of each passage that either search finds near."""
        total, wanted = len(self.index.windows), self.ranking.candidates
        if total <= wanted:
            return np.arange(total)
        _, nearest = self.index.dense.search(vector[None, :], wanted)
        found = np.union1d(nearest[0][nearest[0] >= 0], np.argpartition(-lexical, wanted)[:wanted])
        chosen = np.zeros(len(self.index.passages), dtype=bool)
        chosen[self._passage_of[found]] = True
        return np.flatnonzero(chosen[self._passage_of])

    def _block_scores(
        self, rows: npt.NDArray[np.int64], cosine: npt.NDArray[np.float32], lexical: Scores, passage: int
    ) -> tuple[float, ...]:
        """Returns one score a block: that of the narrowest windows over it, dense and lexical fused."""
        count = len(self.index.passages[passage].section.blocks)
        if count == 1:
            return (1.0,)
        fused = self.ranking.dense_share * standard(cosine) + (1 - self.ranking.dense_share) * standard(
            lexical
        )
        best = [_NOTHING] * count
        for row, score in zip(rows, fused, strict=True):
            window = self.index.windows[row]
            if window.last_block - window.first_block + 1 < count:
                for block in range(window.first_block, window.last_block + 1):
                    best[block] = max(best[block], float(score))
        return tuple(best)

    def _log_odds(self, features: dict[str, float]) -> float:
        model = self.ranking.confidence
        total: float = model["bias"] + sum(w * features[name] for name, w in model["weights"].items())
        return total


class _Statistics:
    """What the scores of one search say about each passage."""

    def __init__(
        self,
        cosine: npt.NDArray[np.float32],
        asked: npt.NDArray[np.bool_],
        position: npt.NDArray[np.int64],
        fused: npt.NDArray[np.float32],
    ) -> None:
        self._fused = fused
        self._text = _best(np.where(asked, _NOTHING, cosine), position, len(fused))
        self._asked = _best(np.where(asked, cosine, _NOTHING), position, len(fused))

    def features(self, at: int) -> dict[str, float]:
        asked = float(self._asked[at])
        return {
            "dense": float(self._text[at]),
            "question": asked if asked > 0 else float(self._text[at]),
            "fused": float(self._fused[at]),
        }


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _best(scores: npt.NDArray[Any], position: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.float32]:
    best = np.full(count, _NOTHING, dtype=np.float32)
    np.maximum.at(best, position, scores.astype(np.float32))
    return best
