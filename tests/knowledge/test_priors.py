"""What passages are worth before they are compared with a question."""

import numpy as np
import pytest

from knowledge.expectations import Expectations
from knowledge.gazetteer import Gazetteer
from knowledge.priors import Priors, standard
from knowledge.question import Question
from knowledge.ranking import default_ranking
from knowledge.search import Retriever


@pytest.fixture(scope="module")
def expectations(small_gazetteer: Gazetteer) -> Expectations:
    return Expectations(small_gazetteer)


def priors(base: Retriever, expectations: Expectations, text: str) -> dict[str, float]:
    question = Question.read(text)
    everything = np.arange(len(base.index.passages))
    worth = Priors(base.index, default_ranking()).of(question, expectations.of(question), everything)
    return {passage.id: float(w) for passage, w in zip(base.index.passages, worth, strict=True)}


def test_scores_that_do_not_differ_are_worth_nothing() -> None:
    assert standard(np.array([2.0, 2.0], dtype=np.float32)).tolist() == [0, 0]
    assert standard(np.array([1.0, 3.0], dtype=np.float32)).tolist() == [-1, 1]


def test_the_card_named_gains_and_the_others_of_its_kind_lose(
    small_base: Retriever, expectations: Expectations
) -> None:
    without = priors(small_base, expectations, "lương bao nhiêu một tháng")
    named = priors(small_base, expectations, "thợ gốm lương bao nhiêu một tháng")
    assert named["occupations#gom"] > without["occupations#gom"]
    assert named["occupations#dan-lat"] < without["occupations#dan-lat"]
    # An answer about trades in general is not about the one named.
    faq = next(name for name in named if name.startswith("faq#"))
    assert named[faq] < without[faq]


def test_what_holds_elsewhere_loses_unless_the_place_is_named(
    small_base: Retriever, expectations: Expectations
) -> None:
    elsewhere = [p for p in small_base.index.passages if p.place and "Hải Phòng" not in p.place]
    for passage in elsewhere:
        unnamed = priors(small_base, expectations, "hỗ trợ học nghề")[passage.id]
        assert priors(small_base, expectations, f"hỗ trợ học nghề ở {passage.place}")[passage.id] > unnamed
    assert elsewhere


def test_a_letterhead_is_worth_less_than_what_else_is_short(
    retriever: Retriever, expectations: Expectations
) -> None:
    worth = priors(retriever, expectations, "ai quản lý trường nghề")
    assert worth["huong-dan-nq03-2024#doan-1"] < worth["huong-dan-nq03-2024#doan-5"]


@pytest.mark.parametrize(
    "asked", ["công văn gửi cho ai", "ai phải nhận văn bản này", "hieu truong nao nhan cong van"]
)
def test_addressees_lose_nothing_where_they_are_asked_for(
    retriever: Retriever, expectations: Expectations, asked: str
) -> None:
    addressees = "huong-dan-nq03-2024#kinh-gui"
    unasked = priors(retriever, expectations, "ai quản lý trường nghề")[addressees]
    assert priors(retriever, expectations, asked)[addressees] > unasked
