"""A file's text as paragraphs, whatever its format was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What a document may have: 200 pages of 3000 characters.
MAX_CHARACTERS = 600_000
_MARKS = re.compile(r"\*+")
_SENTENCE_END = (".", ";", ":", "!", "?", "…", ".”", '."')
_MARKER = re.compile(
    r"\s*(?:[-+*•–—]\s|#{1,6}\s|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[IVXLC]+)[.)]\)?\s|[A-ZĐ]\.\s)"
)
# A line shorter than this share of the widest of its neighbours was ended by its writer, not by the margin.
_FULL_LINE, _ENDED_FULL = 0.75, 0.9
# Wider lines are whole paragraphs.
_WIDEST_MARGIN = 120
# Below this a line is a title or an address; a sentence that a page broke is longer.
_LONG_LINE = 60


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: its text on one line, and what its file says of it.

    `level` is a heading's depth (0: no heading), `item` marks an item of a list, `capitals` a font whose small letters
    are drawn as capitals.
    """

    text: str
    level: int = 0
    item: bool = False
    capitals: bool = False

    @property
    def plain(self) -> str:
        """The text without Markdown's marks."""
        return _MARKS.sub("", self.text).strip()


def starts_item(line: str) -> bool:
    """Tells whether a line begins with a dash, a number or a letter of its own, and so a paragraph."""
    return _MARKER.match(line) is not None


def ends_sentence(line: str) -> bool:
    """Tells whether a line ends as a sentence or a clause of a list does."""
    return line.rstrip("* ").endswith(_SENTENCE_END)


def join_lines(lines: Iterable[str]) -> list[str]:
    """Joins the lines of plain text into paragraphs.

    An empty line ends a paragraph, unless a page broke it inside a sentence. Between two of them, a line goes on where
    the one before is as wide as its neighbours, or where it begins with a small letter.
    """
    joined: list[str] = []
    previous = ""
    for block in _blocks(lines):
        width = max(map(len, block))
        for number, line in enumerate(block):
            if joined and _goes_on(previous, line, number == 0, width if width <= _WIDEST_MARGIN else 0):
                joined[-1] = f"{joined[-1]} {line}"
            else:
                joined.append(line)
            previous = line
    return joined


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yields the lines between empty ones."""
    block: list[str] = []
    for line in [*lines, ""]:
        text = " ".join(line.split())
        if text:
            block.append(text)
        elif block:
            yield block
            block = []


def _goes_on(previous: str, line: str, gap: bool, width: int) -> bool:
    if starts_item(line) or previous.startswith("#"):
        return False
    ended = ends_sentence(previous)
    if line.lstrip('*(“"')[:1].islower() and not ended:
        return not gap or len(previous) >= _LONG_LINE
    if gap or line.isupper() or previous.isupper():
        return False
    return len(previous) >= (_ENDED_FULL if ended else _FULL_LINE) * (width or len(previous) * 2)
