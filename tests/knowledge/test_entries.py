"""An entry has something to say aspect by aspect; what a question asks of it is told by its words."""

import pytest

from knowledge.entries import asked_aspects, aspects_of, questions_of, section_of
from knowledge.facts import CommonQuestion, Entry, Fact, Institution, Occupation
from knowledge.question import Question

TRADE = Occupation.model_validate(
    {
        "collection": "occupations",
        "id": "gom",
        "name": "Gốm",
        "aliases": ["làm gốm"],
        "asks": ["Thợ gốm lương có cao không?", "Gốm có bẩn tay không?", "Gốm có từ bao giờ?"],
        "description": {"statement": "Nặn và nung đồ đất."},
        "workplaces": ["lò gốm"],
        "suits": ["R", "A"],
        "levels": ["sơ cấp", "trung cấp"],
        "supported_by_nq03": False,
        "pay": [{"statement": "6 triệu đồng/tháng."}, {"statement": "Thợ cả 15 triệu đồng/tháng."}],
    }
)
SCHOOL = Institution.model_validate(
    {
        "collection": "institutions",
        "id": "song-gia",
        "name": "Trường Sông Giá",
        "locality": "TP Hải Phòng",
        "address": "12 đường Bến Than",
        "trades": ["gốm", "mộc"],
    }
)
FACT = Fact.model_validate(
    {
        "collection": "policies",
        "id": "mot",
        "topic": "nq03",
        "asks": ["Được gì?"],
        "statement": "Được 50%.",
        "source": {"name": "Báo Làng", "kind": "press"},
    }
)
ASKED = CommonQuestion(collection="faq", id="hoi", asks=("Ai vậy?", "bạn là ai"), answer="Mình là trợ lý.")


def aspect(entry: Entry, name: str) -> str:
    return {a.name: a.text for a in aspects_of(entry)}[name]


def asked(entry: Entry, typed: str) -> list[str]:
    return asked_aspects(entry, Question.read(typed))


def test_a_trade_says_what_its_fields_hold() -> None:
    assert aspect(TRADE, "work") == "Nặn và nung đồ đất. Nơi làm: lò gốm."
    assert aspect(TRADE, "pay") == "6 triệu đồng/tháng. Thợ cả 15 triệu đồng/tháng."
    assert "sơ cấp, trung cấp" in aspect(TRADE, "duration")
    assert "R (kỹ thuật), A (nghệ thuật)" in aspect(TRADE, "suits")
    assert "không nằm trong 9 nghề" in aspect(TRADE, "support")
    supported = TRADE.model_copy(update={"supported_by_nq03": True})
    assert "Gốm là một trong 9 nghề" in aspect(supported, "support")


def test_a_school_says_what_its_fields_hold() -> None:
    assert aspect(SCHOOL, "address") == "12 đường Bến Than"
    assert aspect(SCHOOL, "trades") == "gốm, mộc."


@pytest.mark.parametrize(
    ("entry", "unknown"),
    [
        (TRADE, {"demand", "conditions"}),
        (SCHOOL, {"phone", "website", "about", "quality"}),
        (FACT, set()),
        (ASKED, set()),
    ],
)
def test_what_an_entry_lacks_is_an_unknown_aspect(entry: Entry, unknown: set[str]) -> None:
    assert {a.name for a in aspects_of(entry) if not a.known} == unknown
    assert all("chưa có thông tin" in a.text for a in aspects_of(entry) if not a.known)


