"""Measures the assistant against the evaluation sets: `make eval`, or `python -m tests.evaluation [--quick]`.

Every question goes over REST to a real `laban serve`, as a user's would; search alone is measured beside it, and
intents and entities by cross-validation in Rasa's environment (left out with --quick). Writes `var/reports/eval.md`.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.settings import ROOT
from knowledge.encoder import load_encoder
from knowledge.store import KnowledgeStore
from tests.end_to_end.server import RunningAssistant, running_assistant
from tests.evaluation.sets import Answerable, answerable, comparable, dialogues, unanswerable
from tests.evaluation.understanding import cross_validate

REPORT = ROOT / "var" / "reports" / "eval.md"
FOLDER = ROOT / "var" / "eval"
_HITS = 3


@dataclass
class Scores:
    """Outcomes of one style: right passage first, among the first three, evidence in the answer shown."""

    first: list[bool] = field(default_factory=list)
    among: list[bool] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)


def main() -> int:
    """Runs everything, writes the report and prints it; exit code 1 when an aim is missed."""
    started = time.monotonic()
    questions = answerable()
    lines = ["# Evaluation", ""]
    with running_assistant(FOLDER) as assistant:
        found = _search(assistant, questions)
        styles, failures = _answers(assistant, questions, found)
        wrong = _unanswerable(assistant)
        talks, broken = _dialogues(assistant)
    everything = _joined(styles.values())
    bare = styles["no_diacritics"]
    lines += _style_table(styles, everything)
    declined = len(unanswerable())
    lines += [
        "",
        f"Unanswerable messages answered: **{len(wrong)} of {declined}** ({len(wrong) / declined:.1%}; aim ≤ 5 %).",
        f"Dialogue turns as expected: **{talks - len(broken)} of {talks}**.",
        "",
    ]
    if "--quick" not in sys.argv:
        lines += ["## Intents and entities", "", *cross_validate(FOLDER), ""]
    lines += _failures("Answerable, but the evidence was not shown", failures)
    lines += _failures("Unanswerable, but answered", wrong)
    lines += _failures("Dialogue turns that went otherwise", broken)
    lines.append(f"Took {time.monotonic() - started:.0f} s.")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    print(f"\nReport: {REPORT.relative_to(ROOT)}")
    met = _share(everything.shown) >= 0.95 and _share(bare.shown) >= 0.92 and len(wrong) <= 0.05 * declined
    print(
        "All aims are met."
        if met
        else "An aim is missed: evidence ≥ 95 % (≥ 92 % bare), wrong answers ≤ 5 %."
    )
    return 0 if met else 1


def _search(assistant: RunningAssistant, questions: Sequence[Answerable]) -> dict[str, list[str]]:
    """Returns, by question, what the first passages say: heading path and text."""
    settings = assistant.settings
    retriever = KnowledgeStore(settings.index_dir, load_encoder(settings.encoder)).retriever()
    return {
        q.id: [" ".join((*hit.passage.path, hit.passage.text)) for hit in retriever.search(q.text, _HITS)]
        for q in questions
    }


def _answers(
    assistant: RunningAssistant, questions: Sequence[Answerable], found: dict[str, list[str]]
) -> tuple[dict[str, Scores], list[str]]:
    styles: dict[str, Scores] = defaultdict(Scores)
    failures = []
    for question in questions:
        reply = assistant.ask(question.text, f"eval-{question.id}")
        right = [question.held_by(text) for text in found[question.id]]
        shown = reply["outcome"] == "answered" and question.shown_in(_shown(reply))
        scores = styles[question.style]
        scores.first.append(bool(right) and right[0])
        scores.among.append(any(right))
        scores.shown.append(shown)
        if not shown:
            failures.append(f"{question.id} ({question.style}, {_told(reply)}): {question.text}")
    return styles, failures


def _unanswerable(assistant: RunningAssistant) -> list[str]:
    wrong = []
    for message in unanswerable():
        reply = assistant.ask(message.text, f"eval-{message.id}")
        if reply["outcome"] == "answered":
            wrong.append(f"{message.id} ({message.kind}, {_told(reply)}): {message.text}")
    return wrong


def _dialogues(assistant: RunningAssistant) -> tuple[int, list[str]]:
    broken, turns = [], 0
    for talk in dialogues():
        for number, turn in enumerate(talk["turns"], start=1):
            reply = assistant.ask(turn["user"], f"eval-{talk['id']}")
            turns += 1
            if not _as_expected(turn, reply):
                broken.append(f"{talk['id']} turn {number} ({_told(reply)}): {turn['user']}")
    return turns, broken


def _as_expected(turn: dict[str, Any], reply: dict[str, Any]) -> bool:
    seen = comparable(_shown(reply))
    expected = [comparable(snippet) for snippet in turn.get("expect_any", ())]
    hidden = [comparable(secret) for secret in turn.get("must_not_show", ())]
    return (
        (not expected or any(snippet in seen for snippet in expected))
        and not any(secret in seen for secret in hidden)
        and reply["outcome"] in turn.get("expect_outcome", [reply["outcome"]])
    )


def _shown(reply: dict[str, Any]) -> str:
    return "\n".join(message["text"] for message in reply["messages"])


def _told(reply: dict[str, Any]) -> str:
    return f"{reply['outcome']}, {reply['intent']['name']} {reply['intent']['confidence']:.2f}"


def _style_table(styles: dict[str, Scores], everything: Scores) -> list[str]:
    rows = [
        f"| {name} | {len(s.shown)} | {_share(s.first):.1%} | {_share(s.among):.1%} | {_share(s.shown):.1%} |"
        for name, s in [*sorted(styles.items()), ("**all**", everything)]
    ]
    head = "| style | questions | right passage first | in the top 3 | evidence in the answer shown |"
    return [head, "|---|---:|---:|---:|---:|", *rows]


def _joined(parts: Iterable[Scores]) -> Scores:
    joined = Scores()
    for part in parts:
        joined.first += part.first
        joined.among += part.among
        joined.shown += part.shown
    return joined


def _share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / len(outcomes) if outcomes else 0.0


def _failures(title: str, rows: Sequence[str]) -> list[str]:
    return [f"## {title} ({len(rows)})", "", *(f"- {row}" for row in rows), ""]


if __name__ == "__main__":
    sys.exit(main())
