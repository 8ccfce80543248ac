"""A passage is held to what a question names and to the kind of thing it asks for."""

import pytest

from knowledge.documents import Document
from knowledge.expectations import Expectations
from knowledge.gazetteer import load_gazetteer
from knowledge.passages import Passage, passages_of
from knowledge.question import Question
from knowledge.structure import parse_sections


@pytest.fixture(scope="module")
def expectations() -> Expectations:
    return Expectations(load_gazetteer())


def passage(
    text: str, place: str = "Hải Phòng", issued: str = "2024", citation: str = "Kế hoạch 1"
) -> Passage:
    document = Document(
        id="kh",
        citation=citation,
        title="Về việc học",
        place=place,
        issued=issued,
        outline=tuple(parse_sections(text)),
    )
    return passages_of([document])[0]


def missing(expectations: Expectations, question: str, held: Passage) -> int:
    return expectations.missing(expectations.of(Question.read(question)), expectations.content(held))


def unmet(expectations: Expectations, question: str, held: Passage) -> int:
    return expectations.unmet(expectations.of(Question.read(question)), expectations.content(held))


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("học phí bao nhiêu", 0),
        ("học phí ở Hải Phòng", 0),
        ("hoc phi o hp", 0),
        ("học phí ở Lạng Sơn", 1),
        ("hoc phi o lang son", 1),
        ("mục tiêu năm 2025", 0),
        ("mục tiêu năm 2024", 0),
        ("mục tiêu năm 2030", 1),
        ("mục tiêu năm 2030 ở Lạng Sơn", 2),
        ("mục tiêu các năm 2028, 2029, 2030 ở Lạng Sơn", 2),
    ],
)
def test_places_and_years_that_a_passage_lacks_are_counted(
    expectations: Expectations, question: str, count: int
) -> None:
    assert missing(expectations, question, passage("Mục tiêu đến năm 2025 là 40%.")) == count


def test_a_district_lies_within_its_city(expectations: Expectations) -> None:
    assert missing(expectations, "học nghề ở Kiến An", passage("Học sinh học nghề.")) == 0
    assert missing(expectations, "học nghề ở Kiến An", passage("Học sinh học nghề.", place="Lạng Sơn")) == 1


def test_one_district_is_not_another(expectations: Expectations) -> None:
    of_a_district = passage(
        "Các trường báo cáo.", place="Quận Dương Kinh, Hải Phòng", citation="Công văn Dương Kinh"
    )
    assert missing(expectations, "báo cáo ở Dương Kinh", of_a_district) == 0
    assert missing(expectations, "báo cáo ở Kiến An", of_a_district) == 1


def test_levels_and_trades_bind_no_passage(expectations: Expectations) -> None:
    assert missing(expectations, "học hàn hệ cao đẳng", passage("Học sinh học nghề được hỗ trợ.")) == 0


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("hỗ trợ bao nhiêu tiền", "Hỗ trợ 15.840.000 đồng.", 0),
        ("hỗ trợ bao nhiêu tiền", "Hỗ trợ kinh phí học tập.", 1),
        ("ho tro bao nhieu tien", "Hỗ trợ kinh phí học tập.", 1),
        ("bao nhiêu phần trăm học nghề", "Đạt mức 40% học sinh.", 0),
        ("bao nhiêu % học nghề", "Học sinh học nghề.", 1),
        ("mấy % học nghề", "Đạt mức 40 % học sinh.", 0),
        ("địa chỉ ở đâu", "Học sinh học nghề.", 1),
        ("hạn chót là khi nào", "Báo cáo trước ngày 15/5.", 0),
        ("hạn chót là khi nào", "Báo cáo đúng hạn.", 1),
        ("mục tiêu là gì", "Học sinh học nghề.", 0),
    ],
)
def test_a_sum_a_share_an_address_or_a_day_that_is_asked_for_must_be_there(
    expectations: Expectations, question: str, text: str, lacking: int
) -> None:
    assert unmet(expectations, question, passage(text)) == lacking


def test_headings_count_as_words_of_the_passage(expectations: Expectations) -> None:
    held = passage("# A\n\n## I. HỌC PHÍ\n\nĐược miễn.")
    assert unmet(expectations, "học phí thế nào", held) == 0
    assert unmet(expectations, "học phí thế nào", passage("Được miễn.")) == 1