@pytest.mark.parametrize("entry", [TRADE, SCHOOL, FACT, ASKED])
def test_a_section_has_a_block_an_aspect_and_its_place_in_the_facts(entry: Entry) -> None:
    section = section_of(entry)
    assert [block.anchor for block in section.blocks] == [
        f"{entry.id}.{n}" for n in range(1, len(aspects_of(entry)) + 1)
    ]
    assert all(a.text in block.text for a, block in zip(aspects_of(entry), section.blocks, strict=True))
    assert len(section.path) == 2
    assert section.slug == entry.id


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (TRADE, ("Nghề", "Gốm")),
        (SCHOOL, ("Trường", "Trường Sông Giá")),
        (FACT, ("Chính sách", "Nghị quyết 03/2024 của Hải Phòng")),
        (ASKED, ("Hỏi đáp", "Ai vậy?")),
    ],
)
def test_a_section_stands_under_its_collection_and_its_name(entry: Entry, path: tuple[str, str]) -> None:
    assert section_of(entry).path == path


@pytest.mark.parametrize(
    ("entry", "typed", "aspects"),
    [
        (TRADE, "nghề gốm lương bao nhiêu", ["pay"]),
        (TRADE, "nghe gom luong bao nhieu", ["pay"]),
        (TRADE, "NGHỀ GỐM LƯƠNG BAO NHIÊU", ["pay"]),
        (TRADE, "gốm có dễ xin việc không, lương sao", ["pay", "demand"]),
        (TRADE, "gom co de xin viec khong", ["demand"]),
        (TRADE, "học gốm mấy năm", ["duration"]),
        (TRADE, "học gốm bao lâu thì được hỗ trợ", ["duration", "support"]),
        (TRADE, "con gái học gốm được không", ["suits"]),
        (TRADE, "lam gom co hai mat khong", ["conditions"]),
        (TRADE, "con gái làm gốm có vất vả không", ["conditions", "suits"]),
        (TRADE, "nghề gốm", []),
        # Another word with the same letters.
        (TRADE, "gốm có phân luồng không", []),
        (SCHOOL, "trường sông giá ở đâu", ["address"]),
        (SCHOOL, "truong song gia o dau", ["address"]),
        (SCHOOL, "sđt trường sông giá", ["phone"]),
        (SCHOOL, "trường sông giá ở quận nào", ["address"]),
        (SCHOOL, "trường sông giá do cơ quan nào quản lý", []),
        (SCHOOL, "trường sông giá có tốt không", ["quality"]),
        (SCHOOL, "trường sông giá", []),
        (SCHOOL, "", []),
    ],
)
def test_what_is_asked_of_an_entry_is_told_by_the_words(entry: Entry, typed: str, aspects: list[str]) -> None:
    assert asked(entry, typed) == aspects


def test_a_fact_is_asked_for_by_the_questions_written_for_it() -> None:
    assert questions_of(FACT) == {0: ["Được gì?"]}
    assert questions_of(ASKED) == {0: ["Ai vậy?", "bạn là ai"]}


def test_a_trade_is_asked_for_by_its_name_in_every_aspect_that_is_known() -> None:
    names = [a.name for a in aspects_of(TRADE)]
    questions = {names[block]: asked for block, asked in questions_of(TRADE).items()}
    assert set(questions) == set(names) - {"demand"}
    assert "nghề Gốm lương bao nhiêu" in questions["pay"]
    assert "làm gốm" in questions["work"]


def test_a_question_written_for_a_trade_belongs_to_the_aspect_that_it_asks_for() -> None:
    names = [a.name for a in aspects_of(TRADE)]
    questions = questions_of(TRADE)
    assert "Thợ gốm lương có cao không?" in questions[names.index("pay")]
    assert "Gốm có bẩn tay không?" in questions[names.index("conditions")]
    assert "Gốm có từ bao giờ?" in questions[names.index("work")]


def test_what_a_school_lacks_is_asked_for_all_the_same() -> None:
    """So that the question finds the school, whose card says that it is not known."""
    names = [a.name for a in aspects_of(SCHOOL)]
    assert set(questions_of(SCHOOL)) == set(range(len(names)))
    assert "số điện thoại Trường Sông Giá" in questions_of(SCHOOL)[names.index("phone")]


def test_an_entry_of_an_unknown_kind_is_a_fault() -> None:
    with pytest.raises(TypeError, match="unknown kind"):
        aspects_of(Entry(collection="policies", id="a"))
