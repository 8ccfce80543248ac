"""A passage is held to what a question names and to the kind of thing it asks for."""

import pytest

from knowledge.documents import Document
from knowledge.expectations import Expectations, raised_by
from knowledge.facts import Fact, FactBase
from knowledge.gazetteer import load_gazetteer
from knowledge.passages import Passage, passages_of
from knowledge.question import Question
from knowledge.search import Retriever
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


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Sở Nội vụ làm gì", 0),
        ("Sở Tài chính có nhiệm vụ gì", 1),
        ("so tai chinh phai lam gi", 1),
        # not a question for tasks
        ("Sở Tài chính cấp tiền cho ai", 0),
        ("trường phải làm gì", 0),
    ],
)
def test_the_tasks_of_an_agency_are_not_in_the_section_of_another(
    expectations: Expectations, retriever: Retriever, question: str, count: int
) -> None:
    section = retriever.passage("ke-hoach-126-2019#iv-5")
    assert section is not None
    assert "Sở Nội vụ" in section.heading
    assert missing(expectations, question, section) == count


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


def entry(collection: str = "policies", statement: str = "Được hỗ trợ 50% học phí.", **scope: str) -> Passage:
    fact = Fact.model_validate(
        {
            "collection": collection,
            "id": "mot",
            "topic": "t",
            "statement": statement,
            "applies_to": scope,
            "source": {"name": "Báo Làng", "kind": "press"},
        }
    )
    return passages_of([], FactBase({fact.passage_id: fact}))[0]


@pytest.mark.parametrize(
    ("question", "held", "count"),
    [
        # What the state rules holds in every province; pay and jobs do not.
        ("hỗ trợ gì ở Cao Bằng", entry(), 0),
        ("hỗ trợ gì ở Cao Bằng", entry(statement="Ở Lạng Sơn được hỗ trợ."), 1),
        ("hỗ trợ gì ở Cao Bằng", entry(place="Hải Phòng"), 1),
        ("lương ở Cao Bằng", entry("labour_market"), 1),
        # Without a place the home place is meant.
        ("lương ở Hải Phòng", entry("labour_market"), 0),
        ("hỗ trợ gì ở Hải Phòng", entry(place="Hải Phòng"), 0),
        ("hỗ trợ gì ở Lê Chân", entry(place="Hải Phòng"), 0),
        # A rule holds from year to year, a figure in its own.
        ("hỗ trợ gì năm 2027", entry(**{"from": "2024"}), 0),
        ("hỗ trợ gì năm 2023", entry(**{"from": "2024"}), 1),
        ("hỗ trợ gì năm 2027", entry(**{"from": "2024", "to": "2026-06"}), 1),
        ("hỗ trợ gì năm 2025", entry(at="2025-06"), 0),
        ("hỗ trợ gì năm 2026", entry(at="2025-06"), 1),
        ("hỗ trợ gì năm 2026", entry(), 1),
    ],
)
def test_a_fact_is_held_to_its_own_place_and_period(
    expectations: Expectations, question: str, held: Passage, count: int
) -> None:
    assert missing(expectations, question, held) == count


@pytest.mark.parametrize(
    ("question", "entries"),
    [("nghề hàn lương bao nhiêu", {("occupation", "han")}), ("học phí ở Hải Phòng", set()), ("", set())],
)
def test_trades_and_schools_that_a_question_names_are_told(
    expectations: Expectations, question: str, entries: set[tuple[str, str]]
) -> None:
    demand = expectations.of(Question.read(question))
    assert demand.entries == entries
    assert (demand.words >= {"han"}) is bool(entries)


@pytest.mark.parametrize(
    ("question", "raised"),
    [
        ("học phí nghề gốm bao nhiêu", "học phí"),
        ("học phí đan lát bao nhiêu", "học phí"),
        ("hoc phi dan lat bao nhieu", "học phí"),
        ("trường có ký túc xá không", "ký túc xá"),
        ("điểm chuẩn bao nhiêu", "điểm chuẩn"),
    ],
)
def test_a_thing_that_is_asked_for_has_a_name(question: str, raised: str) -> None:
    assert raised in {expectation.what for expectation in raised_by(Question.read(question))}


def test_targets_without_diacritics_do_not_ask_for_wages() -> None:
    """Without its diacritics "luồng" has the letters of "lương"."""
    asked = Question.read("chi tieu phan luong den nam 2025 la bao nhieu phan tram")
    assert not any(e.pattern and "lương" in e.pattern.pattern for e in raised_by(asked))
