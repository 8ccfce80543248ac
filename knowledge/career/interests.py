"""What people say they like and dislike, as Holland's letters: "thích máy móc, ghét ngồi văn phòng" -> R.

Words that point to a letter are data; what they do not know, the trades whose passages come nearest to the words do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import cast

from knowledge.career.quiz import LETTERS, suited
from knowledge.facts import Occupation, Riasec
from knowledge.question import Phrases, Question
from knowledge.search import Hit, Retriever
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

# A word of the list counts as much as the letters of two trades found by search.
_WORD, _DISLIKED = 6.0, 8.0
_TRADES = 12
_WEIGHTS = (3, 2, 1)
# From this probability on, a trade is what the words speak of; two at most.
_NEAR, _MOST_NEAR = 0.2, 2
_BETWEEN = re.compile(r"[,.;!?\n]|(?<!\w)(?:nhưng|mà|và|với lại|nhung|ma|va)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Interests:
    """What is liked and disliked, in the user's words, the strength of each letter (0 and more), and trades found."""

    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    scores: Mapping[Riasec, float]
    occupations: tuple[Occupation, ...] = ()

    @property
    def known(self) -> bool:
        """Tells whether anything points anywhere."""
        return bool(self.likes or self.dislikes) and any(self.scores.values())


def read_interests(text: str, knowledge: Retriever, today: date) -> Interests:
    """Returns what a message (prepared) says of interests."""
    likes, dislikes = _split(text)
    scores = dict.fromkeys(LETTERS, 0.0)
    for said, weight in ((likes, _WORD), (dislikes, -_DISLIKED)):
        question = Question.read(", ".join(said))
        for letter, phrases in _letters().items():
            if said and phrases.said_in(question):
                scores[letter] += weight
    hits = knowledge.search(", ".join(likes), _TRADES, today) if likes else []
    trades = {
        hit.passage.source.id: hit for hit in reversed(hits) if isinstance(hit.passage.source, Occupation)
    }
    found = sorted(trades.values(), key=lambda hit: -hit.score)
    for hit in found:
        for letter, weight in zip(_trade(hit).suits, _WEIGHTS, strict=False):
            scores[letter] += weight * hit.score
    positive = {letter: max(score, 0.0) for letter, score in scores.items()}
    near = tuple(_trade(hit) for hit in found if hit.score >= _NEAR)[:_MOST_NEAR]
    return Interests(likes, dislikes, positive, near)


def proposed(interests: Interests, occupations: Mapping[str, Occupation]) -> list[Occupation]:
    """Returns the trades to propose: those that search found for the very words, then those that suit the letters."""
    suiting = suited(interests.scores, occupations)
    return list({trade.id: trade for trade in (*interests.occupations, *suiting)}.values())[: len(suiting)]


def _trade(hit: Hit) -> Occupation:
    return cast("Occupation", hit.passage.source)


def _split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns what is liked and what is disliked; a clause without a cue goes on with the one before."""
    likes: list[str] = []
    dislikes: list[str] = []
    current: list[str] | None = None
    written = Question.read(text).has_diacritics
    pattern = _cues(written)
    for clause in _BETWEEN.split(text):
        position = 0
        for cue in pattern.finditer(clause.lower() if written else fold(clause)):
            if current is not None and clause[position : cue.start()].strip() and position:
                current.append(clause[position : cue.start()].strip())
            current = dislikes if cue["dislike"] else likes
            position = cue.end()
        rest = clause[position:].strip()
        if current is not None and rest:
            current.append(rest)
    return tuple(likes), tuple(dislikes)


@cache
def _cues(written: bool) -> re.Pattern[str]:
    words = vocabulary("interests")

    def spelled(name: str) -> str:
        cues = words[name] if written else [c for c in words[name] if c not in words["only_written"]]
        each = (cue if written else fold(cue) for cue in sorted(cues, key=len, reverse=True))
        return "|".join(map(re.escape, each))

    return re.compile(rf"(?<!\w)(?:(?P<dislike>{spelled('dislike')})|(?P<like>{spelled('like')}))(?!\w)")


@cache
def _letters() -> dict[Riasec, Phrases]:
    return {letter: Phrases(words) for letter, words in vocabulary("interests")["letters"].items()}
