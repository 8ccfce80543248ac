"""What has ended, what ends soon and what has no date is told, so that somebody looks at it again."""

from datetime import date

import pytest

from knowledge.documents import Document
from knowledge.facts import Fact, FactBase, Reference
from knowledge.freshness import Concern, concerns

TODAY = date(2026, 11, 22)
DATED = Reference(name="Báo Làng", kind="press", date="2025")


def fact(name: str, end: str | None = None, *sources: Reference) -> Fact:
    first, *others = sources or (DATED,)
    return Fact.model_validate(
        {
            "collection": "policies",
            "id": name,
            "topic": "t",
            "statement": "Có.",
            "applies_to": {"to": end},
            "source": first,
            "other_sources": others,
        }
    )


def told(*facts: Fact, documents: tuple[Document, ...] = (), days: int = 30) -> list[Concern]:
    return concerns(documents, FactBase({f.passage_id: f for f in facts}), TODAY, days)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ("2026-11-21", "ended"),
        ("2026-10", "ended"),
        ("2025", "ended"),
        ("2026-11-22", "expiring"),
        ("2026-11", "expiring"),
        ("2026-12-22", "expiring"),
        ("2026-12-23", None),
        ("2026", None),
        (None, None),
    ],
)
def test_a_period_ends_with_its_last_day(end: str | None, state: str | None) -> None:
    assert [(c.state, c.until) for c in told(fact("mot", end))] == ([(state, end)] if state else [])


def test_what_has_ended_comes_first_then_what_ends_soonest_then_what_has_no_date() -> None:
    undated = Reference(name="Trang web", kind="web")
    facts = (
        fact("khong-ngay", None, undated),
        fact("sap", "2026-12-01"),
        fact("sap-hon", "2026-11-25"),
        fact("vua-het", "2026-11-01"),
        fact("het-lau", "2020"),
    )
    assert [concern.id.partition("#")[2] for concern in told(*facts)] == [
        "het-lau",
        "vua-het",
        "sap-hon",
        "sap",
        "khong-ngay",
    ]


def test_documents_end_too() -> None:
    paper = Document(id="kh", citation="KH", title="KH", valid_to="2025")
    assert told(documents=(paper,)) == [Concern("kh", "ended", "2025")]


def test_every_source_without_a_date_is_named_once() -> None:
    web, other = (Reference(name=name, kind="web") for name in ("Trang A", "Trang B"))
    (concern,) = told(fact("mot", None, web, DATED, other, web))
    assert concern == Concern("policies#mot", "undated", source="Trang A; Trang B")


def test_a_document_of_ours_has_its_date_itself() -> None:
    assert told(fact("mot", None, Reference(name="KH", kind="document", passage="kh#i"))) == []
