"""Who may get which support: each policy's conditions held against a case, as far as the texts say.

The rules are data (`eligibility.yml`). Nothing is promised: where a text does not name a condition, that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.case import ATTRIBUTES, Case
from knowledge.facts import Institution, Scope
from knowledge.partial_dates import first_day, last_day

ELIGIBILITY_FILE = Path(__file__).with_name("eligibility.yml")
OTHERS = "*"

Outcome = Literal["fits", "fails", "unclear", "missing", "ended"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Strict):
    """What one attribute must be. A value that neither fits nor fails is unclear: the text does not say."""

    attribute: str
    fits: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    unclear: Mapping[str, str] = {}
    needs: tuple[frozenset[str], ...] = ()
    why: str = ""
    decisive: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.attribute not in ATTRIBUTES:
            raise ValueError(f"'attribute' is one of {', '.join(ATTRIBUTES)}")
        if bool(self.needs) != (self.attribute == "circumstances"):
            raise ValueError("'needs' belongs to circumstances, and to nothing else")
        if (self.fails or self.needs) and not self.why:
            raise ValueError("what may fail or be missing needs a 'why'")
        return self

    def judge(self, case: Case) -> tuple[Outcome, str]:
        """Returns whether a case fits, and in words why it does not, or why that is not known."""
        if self.needs:
            return (
                ("fits", "")
                if any(told <= case.circumstances for told in self.needs)
                else ("missing", self.why)
            )
        value = getattr(case, self.attribute)
        if value is None:
            return "missing", ""
        if value in self.fits:
            return "fits", ""
        if value in self.unclear:
            return "unclear", self.unclear[value]
        if value in self.fails or OTHERS in self.fails:
            return "fails", self.why
        return "unclear", self.unclear.get(OTHERS, self.why)


class Policy(_Strict):
    """A support, whom it concerns, on what conditions, and what it gives.

    `ask` is a question about it that our search answers; `hidden_unless_told` keeps it out of sight of those who did
    not tell the circumstances that it needs, `listed_if` of those who have none of these values.
    """

    id: str
    name: str
    short: str
    who: frozenset[Literal["student", "worker", "teacher"]] = Field(min_length=1)
    period: Scope = Scope()
    conditions: tuple[Condition, ...] = Field(min_length=1)
    gives: str
    cites: tuple[str, ...] = Field(min_length=1)
    ask: str
    hidden_unless_told: bool = False
    listed_if: Mapping[str, frozenset[str]] = {}

    def concerns(self, case: Case, today: date) -> bool:
        """Tells whether it is in force yet, and is for such people at all."""
        if self.period.start and first_day(self.period.start) > today:
            return False
        listed = any(getattr(case, attribute) in values for attribute, values in self.listed_if.items())
        return (case.who is None or case.who in self.who) and (listed or not self.listed_if)

    @property
    def sentences(self) -> list[str]:
        """All that is told of it."""
        whys = [condition.why for condition in self.conditions]
        unclear = [text for condition in self.conditions for text in condition.unclear.values()]
        return [self.name, self.short, self.gives, *whys, *unclear]


@dataclass(frozen=True)
class Verdict:
    """How a policy stands to a case.

    `fits`: all that decides and is named in the text fits; `notes` says what the text leaves open. `missing`: something
    decisive is not known of the case (`lacking`: the attributes). `unclear`: the text leaves something decisive open.
    """

    policy: Policy
    outcome: Outcome
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def located(case: Case, institutions: Mapping[str, Institution]) -> Case:
    """Returns a case whose school, if it is one of ours, is told by where it lies, which is what rules look at."""
    school = institutions.get(case.institution or "")
    school = institutions.get(school.merged_into or school.id) if school else None
    if school is None:
        return case
    regions = {"Hải Dương cũ": "in_hai_duong_cu", "Hải Phòng": "in_hai_phong"}
    region = next((region for name, region in regions.items() if name in school.locality), "elsewhere")
    return replace(case, institution=region)


def assess(case: Case, today: date, policies: Sequence[Policy] | None = None) -> list[Verdict]:
    """Returns a verdict on every policy that concerns such a person, in the order of the file."""
    known = load_policies() if policies is None else policies
    verdicts = [_judge(policy, case, today) for policy in known if policy.concerns(case, today)]
    return [v for v in verdicts if not (v.policy.hidden_unless_told and v.outcome != "fits")]


def _judge(policy: Policy, case: Case, today: date) -> Verdict:
    judged = [(condition, *condition.judge(case)) for condition in policy.conditions]
    failing = tuple(why for _, outcome, why in judged if outcome == "fails")
    if failing:
        return Verdict(policy, "fails", failing)
    if policy.period.end and last_day(policy.period.end) < today:
        return Verdict(policy, "ended")
    notes = tuple(why for _, outcome, why in judged if outcome in ("unclear", "missing") and why)
    lacking: tuple[str, ...] = ("who",) if case.who is None else ()
    lacking += tuple(c.attribute for c, outcome, _ in judged if outcome == "missing" and c.decisive)
    if lacking:
        return Verdict(policy, "missing", notes, lacking)
    open_ones = [c for c, outcome, _ in judged if outcome == "unclear" and c.decisive]
    return Verdict(policy, "unclear" if open_ones else "fits", notes)


@cache
def load_policies(file: Path = ELIGIBILITY_FILE) -> tuple[Policy, ...]:
    """Reads the rules; pydantic's ValidationError names what is wrong in them."""
    return tuple(Policy.model_validate(row) for row in yaml.safe_load(file.read_text(encoding="utf-8")))
