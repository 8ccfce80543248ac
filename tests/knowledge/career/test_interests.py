"""Interests in one's own words lead to sensible letters and trades."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.career.interests import Interests, proposed, read_interests
from knowledge.search import Retriever
from knowledge.text import prepare

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("interests_cases.yml").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 22)
# A letter with such a share of the points of the first one comes near.
_COMES_NEAR = 0.7


def understood(message: str, knowledge: Retriever) -> Interests:
    return read_interests(prepare(message), knowledge, TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["say"]))
def test_the_letters_fit_what_was_said(retriever: Retriever, case: dict[str, Any]) -> None:
    interests = understood(case["say"], retriever)
    scores = interests.scores
    first = max(scores, key=lambda letter: scores[letter])
    assert first in case["first"], scores
    assert scores[first] == pytest.approx(12)
    if "never" in case:
        assert scores[case["never"]] < _COMES_NEAR * 12
    for kind, words in (("like", "likes"), ("dislike", "dislikes"), ("weak", "weak")):
        if words in case:
            assert interests.of(kind) == case[words]


@pytest.mark.parametrize(
    ("message", "trade"),
    [
        ("em thích sửa xe", "cong-nghe-o-to"),
        ("e thich sua xe", "cong-nghe-o-to"),
        ("em thích nấu ăn", "che-bien-mon-an"),
        ("em thích chó mèo", "thu-y"),
        ("em thích chăm sóc người già", "dieu-duong"),
        ("em thích lập trình", "cntt-ung-dung-phan-mem"),
        ("em thích làm tóc, làm móng", "cham-soc-sac-dep"),
    ],
)
def test_a_trade_that_the_words_speak_of_comes_first_for_that_reason(
    retriever: Retriever, message: str, trade: str
) -> None:
    interests = understood(message, retriever)
    trades = proposed(interests, retriever.index.facts.occupations)
    assert trades[0].id == trade
    assert len({proposed_trade.id for proposed_trade in trades}) == 5
    assert interests.reasons[trade] in interests.of("like")


def test_what_is_disliked_counts_against_its_letters(retriever: Retriever) -> None:
    liked = understood("em thích máy tính, con số", retriever)
    torn = understood("em thích máy tính, con số, ghét ngồi văn phòng", retriever)
    assert torn.scores["C"] < liked.scores["C"]


@pytest.mark.parametrize("message", ["em ghét văn phòng", "em ở Hải Phòng", "em học kém lắm"])
def test_nothing_liked_points_nowhere(retriever: Retriever, message: str) -> None:
    assert not understood(message, retriever).known
