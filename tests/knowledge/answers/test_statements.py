"""A fact is told with its source and with what replaces, ends or contradicts it; advice and gaps as what they are."""

from datetime import date

import pytest

from knowledge.answers import compose
from knowledge.search import Hit, Retriever
from tests.knowledge.answers.composing import TODAY, answer, found

EXPERIENCE = "kinh nghiệm chung"


def near(retriever: Retriever, *ids: str) -> list[Hit]:
    """Hits that are nearly as sure as each other."""
    return [Hit(found(retriever, i), 0.9 - n / 100, (1.0,), {"margin": 0.1}) for n, i in enumerate(ids)]


def test_a_fact_is_told_as_it_stands_with_its_source(small_base: Retriever) -> None:
    told = answer(small_base, "policies#nq03-muc-hoc-phi", "được hỗ trợ bao nhiêu")
    assert told.text.splitlines() == [
        "Người học nghề trong danh sách được hỗ trợ **50%** học phí.",
        "Nguồn: Cổng thông tin Làng (5/11/2024).",
    ]
    (source,) = told.sources
    assert (source.id, source.url) == ("policies#nq03-muc-hoc-phi", "/facts/policies#nq03-muc-hoc-phi")
    assert (source.title, source.issued) == ("Cổng thông tin Làng", "2024-11-05")
    assert source.quote == found(small_base, told.passages[0]).text
    assert told.known


def test_press_is_named_as_press(small_base: Retriever) -> None:
    told = answer(small_base, "policies#nq03-9-nghe", "nghề nào")
    assert "Nguồn: Báo Làng (báo chí, 3/2/2025)." in told.text
    assert told.sources[0].title == "Báo Làng (báo chí)"


@pytest.mark.parametrize("first", ["policies#so-lop-2025", "policies#so-lop-2021"])
def test_facts_that_contradict_each_other_are_both_told_each_with_its_source(
    small_base: Retriever, first: str
) -> None:
    told = answer(small_base, first, "làng có mấy lớp học")
    assert "Làng có 7 lớp học." in told.text
    assert "Làng có 4 lớp học." in told.text
    assert "Nguồn khác" in told.text
    assert "Báo Làng (báo chí, 1/6/2025)" in told.text
    assert "Niên giám Làng (2021)" in told.text
    assert {source.id for source in told.sources} == {"policies#so-lop-2025", "policies#so-lop-2021"}


@pytest.mark.parametrize("first", ["policies#so-lop-2025", "policies#so-lop-2021"])
def test_the_newest_of_contradicting_facts_comes_first_unless_its_time_is_asked_for(
    small_base: Retriever, first: str
) -> None:
    text = answer(small_base, first, "làng có mấy lớp học").text
    assert text.startswith("Làng có 7 lớp học.")
    old = answer(small_base, "policies#so-lop-2021", "năm 2021 làng có mấy lớp học").text
    assert old.startswith("Làng có 4 lớp học.")


def test_two_facts_that_contradict_each_other_are_not_told_twice(small_base: Retriever) -> None:
    hits = near(small_base, "policies#so-lop-2025", "policies#so-lop-2021")
    text = compose(hits, "làng có mấy lớp học", TODAY, small_base).text
    assert text.count("Làng có 7 lớp học.") == text.count("Làng có 4 lớp học.") == 1


def test_what_has_been_replaced_gives_way_to_what_holds_now(small_base: Retriever) -> None:
    told = answer(small_base, "policies#the-thu-vien-cu", "thẻ thư viện bao nhiêu tiền")
    assert told.text.startswith("Thẻ thư viện không thu tiền.")
    assert "(Quy định cũ): Thẻ thư viện thu **20.000 đồng** mỗi năm." in told.text
    assert "Quy định mới (1/2024)" in told.text


@pytest.mark.parametrize(
    "asked", ["năm 2021 thẻ thư viện bao nhiêu tiền", "trước đây làm thẻ thư viện mất bao nhiêu tiền"]
)
def test_asked_about_the_past_the_old_rule_comes_first_and_names_the_new_one(
    small_base: Retriever, asked: str
) -> None:
    told = answer(small_base, "policies#the-thu-vien-cu", asked)
    assert told.text.startswith("Thẻ thư viện thu **20.000 đồng** mỗi năm.")
    assert "áp dụng đến 2023, đã kết thúc" in told.text
    assert "Nay đã có quy định mới hơn: Thẻ thư viện không thu tiền." in told.text
    assert "Quy định mới (1/2024)" in told.text


