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
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from knowledge.documents import Document
from knowledge.encoder import Encoder
from knowledge.expectations import Content, Demand, Expectations
from knowledge.facts import CommonQuestion, Fact, Institution, Occupation
from knowledge.gazetteer import Mention
from knowledge.index import Index
from knowledge.lexical import LexicalIndex, Scores
from knowledge.passages import Passage
from knowledge.period import Periods, asked_period
from knowledge.question import Phrases, Question
from knowledge.text import fold, tokens
from knowledge.vocabulary import vocabulary

RANKING_FILE = Path(__file__).parent / "ranking.yml"
_NOTHING = -1e9
_REMEMBERED_PASSAGES = 4096
_ENTRY_KINDS = ("occupation", "institution")


@dataclass(frozen=True)
class Ranking:
    """The weights and thresholds of `ranking.yml`."""

    dense_share: float
    heading_weight: float
    home_place: str
    away_penalty: float
    entry_weight: float
    general_weight: float
    period_weight: float
    slight_characters: int
    slight_penalty: float
    addressees_penalty: float
    folded_share: float
    synonym_weight: float
    least_substance: float
    read_nearest: int
    lacking: dict[str, float]
    card_weight: float
    slight_rest: float
    short_question: int
    card_rest: float
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
        self._is_addressees = np.array(
            [_addressees().said_in(Question.read(p.heading)) for p in index.passages]
        )
        self._away = self._places_away()
        self._periods = Periods(index.passages)
        self._entry = [_entry_named(passage) for passage in index.passages]
        self._entries = {
            kind: np.array([e is not None and e[0] == kind for e in self._entry]) for kind in _ENTRY_KINDS
        }
        self._is_general = np.array([isinstance(p.source, CommonQuestion) for p in index.passages])
        self._entry_number = {entry: n for n, entry in enumerate(self._entry) if entry}
        places = {passage.place for passage in index.passages if passage.place}
        self._covered = {
            m.value for text in places for m in expectations.mentions(text) if m.entity == "place"
        }
        self._topics: dict[int, str] = {}
        for window in index.windows:
            if window.kind == "question":
                self._topics.setdefault(window.passage, window.text)
        self._number = {passage.id: n for n, passage in enumerate(index.passages)}
        self._terms = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_terms)
        self._content = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_content)

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
        fused = self.ranking.dense_share * _standard(dense) + (1 - self.ranking.dense_share) * _standard(
            _best(lexical[windows], position, len(passages))
        )
        demand = self._expectations.of(question)
        fused += self._prior(question, demand, passages)
        if today:
            period = asked_period(question, demand.years, today)
            fused += self.ranking.period_weight * self._periods.fit(period, today)[passages]
        readings = self._read_nearest(
            question, demand, passages, fused, max(limit + 1, self.ranking.read_nearest)
        )
        order = sorted(readings, key=lambda at: -fused[at])[: limit + 1]
        statistics = _Statistics(cosine, asked, position, fused)
        hits = []
        for rank, at in enumerate(order[:limit]):
            following = fused[order[rank + 1]] if rank + 1 < len(order) else fused[at]
            features = statistics.features(at, float(following)) | readings[at]
            number = int(passages[at])
            rows = windows[position == at]
            blocks = self._block_scores(rows, cosine[position == at], lexical[rows], number)
            hits.append(Hit(self.index.passages[number], self._confidence(features), blocks, features))
        return hits

    def _read_nearest(
        self,
        question: Question,
        demand: Demand,
        passages: npt.NDArray[np.int64],
        fused: Scores,
        count: int,
    ) -> dict[int, dict[str, float]]:
        """Returns, by position, what the nearest passages hold of the question, and takes what they lack from `fused`.

        Only they are read, since reading takes longer than comparing vectors.
        """
        rarities, ranking = self._rarities(question), self.ranking
        readings = {}
        for at in np.argsort(-fused, kind="stable")[:count]:
            number = int(passages[at])
            reading = {
                "coverage": self._coverage(question, rarities, number),
                "rest": self._rest(question, demand, rarities, number),
                "lacked": self._lacked(question, demand, number),
                "missing": float(self._expectations.missing(demand, self._content(number))),
                "unmet": float(self._expectations.unmet(demand, self._content(number))),
                "entry": self._named(demand, number),
            }
            reading["unnamed"] = float(self._entry[number] is not None and reading["entry"] == 0)
            lacking = sum(weight * reading[name] for name, weight in ranking.lacking.items())
            if self._entry[number] is not None:
                lacking += ranking.card_weight * (1 - reading["rest"])
            fused[at] -= lacking
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
        question, number = Question.read(text), self._number[passage.id]
        plain = self._terms(number)
        said = self._passage_words(number) if question.has_diacritics else plain
        explained = {fold(t) for words in question.synonyms_for(plain) for t in tokens(words)}
        weights = {word: self.index.folded.rarity(fold(word)) for word in tokens(question.content)}
        held = sum(w for word, w in weights.items() if word in said or fold(word) in explained)
        return held / sum(weights.values()) if weights else 1.0

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
        """Returns the name of the topic that a fact, or what an answer rests on, is about; None of anything else."""
        match passage.source:
            case Fact():
                return passage.heading
            case CommonQuestion(cites=cites):
                cited = (self.passage(i) for i in cites)
                return next((p.heading for p in cited if p and isinstance(p.source, Fact)), None)
        return None

    def covers(self, place: Mention) -> bool:
        """Tells whether any passage is about a place, or about one that it is a part of."""
        return bool(self._covered & {place.value, self._expectations.around(place.value)})

    def speaks_of(self, question: Question, passage: Passage) -> bool:
        """Tells whether a card says anything of what `question` says besides the names of things."""
        rest = self._rest(
            question,
            self._expectations.of(question),
            self._rarities(question),
            self._number[passage.id],
        )
        return rest >= self.ranking.card_rest

    def shared(self, question: Question, text: str) -> float:
        """Returns how much of a question `text` says: the rarity of the words that both hold, summed."""
        held = self.index.folded.terms(text)
        return sum(rarity for term, rarity in self._rarities(question).items() if term in held)

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

    def _prior(
        self, question: Question, demand: Demand, passages: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Returns what each passage's heading, name and place are worth for this question."""
        headings = self.index.headings
        prior = self.ranking.heading_weight * _standard(
            headings.scores(headings.terms(question.content))[passages]
        )
        asked = fold(question.prepared)
        prior -= self.ranking.slight_penalty * self._is_slight[passages]
        if not _addressees().said_in(question):
            prior -= self.ranking.addressees_penalty * self._is_addressees[passages]
        for kind, value in demand.entries:
            named = self._entry_number.get((kind, value))
            others = self._entries[kind][passages]
            prior += self.ranking.entry_weight * np.where(passages == named, 1, np.where(others, -1, 0))
        if demand.entries:
            prior -= self.ranking.general_weight * self._is_general[passages]
        for place, lies_there in self._away.items():
            prior += self.ranking.away_penalty * (1 if place in asked else -1) * lies_there[passages]
        return prior

    def _places_away(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Returns, by folded name of a place that is not home, which passages' documents are from there."""
        home = fold(self.ranking.home_place)
        places = [fold(passage.place or home) for passage in self.index.passages]
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
        chosen = np.zeros(len(self.index.passages), dtype=bool)
        chosen[self._passage_of[found]] = True
        return np.flatnonzero(chosen[self._passage_of])

    def _named(self, demand: Demand, passage: int) -> float:
        """Returns 1 if the question names this very trade or school, -1 if it names another one, else 0."""
        entry = self._entry[passage]
        if entry is None or not any(kind == entry[0] for kind, _ in demand.entries):
            return 0.0
        return 1.0 if entry in demand.entries else -1.0

    def _rarities(self, question: Question) -> dict[str, float]:
        index = self.index.folded
        return {term: index.rarity(term) for term in index.terms(question.content)}

    def _coverage(self, question: Question, rarities: dict[str, float], passage: int) -> float:
        """Returns the share (0 to 1) of the question's terms, weighed by rarity, that the passage mentions."""
        # Two common words that a passage happens to hold say little: a short question is never covered whole.
        total = max(sum(rarities.values()), self.ranking.least_substance)
        return self._covered_rarity(question, rarities, passage) / total

    def _rest(self, question: Question, demand: Demand, rarities: dict[str, float], passage: int) -> float:
        """Returns the same share of what the question says besides names: a card is not all that can be asked of it."""
        rest = {term: r for term, r in rarities.items() if not demand.words.issuperset(term.split("_"))}
        slight = self.ranking.slight_rest
        return (self._covered_rarity(question, rest, passage) + slight) / (sum(rest.values()) + slight)

    def _lacked(self, question: Question, demand: Demand, passage: int) -> float:
        """Returns the rarity of the rarest word, not of a name, that the question says and the passage does not.

        In a longer message it counts for less: more of it is no part of what is asked.
        """
        asked = tokens(question.content)
        said = self._passage_words(passage) if question.has_diacritics else self._terms(passage)
        explained = {fold(t) for words in question.synonyms_for(self._terms(passage)) for t in tokens(words)}
        index = self.index.written if question.has_diacritics else self.index.folded
        lacking = [w for w in asked if w not in said and fold(w) not in explained | demand.words]
        share = min(1.0, self.ranking.short_question / max(len(asked), 1))
        return share * max(map(index.rarity, lacking), default=0.0)

    def _covered_rarity(self, question: Question, rarities: dict[str, float], passage: int) -> float:
        held = self._terms(passage)
        explained = {t for words in question.synonyms_for(held) for t in self.index.folded.terms(words)}
        return sum(rarity for term, rarity in rarities.items() if term in held or term in explained)

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


@cache
def _addressees() -> Phrases:
    return Phrases(vocabulary("questions")["addressees"])


def _entry_named(passage: Passage) -> tuple[str, str] | None:
    """Returns the thing (kind, id) that a passage is all about, as gazetteers name it."""
    source = passage.source
    if isinstance(source, Occupation):
        return "occupation", source.id
    return ("institution", source.id) if isinstance(source, Institution) else None


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
