"""A question's words and years choose a period; what has ended or been replaced gives way, a figure does not."""

from datetime import date

import pytest

from knowledge.documents import Document
from knowledge.facts import Fact, FactBase
from knowledge.passages import passages_of
from knowledge.period import AskedPeriod, Periods, asked_period
from knowledge.question import Question
from knowledge.structure import parse_sections

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("bây giờ còn được hỗ trợ không", AskedPeriod(now=True)),
        ("bay gio con duoc ho tro khong", AskedPeriod(now=True)),
        ("hiện nay học phí bao nhiêu", AskedPeriod(now=True)),
        ("năm nay tuyển bao nhiêu", AskedPeriod(now=True, years=frozenset({2026}))),
        ("nam nay tuyen bao nhieu", AskedPeriod(now=True, years=frozenset({2026}))),
        ("sang năm còn không", AskedPeriod(now=True, future=True, years=frozenset({2027}))),
        ("sang nam hoc phi the nao", AskedPeriod(future=True, years=frozenset({2027}))),
        ("năm ngoái tuyển bao nhiêu", AskedPeriod(past=True, years=frozenset({2025}))),
        ("hồi trước hỗ trợ bao nhiêu", AskedPeriod(past=True)),
        ("học phí bao nhiêu", AskedPeriod()),
        ("", AskedPeriod()),
    ],
)
def test_words_choose_a_period_with_and_without_diacritics(typed: str, asked: AskedPeriod) -> None:
    assert asked_period(Question.read(typed), frozenset(), TODAY) == asked


@pytest.mark.parametrize(
    ("years", "past"),
    [({2020}, True), ({2025}, True), ({2026}, False), ({2030}, False), ({2020, 2030}, False)],
)
def test_a_year_that_is_over_is_the_past(years: set[int], past: bool) -> None:
    asked = asked_period(Question.read("mục tiêu thế nào"), frozenset(years), TODAY)
    assert (asked.past, asked.years) == (past, frozenset(years))


def test_who_asks_about_the_past_does_not_mean_now() -> None:
    asked = asked_period(Question.read("trước đây và bây giờ khác gì"), frozenset(), TODAY)
    assert (asked.past, asked.now) == (True, False)


def fact(name: str, supersedes: tuple[str, ...] = (), **scope: str) -> Fact:
    return Fact.model_validate(
        {
            "collection": "policies",
            "id": name,
            "topic": "t",
            "statement": "Có.",
            "applies_to": scope,
            "supersedes": supersedes,
            "source": {"name": "Báo Làng", "kind": "press"},
        }
    )


FACTS = {
    entry.id: entry
    for entry in (
        fact("luon"),
        fact("da-het", **{"from": "2018", "to": "2025"}),
        fact("dang-dung", **{"from": "2024"}),
        fact("bi-thay"),
        fact("thay", supersedes=("bi-thay",)),
        fact("so-lieu-cu", at="2021"),
        fact("den-cuoi-nam", to="2026"),
    )
}


def fits(asked: AskedPeriod, today: date = TODAY) -> dict[str, float]:
    facts = FactBase({entry.passage_id: entry for entry in FACTS.values()})
    fit = Periods(passages_of([], facts)).fit(asked, today)
    return dict(zip(FACTS, map(float, fit), strict=True))


def test_what_has_ended_or_been_replaced_gives_way_to_what_holds() -> None:
    fit = fits(AskedPeriod())
    assert fit["da-het"] == fit["bi-thay"] == -0.5
    assert {fit[name] for name in ("luon", "dang-dung", "thay", "den-cuoi-nam")} == {0.0}


@pytest.mark.parametrize("asked", [AskedPeriod(now=True), AskedPeriod(future=True)])
def test_it_gives_way_more_when_the_present_or_the_future_is_asked_for(asked: AskedPeriod) -> None:
    fit = fits(asked)
    assert fit["da-het"] == fit["bi-thay"] == -1.0
    assert fit["dang-dung"] == 0.0


@pytest.mark.parametrize(
    "asked", [AskedPeriod(), AskedPeriod(now=True), AskedPeriod(future=True), AskedPeriod(past=True)]
)
def test_a_figure_of_its_time_never_ends(asked: AskedPeriod) -> None:
    assert fits(asked)["so-lieu-cu"] == 0.0


def test_the_past_is_asked_for_without_prejudice() -> None:
    assert set(fits(AskedPeriod(past=True)).values()) == {0.0}


def test_a_year_wants_what_held_then() -> None:
    fit = fits(AskedPeriod(past=True, years=frozenset({2021})))
    assert fit["da-het"] == fit["so-lieu-cu"] == 1.0
    assert fit["dang-dung"] == -0.5
    assert fit["luon"] == 0.0  # of no stated period


def test_a_year_to_come_wants_what_goes_on() -> None:
    fit = fits(AskedPeriod(years=frozenset({2027})))
    assert fit["dang-dung"] == 1.0
    assert fit["da-het"] == -1.0
    assert fit["so-lieu-cu"] == -0.5


@pytest.mark.parametrize(("day", "over"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True)])
def test_a_rule_is_over_the_day_after_its_last(day: date, over: bool) -> None:
    assert (fits(AskedPeriod(), day)["da-het"] < 0) is over


def test_a_documents_period_counts_too() -> None:
    outline = tuple(parse_sections("Một đoạn."))
    ended, open_ended = (
        Document(id=name, citation=name, title=name, valid_from="2018", valid_to=end, outline=outline)
        for name, end in (("cu", "2025"), ("moi", None))
    )
    fit = Periods(passages_of([ended, open_ended])).fit(AskedPeriod(now=True), TODAY)
    assert fit.tolist() == [-1.0, 0.0]
