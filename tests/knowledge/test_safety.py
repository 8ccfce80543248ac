"""A cry for help is heard in every spelling and graded; what only sounds so is not, and hides no cry beside it."""

import time
import unicodedata
from typing import Any

import pytest
import yaml

from knowledge.safety import (
    GRADES,
    SAFETY_FILE,
    SafetyFileError,
    check,
    grade,
    read,
    speaks_as_parent,
    speaks_of_another,
)
from knowledge.text import fold

RAW: dict[str, Any] = yaml.safe_load(SAFETY_FILE.read_text(encoding="utf-8"))

CRIES = {
    "emergency": [
        "em uống thuốc rồi",
        "em đang đứng trên cầu",
        "tối nay em sẽ tự tử",
        "bố đang đánh em",
        "em đang cầm dao",
    ],
    "serious": [
        "em không muốn sống nữa",
        "em muốn chết",
        "em hay rạch tay",
        "con tôi dọa tự tử",
        "bạn em hay cắt tay",
    ],
    "abuse": ["bố em hay đánh em", "em bị ép lấy chồng", "em bị bạn bắt nạt", "nó dọa tung ảnh nóng của em"],
    "mild": ["em buồn quá trượt cấp 3 rồi", "em cãi nhau với mẹ", "em thấy mình vô dụng quá"],
}
HARMLESS = [
    "học toán muốn chết đi được hahaha",
    "chết rồi quên nộp hồ sơ",
    "mệt chết",
    "đói muốn xỉu",
    "thi thế này chắc chết",
    "game over tự sát",
    "cười chết mất",
    "rẻ như cho, giết người ta à",
    "em muốn từ từ tìm hiểu",
    "em muốn tư vấn chọn nghề",
    "bố em đánh giá cao nghề điện",
    "em bị sốt uống thuốc rồi, mai nộp hồ sơ được không",
    "em không muốn sống xa nhà",
    "tuyên truyền phòng chống bạo lực học đường",
    "bạn có muốn nghe bố em dành cho em món quà gì không",
]
CASES = [(sentence, expected) for expected, sentences in CRIES.items() for sentence in sentences]


def graded(text: str) -> str | None:
    alarm = grade(text)
    return alarm.grade if alarm else None


@pytest.mark.parametrize(("sentence", "expected"), CASES)
def test_a_cry_is_graded_in_every_spelling(sentence: str, expected: str) -> None:
    spelled = (
        sentence,
        fold(sentence),
        sentence.upper(),
        fold(sentence).upper(),
        unicodedata.normalize("NFD", sentence),
        f"😭😭 {sentence}!!! 😢",
        f"dạ ad ơi cho em nói chút, {sentence} ạ",
    )
    assert {graded(text) for text in spelled} == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "e ko mún sống nữa",
        "mún chớt",
        "e k muốn sốg nữa",
        "em không muốn sốnggg nữaaa",
        "em muốn t.ự t.ử",
        "em muốn t ự t ử",
        "em muốn ch.ết",
        "tự. tử là cách duy nhất",
        "em không... muốn sống nữa",
        "em muon tu tu",
        "tự tử",
    ],
)
def test_ways_around_a_word_are_read(text: str) -> None:
    assert graded(text) == "serious"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_so_is_no_alarm(text: str) -> None:
    assert graded(text) is None
    assert graded(fold(text)) is None


@pytest.mark.parametrize("idiom", HARMLESS[:7])
@pytest.mark.parametrize("cry", ["em không muốn sống nữa", "bố đang đánh em", "em muốn chết"])
def test_an_idiom_hides_no_cry(idiom: str, cry: str) -> None:
    alone = graded(cry)
    for text in (f"{idiom}, {cry}", f"{cry}, {idiom}", f"{idiom}. {cry}", fold(f"{idiom} mà {cry}")):
        assert graded(text) == alone
        assert read(text).is_idiom


def test_other_diacritics_make_other_words() -> None:
    for text in ("em muốn từ từ", "bố tôi chét vữa", "cho em danh sách", "em hơn em họ hai tuổi"):
        assert graded(text) is None


def test_separated_parents_are_no_kiss() -> None:
    for text in ("bố mẹ em ly hôn em ở với bà", "bố mẹ em li hôn, em ở với mẹ", "mẹ em tái hôn em theo mẹ"):
        assert graded(text) is None
    assert graded("thầy hôn em") == "abuse"


@pytest.mark.parametrize(
    "text",
    ["em không bị đánh", "em không hề bị bắt nạt", "em chưa bao giờ tự rạch tay", "nó không bị đe dọa"],
)
def test_what_is_denied_does_not_alarm(text: str) -> None:
    assert graded(text) is None


def test_the_worst_of_a_message_counts_and_its_sentence_is_told() -> None:
    story = (
        "Em chào ad. Em buồn lắm vì trượt lớp 10.\nBố em hay đánh em. Em không muốn sống nữa! Học nghề gì ạ?"
    )
    alarm = grade(story)
    assert alarm is not None
    assert (alarm.grade, alarm.sentence) == ("serious", "Em không muốn sống nữa!")


def test_of_a_text_without_stops_only_what_is_near_is_told() -> None:
    alarm = grade("em kể ad nghe chuyện nhà em " * 100 + "em không muốn sống nữa " + "mà thôi " * 100)
    assert alarm is not None
    assert "em không muốn sống nữa" in alarm.sentence
    assert len(alarm.sentence.split()) <= 50


def test_grading_is_quick_and_takes_time_in_proportion() -> None:
    message = "em chào ad, em học lớp 9 ở Kiến An, em buồn vì trượt lớp 10, em nên học nghề gì ạ"
    grade(message)
    started = time.perf_counter()
    for _ in range(50):
        grade(message)
    assert (time.perf_counter() - started) / 50 < 0.005
    for long in (message * 120, "tư vấn " * 1400, "chết rồi " * 1100, "e m t " * 1600, ". " * 5000):
        grade(long[:500])
        started = time.perf_counter()
        grade(long[:10_000])
        assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂", "\n\n", "..."])
def test_nothing_said_is_no_alarm(text: str) -> None:
    assert grade(text) is None


def test_who_writes_is_told_from_the_words() -> None:
    assert speaks_as_parent("con tôi dọa tự tử")
    assert speaks_as_parent("hoc sinh lop toi muon chet")
    assert speaks_of_another("bạn em hay cắt tay")
    assert not speaks_as_parent("em không muốn sống nữa")
    assert not speaks_of_another("em không muốn sống nữa")


def test_present_danger_is_told_from_a_past_one() -> None:
    assert read("em đang ở ngoài lan can").is_now
    assert not read("ngày xưa em hay khóc").is_now


def test_the_phrases_are_whole_and_stand_once() -> None:
    check(RAW)
    for section in (*GRADES, "compounds", "harmless"):
        assert len(set(RAW[section])) == len(RAW[section]), section


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"serious": ["muốn chết", False]}, "serious: False is no text"),
        ({"abuse": ["{nobody} đánh em"]}, "abuse: '{nobody} đánh em' names no words"),
        ({"words": {**RAW["words"], "many": [20]}}, "words: many: 20 is no text"),
        ({"spellings": {"k": None}}, "spellings: None is no text"),
    ],
)
def test_a_broken_entry_is_named(broken: dict[str, Any], named: str) -> None:
    with pytest.raises(SafetyFileError, match=r"safety\.yml") as caught:
        check({**RAW, **broken})
    assert named in str(caught.value)
