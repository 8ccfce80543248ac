"""A card tells what is asked of a trade or a school, with its source, and says what is not known."""

import pytest

from knowledge.answers import answer_about_entry
from knowledge.question import Question
from knowledge.search import Retriever
from tests.knowledge.answers.composing import TODAY, answer

EXPERIENCE = "kinh nghiệm chung"


def lines_of(retriever: Retriever, passage_id: str, question: str) -> list[str]:
    return answer(retriever, passage_id, question).text.splitlines()


@pytest.mark.parametrize(
    "asked", ["nghề gốm lương bao nhiêu", "nghe gom luong bao nhieu", "thợ gốm thu nhập sao"]
)
def test_pay_is_told_first_for_reference_with_its_source_and_date(small_base: Retriever, asked: str) -> None:
    title, label, first, *_, source = lines_of(small_base, "occupations#gom", asked)
    assert (title, label) == ("**Gốm**", "Lương (tham khảo):")
    assert first == "- Thợ mới khoảng **6-8 triệu đồng/tháng**."
    assert source == "Nguồn: Báo Làng (báo chí, 20/7/2025); Trang nghề (2024)."


def test_every_source_of_pay_quotes_what_it_says(small_base: Retriever) -> None:
    sources = answer(small_base, "occupations#gom", "nghề gốm lương bao nhiêu").sources
    assert [(s.title, s.issued, s.quote) for s in sources] == [
        ("Báo Làng (báo chí)", "2025-07-20", "Thợ mới khoảng 6-8 triệu đồng/tháng."),
        ("Trang nghề", "2024", "Thợ cả khoảng 15 triệu đồng/tháng."),
    ]
    assert {source.url for source in sources} == {"/facts/occupations#gom"}


@pytest.mark.parametrize(
    ("passage_id", "asked", "what"),
    [
        ("occupations#gom", "nghề gốm có dễ xin việc không", "nhu cầu"),
        ("occupations#kham-trai", "khảm trai lương bao nhiêu", "lương"),
        ("occupations#dan-lat", "học phí đan lát bao nhiêu", "học phí"),
        ("institutions#ky-cung", "địa chỉ trung cấp kỳ cùng", "địa chỉ"),
        ("institutions#ky-cung", "dia chi trung cap ky cung", "địa chỉ"),
        ("institutions#song-gia", "cao đẳng sông giá có ký túc xá không", "ký túc xá"),
    ],
)
def test_what_is_not_known_is_said_so_by_its_name(
    small_base: Retriever, passage_id: str, asked: str, what: str
) -> None:
    told = answer(small_base, passage_id, asked)
    assert not told.known
    assert told.text.startswith("Mình chưa có")
    assert what in told.text
    assert "Nguồn" not in told.text
    assert told.sources == ()


def test_tuition_of_a_supported_trade_is_not_known_and_the_policy_is_told_instead(
    small_base: Retriever,
) -> None:
    told = answer(small_base, "occupations#gom", "học gốm học phí bao nhiêu")
    assert not told.known
    unknown, support = told.text.index("Mình chưa có số liệu"), told.text.index("hỗ trợ **50%** học phí")
    assert unknown < support < told.text.index("Nguồn: ")
    assert "900.000 đồng/tháng" in told.text
    assert "Cổng thông tin Làng (5/11/2024)" in told.text


def test_what_is_said_of_support_rests_on_the_policy_and_is_no_common_experience(
    small_base: Retriever,
) -> None:
    for asked in ("nghề gốm có được hỗ trợ không", "nghề gốm", "học gốm học phí bao nhiêu"):
        told = answer(small_base, "occupations#gom", asked)
        assert "9 nghề được Hải Phòng hỗ trợ" in told.text
        (support,) = [source for source in told.sources if "9 nghề được Hải Phòng hỗ trợ" in source.quote]
        assert EXPERIENCE not in support.title, asked
        assert support.issued == "2025-02-03", asked


