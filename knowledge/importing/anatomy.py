"""The parts of an official document: head, title, body, recipients, signature, annexes.

They are told apart by the words that they begin with (`vocabulary/importing.yml`), in the order that the rules on
official letters give them; what is missing stays empty, and a text of another kind is body throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.importing.paragraphs import Paragraph
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

# How far from the first and the last paragraph a document's head and foot reach.
_HEAD, _FOOT = 30, 40
_LATE = 10
_SUBJECT_CHARACTERS, _LINE_CHARACTERS = 500, 100
_NAME_WORDS = (2, 6)
_LABEL = re.compile(r"(?:[IVXLC]+|\d{1,2}(?:\.\d{1,2})*|[A-ZĐa-zđ])[.)]\s")
DATE_LINE = re.compile(
    r"(?P<place>[^,]{2,40}),\s*ngày\s*(?P<day>\d{1,2})?[\s.…_]*tháng\s*(?P<month>\d{1,2})?[\s.…_]*năm\s*(?P<year>\d{4})",
    re.IGNORECASE,
)
_NUMBER = re.escape(vocabulary("importing")["number"])
NUMBER_LINE = re.compile(rf"{_NUMBER}\s*:\s*(?P<number>[\w\s./&-]*?[\w/&-])\s*$", re.IGNORECASE)


@dataclass
class Anatomy:
    """A document's paragraphs by part; `kind` is its type ("Kế hoạch"), as its title says it."""

    head: list[Paragraph] = field(default_factory=list)
    kind: str | None = None
    title: list[Paragraph] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)
    recipients: list[Paragraph] = field(default_factory=list)
    signature: list[Paragraph] = field(default_factory=list)
    annexes: list[Paragraph] = field(default_factory=list)


def words(name: str) -> list[str]:
    """Returns the words of one kind of `vocabulary/importing.yml`."""
    return [str(word) for word in vocabulary("importing")[name]]


def begins(text: str, choices: Iterable[str]) -> str | None:
    """Returns the first of `choices` that `text` begins with, as a whole word and in any case."""
    lowered = text.lower()
    for choice in choices:
        start = choice.lower()
        after = lowered[len(start) : len(start) + 1]
        if lowered.startswith(start) and not (after.isalnum() and start[-1:].isalnum()):
            return choice
    return None


def anatomy(paragraphs: Sequence[Paragraph]) -> Anatomy:
    """Returns `paragraphs` by part."""
    parts = Anatomy()
    rest = _take_title(parts, [p for p in paragraphs if not begins(p.plain, words("motto"))])
    _take_foot(parts, rest)
    return parts


def is_person(text: str) -> bool:
    """Tells whether `text` is a person's name, perhaps with a degree in front."""
    name = without_degree(text).split()
    fits = _NAME_WORDS[0] <= len(name) <= _NAME_WORDS[1] and all(w.isalpha() and w[0].isupper() for w in name)
    # Of an office in capitals ("PHÓ GIÁM ĐỐC") every word begins like a name's.
    return fits and not begins(text, (*words("offices"), *words("issuers"), *words("signs")))


def without_degree(text: str) -> str:
    """Returns a name without the academic degrees in front of it."""
    degrees = set(words("degrees"))
    parts = text.split()
    while parts and parts[0] in degrees:
        parts = parts[1:]
    return " ".join(parts)


