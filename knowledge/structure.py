"""The structure of an official document's Markdown body: headings, points, items; nothing is ever cut inside one.

Headings nest as `#` (title), `##` (I.), `###` (1.), `####` (a). A paragraph that begins with "a)" or "1." is a point
with a label of its own. A thematic break (`---`) returns to document level, where every paragraph stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.privacy import mask_contacts
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_BREAK = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
_ITEM = re.compile(r"\s*[-*+•]\s+(.*)$")
_POINT = re.compile(r"\**(\d{1,2}(?:\.\d{1,2})*|[a-zđ])(?:\.\)?|\))\**\s+\S")
_HEADING_LABEL = re.compile(
    r"\**(?:(?:Điều|Chương|Mục|Khoản|Phần|ĐIỀU|CHƯƠNG|MỤC|PHẦN)\s+)?"
    r"([IVXLC]+|\d{1,2}(?:\.\d{1,2})*|[a-zđ])(?:[.)/:]\)?\s|[.:)]?\**$)"
)
_MARKS = re.compile(r"\*+|\\(?=[^\w\s])")
_ENDS_SENTENCE = (".", ";", ":", "!", "?", "/.", "”", '"', ")")
# A section whose paragraphs together are longer than this is cut between paragraphs, in characters.
_LONG_SECTION = 2000
_SLUG_WORDS = 6


@dataclass(frozen=True)
class Block:
    """A paragraph or a list item, whole. `text` may hold inline Markdown (**bold**, *italic*); contacts are masked."""

    kind: Literal["paragraph", "item"]
    text: str
    anchor: str | None = None

    @property
    def plain(self) -> str:
        """The text without Markdown's marks."""
        return _MARKS.sub("", self.text)


@dataclass(frozen=True)
class Section:
    """A citable part of a document.

    `label` is how it is cited ("I.2.b"), `path` the headings above it and its own, `level` the heading's depth
    (0: a point or paragraph without a heading).
    """

    slug: str
    label: str
    level: int
    heading: str | None
    path: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The section's own text, one line a block, items with a dash."""
        return "\n".join(f"- {b.plain}" if b.kind == "item" else b.plain for b in self.blocks)


@dataclass(frozen=True)
class _Heading:
    level: int
    text: str
    label: str


def parse_sections(body: str) -> list[Section]:
    """Returns the sections of a Markdown body in reading order, each with a slug that is unique in the document."""
    parser = _Parser()
    for kind, text in _lines(body):
        parser.read(kind, text)
    parser.close()
    return _unique_slugs(parser.sections)


def _lines(body: str) -> Iterator[tuple[str, str]]:
    """Yields ("heading" | "break" | "item" | "paragraph", text), continuation lines joined to their block."""
    pending: list[str] = []
    kind = "paragraph"
    for line in [*body.split("\n"), ""]:
        heading, item = _HEADING.match(line), _ITEM.match(line)
        starts = heading or _BREAK.match(line) or item
        if pending and (starts or not line.strip()):
            text = " ".join(pending)
            if _MARKS.sub("", text).strip():  # "- " or "**" alone says nothing.
                yield kind, mask_contacts(text)
            pending, kind = [], "paragraph"
        if heading:
            yield f"heading{len(heading[1])}", mask_contacts(heading[2])
        elif _BREAK.match(line):
            yield "break", ""
        elif item:
            pending, kind = [item[1].strip()], "item"
        elif line.strip():
            pending.append(line.strip().removesuffix("\\"))


class _Parser:
    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._headings: list[_Heading] = []
        self._blocks: list[Block] = []
        self._point: str | None = None
        self._paragraphs = 0

    def read(self, kind: str, text: str) -> None:
        if kind.startswith("heading"):
            self._open_heading(int(kind[-1]), text)
        elif kind == "break":
            self.close()
            self._headings = self._headings[:1] if self._at_level(1) else []
            self._point = None
        elif kind == "item":
            self._blocks.append(Block("item", text))
        else:
            self._read_paragraph(text)

    def close(self) -> None:
        """Ends the section that is being read."""
        if not self._blocks:
            return
        blocks, self._blocks = tuple(self._blocks), []
        last = self.sections[-1] if self.sections else None
        if self._point is None and last and not last.blocks and last.level > 1 and last.path == self._path:
            self.sections[-1] = replace(last, blocks=blocks)
            return
        labels = [h.label for h in self._headings if h.label and h.level > 1]
        if self._point is not None:
            labels.append(self._point)
        elif not self._headings or self._at_level(1):
            self._paragraphs += 1
            labels = [vocabulary("labels")["paragraph"].format(number=self._paragraphs)]
        self.sections.append(Section(_slug(" ".join(labels)), ".".join(labels), 0, None, self._path, blocks))

    def _open_heading(self, level: int, text: str) -> None:
        self.close()
        self._point = None
        match = _HEADING_LABEL.match(text)
        label = match[1] if match else ""
        self._headings = [*(h for h in self._headings if h.level < level), _Heading(level, text, label)]
        labels = [h.label for h in self._headings if h.label and h.level > 1]
        if not label:
            labels = [_MARKS.sub("", text).rstrip(":").strip()]
        # Kept even when sub-headings follow at once: the outline shows it. Its own text, if any, is added by `close`.
        self.sections.append(Section(_slug(" ".join(labels)), ".".join(labels), level, text, self._path, ()))

    @property
    def _path(self) -> tuple[str, ...]:
        return tuple(_MARKS.sub("", h.text) for h in self._headings)

    def _read_paragraph(self, text: str) -> None:
        point = _POINT.match(text)
        if point:
            self.close()
            self._point = point[1]
        elif self._blocks and self._starts_section(text):
            self.close()
            self._point = None
        self._blocks.append(Block("paragraph", text))

    def _starts_section(self, text: str) -> bool:
        if not self._blocks[-1].plain.rstrip().endswith(_ENDS_SENTENCE) or text[:1].islower():
            return False  # a page break inside a sentence: the paragraph goes on
        if self._point is not None or not self._headings or self._at_level(1):
            return True
        return sum(len(b.text) for b in self._blocks) + len(text) > _LONG_SECTION

    def _at_level(self, level: int) -> bool:
        return bool(self._headings) and self._headings[-1].level == level


def _slug(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", fold(words))[:_SLUG_WORDS]) or "muc"


def _unique_slugs(sections: list[Section]) -> list[Section]:
    seen: dict[str, int] = {}
    unique = []
    for section in sections:
        seen[section.slug] = seen.get(section.slug, 0) + 1
        times = seen[section.slug]
        slug = section.slug if times == 1 else f"{section.slug}-{times}"
        blocks = tuple(
            replace(block, anchor=f"{slug}.{n}") for n, block in enumerate(section.blocks, start=1)
        )
        unique.append(replace(section, slug=slug, blocks=blocks))
    return unique
