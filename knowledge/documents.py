"""Official documents: Markdown files with front matter, read into their real structure.

A document is a list of sections in reading order. A section is what a reader would cite ("mục I.2.b"): a heading
with its own text, or a lettered or numbered point. Its blocks are paragraphs and list items, whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from knowledge.errors import DocumentError
from knowledge.partial_dates import check_partial_date, last_day
from knowledge.structure import Section, parse_sections

_FENCE = "---"


class Document(BaseModel):
    """One official document: its front matter (dates may be partial: "2024", "2023-03") and its sections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: str | None = None
    number: str | None = None
    citation: str
    title: str
    issuer: str | None = None
    place: str | None = None
    issued: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    status: Literal["in_force", "ended", "unknown"] = "unknown"
    signer: str | None = None
    source: str | None = None
    ocr_notes: tuple[str, ...] = ()
    outline: tuple[Section, ...] = ()

    @field_validator("issued", "valid_from", "valid_to", mode="before")
    @classmethod
    def _check_date(cls, value: object) -> str | None:
        return check_partial_date(value)

    def ended(self, today: date) -> bool:
        """Tells whether the document's stated period is over on `today`."""
        return self.valid_to is not None and last_day(self.valid_to) < today


def read_document(file: Path) -> Document:
    """Reads one Markdown file. Front matter is optional: without it the id is the file's name.

    Raises:
        DocumentError: not UTF-8, broken front matter, or no text; says the line.
    """
    try:
        text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentError(file, 1, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    fields, body, first_line = _split_front_matter(file, text)
    if not body.strip():
        raise DocumentError(file, first_line, "the document has no text")
    sections = parse_sections(body)
    if not any(section.blocks for section in sections):
        raise DocumentError(file, first_line, "the document has headings but no text below them")
    title = next((s.heading for s in sections if s.heading), file.stem)
    defaults = {"id": file.stem, "title": title, "citation": title}
    try:
        return Document(**{**defaults, **fields, "outline": tuple(sections)})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DocumentError(file, _line_of(text, place), f"front matter, {place}: {first['msg']}") from error


def read_documents(folder: Path) -> list[Document]:
    """Reads every `*.md` below `folder`, ordered by path.

    Raises:
        DocumentError: one cannot be read, two have the same id, or there is none.
    """
    documents: dict[str, Document] = {}
    for file in sorted(folder.rglob("*.md")):
        document = read_document(file)
        if document.id in documents:
            raise DocumentError(file, 1, f"another document has the id {document.id!r} already")
        documents[document.id] = document
    if not documents:
        raise DocumentError(folder, 0, "no Markdown document (*.md) in this folder")
    return list(documents.values())


def _split_front_matter(file: Path, text: str) -> tuple[dict[str, Any], str, int]:
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return {}, text, 1
    try:
        end = next(n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE)
    except StopIteration:
        raise DocumentError(file, 1, "the front matter is not closed with a line '---'") from None
    try:
        fields = yaml.safe_load("\n".join(lines[1:end])) or {}
    except (yaml.YAMLError, ValueError) as error:  # A date that is no day of the calendar is a ValueError.
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise DocumentError(
            file, line, f"the front matter is not YAML: {getattr(error, 'problem', error)}"
        ) from error
    if not isinstance(fields, dict) or not all(isinstance(key, str) for key in fields):
        raise DocumentError(file, 2, "the front matter must be 'key: value' lines")
    return fields, "\n".join(lines[end + 1 :]), end + 2


def _line_of(text: str, key: str) -> int:
    return next((n for n, line in enumerate(text.split("\n"), start=1) if line.startswith(f"{key}:")), 1)


@dataclass(frozen=True)
class Library:
    """The documents of an index, by id."""

    by_id: dict[str, Document] = field(default_factory=dict)

    def documents(self) -> Sequence[Document]:
        """Returns all documents in order."""
        return list(self.by_id.values())

    def document(self, document_id: str) -> Document | None:
        """Returns one document, or None."""
        return self.by_id.get(document_id)
