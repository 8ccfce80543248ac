"""The evaluation sets, and what counts as right (see README.md beside this file)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Answerable:
    """A question that the documents answer; `accepted` are lists of snippets, all of one of which must be shown."""

    id: str
    style: str
    text: str
    document: str
    accepted: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]

    def held_by(self, text: str) -> bool:
        """Tells whether `text` holds the evidence."""
        seen = comparable(text)
        return any(all(comparable(snippet) in seen for snippet in way) for way in self.accepted)

    def shown_in(self, text: str) -> bool:
        """Tells whether `text` holds the evidence and nothing that must stay hidden."""
        seen = comparable(text)
        return self.held_by(text) and not any(comparable(secret) in seen for secret in self.forbidden)


@dataclass(frozen=True)
class Unanswerable:
    """A message that no document answers."""

    id: str
    style: str
    kind: str
    text: str


def answerable() -> list[Answerable]:
    """Returns `questions.jsonl`."""
    return [
        Answerable(
            id=row["id"],
            style=row["style"],
            text=row["text"],
            document=row["document"],
            accepted=tuple(tuple(way) for way in (row["evidence"], *row.get("alternatives", ()))),
            forbidden=tuple(row.get("must_not_show", ())),
        )
        for row in _rows("questions.jsonl")
    ]


def unanswerable() -> list[Unanswerable]:
    """Returns `unanswerable.jsonl`."""
    return [Unanswerable(r["id"], r["style"], r["kind"], r["text"]) for r in _rows("unanswerable.jsonl")]


def dialogues() -> list[dict[str, Any]]:
    """Returns `dialogues.yml`."""
    loaded: list[dict[str, Any]] = yaml.safe_load((FOLDER / "dialogues.yml").read_text(encoding="utf-8"))
    return loaded


def comparable(text: str) -> str:
    """Returns `text` in NFC, lower case, without Markdown marks, white space collapsed."""
    plain = unicodedata.normalize("NFC", text).replace("*", "").replace("\\", "")
    return " ".join(plain.split()).lower()


def _rows(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()
    ]
