"""Two to four questions of one message are answered one after the other, on one screen."""

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, compose_several
from knowledge.search import Retriever
from tests.knowledge.answers.composing import answer

LONG = Answer(
    "\n".join(["Một dòng khá dài nói về lớp học của làng." * 3] * 20 + ["Nguồn: Sổ làng."]), (), ("a#1",)
)


def test_answers_are_numbered_in_the_order_asked(small_base: Retriever) -> None:
    pay = answer(small_base, "occupations#gom", "nghề gốm lương bao nhiêu")
    card = answer(small_base, "faq#mat-the", "mất thẻ thì sao")
    told = compose_several([pay, card])
    assert told.text.startswith(f"**1.** {pay.text}")
    assert told.text.endswith(f"**2.** {card.text}")
    assert told.passages == ("occupations#gom", "faq#mat-the")
    assert told.sources == (*pay.sources, *card.sources)
    assert told.known


def test_a_source_that_two_answers_share_is_cited_once(small_base: Retriever) -> None:
    pay = answer(small_base, "occupations#gom", "nghề gốm lương bao nhiêu")
    assert compose_several([pay, pay]).sources == pay.sources


@pytest.mark.parametrize("count", [2, 3, 4])
def test_together_they_fit_a_phone_and_each_keeps_its_source(count: int) -> None:
    told = compose_several([LONG] * count)
    assert len(told.text) <= ANSWER_CHARACTERS
    assert told.text.count("Nguồn: Sổ làng.") == count


def test_room_that_a_short_answer_leaves_goes_unspoilt(small_base: Retriever) -> None:
    short = answer(small_base, "faq#ban-la-ai", "bạn là ai")
    told = compose_several([LONG, short])
    assert short.text in told.text
    assert len(told.text) <= ANSWER_CHARACTERS


def test_nothing_is_known_only_if_no_answer_knows(small_base: Retriever) -> None:
    known = answer(small_base, "faq#mat-the", "mất thẻ thì sao")
    gap = answer(small_base, "policies#ngay-phat-chua-ro", "bao giờ phát tiền")
    assert compose_several([known, gap]).known
    assert not compose_several([gap, gap]).known


def test_a_part_that_cannot_be_answered_is_said_to_be_unknown_in_its_place(small_base: Retriever) -> None:
    known = answer(small_base, "faq#mat-the", "mất thẻ thì sao")
    told = compose_several([known, None, known])
    first, second = told.text.index("**2.** "), told.text.index("**3.** ")
    assert "chưa có thông tin" in told.text[first:second]
    assert told.sources == known.sources
    assert told.known
