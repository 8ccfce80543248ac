"""Bodies that are gone are noticed where an answer names them, from the day of the change on."""

from datetime import date

import pytest

from knowledge.changes import all_changes, changes_named_in

TODAY = date(2026, 11, 22)


def named(text: str, today: date = TODAY, limit: int = 2) -> list[str]:
    return [change.id for change in changes_named_in(text, today, limit)]


@pytest.mark.parametrize(
    "text",
    [
        "Sở Lao động - Thương binh và Xã hội",
        "sở lđtbxh",
        "SỞ LAO ĐỘNG – THƯƠNG BINH VÀ XÃ HỘI",
        "hỏi Sở LĐ-TB&XH nhé",
    ],
)
def test_a_body_is_noticed_in_every_spelling(text: str) -> None:
    assert named(text) == ["so-ldtbxh"]


@pytest.mark.parametrize("text", ["Sở Giáo dục và Đào tạo", "các sở", "chung cư quận hải", ""])
def test_a_body_that_stands_is_not_noticed(text: str) -> None:
    assert named(text) == []


def test_a_change_counts_from_its_day_on() -> None:
    text = "Phòng Giáo dục và Đào tạo"
    assert named(text, date(2025, 6, 30)) == []
    assert named(text, date(2025, 7, 1)) == ["phong-gddt"]


def test_what_is_named_first_is_told_first_and_no_more_than_asked_for() -> None:
    text = "Phòng GD&ĐT, Sở LĐTBXH, Sở Kế hoạch và Đầu tư"
    assert named(text, limit=3) == ["phong-gddt", "so-ldtbxh", "so-khdt"]
    assert named(text, limit=1) == ["phong-gddt"]


def test_every_change_says_where_it_is_known_from() -> None:
    for change in all_changes():
        assert change.note.endswith((".", "!"))
        assert change.source.url.startswith("https://")
        assert change.source.name
        assert all(named(name) for name in change.names)
