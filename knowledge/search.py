"""Finds the passages that answer a question: dense and lexical search, fused, with a calibrated confidence.

Raw cosine values of this family of encoders all lie close together, so nothing here compares one with a fixed number:
scores become z-scores over the candidates before they are fused, and a fitted logistic model (`ranking.yml`)
turns what is known about a hit into the probability that it answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from knowledge.encoder import Encoder
from knowledge.expectations import Content, Expectations
from knowledge.index import Index
from knowledge.lexical import LexicalIndex, Scores
from knowledge.passages import Passage
from knowledge.question import Question
from knowledge.text import fold, tokens

RANKING_FILE = Path(__file__).parent / "ranking.yml"
_NOTHING = -1e9
_REMEMBERED_PASSAGES = 4096


@dataclass(frozen=True)
class Ranking:
    """The weights and thresholds of `ranking.yml`."""

    dense_share: float
    heading_weight: float
    home_place: str
    away_penalty: float
    slight_characters: int
    slight_penalty: float
    folded_share: float
    synonym_weight: float
    least_substance: float
    candidates: int
    confidence: dict[str, Any]
    answer: float
    suggest: float
    second_margin: float


@cache
def default_ranking() -> Ranking:
    """Returns what `ranking.yml` says, read once."""
    return Ranking(**yaml.safe_load(RANKING_FILE.read_text(encoding="utf-8")))


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
        self._passage_of = np.array([w.passage for w in index.windows], dtype=np.int64)
        # Windows lie in the order of their passages: those of passage p are rows _rows[p] to _rows[p + 1].
        self._rows = np.searchsorted(self._passage_of, np.arange(len(index.passages) + 1))
        self._is_question = np.array([w.kind == "question" for w in index.windows], dtype=bool)
        self._is_slight = np.array([len(p.text) < self.ranking.slight_characters for p in index.passages])
        self._away = self._places_away()
        self._topics: dict[int, str] = {}
        for window in index.windows:
            if window.kind == "question":
                self._topics.setdefault(window.passage, window.text)
        self._number = {passage.id: n for n, passage in enumerate(index.passages)}
        self._terms = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_terms)
        self._content = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_content)

    def search(self, text: str, limit: int = 5) -> list[Hit]:
        """Returns the passages most likely to answer, best first.

        Args:
            text: the question as typed; without a word or a number in it nothing is found.
            limit: how many at most.
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
        fused = self.ranking.dense_share * _standard(dense) + (1 - self.ranking.dense_share) * _standard(
            _best(lexical[windows], position, len(passages))
        )
        fused += self._prior(question, passages)
        order = np.argsort(-fused, kind="stable")[: limit + 1]
        statistics = _Statistics(cosine, asked, position, fused)
        demand, rarities = self._expectations.of(question.prepared), self._rarities(question)
        hits = []
        for rank, at in enumerate(order[:limit]):
            following = fused[order[rank + 1]] if rank + 1 < len(order) else fused[at]
            features = statistics.features(int(at), float(following))
            number = int(passages[at])
            features["coverage"] = self._coverage(question, rarities, number)
            features["missing"] = self._expectations.missing(demand, self._content(number))
            features["unmet"] = self._expectations.unmet(demand, self._content(number))
            rows = windows[position == at]
            blocks = self._block_scores(rows, cosine[position == at], lexical[rows], number)
            hits.append(Hit(self.index.passages[number], self._confidence(features), blocks, features))
        return hits

    def passage(self, passage_id: str) -> Passage | None:
        """Returns the passage with this id, or None if the documents no longer hold it."""
        number = self._number.get(passage_id)
        return None if number is None else self.index.passages[number]

    def topic_of(self, passage: Passage) -> str | None:
        """Returns a question that the passage is known to answer, else its heading: what can be offered to a user."""
        return self._topics.get(self._number[passage.id]) or passage.heading or None

    def holds(self, text: str, passage: Passage) -> float:
        """Returns the share (0 to 1) of the words of `text`, weighed by rarity, that a passage says or explains."""
        question, number = Question.read(text), self._number[passage.id]
        plain = self._terms(number)
        said = self._passage_words(number) if question.has_diacritics else plain
        explained = {fold(t) for words in question.synonyms_for(plain) for t in tokens(words)}
        weights = {word: self.index.folded.rarity(fold(word)) for word in tokens(question.content)}
        held = sum(w for word, w in weights.items() if word in said or fold(word) in explained)
        return held / sum(weights.values()) if weights else 1.0

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

    def _prior(self, question: Question, passages: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Returns what each passage's heading and place are worth for this question."""
        headings = self.index.headings
        prior = self.ranking.heading_weight * _standard(
            headings.scores(headings.terms(question.content))[passages]
        )
        asked = fold(question.prepared)
        prior -= self.ranking.slight_penalty * self._is_slight[passages]
        for place, lies_there in self._away.items():
            prior += self.ranking.away_penalty * (1 if place in asked else -1) * lies_there[passages]
        return prior

    def _places_away(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Returns, by folded name of a place that is not home, which passages' documents are from there."""
        home = fold(self.ranking.home_place)
        places = [fold(passage.document.place or home) for passage in self.index.passages]
        return {place: np.array([p == place for p in places]) for place in set(places) if home not in place}

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
        passages = np.unique(self._passage_of[found])
        return np.concatenate([np.arange(*self._rows[p : p + 2]) for p in passages])

    def _rarities(self, question: Question) -> dict[str, float]:
        index = self.index.folded
        return {term: index.rarity(term) for term in index.terms(question.content)}

    def _coverage(self, question: Question, rarities: dict[str, float], passage: int) -> float:
        """Returns the share (0 to 1) of the question's terms, weighed by rarity, that the passage mentions."""
        held = self._terms(passage)
        explained = {t for words in question.synonyms_for(held) for t in self.index.folded.terms(words)}
        covered = sum(rarity for term, rarity in rarities.items() if term in held or term in explained)
        # Two common words that a passage happens to hold say little: a short question is never covered whole.
        return covered / max(sum(rarities.values()), self.ranking.least_substance)

    def _passage_content(self, passage: int) -> Content:
        return self._expectations.content(self.index.passages[passage])

    def _passage_words(self, passage: int) -> set[str]:
        rows = range(*self._rows[passage : passage + 2])
        return {t for row in rows for t in tokens(self.index.windows[row].text)}

    def _passage_terms(self, passage: int) -> frozenset[str]:
        rows = range(*self._rows[passage : passage + 2])
        return frozenset(t for row in rows for t in self.index.folded.terms(self.index.windows[row].text))

    def _block_scores(
        self, rows: npt.NDArray[np.int64], cosine: npt.NDArray[np.float32], lexical: Scores, passage: int
    ) -> tuple[float, ...]:
        """Returns one score a block: that of the narrowest windows over it, dense and lexical fused."""
        count = len(self.index.passages[passage].section.blocks)
        if count == 1:
            return (1.0,)
        fused = self.ranking.dense_share * _standard(cosine) + (1 - self.ranking.dense_share) * _standard(
            lexical
        )
        best = [_NOTHING] * count
        for row, score in zip(rows, fused, strict=True):
            window = self.index.windows[row]
            if window.last_block - window.first_block + 1 < count:
                for block in range(window.first_block, window.last_block + 1):
                    best[block] = max(best[block], float(score))
        return tuple(best)

    def _confidence(self, features: dict[str, float]) -> float:
        model = self.ranking.confidence
        total = model["bias"] + sum(weight * features[name] for name, weight in model["weights"].items())
        return 1 / (1 + math.exp(-total))


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

    def features(self, at: int, following: float) -> dict[str, float]:
        asked = float(self._asked[at])
        return {
            "dense": float(self._text[at]),
            "question": asked if asked > 0 else float(self._text[at]),
            "fused": float(self._fused[at]),
            "margin": float(self._fused[at]) - following,
        }


def _best(scores: npt.NDArray[Any], position: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.float32]:
    best = np.full(count, _NOTHING, dtype=np.float32)
    np.maximum.at(best, position, scores.astype(np.float32))
    return best


def _standard(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
