"""Two trades or schools are set side by side, aspect by aspect, on one screen."""

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, direct_answer
from knowledge.question import Question
from knowledge.search import Retriever


def compared(retriever: Retriever, question: str) -> Answer:
    told = direct_answer(Question.read(question), retriever)
    assert told is not None
    return told


@pytest.mark.parametrize(
    "asked", ["nên học gốm hay khảm trai", "nen hoc gom hay kham trai", "nghề gốm khác gì nghề khảm trai"]
)
def test_both_are_told_under_their_names_in_the_order_asked(small_base: Retriever, asked: str) -> None:
    told = compared(small_base, asked)
    assert told.text.index("**Gốm**") < told.text.index("6-8 triệu") < told.text.index("**Khảm trai**")
    assert told.passages == ("occupations#gom", "occupations#kham-trai")
    assert len(told.text) <= ANSWER_CHARACTERS
    assert "Nguồn: " in told.text.splitlines()[-1]


def test_a_long_line_ends_where_a_clause_ends(small_base: Retriever) -> None:
    (long,) = [
        line for line in compared(small_base, "gốm hay khảm trai").text.splitlines() if line.endswith(" …")
    ]
    whole = small_base.index.facts.occupations["kham-trai"].description.statement
    kept = long.removeprefix("- ").removesuffix(" …")
    assert whole.startswith(kept)
    assert whole[len(kept)] in ",;. "
    assert len(kept) > 60


def test_what_is_not_known_of_one_is_said_beside_the_other(small_base: Retriever) -> None:
    text = compared(small_base, "gốm với khảm trai lương nghề nào cao hơn").text
    assert "Thợ mới khoảng **6-8 triệu đồng/tháng**" in text
    assert "Lương (tham khảo): chưa có thông tin." in text.partition("**Khảm trai**")[2]
    assert "Hỗ trợ" not in text


def test_the_source_line_says_where_the_words_of_both_come_from(small_base: Retriever) -> None:
    told = compared(small_base, "gốm với khảm trai lương nghề nào cao hơn")
    assert told.text.endswith("Nguồn: Báo Làng (báo chí, 20/7/2025).")
    assert [source.quote for source in told.sources] == ["Thợ mới khoảng 6-8 triệu đồng/tháng."]


def test_what_is_said_of_support_is_no_common_experience(small_base: Retriever) -> None:
    told = compared(small_base, "gốm hay khảm trai")
    assert not any("kinh nghiệm chung" in source.title for source in told.sources)


def test_schools_are_compared_too(small_base: Retriever) -> None:
    told = compared(small_base, "cao đẳng sông giá khác gì trung cấp kỳ cùng")
    first, second = told.text.split("**Trường Trung cấp Kỳ Cùng**")
    assert "12 đường Bến Than" in first
    assert "gốm, đan lát" in second
    assert "Địa chỉ: chưa có thông tin." in second


def test_an_old_school_is_compared_as_what_it_has_become(small_base: Retriever) -> None:
    told = compared(small_base, "trung cấp bến bính khác gì trung cấp kỳ cùng")
    first, _ = told.text.split("**Trường Trung cấp Kỳ Cùng**")
    assert first.startswith("**Trường Trung cấp Bến Bính** nay là **Trường Cao đẳng Sông Giá**.")
    assert "12 đường Bến Than" in first
    assert told.passages == ("institutions#song-gia", "institutions#ky-cung")


def test_two_names_of_one_school_are_not_compared(small_base: Retriever) -> None:
    question = Question.read("trung cấp bến bính khác gì cao đẳng sông giá")
    assert direct_answer(question, small_base) is None


def test_replies_lead_to_each(small_base: Retriever) -> None:
    asks = [reply.ask for reply in compared(small_base, "gốm hay khảm trai").replies]
    assert ["Gốm" in asks[0], "Khảm trai" in asks[1]] == [True, True]


@pytest.mark.parametrize(
    "asked", ["nghề gốm", "gốm, khảm trai", "gốm hay khảm trai hay đan lát", "gốm hay gì"]
)
def test_anything_but_two_set_side_by_side_is_no_comparison(small_base: Retriever, asked: str) -> None:
    assert direct_answer(Question.read(asked), small_base) is None
