"""The shipped answers to common questions say nothing that their sources do not say."""

from collections import defaultdict
from pathlib import Path

import pytest

from knowledge.documents import read_documents
from knowledge.fact_files import check_facts
from knowledge.facts import CommonQuestion, Fact
from knowledge.passages import Passage, passages_of
from knowledge.support import evidence_of, unsupported_numbers
from knowledge.text import fold, tokens

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
DOCUMENTS = read_documents(KNOWLEDGE / "documents")
FACTS, FAULTS = check_facts(
    KNOWLEDGE / "facts", {d.id for d in DOCUMENTS} | {p.id for p in passages_of(DOCUMENTS)}
)
PASSAGES: dict[str, Passage] = {p.id: p for p in passages_of(DOCUMENTS, FACTS)}
QUESTIONS = [entry for entry in FACTS.of("faq") if isinstance(entry, CommonQuestion)]
MOST_SHOWN = 4
# How what nobody has checked, or what is not known, must sound.
HEDGES = ("thường", "kinh nghiệm chung", "chưa")

each_question = pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry.id)


def folded(ask: str) -> str:
    return fold(" ".join(tokens(ask)))


def cited_by(entry: CommonQuestion) -> list[str]:
    return [text for passage in entry.cites for text in evidence_of(PASSAGES[passage])]


def test_the_questions_are_read_without_a_fault_and_are_many() -> None:
    assert not FAULTS
    assert len(QUESTIONS) >= 80


@each_question
def test_every_number_of_an_answer_stands_in_what_it_cites(entry: CommonQuestion) -> None:
    assert unsupported_numbers(entry.answer, cited_by(entry)) == []


@each_question
def test_an_answer_and_its_buttons_fit_on_a_phone(entry: CommonQuestion) -> None:
    assert len(entry.answer) <= 520
    assert len(entry.asks[0]) <= 60
    assert all(len(reply) <= 40 for reply in entry.replies)


@each_question
def test_all_that_an_answer_cites_is_shown(entry: CommonQuestion) -> None:
    assert len(entry.cites) <= MOST_SHOWN


@each_question
def test_an_answer_that_nothing_checked_backs_sounds_like_advice(entry: CommonQuestion) -> None:
    cited = [FACTS.by_id.get(passage) for passage in entry.cites]
    if cited and all(isinstance(fact, Fact) and not fact.verified for fact in cited):
        assert any(hedge in entry.answer for hedge in HEDGES)


def test_no_way_of_asking_leads_to_two_answers() -> None:
    places = defaultdict(list)
    for entry in QUESTIONS:
        for ask in entry.asks:
            places[folded(ask)].append(entry.id)
    assert {ask: ids for ask, ids in places.items() if len(ids) > 1} == {}


def test_what_is_offered_next_is_a_question_that_has_an_answer() -> None:
    asked = {folded(ask) for entry in FACTS.by_id.values() for ask in entry.asks}
    offered = {reply for entry in QUESTIONS for reply in entry.replies}
    assert {reply for reply in offered if folded(reply) not in asked} == set()


CITED = (
    "Nghị quyết 03/2024/NQ-HĐND ngày 19/7/2024: giảm 50-55% học phí, 900.000 đồng/tháng, tối đa 4 triệu đồng.",
    "2025-10-26",
    "ngày 25 tháng 12 năm 2023",
    "11,59",
)


@pytest.mark.parametrize(
    "answer",
    [
        "Nghị quyết 03/2024 giảm 50% học phí.",
        "Từ 7/2024, mỗi tháng 900.000 đồng (900 nghìn).",
        "Vay 4.000.000 đồng, lương 11,59.",
        "Ngày 26/10/2025, tức tháng 10/2025, năm 2025; hạn 25/12/2023.",
        "Hết lớp 9, học 9+ rồi thi lớp 10, tiếng Đức B1.",
    ],
)
def test_a_number_that_is_cited_in_another_form_is_supported(answer: str) -> None:
    assert unsupported_numbers(answer, CITED) == []


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Bạn được 1.200.000 đồng mỗi tháng.", ["1.200.000"]),
        ("Giảm 70% học phí.", ["70%"]),
        ("Được 4 đồng, hoặc 50 đồng.", ["4", "50"]),
        ("Nộp trước ngày 20/7/2024.", ["20/7/2024"]),
        ("Từ 2026 thì 50-60%.", ["2026", "50-60%"]),
    ],
)
def test_a_number_that_nothing_cited_holds_is_found(answer: str, missing: list[str]) -> None:
    assert unsupported_numbers(answer, CITED) == missing


def test_a_made_up_answer_is_found_out() -> None:
    entry = CommonQuestion(
        collection="faq",
        id="bia-dat",
        asks=("Hỗ trợ bao nhiêu tiền?",),
        answer="Học chín nghề được 1,5 triệu đồng mỗi tháng.",
        cites=("policies#nq03-muc-900k",),
    )
    assert unsupported_numbers(entry.answer, cited_by(entry)) == ["1,5 triệu"]


def test_what_applied_then_and_the_source_are_evidence_but_a_note_is_not() -> None:
    evidence = " ".join(evidence_of(PASSAGES["labour_market#luong-toi-thieu-2026"]))
    assert "2026-01-01" in evidence
    assert "Đọc bản tiếng Anh" not in evidence
