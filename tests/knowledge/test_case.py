"""A message tells a person's case in any spelling; a bare word counts as the answer to what was asked."""

import unicodedata

import pytest
from pydantic import ValidationError

from knowledge.case import ATTRIBUTES, VALUES, Case, CaseReading, read_case
from knowledge.case_vocabulary import CaseWords, case_words
from knowledge.gazetteer import Gazetteer, load_gazetteer
from knowledge.text import fold, prepare
from knowledge.vocabulary import vocabulary


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def read(gazetteer: Gazetteer, typed: str, asked: str | None = None) -> CaseReading:
    return read_case(prepare(typed), gazetteer, asked)


@pytest.mark.parametrize(
    "typed",
    [
        "em ở Hải Phòng, mới xong lớp 9, muốn học hàn hệ trung cấp",
        "e ở hp, ms xong l9, mún học hàn hệ tc",
        "em o hai phong, moi xong lop 9, muon hoc han he trung cap",
        "EM Ở HẢI PHÒNG, MỚI XONG LỚP 9, MUỐN HỌC HÀN HỆ TRUNG CẤP",
        unicodedata.normalize("NFD", "em ở Hải Phòng, mới xong lớp 9, muốn học hàn hệ trung cấp"),
        "em ở Hải Phòng mới xong lớp 9 muốn học hàn hệ trugn cấp",
        "nhà em ở kiến thuỵ, tốt nghiệp thcs rồi, định học trung cấp nghề hàn ạ",
        "em ở Kiến Thụy nhưng vừa trượt lớp 10, muốn học hàn trung cấp",
    ],
)
def test_one_message_tells_several_things_in_any_spelling(gazetteer: Gazetteer, typed: str) -> None:
    assert read(gazetteer, typed).values == {
        "residence": "hai_phong",
        "schooling": "lop_9",
        "study": "trung_cap",
        "occupation": "han",
    }


@pytest.mark.parametrize(
    ("typed", "residence"),
    [
        ("hộ khẩu em ở Thái Bình cơ", "elsewhere"),
        ("em ở Kinh Môn, Hải Dương", "hai_duong_cu"),
        ("quê em ở Chí Linh", "hai_duong_cu"),
        ("nhà em ở Cát Bà", "hai_phong"),
        ("hộ khẩu hp", "hai_phong"),
        ("chỉ tạm trú ở Hải Phòng", "temporary"),
        ("em thuê trọ hải phòng", "temporary"),
        ("hộ khẩu Hưng Yên, đang ở trọ Hải Phòng", "temporary"),
        ("hộ khẩu Hải Phòng nhưng đang ở trọ Hải Dương", "hai_phong"),
        ("tạm trú ở Hà Nội", "elsewhere"),
        ("em không ở Hải Phòng", "elsewhere"),
        ("em không có hộ khẩu Hải Phòng", "elsewhere"),
        ("em ko phai ho khau hai phong, em o hai duong", "hai_duong_cu"),
        ("que can tho", "elsewhere"),
        ("em người Nghệ An", "elsewhere"),
        ("em học ở Hải Phòng nhưng quê Quảng Ninh", "elsewhere"),
    ],
)
def test_a_place_counts_by_the_words_before_it(gazetteer: Gazetteer, typed: str, residence: str) -> None:
    assert read(gazetteer, typed).values["residence"] == residence


@pytest.mark.parametrize(
    "typed",
    ["Hải Phòng có những trường nào", "em muốn học nghề hàn ở Hải Phòng", "quê Thái Bình, em ở Hải Phòng"],
)
def test_a_place_that_is_not_said_to_be_home_or_is_one_of_two_counts_for_nothing(
    gazetteer: Gazetteer, typed: str
) -> None:
    assert "residence" not in read(gazetteer, typed).values


@pytest.mark.parametrize("place", [*vocabulary("case")["places"], "exact"])
def test_every_place_is_an_answer_with_and_without_diacritics(gazetteer: Gazetteer, place: str) -> None:
    words = case_words()
    names = words.places_exact["elsewhere"] if place == "exact" else words.places[place]
    expected = "elsewhere" if place == "exact" else place
    for name in names:
        # "hong" of "hong bang" is teencode for "không".
        spellings = {name, name.upper(), fold(name) if prepare(fold(name)) == fold(name) else name}
        for spelling in spellings:
            assert read(gazetteer, spelling, "residence").values == {"residence": expected}, spelling


