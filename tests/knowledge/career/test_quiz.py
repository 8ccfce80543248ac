"""The interest quiz reads answers as people type them, counts them, and proposes the same trades each time."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.career.quiz import LETTERS, QUIZ_FILE, Quiz, load_quiz, profile, suited
from knowledge.facts import Riasec
from knowledge.search import Retriever
from knowledge.text import prepare

QUIZ = load_quiz()


def scored(text: str) -> dict[Riasec, float]:
    """Returns scores written in the order R I A S E C: "12 8 3 9 4 6"."""
    return dict(zip(LETTERS, map(float, text.split()), strict=True))


def test_it_asks_three_questions_for_each_letter_in_mixed_order() -> None:
    letters = [item.letter for item in QUIZ.items]
    assert Counter(letters) == dict.fromkeys(LETTERS, 3)
    assert all(first != second for first, second in pairwise(letters))


def test_a_quiz_that_is_out_of_balance_is_refused() -> None:
    content: dict[str, Any] = yaml.safe_load(QUIZ_FILE.read_text(encoding="utf-8"))
    content["items"][0]["letter"] = "C"
    with pytest.raises(ValidationError, match="not 3 items for R"):
        Quiz.model_validate(content)


@pytest.mark.parametrize("answer", QUIZ.answers)
def test_every_button_gives_its_own_points(answer: Any) -> None:
    assert QUIZ.read(prepare(answer.title)) == answer.points


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("RẤT THÍCH", 4),
        ("rat thich", 4),
        ("thích lắm luôn ạ", 4),
        ("e mê lắm", 4),
        ("5", 4),
        ("thik", 3),
        ("dạ có ạ", 3),
        ("cũng thích", 3),
        ("bt", 2),
        ("bth thôi", 2),
        ("tùy", 2),
        ("tuỳ hôm", 2),
        ("ko bt nữa", 2),
        ("sao cũng đc", 2),
        ("lúc thích lúc không", 2),
        ("không thích cũng không ghét", 2),
        ("k thích lắm", 1),
        ("không", 1),
        ("chả thích", 1),
        ("ko thich", 1),
        ("không mê", 1),
        ("ghét", 0),
        ("ko thích tí nào", 0),
        ("rat ko thich", 0),
        ("1", 0),
    ],
)
def test_answers_are_read_in_every_spelling(said: str, points: int) -> None:
    assert QUIZ.read(prepare(said)) == points


@pytest.mark.parametrize(
    "said", ["15 tuổi", "ờ thì", "em kể chuyện này nhé hôm qua ở nhà em thích cái quạt mà bố em mới mua về"]
)
def test_what_is_no_answer_is_not_taken_for_one(said: str) -> None:
    assert QUIZ.read(prepare(said)) is None


@given(st.lists(st.integers(0, 4), min_size=18, max_size=18))
def test_each_letter_has_0_to_12_points_and_nothing_is_lost(points: list[int]) -> None:
    scores = QUIZ.scores(points)
    assert list(scores) == list(LETTERS)
    assert all(0 <= score <= 12 for score in scores.values())
    assert sum(scores.values()) == sum(points)


@pytest.mark.parametrize(
    ("scores", "letters"),
    [
        ("12 8 3 9 4 6", "RS"),
        ("12 2 3 1 4 0", "R"),
        ("9 9 2 1 8 0", "RIE"),
        ("3 3 12 3 11 10", "AEC"),
        ("5 7 7 7 0 0", "IAS"),
    ],
)
def test_the_profile_has_the_letters_that_lead_and_equals_keep_their_order(scores: str, letters: str) -> None:
    shown = profile(scored(scores))
    assert ("".join(shown.letters), shown.flat, shown.low) == (letters, False, False)


def test_no_preference_and_no_liking_are_told_apart() -> None:
    assert profile(scored("6 7 6 8 7 6")).flat
    assert profile(scored("1 4 0 2 1 0")).low
    assert not profile(scored("6 7 6 8 7 6")).low


def test_trades_begin_with_the_letters_that_lead(retriever: Retriever) -> None:
    trades = suited(scored("12 8 3 9 4 6"), retriever.index.facts.occupations)
    assert len(trades) == 5
    assert {trade.suits[0] for trade in trades} <= {"R", "I", "S"}
    assert Counter(trade.suits[0] for trade in trades)["R"] == 3


def test_without_a_leading_letter_every_trade_begins_with_another(retriever: Retriever) -> None:
    for scores in ("6 6 6 6 6 6", "1 0 2 3 0 1"):
        trades = suited(scored(scores), retriever.index.facts.occupations)
        assert len({trade.suits[0] for trade in trades}) == 5


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_trades_are_five_different_ones_and_always_the_same(retriever: Retriever, points: list[int]) -> None:
    scores = dict(zip(LETTERS, map(float, points), strict=True))
    occupations = retriever.index.facts.occupations
    trades = suited(scores, occupations)
    assert len({trade.id for trade in trades}) == 5
    assert trades == suited(scores, dict(reversed(occupations.items())))
