"""What every answered reply is checked for: its length, its source line, its numbers."""

from typing import Any

import pytest

from tests.evaluation.checks import Checks, faults_of, numbers, unsupported_numbers, vouched_by


def source(quote: str, **fields: str | None) -> dict[str, Any]:
    """A source as the API gives it."""
    known = {"id": "occupations#han", "title": "Báo Hải Phòng", "number": None, "section": "Hàn", "issued": None,
             "valid_to": None, "url": "/facts/occupations#han", "quote": quote}  # fmt: skip
    return {**known, **fields}


def reply(text: str, *sources: dict[str, Any], outcome: str = "answered") -> dict[str, Any]:
    """A reply of one message."""
    return {"messages": [{"text": text, "quick_replies": [], "sources": list(sources)}], "outcome": outcome}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.000 người", {"12000"}),
        ("7-10 triệu", {"7", "10"}),
        ("7,5%", {"7.5"}),
        ("từ 01/07/2025", {"1/7/2025"}),
        ("2025-07-01", {"1/7/2025"}),
        ("tháng 7/2025", {"7/2025"}),
        ("2018-2025", {"2018", "2025"}),
        ("Nghị định 238/2025/NĐ-CP", {"238", "2025"}),
        ("1.300-1.500 USD", {"1300", "1500"}),
        ("404.958 tỷ; 3.194,72 ha", {"404958", "3194.72"}),
        ("không số nào", set()),
    ],
)
def test_numbers_have_one_spelling(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected


def test_a_source_vouches_for_the_parts_of_its_dates_and_for_spelled_numerals() -> None:
    assert {"19/7/2024", "7/2024", "2024", "19", "9"} <= vouched_by("Chín nghề, 2024-07-19")
    assert "5" not in vouched_by("năm học")


def test_numbers_that_sources_say_are_supported() -> None:
    text = "**Hàn**\n- Lương: **8-15 triệu**/tháng\nNguồn: Báo Hải Phòng (báo chí, 7/2025)."
    assert unsupported_numbers(text, [source("khoảng 8-15 triệu đồng/tháng", issued="2025-07-03")]) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Lương **9-15 triệu**.", ["9"]),
        ("Từ 2/7/2025.", ["2/7/2025"]),
        ("Cần 1.500 người.", ["1500"]),
        ("Tăng 8,15%.", ["8.15"]),
        ("**2 triệu** một kỳ", ["2"]),
    ],
)
def test_a_number_that_no_source_says_is_told(text: str, missing: list[str]) -> None:
    assert unsupported_numbers(text, [source("khoảng 8-15 triệu", issued="2025-07-01")]) == missing


def test_numbering_and_the_count_of_what_is_left_out_are_exempt() -> None:
    text = "**1.** Cao đẳng VMU\n**2.** 8-15 triệu\n… và 17 trường nữa."
    assert unsupported_numbers(text, [source("8-15 triệu")]) == []
    assert unsupported_numbers("Có 17 trường nữa.", [source("8-15 triệu")]) == ["17"]


def test_a_document_vouches_for_its_period_and_its_headings() -> None:
    cited = source("chỉ tiêu 40%", id="ke-hoach-126-2019#i-2-b", title="Kế hoạch", number="126/KH-UBND")
    text = "Mục tiêu đến năm 2025: 40%\n⏳ Kế hoạch 126/KH-UBND áp dụng cho giai đoạn 2018–2025, đã kết thúc."
    assert unsupported_numbers(text, [cited]) == []
    assert unsupported_numbers(text.replace("2018", "2017"), [cited]) == ["2017"]


def test_only_a_note_of_a_change_may_say_what_the_changes_say() -> None:
    note = "ℹ️ Từ 1/7/2025 không còn Phòng GD&ĐT."
    assert unsupported_numbers(note, [source("8-15 triệu")]) == []
    assert unsupported_numbers(note.removeprefix("ℹ️ "), [source("8-15 triệu")]) == ["1/7/2025"]


def test_a_sound_reply_has_no_faults() -> None:
    assert faults_of(reply("8-15 triệu\nNguồn: Báo Hải Phòng.", source("8-15 triệu"))) == {}


def test_length_source_line_and_sources_are_asked_for() -> None:
    assert faults_of(reply("x" * 880 + " Nguồn: Báo Hải Phòng.", source(""))) == {"length": "902 characters"}
    assert faults_of(reply("Không rõ.", source(""))) == {"source line": "no line names a source"}
    assert faults_of(reply("Nguồn: Báo Hải Phòng.")) == {"source line": "no sources"}


def test_only_answers_are_counted() -> None:
    checks = Checks()
    checks.look_at("d001", reply("Mình chưa biết 5 trường.", outcome="no_answer"))
    checks.look_at("f001", reply("8-15 triệu\nNguồn: Báo Hải Phòng.", source("8-15 triệu")))
    checks.look_at("f002", reply("9 triệu\nNguồn: Báo Hải Phòng.", source("8-15 triệu")))
    assert checks.seen == 2
    assert checks.faults["numbers"] == {"f002": "9 in no source"}
    assert (checks.share("numbers"), checks.share("length")) == (0.5, 1.0)
