"""Text of before Unicode is recognised by its words, and every Vietnamese letter comes back."""

import unicodedata
from itertools import product

import pytest

from knowledge.importing.encodings import Legacy, convert, decode, plausibility, recognise, to_unicode
from knowledge.vocabulary import vocabulary
from tests.knowledge.importing.conftest import LETTER

TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
SMALL = [unicodedata.normalize("NFC", v + t) for v, t in product("aăâeêioôơuưy", TONES)] + ["đ"]
MARKED = [letter for letter in SMALL if ord(letter) > 0x7F]
MOTTO = "Cộng hoà xã hội chủ nghĩa Việt Nam"


def written(text: str, encoding: Legacy) -> str:
    """Returns `text` as the old encoding wrote it, read as Windows-1252."""
    table = dict(vocabulary("legacy_encodings")[encoding])
    if encoding == "vni":
        table |= {letter.upper(): form.upper() for letter, form in table.items()}
    return "".join(table.get(c, table.get(c.lower(), c)) for c in unicodedata.normalize("NFC", text))


def windows_1258(text: str) -> str:
    """Returns `text` with its tones as letters of their own, as that code page has them."""
    tones = str.maketrans(dict.fromkeys("".join(TONES)))
    return "".join(
        character
        if len(unicodedata.normalize("NFD", character)) == 1
        else unicodedata.normalize("NFC", unicodedata.normalize("NFD", character).translate(tones))
        + "".join(mark for mark in unicodedata.normalize("NFD", character) if mark in TONES)
        for character in text
    )


def test_table_of_tcvn3_has_every_letter_once() -> None:
    table = vocabulary("legacy_encodings")["tcvn3"]
    assert set(table) == {*MARKED, *"ĂÂĐÊÔƠƯ"}
    assert len(set(table.values())) == len(table)


def test_table_of_vni_has_every_letter_once() -> None:
    table = vocabulary("legacy_encodings")["vni"]
    assert set(table) == set(MARKED)
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_every_letter_comes_back(encoding: Legacy) -> None:
    for letter in SMALL:
        assert convert(written(letter, encoding), encoding) == letter


def test_capitals_of_vni_come_back() -> None:
    for letter in MARKED:
        assert convert(written(letter.upper(), "vni"), "vni") == letter.upper()
    assert convert("Ñoä AÙo aùo AÙO", "vni") == "Độ Áo áo ÁO"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "tcvn3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "vni"),
    ],
)
def test_motto_as_people_know_it(text: str, encoding: Legacy) -> None:
    assert recognise(text) == encoding
    assert convert(text, encoding).replace("hòa", "hoà") == MOTTO


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("THµNH PHè H¶I PHßNG", "THÀNH PHỐ HẢI PHÒNG"),
        ("Hµ NéI", "HÀ NỘI"),
        ("ñY BAN NH¢N D¢N THµNH PHè", "ỦY BAN NHÂN DÂN THÀNH PHỐ"),
        ("Sè: 12/KH-UBND, Hµ Néi", "Số: 12/KH-UBND, Hà Nội"),
        ("C¸c tr­êng THCS t¹i TP Hµ Néi vµ Së GD§T", "Các trường THCS tại TP Hà Nội và Sở GDĐT"),
    ],
)
def test_capitals_that_tcvn3_lacks_come_back(text: str, meant: str) -> None:
    assert to_unicode(["häc sinh häc nghÒ ®iÖn vµ c¬ khÝ", text])[0][1] == meant


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_old_text_is_recognised_and_converted_whole(encoding: Legacy) -> None:
    small = LETTER.lower()
    texts, found = to_unicode(written(small, encoding).splitlines())
    assert found == encoding
    assert texts == small.splitlines()


@pytest.mark.parametrize(
    "text", [LETTER, LETTER.upper(), "Có cả và là: à, á, ã, è, é, ê.", "", "Plain English."]
)
def test_unicode_is_left_alone(text: str) -> None:
    assert to_unicode(text.splitlines()) == (text.splitlines(), None)


def test_unicode_in_parts_is_composed() -> None:
    assert to_unicode([unicodedata.normalize("NFD", "Học nghề")])[0] == ["Học nghề"]


def test_file_that_mixes_both_is_converted_where_it_must_be() -> None:
    old = "§¬n xin häc nghÒ ®iÖn vµ c¬ khÝ cña häc sinh"
    texts, found = to_unicode([*LETTER.splitlines(), old])
    assert found == "tcvn3"
    assert texts[-1] == "Đơn xin học nghề điện và cơ khí của học sinh"
    assert texts[:-1] == LETTER.splitlines()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_of_unicode_are_read(codec: str) -> None:
    assert decode(LETTER.encode(codec)) == LETTER


def test_bytes_of_windows_1258_are_read() -> None:
    assert decode(windows_1258(LETTER).encode("cp1258")) == LETTER


def test_bytes_of_tcvn3_are_read() -> None:
    text = decode(written(LETTER.lower(), "tcvn3").encode("cp1252"))
    assert text is not None
    assert to_unicode([text])[0] == [LETTER.lower()]


def test_bytes_of_a_picture_are_no_text() -> None:
    assert decode(b"\x89PNG\r\n\0\0\0") is None


def test_plausibility_tells_vietnamese_from_what_is_none() -> None:
    assert plausibility(LETTER) > 0.9
    assert plausibility(written(LETTER, "vni")) < 0.6
    assert plausibility("") == 0