def test_a_trade_that_is_not_supported_is_told_so_with_the_list(small_base: Retriever) -> None:
    told = answer(small_base, "occupations#dan-lat", "đan lát có được hỗ trợ không")
    assert "Không thấy trong danh sách" in told.text
    assert "Danh sách nghề được hỗ trợ có Gốm và Khảm trai." in told.text
    assert "50%" not in told.text


def test_a_trade_asked_in_general_is_told_in_brief(small_base: Retriever) -> None:
    told = answer(small_base, "occupations#gom", "nghề gốm")
    assert told.known
    work, pay, support = (
        told.text.index(words) for words in ("Nặn, tạo hình", "Lương (tham khảo)", "Hỗ trợ")
    )
    assert work < pay < support


def test_what_is_known_comes_before_what_is_not_when_both_are_asked(small_base: Retriever) -> None:
    told = answer(small_base, "occupations#gom", "nghề gốm lương bao nhiêu và có dễ xin việc không")
    assert told.known
    assert told.text.index("6-8 triệu") < told.text.index(
        "Mình chưa có số liệu hay thông tin có nguồn về nhu cầu"
    )


def test_of_a_trade_whose_hardships_are_not_known_it_is_told_whom_it_suits(small_base: Retriever) -> None:
    told = answer(small_base, "occupations#gom", "làm gốm có độc hại không")
    assert not told.known
    assert told.text.index("thông tin có nguồn về điều kiện làm việc") < told.text.index("Hợp với")


def test_who_asks_nothing_of_a_trade_is_told_of_it_in_brief(small_base: Retriever) -> None:
    told = answer(small_base, "occupations#gom", "mẹ em bảo làm gốm chắc chắn hơn")
    assert told.known
    assert "Nặn, tạo hình" in told.text


@pytest.mark.parametrize(
    "asked", ["trung cấp bến bính ở đâu", "trung cap ben binh o dau", "trung cấp bến bính"]
)
def test_an_old_school_is_answered_by_the_one_that_it_became(small_base: Retriever, asked: str) -> None:
    told = answer(small_base, "institutions#ben-binh", asked)
    assert told.text.startswith("**Trường Trung cấp Bến Bính** nay là **Trường Cao đẳng Sông Giá**.")
    assert "12 đường Bến Than" in told.text
    assert told.known
    assert told.passages == ("institutions#song-gia",)


def test_an_old_name_is_told_even_where_what_is_asked_is_not_known(small_base: Retriever) -> None:
    told = answer(small_base, "institutions#ben-binh", "trung cấp bến bính học phí bao nhiêu")
    assert "nay là **Trường Cao đẳng Sông Giá**" in told.text
    assert "chưa có thông tin về học phí" in told.text


def test_praise_of_a_school_is_not_given_and_facts_are_told_instead(small_base: Retriever) -> None:
    told = answer(small_base, "institutions#song-gia", "cao đẳng sông giá có tốt không")
    assert not told.known
    assert told.text.index("chưa có thông tin về đánh giá") < told.text.index("Lập năm 1972")


def test_replies_ask_for_what_was_not_asked(small_base: Retriever) -> None:
    replies = answer(small_base, "occupations#gom", "nghề gốm lương bao nhiêu").replies
    assert 1 <= len(replies) <= 3
    assert all("Gốm" in reply.ask for reply in replies)
    assert not any("lương" in reply.ask for reply in replies)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("nghề gốm lương bao nhiêu", True),
        ("học phí nghề gốm", True),
        ("nghề gốm", False),
        ("lương bao nhiêu", False),
        ("nghề gốm với nghề khảm trai lương bao nhiêu", False),
    ],
)
def test_one_entry_is_looked_up_only_when_something_is_asked_of_it(
    small_base: Retriever, asked: str, answered: bool
) -> None:
    assert (answer_about_entry(Question.read(asked), small_base, TODAY) is not None) is answered
