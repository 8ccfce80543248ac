"""A message is taken apart into what is liked, disliked, what somebody is, and what they are not good at."""

import unicodedata

import pytest

from knowledge.career.likings import Liking, read_likings
from knowledge.text import prepare


def told(message: str) -> list[tuple[str, str]]:
    return [(liking.kind, liking.words) for liking in read_likings(prepare(message))]


@pytest.mark.parametrize(
    ("message", "likings"),
    [
        (
            "em thích máy móc, ghét ngồi văn phòng, học toán kém",
            [("like", "máy móc"), ("dislike", "ngồi văn phòng"), ("weak", "toán")],
        ),
        ("em thích vẽ và chụp ảnh lắm ạ", [("like", "vẽ"), ("like", "chụp ảnh")]),
        ("em học dốt văn nhưng khéo tay", [("weak", "văn"), ("trait", "khéo tay")]),
        ("em kém văn, toán em cũng dốt", [("weak", "văn"), ("weak", "toán")]),
        ("em không thích ngăn nắp", [("dislike", "ngăn nắp")]),
        ("con tôi ít nói, thích vẽ", [("dislike", "nói"), ("like", "vẽ")]),
        ("muốn làm chủ, muốn mở quán", [("like", "làm chủ"), ("like", "mở quán")]),
        ("em thích máy tính ghét giao tiếp", [("like", "máy tính"), ("dislike", "giao tiếp")]),
        ("em thích trẻ con, thích con số", [("like", "trẻ con"), ("like", "con số")]),
        ("em thich ve ghet hoc van", [("like", "ve"), ("dislike", "van")]),
        ("e thik sua xe", [("like", "sua xe")]),
        ("EM THÍCH SỬA XE", [("like", "sửa xe")]),
        ("em ở Hải Phòng, xong lớp 9 rồi", []),
    ],
)
def test_likings_are_told_apart(message: str, likings: list[tuple[str, str]]) -> None:
    assert told(message) == likings


def test_composed_and_decomposed_letters_are_the_same() -> None:
    message = "em thích hoà nhạc, ghét toán"
    assert told(unicodedata.normalize("NFD", message)) == told(message)


def test_the_same_thing_said_twice_counts_once() -> None:
    assert read_likings("em thích vẽ, thích vẽ") == (Liking("like", "vẽ"),)
