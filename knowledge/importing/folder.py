"""Adds documents to a folder and removes them, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from knowledge.documents import Document, read_document
from knowledge.errors import DocumentError
from knowledge.importing.drafts import Draft, body_of_markdown
from knowledge.importing.markdown import comparable


def find_document(folder: Path, identifier: str) -> Path | None:
    """Returns the file of the document with this id, or None."""
    return next((file for file, document in _documents(folder) if document.id == identifier), None)


def same_text(folder: Path, body: str) -> str | None:
    """Returns the id of the document with the text of `body`, whatever its format was, or None."""
    wanted = comparable(body)
    for file, document in _documents(folder):
        if comparable(body_of_markdown(file.read_text(encoding="utf-8-sig"))) == wanted:
            return document.id
    return None


def same_number(folder: Path, document: Document) -> str | None:
    """Returns the id of another document that has the number of this one, from the same office and year, or None."""
    if not (document.number or "")[:1].isdigit():
        return None
    for _, other in _documents(folder):
        stated = [(d.issuer, (d.issued or "")[:4]) for d in (document, other)]
        agree = all(a == b or not (a and b) for a, b in zip(*stated, strict=True))
        if other.id != document.id and other.number == document.number and agree:
            return other.id
    return None


def _documents(folder: Path) -> Iterator[tuple[Path, Document]]:
    """Yields every document that can be read; `laban kb check` names the others."""
    for file in sorted(folder.rglob("*.md")):
        try:
            yield file, read_document(file)
        except (DocumentError, OSError):
            continue


def write_drafts(folder: Path, drafts: Sequence[Draft], then: Callable[[], None]) -> list[Path]:
    """Writes each draft to its file (that of the document with its id, or `<id>.md`), then calls `then`.

    Returns:
        The files. If `then` fails, the folder is as it was before, and the error goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = [find_document(folder, d.document.id) or folder / f"{d.document.id}.md" for d in drafts]
    changes: dict[Path, bytes | None] = {
        target: d.markdown.encode() for target, d in zip(targets, drafts, strict=True)
    }
    _change(changes, then)
    return targets


def remove_files(files: Sequence[Path], then: Callable[[], None]) -> None:
    """Removes `files`, then calls `then`; if that fails they are put back."""
    _change(dict.fromkeys(files), then)


def _change(changes: dict[Path, bytes | None], then: Callable[[], None]) -> None:
    before = {file: file.read_bytes() if file.exists() else None for file in changes}
    try:
        for file, content in changes.items():
            _put(file, content)
        then()
    except BaseException:
        for file, content in before.items():
            _put(file, content)
        raise


def _put(file: Path, content: bytes | None) -> None:
    """Makes `content` the file's content in one step; None removes it."""
    if content is None:
        file.unlink(missing_ok=True)
        return
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
