"""Of a trade, a school or a province without an entry it is said that nothing is known."""

import pytest

from knowledge.answers import answer_about_elsewhere, answer_about_unlisted
from knowledge.question import Question
from knowledge.search import Retriever
from tests.knowledge.answers.composing import found, small


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("học làm phi công ở đâu", "phi công"),
        ("hoc lam phi cong o dau", "phi cong"),
        ("em muốn học sửa thang máy", "sửa thang máy"),
        ("trường thpt ngô quyền lấy bao nhiêu điểm", "ngô quyền"),
    ],
)
def test_what_has_no_entry_is_not_known(small_base: Retriever, asked: str, name: str) -> None:
    told = answer_about_unlisted(Question.read(asked), None, small_base)
    assert told is not None
    assert not told.known
    assert name in told.text
    assert (told.sources, told.passages) == ((), ())
    assert told.replies


@pytest.mark.parametrize(
    "asked",
    [
        "nghề gốm là gì",
        "học gốm khác gì học làm phi công",
        "học phí bao nhiêu",
        "",
        "vay tien hoc thang may trieu",  # "tháng mấy", no lift
    ],
)
def test_what_has_an_entry_or_names_nothing_is_not_refused(small_base: Retriever, asked: str) -> None:
    assert answer_about_unlisted(Question.read(asked), None, small_base) is None


def test_what_the_best_passage_speaks_of_is_not_refused(small_base: Retriever) -> None:
    for text, refused in (("Học phi công thì hỏi hãng bay.", False), ("Học nghề gì cũng được.", True)):
        told = answer_about_unlisted(Question.read("học phi công ở đâu"), small(text), small_base)
        assert (told is not None) is refused


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("chính sách học nghề ở Cao Bằng", "Cao Bằng"),
        ("học nghề ở Lạng Sơn", None),
        ("học nghề ở Kiến An", None),
    ],
)
def test_a_province_that_nothing_is_about_is_named(
    small_base: Retriever, asked: str, place: str | None
) -> None:
    told = answer_about_elsewhere(Question.read(asked), None, small_base)
    assert (told is None) is (place is None)
    if told:
        assert str(place) in told.text
        assert not told.known


def test_without_a_place_nothing_is_elsewhere(small_base: Retriever) -> None:
    assert answer_about_elsewhere(Question.read("học phí bao nhiêu"), None, small_base) is None


@pytest.mark.parametrize(
    ("asked", "told"), [("lương nghề gốm ở Cao Bằng", False), ("gốm ở Cao Bằng được hỗ trợ không", True)]
)
def test_what_a_trade_pays_is_told_wherever_somebody_lives_but_not_whether_it_is_supported(
    small_base: Retriever, asked: str, told: bool
) -> None:
    card = found(small_base, "occupations#gom")
    assert (answer_about_elsewhere(Question.read(asked), card, small_base) is not None) is told
