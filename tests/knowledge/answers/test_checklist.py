"""A checklist of support fits on a phone, promises nothing, and rests on the sources that it names."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, checklist, spoken_case
from knowledge.case import VALUES, Case
from knowledge.eligibility import assess
from knowledge.ranking import default_ranking
from knowledge.search import Retriever
from knowledge.store import KnowledgeStore
from knowledge.support import evidence_of, unsupported_numbers
from knowledge.vocabulary import vocabulary

TODAY = date(2026, 11, 27)
WELDER = Case(
    who="student",
    asker="self",
    residence="hai_phong",
    schooling="lop_9",
    study="trung_cap",
    occupation="han",
    institution="in_hai_phong",
)
CASES = [
    Case(who, asker, residence, schooling, study, occupation, institution, frozenset(told))
    for who, asker, (residence, institution), schooling, study, (occupation, told) in product(
        VALUES["who"],
        VALUES["asker"],
        zip(VALUES["residence"], ("in_hai_phong", "in_hai_duong_cu", "undecided", "elsewhere"), strict=True),
        VALUES["schooling"],
        VALUES["study"],
        [
            ("han", ()),
            ("nuoi-trong-thuy-san-man-lo", ("minority", "poor", "hard_area")),
            ("undecided", ("average",)),
        ],
    )
]


def told(store: KnowledgeStore, case: Case) -> Answer:
    return checklist(case, assess(case, TODAY), store.gazetteer, store.retriever())


def test_what_fits_comes_first_with_its_sum_and_what_is_left_open(store: KnowledgeStore) -> None:
    text = told(store, WELDER).text
    first, second, *_ = (line for line in text.splitlines() if line.startswith(("✅", "❓", "✖️")))
    assert first.startswith("✅ **Nghị quyết 03/2024**")
    assert "**900.000 đồng**" in first
    assert "hộ khẩu" in first
    assert second.startswith("✅ **Miễn học phí trung cấp")
    assert text.index("✅") < text.index("❓")


def test_what_has_ended_is_said_to_have_ended(store: KnowledgeStore) -> None:
    assert "⏳ Kế hoạch 126" in told(store, WELDER).text


def test_circumstances_that_would_decide_are_asked_for_in_one_line(store: KnowledgeStore) -> None:
    line = next(line for line in told(store, WELDER).text.splitlines() if "hoàn cảnh" in line)
    assert "Học bổng nội trú" in line
    assert "Vay vốn" in line
    told_of = told(store, replace(WELDER, circumstances=frozenset({"poor"}))).text
    assert "✅ **Vay vốn" in told_of


@pytest.mark.parametrize("asker", ["self", "parent"])
def test_everybody_is_told_that_it_is_no_decision_and_whom_to_ask(store: KnowledgeStore, asker: str) -> None:
    text = told(store, replace(WELDER, asker=asker)).text
    assert "không phải quyết định" in text
    assert "Sở GD&ĐT" in text
    assert ("anh/chị" in text) == (asker == "parent")


def test_every_case_is_told_within_a_phone_s_screen(store: KnowledgeStore) -> None:
    for case in [*CASES, Case()]:
        answer = told(store, case)
        assert len(answer.text) <= ANSWER_CHARACTERS, case
        assert "không phải quyết định" in answer.text, case
        assert {source.id for source in answer.sources} <= set(answer.passages)


def test_what_fits_is_never_left_out(store: KnowledgeStore) -> None:
    for case in CASES:
        fitting = [v.policy.name for v in assess(case, TODAY) if v.outcome == "fits"]
        text = told(store, case).text
        assert all(f"✅ **{name}**" in text for name in fitting), case


def test_every_sum_stands_in_a_source_that_is_shown(store: KnowledgeStore) -> None:
    answer = told(store, WELDER)
    shown = [store.retriever().passage(source.id) for source in answer.sources]
    evidence = [text for passage in shown if passage for text in evidence_of(passage)]
    fits = next(line for line in answer.text.splitlines() if line.startswith("✅"))
    assert unsupported_numbers(fits.replace("*", ""), evidence) == []


def test_replies_are_questions_that_are_answered(store: KnowledgeStore, retriever: Retriever) -> None:
    person = vocabulary("checklist")["person"]["ask"]
    asks = {reply.ask for case in CASES for reply in told(store, case).replies} - {person}
    assert asks
    for ask in asks:
        assert retriever.search(ask, 1, TODAY)[0].score >= default_ranking().answer, ask


def test_a_case_is_said_back_in_words(store: KnowledgeStore) -> None:
    case = replace(WELDER, circumstances=frozenset({"near_poor"}))
    assert spoken_case(case, store.gazetteer) == (
        "học sinh, thường trú Hải Phòng, xong lớp 9, học trung cấp, nghề Hàn, trường ở Hải Phòng, hộ cận nghèo"
    )
    assert spoken_case(Case(), store.gazetteer) == ""


def test_every_value_has_a_word(store: KnowledgeStore) -> None:
    for attribute, values in VALUES.items():
        if attribute not in ("asker", "circumstances"):
            for value in values:
                assert spoken_case(Case(**{attribute: value}), store.gazetteer)
    assert set(VALUES["circumstances"]) == set(vocabulary("checklist")["labels"]["circumstances"])
