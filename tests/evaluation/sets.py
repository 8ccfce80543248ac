"""The evaluation sets, and what counts as right (see README.md beside this file)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.passages import Passage

FOLDER = Path(__file__).parent
DIALOGUE_FILES = ("dialogues.yml", "fact_dialogues.yml")


@dataclass(frozen=True)
class Answerable:
    """A question that the documents or the facts answer.

    `accepted` are lists of snippets, all of one of which must be shown, none of `forbidden`. `topic` is the document's
    id or what the facts are about; `facts` are the ids of entries that answer. `outcomes` are those that are right.
    """

    id: str
    style: str
    topic: str
    text: str
    accepted: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ("answered",)

    def held_by(self, text: str) -> bool:
        """Tells whether `text` holds the evidence."""
        seen = comparable(text)
        return any(all(comparable(snippet) in seen for snippet in way) for way in self.accepted)

    def shown_in(self, text: str) -> bool:
        """Tells whether `text` holds the evidence and nothing that must stay hidden."""
        seen = comparable(text)
        return self.held_by(text) and not any(comparable(secret) in seen for secret in self.forbidden)

    def answered_by(self, outcome: str, text: str) -> bool:
        """Tells whether a reply of this outcome that says `text` is right."""
        return outcome in self.outcomes and self.shown_in(text)

    def found_in(self, passage: Passage) -> bool:
        """Tells whether a passage answers: it is one of the entries that do, or holds the evidence."""
        return passage.id in self.facts or self.held_by(" ".join((*passage.path, passage.text)))


@dataclass(frozen=True)
class Unanswerable:
    """A message that neither a document nor a fact answers."""

    id: str
    style: str
    kind: str
    text: str


def answerable() -> list[Answerable]:
    """Returns `questions.jsonl`: what the documents answer."""
    return [_answerable(row, row["document"]) for row in _rows("questions.jsonl")]


def fact_questions() -> list[Answerable]:
    """Returns `fact_questions.jsonl`: what the facts answer."""
    return [_answerable(row, row["topic"]) for row in _rows("fact_questions.jsonl")]


def unanswerable() -> list[Unanswerable]:
    """Returns `unanswerable.jsonl`, written for the documents and kept to what the facts do not answer either."""
    return _unanswerable("unanswerable.jsonl")


def declined() -> list[Unanswerable]:
    """Returns `declined.jsonl`, written over the facts' field."""
    return _unanswerable("declined.jsonl")


def dialogues() -> list[dict[str, Any]]:
    """Returns the talks of `dialogues.yml` (over the documents) and `fact_dialogues.yml` (over the facts)."""
    return [
        talk
        for name in DIALOGUE_FILES
        for talk in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    ]


def comparable(text: str) -> str:
    """Returns `text` in NFC, lower case, without Markdown marks, white space collapsed."""
    plain = unicodedata.normalize("NFC", text).replace("*", "").replace("\\", "")
    return " ".join(plain.split()).lower()


def _answerable(row: dict[str, Any], topic: str) -> Answerable:
    return Answerable(
        id=row["id"],
        style=row["style"],
        topic=topic,
        text=row["text"],
        accepted=tuple(
            tuple(way)
            for way in (row["evidence"], *row.get("alternatives", ()), row.get("facts_say", ()))
            if way
        ),
        forbidden=tuple(row.get("must_not_show", ())),
        facts=tuple(row.get("facts", ())),
        outcomes=("answered", *([row["outcome"]] if "outcome" in row else [])),
    )


def _unanswerable(name: str) -> list[Unanswerable]:
    return [Unanswerable(r["id"], r["style"], r["kind"], r["text"]) for r in _rows(name)]


def _rows(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()
    ]
