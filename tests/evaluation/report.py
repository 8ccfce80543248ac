"""The tables and lists of the evaluation's report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.evaluation.checks import CHECKS, Checks
from tests.evaluation.sets import Answerable, Unanswerable


@dataclass(frozen=True)
class Judged:
    """A question, and what came of it: the right passage first, among the first found, the right answer shown."""

    question: Answerable
    first: bool
    among: bool
    shown: bool


@dataclass(frozen=True)
class Aim:
    """A share that is measured (0 to 1) and what it must reach; with `at_most`, what it must not exceed."""

    name: str
    value: float
    bound: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    @property
    def line(self) -> str:
        """A line of the report."""
        sign = "≤" if self.at_most else "≥"
        return (
            f"- {'✅' if self.met else '❌'} {self.name}: **{self.value:.1%}** (aim {sign} {self.bound:.0%})"
        )


def share(outcomes: Iterable[bool]) -> float:
    """Returns the share of true ones; 0 of nothing."""
    listed = list(outcomes)
    return sum(listed) / len(listed) if listed else 0.0


def question_table(judged: Sequence[Judged], name: str, group: Callable[[Answerable], str]) -> list[str]:
    """Returns a table of the questions by `group`, which `name` heads, and of all together."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for row in judged:
        groups[group(row.question)].append(row)
    rows = [
        f"| {label} | {len(part)} | {share(j.first for j in part):.1%} | {share(j.among for j in part):.1%} | "
        f"{share(j.shown for j in part):.1%} |"
        for label, part in [*sorted(groups.items()), ("**all**", judged)]
    ]
    head = f"| {name} | questions | right passage first | in the top 3 | right answer shown |"
    return [head, "|---|---:|---:|---:|---:|", *rows, ""]


def declined_table(
    name: str, messages: Sequence[Unanswerable], answered: Mapping[str, str]
) -> list[str]:  # fmt: skip
    """Returns a table of messages that must be declined, by kind; `answered` are those that were not, by id."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for message in messages:
        kinds[message.kind].append(message.id in answered)
    rows = [f"| {kind} | {len(part)} | {sum(part)} |" for kind, part in sorted(kinds.items())]
    head = [f"| {name} | messages | answered |", "|---|---:|---:|"]
    return [*head, *rows, f"| **all** | {len(messages)} | {len(answered)} ({share(_flat(kinds)):.1%}) |", ""]


def check_lines(checks: Checks) -> list[str]:
    """Returns how many answered replies failed each check, and which."""
    lines = [f"{checks.seen} answered replies were checked.", ""]
    for check in CHECKS:
        rows = [f"{name}: {fault}" for name, fault in checks.faults[check].items()]
        lines += failures(f"Replies that fail the check: {check}", rows)
    return lines


def failures(title: str, rows: Sequence[str]) -> list[str]:
    """Returns a section that lists what went wrong."""
    return [f"## {title} ({len(rows)})", "", *(f"- {row}" for row in rows), ""]


def _flat(groups: Mapping[str, Sequence[bool]]) -> list[bool]:
    return [outcome for part in groups.values() for outcome in part]
