"""The interest quiz after Holland (RIASEC): its questions, how answers are read and counted, and what they point to.

Contents: `quiz.yml`. About the model: guidance#holland-la-gi, and https://en.wikipedia.org/wiki/Holland_Codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.facts import Occupation, Riasec
from knowledge.question import Phrases, Question

QUIZ_FILE = Path(__file__).with_name("quiz.yml")
LETTERS: tuple[Riasec, ...] = get_args(Riasec)
ITEMS_PER_LETTER = 3
MOST_POINTS = 12
# A trade's letters count by their order, as Holland's codes do.
_WEIGHTS = (3, 2, 1)
# Scores that differ by no more show no preference; with none above, nothing is liked.
_FLAT, _LOW = 2, 4
# A letter belongs to a profile if it comes near to the first one; three at most.
_NEAR_FIRST = 3
_PROFILE = 3
_OCCUPATIONS = 5
# However strong one letter is, so many trades that begin with it are enough.
_SAME_LETTER = 3


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Letter(_Strict):
    """One of the six kinds of interests."""

    name: str
    likes: str
    fact: str


class Item(_Strict):
    """Something to do, and the letter that it shows."""

    letter: Riasec
    does: str


class QuizAnswer(_Strict):
    """An answer: its button, its points, and what else is said for it."""

    title: str
    points: int = Field(ge=0, le=4)
    says: tuple[str, ...]


class Quiz(_Strict):
    """The whole quiz, and the words around it."""

    letters: Mapping[Riasec, Letter]
    items: tuple[Item, ...]
    answers: tuple[QuizAnswer, ...]
    words: Mapping[str, Any]

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        for letter in LETTERS:
            if letter not in self.letters:
                raise ValueError(f"'letters' lacks {letter}")
            if sum(item.letter == letter for item in self.items) != ITEMS_PER_LETTER:
                raise ValueError(f"there are not {ITEMS_PER_LETTER} items for {letter}")
        return self

    def read(self, text: str) -> int | None:
        """Returns the points of the answer that a message gives, None if it gives none."""
        question = Question.read(text)
        said = [
            (len(words.split()), answer.points)
            for answer, phrases in zip(self.answers, _phrases(self), strict=True)
            if (words := phrases.said_by(question))
        ]
        return max(said)[1] if said else None

    def scores(self, points: Sequence[int]) -> dict[Riasec, int]:
        """Returns the points of each letter (0 to 12), in the order R I A S E C."""
        pairs = list(zip(self.items, points, strict=True))
        return {letter: sum(p for item, p in pairs if item.letter == letter) for letter in LETTERS}


@dataclass(frozen=True)
class Profile:
    """What scores show: the leading letters, or that there is no preference (`flat`), or nothing liked (`low`)."""

    letters: tuple[Riasec, ...]
    flat: bool
    low: bool


def profile(scores: Mapping[Riasec, float]) -> Profile:
    """Returns the letters that lead; of equal ones, the earlier in R I A S E C."""
    ranked = sorted(LETTERS, key=lambda letter: -scores[letter])
    first = scores[ranked[0]]
    near = tuple(letter for letter in ranked[:_PROFILE] if scores[letter] >= first - _NEAR_FIRST)
    return Profile(near, flat=first - min(scores.values()) <= _FLAT, low=first <= _LOW)


def suited(
    scores: Mapping[Riasec, float], occupations: Mapping[str, Occupation], count: int = _OCCUPATIONS
) -> list[Occupation]:
    """Returns the trades that suit scores best, some variety among them; of equals, supported ones first."""
    ranked = sorted(occupations.values(), key=lambda o: (-_suits(o, scores), not o.supported_by_nq03, o.name))
    chosen: list[Occupation] = []
    for occupation in ranked:
        alike = sum(other.suits[:1] == occupation.suits[:1] for other in chosen)
        if len(chosen) < count and alike < _SAME_LETTER:
            chosen.append(occupation)
    return chosen


def _suits(occupation: Occupation, scores: Mapping[Riasec, float]) -> float:
    weighted = list(zip(occupation.suits, _WEIGHTS, strict=False))
    return sum(scores[letter] * weight for letter, weight in weighted) / sum(w for _, w in weighted)


@cache
def load_quiz(file: Path = QUIZ_FILE) -> Quiz:
    """Reads the quiz; pydantic's ValidationError names what is wrong in it."""
    return Quiz.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


@cache
def _phrases_of(says: tuple[str, ...]) -> Phrases:
    # Of phrases that begin alike the longest is to be heard: "không thích lắm" before "không thích".
    return Phrases(sorted(says, key=len, reverse=True))


def _phrases(quiz: Quiz) -> list[Phrases]:
    return [_phrases_of(answer.says) for answer in quiz.answers]
