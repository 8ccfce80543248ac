"""Passages, the unit of retrieval, and the windows of them that are searched.

A passage is a section of a document with text of its own, or an entry of the facts; its id ("ke-hoach-126-2019#i-2-b",
"occupations#han") names it in answers,
citations, corrections and statistics. Short windows of it (about 350 characters, its heading in front) find the right
section far more often than one vector for the whole does; questions that it is known to answer are windows too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from knowledge.documents import Document
from knowledge.entries import questions_of, section_of
from knowledge.errors import DocumentError
from knowledge.facts import Entry, FactBase
from knowledge.structure import Section

WINDOW_CHARACTERS = 350
_SENTENCE_END = re.compile(r"(?<=[.;:!?…])\s+(?=[^\s])")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Passage:
    """A section of a document, or an entry of the facts, as search sees it."""

    source: Document | Entry
    section: Section

    @property
    def id(self) -> str:
        """The stable id: "<document>#<slug>" or "<collection>#<entry>"."""
        if isinstance(self.source, Entry):
            return self.source.passage_id
        return f"{self.source.id}#{self.section.slug}"

    @property
    def place(self) -> str | None:
        """Where it applies; None is the whole country, or unknown."""
        return self.source.applies_to.place if isinstance(self.source, Entry) else self.source.place

    @property
    def path(self) -> tuple[str, ...]:
        """The headings down to the passage, outermost first: a document's citation, or an entry's collection."""
        headings = self.section.path
        if isinstance(self.source, Entry):
            return headings
        # The title says no more than the citation does, but it may be all that a folder without front matter has.
        return (self.source.citation, *(h for h in headings if h != self.source.citation))

    @property
    def heading(self) -> str:
        """The nearest heading that is not the document's title; empty where there is none."""
        return self.section.path[-1] if len(self.section.path) > 1 else ""

    @property
    def text(self) -> str:
        """The text, one line a block."""
        return self.section.text


@dataclass(frozen=True)
class Window:
    """A stretch of a passage that is searched by itself.

    `passage` is the passage's position in the index, `first_block`/`last_block` what it covers. A "question" window
    holds a question that those blocks answer; it is searched, never shown.
    """

    passage: int
    first_block: int
    last_block: int
    kind: Literal["text", "question"]
    text: str


def passages_of(documents: Iterable[Document], facts: FactBase | None = None) -> list[Passage]:
    """Returns the passages of `documents` in reading order, then those of `facts`."""
    sections = [Passage(d, s) for d in documents for s in d.outline if s.blocks]
    return [*sections, *(Passage(e, section_of(e)) for e in (facts.by_id.values() if facts else ()))]


def windows_of(passages: list[Passage], questions: dict[str, dict[int, list[str]]]) -> list[Window]:
    """Returns every window of `passages`.

    Args:
        passages: all passages, in the order of the index.
        questions: by passage id, by block, the questions that the block answers.
    """
    windows: list[Window] = []
    for number, passage in enumerate(passages):
        heading = _heading(passage)
        windows.extend(
            Window(number, first, last, "text", f"{heading}: {text}" if heading else text)
            for first, last, text in _stretches(passage)
        )
        asked_of = questions.get(passage.id, {})
        if isinstance(passage.source, Entry):
            asked_of = questions_of(passage.source)
        for block, asked in asked_of.items():
            windows.extend(Window(number, block, block, "question", question) for question in asked)
    return windows


def read_questions(folder: Path, passages: list[Passage]) -> dict[str, dict[int, list[str]]]:
    """Reads `<document id>.yml` files: lists of {evidence: a snippet of one block, questions: [...]}.

    Returns:
        By passage id, by block number, the questions.

    Raises:
        DocumentError: a file is broken, or a snippet occurs in no block of its document; says the line.
    """
    found: dict[str, dict[int, list[str]]] = {}
    for file in sorted(folder.glob("*.yml")):
        own = [p for p in passages if isinstance(p.source, Document) and p.source.id == file.stem]
        blocks = [(p.id, n, _comparable(b.plain)) for p in own for n, b in enumerate(p.section.blocks)]
        for evidence, questions, line in _entries(file):
            snippet = _comparable(evidence)
            place = next(((p, n) for p, n, text in blocks if snippet in text), None)
            if place is None:
                raise DocumentError(file, line, f"no block of {file.stem} contains {evidence!r}")
            found.setdefault(place[0], {}).setdefault(place[1], []).extend(questions)
    return found


def _entries(file: Path) -> Iterator[tuple[str, list[str], int]]:
    """Yields (evidence, questions, line) of each entry of a file of questions."""
    text = file.read_text(encoding="utf-8")
    try:
        root, entries = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML: {getattr(error, 'problem', error)}"
        raise DocumentError(file, mark.line + 1 if mark else 1, reason) from error
    if not isinstance(entries, list | None):
        raise DocumentError(file, 1, "not a list of entries")
    for entry, node in zip(entries or (), root.value if root else (), strict=True):
        line, fields = node.start_mark.line + 1, entry if isinstance(entry, dict) else {}
        evidence, asked = fields.get("evidence"), fields.get("questions")
        if not isinstance(evidence, str):
            raise DocumentError(file, line, "an entry needs 'evidence', a text")
        if not isinstance(asked, list) or not all(isinstance(question, str) for question in asked):
            raise DocumentError(file, line, "an entry needs 'questions', a list of texts")
        yield evidence, asked, line


def sentences(text: str) -> list[str]:
    """Splits a block's text at the ends of its sentences and clauses."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _heading(passage: Passage) -> str:
    headings = [h for h in passage.path if not h.isspace()]
    return " › ".join((headings[0], *headings[-2:]) if len(headings) > 2 else headings)[:WINDOW_CHARACTERS]


def _stretches(passage: Passage) -> Iterator[tuple[int, int, str]]:
    """Yields (first block, last block, text): long blocks in parts, short neighbours together, and the whole."""
    together: list[tuple[int, str]] = []
    count = 0
    for number, block in enumerate(passage.section.blocks):
        for part in _parts(block.plain):
            if together and sum(len(text) for _, text in together) + len(part) > WINDOW_CHARACTERS:
                yield _joined(together)
                count += 1
                together = []
            together.append((number, part))
    yield _joined(together)
    if count:
        yield 0, len(passage.section.blocks) - 1, passage.text


def _joined(together: list[tuple[int, str]]) -> tuple[int, int, str]:
    return together[0][0], together[-1][0], " ".join(text for _, text in together)


def _parts(text: str) -> Iterator[str]:
    part = ""
    for sentence in sentences(text):
        if part and len(part) + len(sentence) > WINDOW_CHARACTERS:
            yield part
            part = ""
        part = f"{part} {sentence}".strip()
    if part:
        yield part


def _comparable(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).replace("*", "").replace("\\", "")).strip()
