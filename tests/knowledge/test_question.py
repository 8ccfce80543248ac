"""A question is read without its filler, with the words of officials, and out of a life story."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.question import Phrases, Question, asks, focus, parts, stated
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

STORY = (
    "Em chào anh chị ạ. Em năm nay học lớp 9 ở Hải Phòng, nhà em làm nông, bố mẹ muốn em học tiếp lên cấp 3 nhưng em "
    "học lực trung bình thôi và em thích sửa xe máy hơn. {asking} Em cảm ơn anh chị nhiều."
)


@pytest.mark.parametrize(
    ("typed", "content"),
    [
        ("ad ơi cho em hỏi học phí trung cấp bao nhiêu ạ", "học phí trung cấp bao nhiêu"),
        ("cho em hoi hoc phi bao nhieu", "hoc phi bao nhieu"),
        ("Em hết lớp 9, muốn học nghề ạ", "hết lớp 9 muốn học nghề"),
        # "hoi" may be "hội": without diacritics single words stay.
        ("hoi phu huynh", "hoi phu huynh"),
    ],
)
def test_filler_is_dropped_from_the_words_that_are_searched(typed: str, content: str) -> None:
    assert Question.read(typed).content == content


def test_a_message_of_nothing_but_filler_keeps_it() -> None:
    assert Question.read("dạ vâng ạ").content == "dạ vâng ạ"


def test_abbreviations_are_written_out_before_anything_else() -> None:
    question = Question.read("em hết l9, hp bn ạ")
    assert question.prepared == "em hết lớp 9, học phí bao nhiêu ạ"
    assert question.content == "hết lớp 9 học phí bao nhiêu"


@pytest.mark.parametrize(
    "typed", ["em hết lớp 9 thì học gì", "em het lop 9 thi hoc gi", "EM HẾT LỚP 9", "hết l9"]
)
def test_official_words_join_what_was_said_in_any_spelling(typed: str) -> None:
    assert "tốt nghiệp trung học cơ sở" in Question.read(typed).synonyms


def test_a_synonym_stands_for_whole_words_only() -> None:
    assert "trung học cơ sở" not in Question.read("lớp 90").synonyms


def test_the_users_word_is_explained_when_a_passage_holds_all_official_ones() -> None:
    question = Question.read("em hết lớp 9")
    assert "het lop 9" in question.synonyms_for(frozenset(fold("tốt nghiệp trung học cơ sở năm").split()))
    assert question.synonyms_for(frozenset(fold("tốt nghiệp trung học phổ thông").split())) == []


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Học phí bao nhiêu", True),
        ("hoc phi bao nhieu", False),
        (unicodedata.normalize("NFD", "Học phí bao nhiêu"), True),
        ("k bt hp bn", False),
        ("hoc phi cua nganh cong nghe o to he trung cap la bao nhieu vậy", False),
        ("", False),
        ("2025", False),
    ],
)
def test_whether_a_user_types_diacritics_is_told_from_what_was_typed(typed: str, written: bool) -> None:
    assert Question.read(typed).has_diacritics is written


@pytest.mark.parametrize(
    "asking",
    [
        "Vậy em học trung cấp thì có được hỗ trợ học phí không ạ?",
        "vay em hoc trung cap thi co duoc ho tro hoc phi khong a.",
        "Cho em hỏi học nghề sửa xe thì hồ sơ gồm những gì.",
    ],
)
def test_of_a_life_story_the_part_that_asks_is_read(asking: str) -> None:
    assert focus(STORY.format(asking=asking)) == asking


def test_a_short_message_has_no_part_of_its_own() -> None:
    assert focus("Học phí bao nhiêu? Em cảm ơn ạ.") is None


def test_of_an_endless_sentence_the_last_clauses_are_read() -> None:
    clauses = [f"năm {n} em đã học ở trường nghề này rồi" for n in range(2001, 2009)]
    part = focus(", ".join([*clauses, "vậy học phí bao nhiêu?"]))
    assert part is not None
    assert part.endswith("vậy học phí bao nhiêu?")
    assert "năm 2001" not in part


@given(st.text(st.characters(exclude_categories=[]), max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    question = Question.read(text)
    assert question.content or not question.prepared
    focus(text)


@pytest.mark.parametrize(
    ("phrase", "typed", "said"),
    [
        ("quận nào", "ở quận nào ạ", "quận nào"),
        ("quận nào", "Ở QUẬN NÀO?", "quận nào"),
        ("quận nào", "o quan nao", "quan nao"),
        # Another word with the same letters, by somebody who types diacritics.
        ("quận nào", "cơ quan nào phụ trách", None),
        ("lương", "chỉ tiêu phân luồng", None),
        # Whole words only.
        ("nào", "náo nhiệt", None),
        ("học phí", "học phích", None),
        # A slip is forgiven in a phrase that no other has the letters of.
        ("số điện thoại", "cho em số điên thoại trường với", "so dien thoai"),
        ("điện thoại", "cho em xin điên thoại trường", None),
        # "…" stands for up to four words.
        ("trường … dạy", "trường nào dạy hàn", "trường nào dạy"),
        ("trường … dạy", "trường dạy hàn", "trường dạy"),
        ("trường … dạy", "trường nào ở Hải Phòng dạy hàn", "trường nào ở hải phòng dạy"),
        ("trường … dạy", "trường nào ở thành phố Hải Phòng dạy hàn", None),
        ("truong … day", "truong nao day han", "truong nao day"),
        # A single syllable beside "…" is told from others by its diacritics only.
        ("số điện thoại … chị", "số điện thoại và địa chỉ trường", None),
        ("số điện thoại … chị", "số điện thoại của chị Hoa", "số điện thoại của chị"),
        ("những nghề nào … hỗ trợ", "nhưng nghề nào được hỗ trợ", "nhung nghe nao duoc ho tro"),
        # "%" is a word.
        ("bao nhiêu %", "bao nhiêu % học sinh", "bao nhiêu phần trăm"),
        ("bao nhiêu %", "bao nhiêu phần trăm học sinh", "bao nhiêu phần trăm"),
        ("bao nhiêu %", "bao nhieu % hoc sinh", "bao nhieu phan tram"),
        ("bao nhiêu %", "bao nhiêu học sinh", None),
        # Abbreviations are written out on both sides.
        ("sđt", "cho em xin sđt", "số điện thoại"),
        ("thpt thái phiên", "trường thpt Thái Phiên ở đâu", "trung học phổ thông thái phiên"),
        ("gì", "", None),
    ],
)
def test_a_phrase_is_said_in_words(phrase: str, typed: str, said: str | None) -> None:
    phrases = Phrases([phrase])
    assert phrases.said_by(Question.read(typed)) == said
    assert phrases.said_in(Question.read(typed)) is (said is not None)


def test_without_phrases_nothing_is_said() -> None:
    assert not Phrases([]).said_in(Question.read("học phí bao nhiêu"))


def phrases_of(data: object) -> list[str]:
    """Every phrase in the lists of a vocabulary, however deep."""
    if isinstance(data, str):
        return [data]
    below = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [phrase for value in below for phrase in phrases_of(value)]


def test_every_phrase_that_we_listen_for_is_heard() -> None:
    """One with an abbreviation or a slip in it would wait for ever."""
    aspects = vocabulary("aspects")
    cues = [aspect["cues"] for kind in ("occupation", "institution") for aspect in aspects[kind].values()]
    asks = [row["asks"] for row in vocabulary("expectations")]
    phrases = (
        phrases_of([*cues, *asks]) + phrases_of(vocabulary("unlisted")) + phrases_of(vocabulary("questions"))
    )
    assert len(phrases) > 400
    for phrase in phrases:
        assert Phrases([phrase]).said_in(Question.read(phrase.replace("…", "xyz"))), phrase


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("9+ là gì? học xong có bằng gì?", ["9+ là gì?", "học xong có bằng gì?"]),
        ("Nghề hàn lương bao nhiêu. Trường nào dạy?", ["Nghề hàn lương bao nhiêu.", "Trường nào dạy?"]),
        ("hoc phi bao nhieu? ho so gom gi?", ["hoc phi bao nhieu?", "ho so gom gi?"]),
        ("học phí bao nhiêu\nhồ sơ gồm gì\nnộp ở đâu", ["học phí bao nhiêu", "hồ sơ gồm gì", "nộp ở đâu"]),
        ("học xong lương bao nhiêu và học ở đâu ạ", ["học xong lương bao nhiêu", "học ở đâu ạ"]),
        ("luong bao nhieu va hoc o dau", ["luong bao nhieu", "hoc o dau"]),
        (
            "có mất tiền không, mấy năm, ở đâu và ai dạy",
            ["có mất tiền không,", "mấy năm,", "ở đâu", "ai dạy"],
        ),
        # One question, however it is told.
        ("trường nào dạy hàn và điện", []),
        ("Em hết lớp 9. Học nghề gì ạ?", []),
        ("Học phí bao nhiêu? Em cảm ơn ạ.", []),
        ("Bố em không cho em đi học nghề. Em nên làm gì?", []),
        # More than fit on a phone.
        ("a gì? b gì? c gì? d gì? đ gì?", []),
        ("", []),
    ],
)
def test_a_message_that_asks_two_to_four_things_is_read_in_parts(message: str, asked: list[str]) -> None:
    assert parts(message) == asked


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_parts_are_parts_of_what_was_typed(text: str) -> None:
    found = parts(text)
    assert len(found) in (0, 2, 3, 4)
    assert all("".join(part.split()) in "".join(text.split()) for part in found)


@pytest.mark.parametrize(
    ("prepared", "asked"),
    [
        (
            "em rot lop 10 roi co hoc duoc dieu duong không a, ai tra tien hoc",
            ["em rot lop 10 roi co hoc duoc dieu duong không a,", "ai tra tien hoc"],
        ),
        ("hoc phi bao nhieu a, hoc may nam", ["hoc phi bao nhieu a,", "hoc may nam"]),
    ],
)
def test_two_questions_typed_without_diacritics_are_two(prepared: str, asked: list[str]) -> None:
    assert parts(prepared) == asked


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("trung cấp học mấy năm ạ", True),
        ("em ở Hải Phòng, mà học hàn lương bao nhiêu ạ", True),
        ("trung cap hoc may nam", True),
        ("em ở Hải Phòng ạ", False),
        ("em muốn học hàn hệ trung cấp", False),
        ("bố không cho em đi học", False),
    ],
)
def test_a_message_that_asks_is_told_from_one_that_states(text: str, asking: bool) -> None:
    assert asks(text) == asking


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("em ở Hải Phòng, học hàn lương bao nhiêu ạ", "em ở Hải Phòng,"),
        ("trung cấp học mấy năm ạ", ""),
        ("em học xong lớp 9. Em muốn học hàn.", "em học xong lớp 9. Em muốn học hàn."),
    ],
)
def test_what_a_message_states_is_told_from_what_it_asks(text: str, rest: str) -> None:
    assert stated(text) == rest