@pytest.mark.parametrize(
    ("typed", "asked", "expected"),
    [
        ("9", "schooling", "lop_9"),
        ("9 ạ", "schooling", "lop_9"),
        ("12 rồi", "schooling", "lop_12"),
        ("lop 11", "schooling", "lop_9"),
        ("xong c2", "schooling", "lop_9"),
        ("xong c3 rồi", "schooling", "lop_12"),
        ("em đang học lớp 9", "schooling", "lop_9"),
        ("em đang học lớp 12", "schooling", "lop_12"),
        ("thi rớt cấp 3", "schooling", "lop_9"),
        ("trượt đại học", "schooling", "lop_12"),
        ("chưa xong lớp 9", "schooling", "below_9"),
        ("nghi hoc tu lop 8", "schooling", "below_9"),
        ("chưa có bằng cấp 3", "schooling", "lop_9"),
        ("trung cấp", "schooling", "trung_cap"),
        ("đại học", "schooling", "cao_dang"),
        ("trung cấp", "study", "trung_cap"),
        ("tc ạ", "study", "trung_cap"),
        ("cao đẵng", "study", "cao_dang"),
        ("caođẳng", "study", "cao_dang"),
        ("9+", "study", "nine_plus"),
        ("9 + ạ", "study", "nine_plus"),
        ("vừa học văn hoá vừa học nghề", "study", "nine_plus"),
        ("sơ cấp", "study", "so_cap"),
        ("hải phòng", "residence", "hai_phong"),
        ("không, hải dương", "residence", "hai_duong_cu"),
        ("Chí Linh, Hải Phòng", "residence", "hai_duong_cu"),
        ("hàn", "occupation", "han"),
        ("han", "occupation", "han"),
        ("em thích hàn ạ", "occupation", "han"),
        ("may", "occupation", "may-thoi-trang"),
        ("gốm sứ", "occupation", "other"),
        ("nghề làm gốm", "occupation", "other"),
        ("hàn hoặc ô tô", "occupation", "undecided"),
        ("chưa biết", "occupation", "undecided"),
        ("chưa chọn", "institution", "undecided"),
        ("trường nào cũng đc", "institution", "undecided"),
        ("cđ du lịch", "institution", "cd-du-lich-hai-phong"),
        ("trường abc xyz", "institution", "other"),
        ("hải phòng", "institution", "in_hai_phong"),
        ("ở Chí Linh", "institution", "in_hai_duong_cu"),
        ("hà nội", "institution", "elsewhere"),
        ("hs", "who", "student"),
        ("mình", "who", "student"),
        ("đi làm rồi", "who", "worker"),
        ("giáo viên", "who", "teacher"),
    ],
)
def test_a_few_words_answer_what_was_asked(
    gazetteer: Gazetteer, typed: str, asked: str, expected: str | None
) -> None:
    assert read(gazetteer, typed, asked).values.get(asked) == expected


def test_a_bare_answer_is_read_as_nothing_else(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, "trung cấp", "schooling").values == {"schooling": "trung_cap"}
    assert read(gazetteer, "cđ du lịch hải phòng", "institution").values == {
        "institution": "cd-du-lich-hai-phong"
    }


@pytest.mark.parametrize("typed", ["9", "hải phòng", "con", "mình", "12", "hàn"])
def test_without_a_question_a_bare_word_says_nothing(gazetteer: Gazetteer, typed: str) -> None:
    assert read(gazetteer, typed).values == {}


@pytest.mark.parametrize(
    "typed", ["phụ huynh", "ph ạ", "con tôi", "cho con", "tôi hỏi cho con gái", "chau nha toi"]
)
def test_a_parent_asks_for_a_student(gazetteer: Gazetteer, typed: str) -> None:
    assert read(gazetteer, typed, "who").values == {"asker": "parent", "who": "student"}


def test_who_answers_for_oneself_asks_for_oneself(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, "mình là học sinh", "who").values == {"who": "student", "asker": "self"}
    assert read(gazetteer, "cháu là học sinh").values == {"who": "student"}


