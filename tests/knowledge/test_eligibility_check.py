"""A fault in the rules of support is named with its line, policy and field; the shipped rules have none."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.eligibility import Policy, load_policies
from knowledge.eligibility_check import check_policies
from knowledge.errors import FactError
from knowledge.ranking import default_ranking
from knowledge.search import Retriever

RULE = """- id: lop-gom
  name: Lớp gốm
  short: làng gốm
  who: [student]
  conditions:
    - attribute: study
      fits: [trung_cap]
      fails: [so_cap]
      why: chỉ cho trung cấp
    - attribute: occupation
      fits: [han]
  gives: giảm 50% học phí
  cites: [policies#nq03-muc-hoc-phi]
  ask: Lớp gốm được gì?
"""


def faults(retriever: Retriever, tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "rules.yml"
    file.write_text(text, encoding="utf-8")
    return [
        str(fault).removeprefix(f"{file}:")
        for fault in check_policies(retriever.index.facts, retriever.index.passages, file)
    ]


def test_the_shipped_rules_have_no_fault(retriever: Retriever) -> None:
    assert check_policies(retriever.index.facts, retriever.index.passages) == []


def test_a_rule_without_a_fault(retriever: Retriever, tmp_path: Path) -> None:
    assert faults(retriever, tmp_path, RULE) == []


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        (
            "policies#nq03-muc-hoc-phi",
            "policies#nq99",
            "1: lop-gom: cites: there is no passage 'policies#nq99'",
        ),
        ("50%", "60%", "1: lop-gom: 60% of 'giảm 60% học phí' stands in nothing that it cites"),
        ("[trung_cap]", "[trung_hoc]", "1: lop-gom: conditions.0: study has no value 'trung_hoc'"),
        ("[han]", "[han, gom]", "1: lop-gom: conditions.1: occupation has no value 'gom'"),
        ("who: [student]", "who: [pupil]", "1: lop-gom: who.0: Input should be 'student'"),
        ("  gives: giảm 50% học phí\n", "", "1: lop-gom: gives: Field required"),
        ("      why: chỉ cho trung cấp\n", "", "1: lop-gom: conditions.0: Value error, what may fail"),
    ],
)
def test_a_fault_is_named(
    retriever: Retriever, tmp_path: Path, written: str, instead: str, fault: str
) -> None:
    found = faults(retriever, tmp_path, RULE.replace(written, instead))
    assert any(line.startswith(fault) for line in found), found


def test_two_policies_of_one_name_are_refused_at_the_line_of_the_second(
    retriever: Retriever, tmp_path: Path
) -> None:
    assert faults(retriever, tmp_path, RULE + RULE) == ["15: lop-gom: another policy has this id already"]


@pytest.mark.parametrize(("text", "reason"), [("a: [b", "not YAML"), ("a: b", "not a list of policies")])
def test_a_file_that_is_no_list_is_refused(
    retriever: Retriever, tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(FactError, match=reason):
        faults(retriever, tmp_path, text)


def test_the_nine_trades_of_the_rule_are_those_that_the_facts_name(retriever: Retriever) -> None:
    supported = {o.id for o in retriever.index.facts.occupations.values() if o.supported_by_nq03}
    for policy in load_policies():
        if policy.id in ("nq03-hoc-sinh", "nq03-nguoi-lao-dong"):
            listed = next(c.fits for c in policy.conditions if c.attribute == "occupation")
            assert listed == supported


@pytest.mark.parametrize("policy", load_policies(), ids=lambda policy: policy.id)
def test_the_question_that_a_policy_leads_on_to_is_answered(retriever: Retriever, policy: Policy) -> None:
    best = retriever.search(policy.ask, 1, date(2026, 11, 27))[0]
    assert best.score >= default_ranking().answer
