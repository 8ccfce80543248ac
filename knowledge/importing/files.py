"""Reads a file of any supported format into paragraphs in Unicode; says why where it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.errors import ImportRefused
from knowledge.importing.encodings import Legacy, accented, decode, in_unicode, to_unicode
from knowledge.importing.paragraphs import MAX_CHARACTERS, Paragraph, join_lines

MAX_BYTES = 20 * 1024 * 1024
# Of the words of an official text, most carry a diacritic; names and foreign terms do not.
_VIETNAMESE = 0.3
_HEADING = re.compile(r"(#{1,6})\s+(.*)$")
_CLOSING = re.compile(r"\s#+$")
_ITEM = re.compile(r"[-*+•–—]\s+(.*)$")
# Two bold parts glued together were two lines ("**GIÁM ĐỐC****Phạm Đức Huân**").
_GLUED = re.compile(r"(?<=\S)\*{4}(?=\S)")
_RULE = re.compile(r"[\s*_=.\-–—•]*")
_Reading = tuple[list[Paragraph], Legacy | None]


@dataclass(frozen=True)
class FileText:
    """What a file says: its paragraphs, and the old encoding that they were converted from, if any."""

    file: Path
    paragraphs: tuple[Paragraph, ...]
    encoding: Legacy | None


def read_file(file: Path) -> FileText:
    """Reads `file` by its ending.

    Raises:
        ImportRefused: it cannot become a document; says why and what to do.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        hint = (
            "; open it in Word and save it as .docx"
            if file.suffix.lower() in (".doc", ".rtf", ".odt")
            else ""
        )
        raise ImportRefused(
            file, f"files of the kind {file.suffix or '(no ending)'} are not read, only {known}{hint}"
        )
    try:
        size = file.stat().st_size if file.is_file() else None
        if size is None:
            raise ImportRefused(file, "there is no such file")
        if size == 0:
            raise ImportRefused(file, "the file is empty")
        if size > MAX_BYTES:
            raise ImportRefused(
                file,
                f"it has {size / 1024 / 1024:.0f} MB, more than the 20 MB that are read; split it and add the parts",
            )
        paragraphs, encoding = reader(file)
    except OSError as error:
        raise ImportRefused(file, f"it cannot be read: {error.strerror}") from error
    found = tuple(
        replace(paragraph, text=" ".join(paragraph.text.split()))
        for paragraph in paragraphs
        if not _RULE.fullmatch(paragraph.text)
    )
    _check(file, found)
    return FileText(file, found, encoding)


def _check(file: Path, paragraphs: tuple[Paragraph, ...]) -> None:
    text = "\n".join(paragraph.plain for paragraph in paragraphs)
    if not any(character.isalnum() for character in text):
        raise ImportRefused(
            file,
            "it holds no text, perhaps only pictures; have the text recognised (OCR), check it, and add that",
        )
    if len(text) > MAX_CHARACTERS:
        raise ImportRefused(
            file,
            f"it holds more than the {MAX_CHARACTERS} characters (200 pages) that are read; split it and add the parts",
        )
    if accented(text) < _VIETNAMESE:
        raise ImportRefused(
            file,
            "its text is not Vietnamese with diacritics, or in an encoding that is not known; "
            "add a Vietnamese text saved as Unicode (UTF-8)",
        )


def _read_plain(file: Path) -> _Reading:
    text = decode(file.read_bytes())
    if text is None:
        raise ImportRefused(file, "it is no text but binary data; save it as text (UTF-8)")
    # Converted first: what is a capital and what ends a sentence, only Unicode tells.
    lines, encoding = to_unicode(_GLUED.sub("**\n**", text).splitlines())
    return [_marked(line) for line in join_lines(lines)], encoding


def _marked(line: str) -> Paragraph:
    heading, item = _HEADING.match(line), _ITEM.match(line)
    if heading:
        return Paragraph(_CLOSING.sub("", heading[2]), level=len(heading[1]))
    return Paragraph(item[1], item=True) if item else Paragraph(line)


def _read_word(file: Path) -> _Reading:
    from knowledge.importing.word import read_word  # noqa: PLC0415  # its libraries are needed for such files only

    return in_unicode(read_word(file))


def _read_pdf(file: Path) -> _Reading:
    from knowledge.importing.pdf import read_pdf  # noqa: PLC0415  # its libraries are needed for such files only

    return read_pdf(file)


def _read_web_page(file: Path) -> _Reading:
    from knowledge.importing.web_page import read_web_page  # noqa: PLC0415  # its libraries are needed for such only

    return in_unicode(read_web_page(file))


_READERS: dict[str, Callable[[Path], _Reading]] = {
    ".docx": _read_word,
    ".pdf": _read_pdf,
    ".html": _read_web_page,
    ".htm": _read_web_page,
    ".txt": _read_plain,
    ".md": _read_plain,
}