def test_the_child_of_a_parent_may_be_at_work(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, "con tôi đang đi làm").values == {"asker": "parent", "who": "worker"}


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("lớp 12 chứ không phải lớp 9", {"schooling": "lop_12"}),
        ("hải dương chứ không phải hải phòng", {"residence": "hai_duong_cu"}),
        ("không học trung cấp, học cao đẳng", {"study": "cao_dang"}),
        ("nhà em không phải hộ nghèo", {}),
        ("em không học hàn nữa", {}),
    ],
)
def test_what_is_denied_is_not_stated(gazetteer: Gazetteer, typed: str, values: dict[str, str]) -> None:
    asked = "residence" if "hải" in typed else None
    assert read(gazetteer, typed, asked).values == values


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("nhầm, lớp 12 chứ", {"schooling": "lop_12"}),
        ("em xong lớp 12 à nhầm lớp 9", {"schooling": "lop_9"}),
        ("em ở Hải Phòng, à không, em ở Thái Bình", {"residence": "elsewhere"}),
    ],
)
def test_of_a_correction_the_last_word_counts(
    gazetteer: Gazetteer, typed: str, values: dict[str, str]
) -> None:
    reading = read(gazetteer, typed)
    assert (reading.values, reading.corrects) == (values, True)


def test_the_highest_schooling_counts_and_two_ways_of_study_count_for_none(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, "tốt nghiệp thcs, đang học lớp 12").values == {"schooling": "lop_12"}
    assert read(gazetteer, "trung cấp hay cao đẳng", "study").values == {}


@pytest.mark.parametrize("typed", ["chưa biết", "e cũng ko biết nữa", "chua ro a", "phân vân"])
def test_who_does_not_know_is_told_from_who_says_nothing(gazetteer: Gazetteer, typed: str) -> None:
    reading = read(gazetteer, typed, "study")
    assert (reading.values, reading.unsure) == ({}, True)


def test_not_knowing_something_else_is_no_answer(gazetteer: Gazetteer) -> None:
    assert not read(gazetteer, "em không biết học hàn có được hỗ trợ không", "residence").unsure
    assert not read(gazetteer, "alo", "residence").unsure


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nhà em thuộc hộ cận nghèo", {"near_poor"}),
        ("ho ngheo", {"poor"}),
        ("em người dân tộc Tày, ở xã đặc biệt khó khăn", {"minority", "hard_area"}),
        ("bố em bị tai nạn lao động", {"work_accident"}),
        ("em học trường dân tộc nội trú", {"boarding_school"}),
        ("em bị khuyết tật", {"disabled"}),
        ("nhà em mức sống trung bình", {"average"}),
    ],
)
def test_circumstances_are_told_together(gazetteer: Gazetteer, typed: str, told: set[str]) -> None:
    assert read(gazetteer, typed).values["circumstances"] == told


def test_every_phrase_of_the_vocabulary_is_read_as_its_value(gazetteer: Gazetteer) -> None:
    """Two phrases that contradict each other would show here."""
    wrong = []
    for attribute, values in case_words().says.items():
        for value, phrases in values.items():
            for phrase in phrases:
                for spelling in (phrase, fold(phrase), phrase.upper()):
                    told = read(gazetteer, spelling).values.get(attribute)
                    if told != (frozenset({value}) if attribute == "circumstances" else value):
                        wrong.append((spelling, told))
    assert wrong == []


def test_every_short_answer_is_read_as_its_value(gazetteer: Gazetteer) -> None:
    for attribute, values in case_words().bare.items():
        asked = "who" if attribute == "asker" else attribute
        for value, phrases in values.items():
            for phrase in phrases:
                assert read(gazetteer, phrase, asked).values.get(attribute) == value, phrase


def test_a_case_has_a_field_for_each_attribute() -> None:
    assert tuple(Case().__dataclass_fields__) == ATTRIBUTES


def test_a_value_that_does_not_exist_is_refused_by_name() -> None:
    raw = vocabulary("case")
    with pytest.raises(ValidationError, match="prefer: study: there is no value ten_plus"):
        CaseWords.model_validate({**raw, "prefer": {"study": ["ten_plus"]}})
    assert set(raw["says"]) <= set(VALUES)
