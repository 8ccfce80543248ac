"""What people say they like and dislike, as Holland's letters: "thích máy móc, ghét ngồi văn phòng" -> R.

Three judges: words that point to a letter (`vocabulary/interests.yml`); where they know none, the nearest of them by
meaning; and the trades whose passages search finds for what is liked. What is disliked counts against its letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from knowledge.career.likings import Liking, read_likings
from knowledge.career.quiz import LETTERS, MOST_POINTS, suited
from knowledge.encoder import Encoder
from knowledge.facts import Occupation, Riasec
from knowledge.onnx_encoder import Vectors
from knowledge.question import Phrases, Question
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

# What a liking gives to the letters that it names, and a disliking takes from them.
_NAMED, _DISLIKED = 6.0, 8.0
# What the nearest words of the list give together, if none is named: the nearer, the more.
_NEIGHBOURS, _BY_MEANING = 5, 4.0
# The letters of a trade that search finds, in their order, each by how likely it is meant.
_TRADES, _WEIGHTS = 12, (3, 2, 1)
# From this probability on, a trade is what the words speak of; two at most.
_NEAR, _MOST_NEAR = 0.4, 2


@dataclass(frozen=True)
class Interests:
    """What was understood: the likings, the letters (0 to 12; all 0 if nothing is liked), and trades for the words.

    `reasons` gives, by a trade's id, what is liked about it.
    """

    likings: tuple[Liking, ...]
    scores: Mapping[Riasec, float]
    occupations: tuple[Occupation, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Tells whether anything points anywhere."""
        return any(self.scores.values())

    def of(self, kind: str) -> list[str]:
        """Returns the words of the likings of one kind: "like", "dislike", "weak"."""
        return [liking.words for liking in self.likings if liking.kind == kind]


def read_interests(text: str, knowledge: Retriever, today: date) -> Interests:
    """Returns what a message (prepared) says of interests."""
    likings = read_likings(text)
    scores = dict.fromkeys(LETTERS, 0.0)
    found: dict[str, tuple[float, Occupation, str]] = {}
    for liking in likings:
        liked = liking.attracts
        for letter, weight in _letters_of(liking.words, knowledge.encoder, by_meaning=liked).items():
            scores[letter] += weight if liked else -_DISLIKED
        for score, trade in _trades(liking.words, knowledge, today) if liked else ():
            for letter, share in zip(trade.suits, _WEIGHTS, strict=False):
                scores[letter] += share * score
            if score > found.get(trade.id, (0.0,))[0]:
                found[trade.id] = score, trade, liking.words
    near = sorted((f for f in found.values() if f[0] >= _NEAR), key=lambda f: -f[0])[:_MOST_NEAR]
    return Interests(
        likings,
        _scaled(scores),
        tuple(trade for _, trade, _ in near),
        {trade.id: words for _, trade, words in near},
    )


def proposed(interests: Interests, occupations: Mapping[str, Occupation]) -> list[Occupation]:
    """Returns the trades to propose: those that search found for the very words, then those that suit the letters."""
    suiting = suited(interests.scores, occupations)
    return list({trade.id: trade for trade in (*interests.occupations, *suiting)}.values())[: len(suiting)]


def _letters_of(words: str, encoder: Encoder, *, by_meaning: bool) -> dict[Riasec, float]:
    """Returns the letters that words name, or those of the nearest words of the list."""
    question = Question.read(words)
    said = {letter: found for letter, phrases in _phrases().items() if (found := phrases.said_by(question))}
    named = {
        letter: _NAMED
        for letter, found in said.items()
        if not any(f" {found} " in f" {other} " for other in said.values() if other != found)
    }
    return named if named or not by_meaning else _nearest(question.prepared, encoder)


def _nearest(text: str, encoder: Encoder) -> dict[Riasec, float]:
    letters, vectors = _listed(encoder)
    cosine = vectors @ encoder.question(text)
    order = np.argsort(-cosine)[: _NEIGHBOURS + 1]
    # What the last one is near, everything is.
    apart = cosine[order[:-1]] - cosine[order[-1]]
    shares = apart / max(float(apart.sum()), 1e-6)
    given = dict.fromkeys(LETTERS, 0.0)
    for at, share in zip(order, shares, strict=False):
        given[letters[at]] += _BY_MEANING * float(share)
    return {letter: weight for letter, weight in given.items() if weight}


def _trades(words: str, knowledge: Retriever, today: date) -> Sequence[tuple[float, Occupation]]:
    """Returns the trades found for words, each once with its probability."""
    trades: dict[str, tuple[float, Occupation]] = {}
    for hit in knowledge.search(words, _TRADES, today):
        trade = hit.passage.source
        if isinstance(trade, Occupation):
            best, _ = trades.get(trade.id, (0.0, trade))
            trades[trade.id] = max(best, hit.score), trade
    return list(trades.values())


def _scaled(scores: Mapping[Riasec, float]) -> dict[Riasec, float]:
    """Returns scores as the quiz counts them: the strongest letter has the most points, none less than 0."""
    first = max(scores.values())
    if first <= 0:
        return dict.fromkeys(LETTERS, 0.0)
    return {letter: max(score, 0.0) * MOST_POINTS / first for letter, score in scores.items()}


@lru_cache(maxsize=1)
def _phrases() -> dict[Riasec, Phrases]:
    words: Mapping[Riasec, Sequence[str]] = vocabulary("interests")["letters"]
    return {letter: Phrases(sorted(listed, key=len, reverse=True)) for letter, listed in words.items()}


@lru_cache(maxsize=1)
def _listed(encoder: Encoder) -> tuple[list[Riasec], Vectors]:
    """Returns every listed phrase's letter and vector."""
    words: Mapping[Riasec, Sequence[str]] = vocabulary("interests")["letters"]
    pairs = [(letter, phrase) for letter, listed in words.items() for phrase in listed]
    return [letter for letter, _ in pairs], encoder.encode([phrase for _, phrase in pairs], "query")
