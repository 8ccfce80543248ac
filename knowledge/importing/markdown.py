"""The Markdown of a document, from its parts: the form that `knowledge.structure` reads passages from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.importing.anatomy import Anatomy, begins, words
from knowledge.importing.paragraphs import Paragraph
from knowledge.text import normalise

_BREAK = "---"
_BULLET = re.compile(r"[-+*•–—]\s+")
# A numbered line of at most this length that is no sentence is a heading.
_HEADING_CHARACTERS = 160
_DEEPEST = 6
# Kinds of numbered headings, outermost first.
_NUMBERED = (
    re.compile(r"(?P<label>(?:Phần|PHẦN)\s+(?:[IVXLC]+|\d+|thứ\s+\w+|THỨ\s+\w+))[.:]?\s*(?P<text>.*)$"),
    re.compile(r"(?P<label>(?:Chương|CHƯƠNG)\s+(?:[IVXLC]+|\d+))[.:]?\s*(?P<text>.*)$"),
    re.compile(r"(?P<label>(?:Mục|MỤC)\s+(?:[IVXLC]+|\d+))[.:]?\s*(?P<text>.*)$"),
    re.compile(r"(?P<label>[A-HĐ])\.\s+(?P<text>[^a-zà-ỹ]{4,})$"),
    re.compile(r"(?P<label>[IVX]+)[.)/-]\s*(?P<text>\D.*)$"),
    re.compile(r"(?P<label>(?:Điều|ĐIỀU)\s+\d+[a-zđ]?)[.:]\s*(?P<text>.*)$"),
    re.compile(r"(?P<label>\d{1,2})\.\s+(?P<text>.*)$"),
    re.compile(r"(?P<label>\d{1,2}\.\d{1,2})\.?\s+(?P<text>.*)$"),
    re.compile(r"(?P<label>\d{1,2}\.\d{1,2}\.\d{1,2})\.?\s+(?P<text>.*)$"),
    re.compile(r"(?P<label>[a-zđ])[.)]\s+(?P<text>.*)$"),
)
_ALWAYS = (0, 1, 2, 5)
_ARTICLE, _LETTER = 5, 9
_SENTENCE = (".", ";", ",", "!", "?", "…")


def body_of(parts: Anatomy) -> str:
    """Returns the Markdown body: head, `#` title, headings and points, recipients, signature, annexes."""
    blocks = [paragraph.text for paragraph in parts.head]
    if parts.title:
        blocks.append(f"# {' '.join(paragraph.plain for paragraph in parts.title)}")
    blocks += _Body().blocks(parts.body)
    if parts.recipients:
        first, *rest = parts.recipients
        blocks += _section(first.plain, [p.text for p in rest])
    if parts.signature:
        blocks += [_BREAK, "  \n".join(paragraph.plain for paragraph in parts.signature)]
    if parts.annexes:
        blocks += [_BREAK, *_Body(closes=False).blocks(parts.annexes)]
    return "\n\n".join(_without_double_breaks(_tight(blocks))) + "\n"


class _Body:
    """Writes running text; knows which headings are open. `closes`: its last words return to document level."""

    def __init__(self, closes: bool = True) -> None:
        self._closes = closes
        self._open: list[tuple[int, int]] = []
        self._written: list[str] = []

    def blocks(self, paragraphs: Sequence[Paragraph]) -> list[str]:
        """Returns the Markdown blocks of `paragraphs`."""
        at = 0
        while at < len(paragraphs):
            paragraph = paragraphs[at]
            text = paragraph.plain
            following = paragraphs[at + 1] if at + 1 < len(paragraphs) else None
            if begins(text, words("addressees")):
                at = self._addressees(paragraphs, at)
                continue
            if self._heading(paragraph, following):
                at += 2 if self._takes_next(paragraph, following) else 1
                continue
            if self._closes and self._open and begins(text, words("closing")):
                self._open = []
                self._written.append(_BREAK)
            self._written.append(_block(paragraph))
            at += 1
        return self._written

    def _addressees(self, paragraphs: Sequence[Paragraph], at: int) -> int:
        """Writes "Kính gửi:" with those it names; returns where the text goes on."""
        text = paragraphs[at].plain
        end = at + 1
        if len(text.rstrip(": ")) > len(begins(text, words("addressees")) or ""):
            self._written += [text, _BREAK]
            return end
        while end < len(paragraphs) and _names_an_office(paragraphs[end]):
            end += 1
        self._written += [f"## {text}", *(_item(p.text) for p in paragraphs[at + 1 : end]), _BREAK]
        return end

    def _heading(self, paragraph: Paragraph, following: Paragraph | None) -> bool:
        """Writes `paragraph` as a heading if it is one."""
        text = paragraph.plain
        for rank, pattern in enumerate(_NUMBERED):
            match = pattern.match(text)
            if match:
                return self._numbered(rank, match["label"], match["text"], paragraph, following)
        if paragraph.level or (begins(text, words("annexes")) and text.isupper()):
            level = min(max(paragraph.level, 2), _DEEPEST)
            self._open = [(r, at) for r, at in self._open if at < level]
            self._open.append((-1, level))
            self._written.append(f"{'#' * level} {text}")
            return True
        return False

    def _numbered(
        self, rank: int, label: str, text: str, paragraph: Paragraph, following: Paragraph | None
    ) -> bool:
        short = len(text) <= _HEADING_CHARACTERS and not text.rstrip().endswith(_SENTENCE)
        is_heading = rank in _ALWAYS or paragraph.level > 0 or (short and self._leads(rank, text, following))
        if not is_heading:
            return False
        self._open = [(r, at) for r, at in self._open if r < rank]
        level = min((self._open[-1][1] if self._open else 1) + 1, _DEEPEST)
        self._open.append((rank, level))
        if not text and self._takes_next(paragraph, following) and following is not None:
            text = following.plain
        marks = "#" * level
        closing = ")" if rank == _LETTER else "."
        if rank == _ARTICLE and not short:
            self._written += [f"{marks} {label}.", text]
        else:
            self._written.append(f"{marks} {label}{closing} {text}".rstrip())
        return True

    @staticmethod
    def _leads(rank: int, text: str, following: Paragraph | None) -> bool:
        """Tells whether what follows a short numbered line is its text, and not the next of a list of such lines."""
        if following is None:
            return False
        own = _NUMBERED[rank].match(following.plain)
        return own is None and (not text.endswith(":") or len(text) <= _HEADING_CHARACTERS // 2)

    @staticmethod
    def _takes_next(paragraph: Paragraph, following: Paragraph | None) -> bool:
        """Tells whether a bare "Chương I" has its name in the line below."""
        bare = any(
            (match := pattern.match(paragraph.plain)) and not match["text"]
            for pattern in _NUMBERED[:_ARTICLE]
        )
        return (
            bare
            and following is not None
            and len(following.plain) <= _HEADING_CHARACTERS
            and not following.plain.endswith(_SENTENCE)
            and not any(pattern.match(following.plain) for pattern in _NUMBERED)
        )


def _names_an_office(paragraph: Paragraph) -> bool:
    text = paragraph.plain
    return paragraph.item or bool(_BULLET.match(text)) or (len(text) < 120 and text.endswith((";", ".")))


def _section(heading: str, items: list[str]) -> list[str]:
    """Returns "Nơi nhận:" and those it names, as a section of its own; the text after the colon is one of them."""
    name = begins(heading, words("recipients")) or ""
    rest = heading[len(name) :].lstrip(": ")
    return [_BREAK, f"## {name}:", *([_item(rest)] if rest else []), *(map(_item, items))]


def _block(paragraph: Paragraph) -> str:
    text = paragraph.text
    if paragraph.item or _BULLET.match(text):
        return _item(text)
    # What only looks like Markdown stays text.
    return f"\\{text}" if text.startswith(("#", ">")) else text


def _item(text: str) -> str:
    bullet = _BULLET.match(text)
    return f"- {text[bullet.end() :] if bullet else text}"


def _tight(blocks: list[str]) -> list[str]:
    """Joins the items of a list into one block."""
    joined: list[str] = []
    for block in blocks:
        if joined and block.startswith("- ") and joined[-1].startswith("- "):
            joined[-1] = f"{joined[-1]}\n{block}"
        else:
            joined.append(block)
    return joined


def _without_double_breaks(blocks: list[str]) -> list[str]:
    kept = [b for before, b in zip(["", *blocks], blocks, strict=False) if not (b == before == _BREAK)]
    return kept[:-1] if kept and kept[-1] == _BREAK else kept


def comparable(body: str) -> str:
    """Returns the letters and digits of a Markdown body: the same for one text in any format."""
    return "".join(character for character in normalise(body).lower() if character.isalnum())
