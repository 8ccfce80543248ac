"""The interest quiz after Holland (RIASEC): its questions, how answers are read and counted, and what they point to.

Contents: `quiz.yml`. About the model: guidance#holland-la-gi, and https://en.wikipedia.org/wiki/Holland_Codes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.facts import Occupation, Riasec
from knowledge.question import Phrases, Question
from knowledge.text import tokens

QUIZ_FILE = Path(__file__).with_name("quiz.yml")
LETTERS: tuple[Riasec, ...] = get_args(Riasec)
ITEMS_PER_LETTER = 3
MOST_POINTS = 12
# A trade's letters count by their order, as Holland's codes do.
_WEIGHTS = (3, 2, 1)
# Scores that differ by no more show no preference; with none above, nothing is liked.
_FLAT, _LOW = 2, 4
# The second letter belongs to a profile unless it is low, the third if it comes so near to the first.
_NEAR_FIRST = 3
_OCCUPATIONS = 5
# A message with more syllables tells something else than an answer.
_ANSWER_SYLLABLES = 12


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


class Spoken(_Strict):
    """A sentence as it is said to a young person (`self` in the file), and to a parent."""

    own: str = Field(alias="self")
    parent: str

    def to(self, parent: bool) -> str:
        """Returns the form for a parent, or else the one for whom it is about."""
        return self.parent if parent else self.own


class Reason(Spoken):
    """Why a trade is named; `varied` where no letter leads."""

    varied: str


class Told(_Strict):
    """How an interest is said back, by its kind (knowledge/career/interests.py)."""

    trait: str
    like: str
    dislike: str
    weak: str


class Button(_Strict):
    """A quick reply, and the sentence that it sends."""

    title: str
    ask: str


class Words(_Strict):
    """The sentences around the quiz and its result; {…} are filled in."""

    ask: Spoken
    intro: Spoken
    resumed: str
    result: Spoken
    letter: str
    flat: Spoken
    low: Spoken
    occupations: str
    varied: str
    occupation: Reason
    star: str
    starred: str
    hint: str
    next: Spoken
    joint: str
    picture: str
    understood: Spoken
    told: Told
    reply: str
    check: Button


class Cites(_Strict):
    """The passages that sentences around the result rest on."""

    starred: str
    hint: str
    next: str


class Quiz(_Strict):
    """The whole quiz, and the words around it."""

    letters: Mapping[Riasec, Letter]
    items: tuple[Item, ...]
    answers: tuple[QuizAnswer, ...]
    cites: Cites
    words: Words

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        for letter in LETTERS:
            if letter not in self.letters:
                raise ValueError(f"'letters' lacks {letter}")
            if sum(item.letter == letter for item in self.items) != ITEMS_PER_LETTER:
                raise ValueError(f"there are not {ITEMS_PER_LETTER} items for {letter}")
        return self

    def read(self, text: str) -> int | None:
        """Returns the points of the answer that a message gives, None if it gives none.

        The longest phrase counts, of equally long ones the less liking: "không mê" is no "mê".
        """
        question = Question.read(text)
        if len(tokens(question.prepared)) > _ANSWER_SYLLABLES:
            return None
        said = [
            (len(words.split()), -answer.points)
            for answer in self.answers
            if (words := _phrases(answer.says).said_by(question))
        ]
        return -max(said)[1] if said else None

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
    """Returns the two or three letters that lead (one if all others are low); of equals, the earlier in R I A S E C."""
    first, second, third, *_ = sorted(LETTERS, key=lambda letter: -scores[letter])
    letters = [first]
    if scores[second] > _LOW:
        letters.append(second)
        if scores[third] >= scores[first] - _NEAR_FIRST:
            letters.append(third)
    apart = scores[first] - min(scores.values())
    return Profile(tuple(letters), flat=apart <= _FLAT, low=scores[first] <= _LOW)


def suited(
    scores: Mapping[Riasec, float], occupations: Mapping[str, Occupation], count: int = _OCCUPATIONS
) -> list[Occupation]:
    """Returns the trades that suit scores best, the same ones each time; of equals, supported ones first.

    The first letter of each leads, and each leading letter has its share; where none leads, every trade begins with
    another letter.
    """
    shown = profile(scores)
    ranked = sorted(occupations.values(), key=lambda o: (-_suits(o, scores), not o.supported_by_nq03, o.name))
    leading = LETTERS if shown.flat or shown.low else shown.letters
    share = math.ceil(count / len(leading))
    chosen = [o for letter in leading for o in [t for t in ranked if t.suits[0] == letter][:share]]
    chosen = [*sorted(chosen, key=ranked.index), *(o for o in ranked if o not in chosen)]
    return chosen[:count]


def _suits(occupation: Occupation, scores: Mapping[Riasec, float]) -> float:
    weighted = list(zip(occupation.suits, _WEIGHTS, strict=False))
    return sum(scores[letter] * weight for letter, weight in weighted) / sum(w for _, w in weighted)


@cache
def load_quiz(file: Path = QUIZ_FILE) -> Quiz:
    """Reads the quiz; pydantic's ValidationError names what is wrong in it."""
    return Quiz.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


@cache
def _phrases(says: tuple[str, ...]) -> Phrases:
    # Of phrases that begin alike the longest is to be heard: "không thích lắm" before "không thích".
    return Phrases(sorted(says, key=len, reverse=True))
