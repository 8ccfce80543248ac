"""However it is typed, the same Vietnamese comes out."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.text import Abbreviations, fold, has_diacritics, normalise, prepare, tokens

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđbcdghklmnpqrstvx"
TONES = "\u0300\u0301\u0309\u0303\u0323"

anything = st.text(st.characters(exclude_categories=[]), max_size=60)
vietnamese = st.text(LETTERS + LETTERS.upper() + " ,.?0123456789", max_size=60)
# Tones, invisible joiners and the vowels they move between: what makes normalising twice differ from once.
awkward = st.text("oaeuyqQOAthđ" + TONES + "\u0302\u200d\u200b\u00a0 \n", max_size=20)


@given(anything)
@example("e\u200d\u0301")
@example("o\u1ea1\u0300")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(awkward)
def test_normalising_twice_is_normalising_once_for_moving_tones(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(anything)
def test_normalised_text_is_nfc_without_control_characters_and_double_spaces(text: str) -> None:
    done = normalise(text)
    assert unicodedata.is_normalized("NFC", done)
    assert not [c for c in done if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    assert "  " not in done
    assert done == done.strip()


@given(anything)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(vietnamese)
def test_folding_keeps_one_plain_letter_for_each(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert folded.isascii()
    assert fold(folded) == folded


@given(vietnamese)
def test_the_keyboard_the_case_and_the_encoding_make_no_difference(text: str) -> None:
    assert tokens(text.upper()) == tokens(text) == tokens(unicodedata.normalize("NFD", text))


@given(anything)
def test_any_text_at_all_can_be_prepared(text: str) -> None:
    prepared = prepare(text)
    assert unicodedata.is_normalized("NFC", prepared)
    assert all(token == token.lower() for token in tokens(prepared))


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "HÒA"),
        ("Hoà", "Hòa"),
        ("ho\u0300a", "hòa"),
        ("hoa\u0300", "hòa"),
        ("khoẻ", "khỏe"),
        ("thuỷ sản", "thủy sản"),
        ("xoá nhoà", "xóa nhòa"),
    ],
)
def test_both_places_of_a_tone_are_one_spelling(typed: str, same: str) -> None:
    assert normalise(typed) == same


@pytest.mark.parametrize("word", ["quý", "quỳ", "Quỹ", "toàn", "loét", "huỳnh", "khoáng", "hoạt"])
def test_a_tone_with_only_one_place_stays(word: str) -> None:
    assert normalise(word) == word


def test_hoa_meets_itself_in_every_spelling() -> None:
    spellings = ["hoà", "hòa", "HOÀ", "HÒA", "Hoà", "hoa\u0300", "ho\u0300a"]
    assert {tuple(tokens(spelling)) for spelling in spellings} == {("hòa",)}


def test_invisible_characters_neither_part_nor_join_words() -> None:
    assert normalise("học\u200b phí\u00a0\u00a0cao\x00đẳng\r\n") == "học phí cao đẳng"


@pytest.mark.parametrize(
    ("text", "written_with"),
    [("Đi học", True), ("di hoc", False), ("đi", True), ("a\u0301", True), ("126/KH", False)],
)
def test_diacritics_are_noticed(text: str, written_with: bool) -> None:
    assert has_diacritics(text) is written_with


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("E ko bt hp bao nhiu, e sinh 2k10 ạaaa", "em không biết học phí bao nhiêu, em sinh năm 2010 ạ"),
        # hp: a city or a fee
        ("em ở hp", "em ở Hải Phòng"),
        ("o hp co truong nghe nao", "o hai phong co truong nghe nao"),
        ("tp hp", "thành phố Hải Phòng"),
        ("sở lao động hp", "sở lao động Hải Phòng"),
        ("so lao dong hp", "so lao dong hai phong"),
        ("hp bao nhieu", "hoc phi bao nhieu"),
        # who types no diacritics is read without them throughout
        ("ko bt hoc nghe gi", "khong biet hoc nghe gi"),
        # nothing but abbreviations tells nothing of that
        ("hp bn", "học phí bao nhiêu"),
        ("cho em xin sđt", "cho em xin số điện thoại"),
        ("miễn hp cho ai", "miễn học phí cho ai"),
        ("HP BAO NHIÊU", "học phí bao nhiêu"),
        # k: "không" beside a verb, a letter elsewhere
        ("em k biết", "em không biết"),
        ("ở hp có đc nhận k", "ở Hải Phòng có được nhận không"),
        ("hoc han bn lau", "hoc han bao lau"),
        ("mục k", "mục k"),
        # tc, cd: a level beside a word of schooling
        ("học tc", "học trung cấp"),
        ("hệ cđ", "hệ cao đẳng"),
        ("sở tc", "sở tài chính"),
        # stand for one thing only
        ("thcs", "trung học cơ sở"),
        ("hs/sv", "học sinh, sinh viên"),
        ("sở gd&đt", "sở Giáo dục và Đào tạo"),
        ("ntn", "như thế nào"),
        ("NTN ạ", "như thế nào ạ"),
        ("TT GDNN-GDTX", "trung tâm giáo dục nghề nghiệp - giáo dục thường xuyên"),
        # money and years of birth
        ("20tr", "20 triệu"),
        ("20 tr", "20 triệu"),
        ("1,5tr", "1,5 triệu"),
        ("3tr5", "3,5 triệu"),
        ("3tr/tháng", "3 triệu/tháng"),
        ("2k4", "sinh năm 2004"),
        ("sinh 2k4", "sinh năm 2004"),
        ("2k11", "sinh năm 2011"),
        # drawn out and shouted
        ("dạaaaa", "dạ"),
        ("vângggg", "vâng"),
        ("nhéee", "nhé"),
        ("CHỈ TIÊU PHÂN LUỒNG", "chỉ tiêu phân luồng"),
    ],
)
def test_a_message_is_written_out(typed: str, read: str) -> None:
    assert prepare(typed) == read


@pytest.mark.parametrize(
    "text",
    [
        "126/KH-UBND",
        "Kế hoạch 126/KH-UBND",
        "03/2024/NQ-HĐND",
        "mục V",
        "điểm c",
        "trường A",
        "xoong nồi",
        "cứu hộ",
        "2k",
        "tranh",
        "20trang",
    ],
)
def test_numbers_of_documents_and_whole_words_are_no_abbreviations(text: str) -> None:
    assert prepare(text).lower() == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "học phí bao nhiêu?",
        "Em học lớp 9 ở Hải Phòng ạ.",
        "20 triệu",
        "sinh năm 2004",
        "Sở Giáo dục và Đào tạo",
    ],
)
def test_what_is_written_out_already_is_left_alone(text: str) -> None:
    assert prepare(text) == text


def test_a_phrase_goes_before_the_words_it_is_made_of() -> None:
    table = Abbreviations({"th": "tiểu học", "cs": "cơ sở"}, {}, {"th & cs": "trung học cơ sở"})
    assert table.expand("TH  &  CS, th, cs") == "trung học cơ sở, tiểu học, cơ sở"
