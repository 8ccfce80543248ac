"""Each rule of support gives the verdict that its sources allow, for each value of each attribute that it looks at."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from knowledge.case import VALUES, Case
from knowledge.eligibility import OTHERS, Condition, Policy, Verdict, assess, load_policies, located
from knowledge.fact_files import read_facts

TODAY = date(2026, 11, 27)
FACTS_DIR = Path(__file__).parents[2] / "knowledge" / "facts"
CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("eligibility_cases.yml").read_text(encoding="utf-8")
)
CHANGES = [
    (policy, attribute, value)
    for policy, row in CASES.items()
    for attribute, values in row["changed"].items()
    for value in values
]
# The nine trades; the rest of what is not listed is one other trade.
ENTRIES = {"occupation": {"may-thoi-trang"}, "institution": {"cd-du-lich-hai-phong"}}


def case_of(row: dict[str, Any]) -> Case:
    return Case(**{**row, "circumstances": frozenset(row.get("circumstances", ()))})


def outcome(policy_id: str, case: Case, today: date = TODAY) -> str:
    found = [verdict for verdict in assess(case, today) if verdict.policy.id == policy_id]
    return found[0].outcome if found else "none"


def verdict(policy_id: str, case: Case) -> Verdict:
    return next(verdict for verdict in assess(case, TODAY) if verdict.policy.id == policy_id)


def test_every_policy_is_in_the_table() -> None:
    assert [policy.id for policy in load_policies()] == list(CASES)


@pytest.mark.parametrize("policy_id", CASES)
def test_somebody_whom_a_policy_is_meant_for(policy_id: str) -> None:
    row = CASES[policy_id]
    assert outcome(policy_id, case_of(row["case"])) == row["outcome"]
    for day, expected in row.get("days", {}).items():
        assert outcome(policy_id, case_of(row["case"]), date.fromisoformat(day)) == expected, day


@pytest.mark.parametrize(("policy_id", "attribute", "value"), CHANGES)
def test_one_attribute_has_another_value(policy_id: str, attribute: str, value: str) -> None:
    row = CASES[policy_id]
    told: Any = None if value == "unknown" else value
    if attribute == "circumstances":
        told = frozenset() if value == "unknown" else frozenset(value.split("+"))
    case = replace(case_of(row["case"]), **{attribute: told})
    assert outcome(policy_id, case) == row["changed"][attribute][value]


@pytest.mark.parametrize("policy", load_policies(), ids=lambda policy: policy.id)
def test_the_table_holds_every_value_of_every_condition(policy: Policy) -> None:
    changed = CASES[policy.id]["changed"]
    assert {"student", "worker", "teacher"} <= set(changed["who"])
    for condition in policy.conditions:
        listed = set(changed[condition.attribute])
        named = {*condition.fits, *condition.fails, *condition.unclear} - {OTHERS}
        assert named <= listed
        assert "unknown" in listed
        if condition.needs:
            assert {"+".join(sorted(told)) for told in condition.needs} <= {
                "+".join(sorted(told.split("+"))) for told in listed
            }
        else:
            possible = set(VALUES[condition.attribute]) | ENTRIES.get(condition.attribute, set())
            assert possible <= listed


def test_each_outcome_is_met() -> None:
    met = {value for row in CASES.values() for values in row["changed"].values() for value in values.values()}
    assert met == {"fits", "fails", "unclear", "missing", "ended", "none"}


def test_what_the_text_leaves_open_is_told_even_where_the_rest_fits() -> None:
    case = case_of({**CASES["nq03-hoc-sinh"]["case"], "residence": "elsewhere"})
    assert any("hộ khẩu" in note for note in verdict("nq03-hoc-sinh", case).notes)


def test_old_hai_duong_is_within_the_city_since_the_resolution_was_extended() -> None:
    case = case_of({**CASES["nq03-hoc-sinh"]["case"], "residence": "hai_duong_cu"})
    found = verdict("nq03-hoc-sinh", case)
    assert found.outcome == "fits"
    assert any("10/2025" in note for note in found.notes)


def test_why_something_fails_is_told() -> None:
    found = verdict("nq03-hoc-sinh", case_of({**CASES["nq03-hoc-sinh"]["case"], "study": "so_cap"}))
    assert found.notes == ("chỉ hỗ trợ trình độ trung cấp, cao đẳng",)


def test_what_is_not_known_of_a_case_is_named() -> None:
    found = verdict("nq03-hoc-sinh", Case(who="student", study="trung_cap", occupation="han"))
    assert (found.outcome, found.lacking) == ("missing", ("schooling",))


def test_what_fails_fails_though_other_things_are_not_known_or_it_has_ended() -> None:
    assert outcome("nq03-hoc-sinh", Case(who="student", study="so_cap")) == "fails"
    assert outcome("ke-hoach-126", Case(who="student", residence="elsewhere")) == "fails"


@pytest.mark.parametrize(
    ("school", "region"),
    [
        ("cd-lang-son", "elsewhere"),
        ("cd-du-lich-hai-phong", "in_hai_phong"),
        ("undecided", "undecided"),
        (None, None),
    ],
)
def test_a_school_is_judged_by_where_it_lies(school: str | None, region: str | None) -> None:
    institutions = read_facts(FACTS_DIR).institutions
    case = case_of({**CASES["nq03-hoc-sinh"]["case"], "institution": school})
    assert located(case, institutions).institution == region
    assert (outcome("nq03-hoc-sinh", located(case, institutions)) == "fails") == (region == "elsewhere")


def test_resolution_35_is_not_refused_to_who_studies_in_old_hai_duong() -> None:
    case = case_of({**CASES["nq35-hai-duong"]["case"], "residence": "hai_phong"})
    assert outcome("nq35-hai-duong", case) == "unclear"


def test_what_concerns_another_place_is_not_listed() -> None:
    case = Case(who="student", residence="hai_phong", institution="undecided")
    assert outcome("nq35-hai-duong", case) == "none"


def test_a_policy_says_nothing_before_it_applies() -> None:
    case = case_of(CASES["mien-hoc-phi-trung-cap"]["case"])
    assert outcome("mien-hoc-phi-trung-cap", case, date(2025, 8, 31)) == "none"
    assert outcome("mien-hoc-phi-trung-cap", case, date(2025, 9, 1)) == "fits"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attribute": "age", "fits": ["18"]}, "'attribute' is one of who, asker"),
        ({"attribute": "study", "needs": [["poor"]], "why": "x"}, "'needs' belongs to circumstances"),
        ({"attribute": "circumstances", "fits": ["poor"]}, "'needs' belongs to circumstances"),
        ({"attribute": "study", "fails": ["so_cap"]}, "needs a 'why'"),
        ({"attribute": "study", "fit": ["so_cap"]}, "Extra inputs are not permitted"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Condition.model_validate(fields)