def test_a_rule_that_has_ended_says_so_from_its_end_on(small_base: Retriever) -> None:
    ended = "áp dụng đến 2023, đã kết thúc"
    for day, over in ((date(2023, 12, 31), False), (date(2024, 1, 1), True)):
        text = answer(small_base, "policies#khoa-he", "khóa hè bao nhiêu tiền", day).text
        assert (ended in text) is over


def test_a_figure_of_its_time_does_not_end(small_base: Retriever) -> None:
    assert "đã kết thúc" not in answer(small_base, "policies#so-lop-2021", "mấy lớp").text


def test_a_fact_taken_from_a_document_is_followed_by_the_documents_own_words(small_base: Retriever) -> None:
    told = answer(small_base, "policies#muc-lop-gom", "lớp gốm được hỗ trợ bao nhiêu")
    assert "Văn bản ghi: “" in told.text
    assert "Người học lớp gốm được làng hỗ trợ **123.000 đồng** mỗi tháng trong thời gian học." in told.text
    assert told.text.splitlines()[-1] == "Nguồn: Quyết định 5/QĐ-THU ngày 5/3/2024, mục I."
    assert told.sources[0].url == "/documents/quyet-dinh-5#i"
    assert told.sources[0].number == "5/QĐ-THU"


def test_advice_is_told_as_common_experience(small_base: Retriever) -> None:
    told = answer(small_base, "policies#cach-hoi", "hỏi ai")
    assert told.text.startswith("Theo kinh nghiệm chung: Nên hỏi người phụ trách lớp")
    assert told.text.splitlines()[-1] == "Nguồn: kinh nghiệm chung, chưa có văn bản nào nêu."


@pytest.mark.parametrize("passage_id", ["policies#ngay-phat-chua-ro", "faq#bao-gio-phat"])
def test_a_gap_is_not_known_and_has_no_source_made_up_for_it(small_base: Retriever, passage_id: str) -> None:
    told = answer(small_base, passage_id, "bao giờ phát tiền")
    assert not told.known
    assert "Nguồn" not in told.text
    assert not any(EXPERIENCE in source.title for source in told.sources)


def test_a_gap_that_somebody_wrote_about_names_who(small_base: Retriever) -> None:
    told = answer(small_base, "policies#chua-ro-co-bao-viet", "sang năm còn lớp không")
    assert not told.known
    assert "Nguồn: Báo Làng (báo chí, 1/12/2025)." in told.text


def test_a_second_fact_that_is_nearly_as_sure_is_told_too(small_base: Retriever) -> None:
    hits = near(small_base, "policies#nq03-muc-hoc-phi", "policies#nq03-muc-900k")
    told = compose(hits, "được hỗ trợ gì", TODAY, small_base)
    assert told.passages == ("policies#nq03-muc-hoc-phi", "policies#nq03-muc-900k")
    assert told.text.index("50%") < told.text.index("900.000")
    # They have one source, which is named once.
    assert told.text.count("Cổng thông tin Làng") == 1


@pytest.mark.parametrize("second", ["policies#cach-hoi", "policies#ngay-phat-chua-ro"])
def test_advice_or_a_gap_does_not_accompany_a_fact(small_base: Retriever, second: str) -> None:
    hits = near(small_base, "policies#nq03-muc-hoc-phi", second)
    assert compose(hits, "được hỗ trợ gì", TODAY, small_base).passages == ("policies#nq03-muc-hoc-phi",)


def test_an_answer_written_for_a_question_names_everything_it_cites(small_base: Retriever) -> None:
    told = answer(small_base, "faq#mat-the", "mất thẻ thì sao")
    assert told.text.splitlines() == [
        "Báo cho thủ thư; làm thẻ mới không thu tiền.",
        "Nguồn: Quy định mới (1/2024); Quyết định 5/QĐ-THU ngày 5/3/2024, mục II.",
    ]
    assert [source.id for source in told.sources] == ["policies#the-thu-vien-moi", "quyet-dinh-5#ii"]
    assert [reply.ask for reply in told.replies] == ["Thẻ thư viện mất bao nhiêu tiền?"]


def test_what_is_said_about_the_assistant_rests_on_itself(small_base: Retriever) -> None:
    told = answer(small_base, "faq#ban-la-ai", "bạn là ai")
    assert told.known
    assert told.text.splitlines()[-1] == "Nguồn: thông tin về chính trợ lý này."
    assert not any(EXPERIENCE in source.title for source in told.sources)