def _take_title(parts: Anatomy, paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Fills the head and the title; returns what follows them."""
    for at, paragraph in enumerate(paragraphs[:_HEAD]):
        text = paragraph.plain
        kind = begins(text, words("types"))
        is_kind = kind and (text[: len(kind)].isupper() or (paragraph.level and fold(text) == fold(kind)))
        is_subject = begins(text, words("subject"))
        if is_kind or is_subject or paragraph.level == 1:
            # Lines of the head that stand right of the title may come after it.
            late = [p for p in paragraphs[at + 1 : at + _LATE] if _is_head(p)]
            rest = [p for p in paragraphs[at + 1 :] if p not in late]
            end = _subject_lines(rest) if is_subject else 0
            if is_kind and kind:
                parts.kind = kind
                end = int(len(text) <= len(kind) + 1 and _is_subject(rest[:1]))
            while end < len(rest) and _continues(rest[end]):
                end += 1
            parts.head, parts.title = [*paragraphs[:at], *late], [paragraph, *rest[:end]]
            return rest[end:]
        if begins(text, words("body")) or _LABEL.match(text):
            break
    head = 0
    while head < len(paragraphs) and _is_head(paragraphs[head]):
        head += 1
    parts.head = paragraphs[:head]
    return paragraphs[head:]


def _is_subject(following: list[Paragraph]) -> bool:
    if not following or following[0].item:
        return False
    text = following[0].plain
    is_body = begins(text, words("body")) or _LABEL.match(text) or text.endswith((":", ";"))
    return len(text) <= _SUBJECT_CHARACTERS and not is_body


def _subject_lines(rest: list[Paragraph]) -> int:
    """Returns how many of the lines after "V/v …" go on with it: those up to the addressees, if they are short."""
    for count, paragraph in enumerate(rest[:_LATE]):
        if begins(paragraph.plain, words("body")):
            return count
        if len(paragraph.plain) > _LINE_CHARACTERS or paragraph.item or _LABEL.match(paragraph.plain):
            break
    return 0


def _continues(paragraph: Paragraph) -> bool:
    return paragraph.plain[:1].islower() and not _LABEL.match(paragraph.plain) and not paragraph.item


def _is_head(paragraph: Paragraph) -> bool:
    text = paragraph.plain
    return bool(DATE_LINE.match(text)) or NUMBER_LINE.match(text) is not None


def _take_foot(parts: Anatomy, rest: list[Paragraph]) -> None:
    """Fills body, recipients, signature and annexes."""
    starting = [at for at, paragraph in enumerate(rest) if begins(paragraph.plain, words("recipients"))]
    recipients = starting[-1] if starting else None
    signed = _signature_start(rest, recipients)
    if recipients is None and signed is None:
        parts.body = rest
        return
    starts = [start for start in (recipients, signed) if start is not None]
    first = min(starts, default=len(rest))
    parts.body, end = rest[:first], first
    if recipients is not None:
        end = recipients + 1
        while end < len(rest) and end != signed and _is_recipient(rest[end]):
            end += 1
        parts.recipients = rest[recipients:end]
    if signed is not None:
        parts.signature = rest[signed : _signature_end(rest, signed)]
        # Read across the page, the recipients on its left stand between the office and the name.
        if not any(is_person(paragraph.plain) for paragraph in parts.signature):
            parts.signature += [paragraph for paragraph in rest[end : end + 1] if is_person(paragraph.plain)]
    taken = {id(p) for p in (*parts.recipients, *parts.signature)}
    parts.annexes = [p for p in rest[first:] if id(p) not in taken]


def _is_recipient(paragraph: Paragraph) -> bool:
    text = paragraph.plain
    return (
        paragraph.item or text.startswith(("-", "+", "–")) or (len(text) < 100 and text.endswith((";", ".")))
    )


def _signature_start(rest: list[Paragraph], recipients: int | None) -> int | None:
    """Returns where the signature begins: the signing office in capitals, near the recipients or the end."""
    around = len(rest) if recipients is None else recipients
    first = max(0, around - (_FOOT if recipients is None else 8))
    for at in range(first, len(rest)):
        text = rest[at].plain
        if begins(text, words("signs")) and text.isupper():
            return at
        if text.isupper() and begins(text, words("offices")):
            return at
    return None


def _signature_end(rest: list[Paragraph], start: int) -> int:
    """Returns where the signature ends: after the name, or the lines in capitals and brackets."""
    end = start + 1
    while end < len(rest) and end < start + 8:
        text = rest[end].plain
        if is_person(text):
            return end + 1
        if not (text.isupper() or text.startswith("(")):
            break
        end += 1
    return end
