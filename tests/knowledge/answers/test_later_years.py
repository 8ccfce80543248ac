"""Who asks about a year that nothing known reaches is told so before what is known."""

from datetime import date

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, compose
from knowledge.search import Retriever

TODAY = date(2026, 11, 22)
NOT_KNOWN = "thì mình chưa có thông tin. Điều gần nhất mình biết:"


def answer(retriever: Retriever, asked: str, today: date = TODAY) -> Answer:
    return compose(retriever.search(asked, today=today), asked, today, retriever)


@pytest.mark.parametrize(
    ("asked", "year"),
    [
        ("lương cơ sở năm 2029 tăng lên mấy triệu", 2029),
        ("luong toi thieu nam 2028 la bao nhieu", 2028),
        ("hội giảng nhà giáo Hải Phòng năm 2027 tổ chức ở đâu", 2027),
    ],
)
def test_a_later_year_is_said_not_to_be_known(retriever: Retriever, asked: str, year: int) -> None:
    told = answer(retriever, asked)
    assert told.text.startswith(f"Năm {year} {NOT_KNOWN}\n")
    assert not told.known
    assert told.sources
    assert len(told.text) <= ANSWER_CHARACTERS


@pytest.mark.parametrize(
    "asked",
    [
        # told of, in force, or timeless
        "chỉ tiêu phân luồng đến năm 2025 bao nhiêu phần trăm",
        "năm 2026 hết lớp 9 học trung cấp có được miễn học phí không",
        "nghị quyết 03 áp dụng đến năm 2030 à",
        "năm 2028 con gái học nghề gì thì hợp",
        # no year
        "lương cơ sở bao nhiêu",
    ],
)
def test_nothing_is_said_of_a_year_that_is_reached(retriever: Retriever, asked: str) -> None:
    assert NOT_KNOWN not in answer(retriever, asked).text


def test_today_decides_how_far_what_holds_reaches(retriever: Retriever) -> None:
    asked = "lương cơ sở năm 2029 là bao nhiêu"
    assert NOT_KNOWN not in answer(retriever, asked, date(2029, 1, 1)).text
