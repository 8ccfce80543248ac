"""A draft: what a file would become as a document, before anything is written."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.documents import Document, read_document
from knowledge.errors import DocumentError, ImportRefused
from knowledge.importing.anatomy import anatomy
from knowledge.importing.files import MAX_BYTES, read_file
from knowledge.importing.front_matter import front_matter
from knowledge.importing.markdown import body_of

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID_CHARACTERS = 80
_FENCE = "---\n"
_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?^---[ \t]*(?:\n+|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Draft:
    """A document in the making: where it comes from, its Markdown, and as it will be read."""

    file: Path
    markdown: str
    document: Document

    @property
    def body(self) -> str:
        """The Markdown without the front matter."""
        return body_of_markdown(self.markdown)


def draft(file: Path, today: date, identifier: str | None = None) -> Draft:
    """Reads `file` into a draft; a document of ours (.md with front matter) stays as it is written.

    Args:
        file: what an office sent.
        today: decides whether the period that the text states is over.
        identifier: the id to use in place of the proposed one.

    Raises:
        ImportRefused: the file cannot become a document, or the id is not usable.
    """
    kept = _own_document(file)
    if kept is not None:
        fields, body = kept
    else:
        text = read_file(file)
        parts = anatomy(text.paragraphs)
        fields, body = front_matter(text, parts, today), body_of(parts)
    if identifier is not None:
        fields = {**fields, "id": identifier}
    proposed = str(fields["id"])
    # It names a file and stands in addresses.
    if len(proposed) > _ID_CHARACTERS or not _ID.fullmatch(proposed):
        raise ImportRefused(
            file,
            f"{proposed!r} cannot be an id; give one with --id, of small letters a-z, digits and single hyphens, "
            f"{_ID_CHARACTERS} at most",
        )
    written = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10_000)
    markdown = f"{_FENCE}{written}{_FENCE}\n{body}"
    return Draft(file, markdown, _as_read(file, markdown))


def body_of_markdown(markdown: str) -> str:
    """Returns `markdown` without its front matter."""
    own = _FRONT_MATTER.match(markdown)
    return markdown[own.end() :] if own else markdown


def _own_document(file: Path) -> tuple[dict[str, Any], str] | None:
    """Returns the front matter and the body of a Markdown file that is a document already."""
    if file.suffix.lower() != ".md" or not file.is_file() or file.stat().st_size > MAX_BYTES:
        return None
    try:
        written = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    if not _FRONT_MATTER.match(written):
        return None
    read_file(file)  # The limits and the language hold for these too.
    try:
        document = read_document(file)
    except DocumentError as error:
        raise ImportRefused(file, f"line {error.line}: {error.reason}") from error
    fields = document.model_dump(exclude={"outline"}, exclude_defaults=True, mode="json")
    return fields, body_of_markdown(written)


def _as_read(file: Path, markdown: str) -> Document:
    """Reads the draft back as the index will."""
    handle, name = tempfile.mkstemp(suffix=".md")
    os.close(handle)
    try:
        Path(name).write_text(markdown, encoding="utf-8")
        return read_document(Path(name))
    except DocumentError as error:
        raise ImportRefused(file, f"no document can be made of it: {error.reason}") from error
    finally:
        Path(name).unlink()
