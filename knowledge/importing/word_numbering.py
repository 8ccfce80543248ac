"""The numbers of Word's automatic lists ("I.", "1.", "a)"), which stand in no paragraph's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph

_PLACE = re.compile(r"%(\d)")
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class _Level:
    """How one level of a list is numbered: the form of its numbers, the text around them ("%1."), the first one."""

    form: str
    text: str
    start: int


class Numbering:
    """Counts the paragraphs of one document as Word does."""

    def __init__(self, document: WordDocument) -> None:
        self._scheme_of: dict[str, str] = {}
        self._schemes: dict[str, dict[int, _Level]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counters: dict[tuple[str, int], int] = {}
        root = _numbering_root(document)
        if root is None:
            return
        for scheme in root.iterchildren(qn("w:abstractNum")):
            self._schemes[scheme.get(qn("w:abstractNumId"))] = _levels(scheme)
        for number in root.iterchildren(qn("w:num")):
            name = number.get(qn("w:numId"))
            self._scheme_of[name] = _value(number, "w:abstractNumId") or ""
            self._restarts[name] = _restarts(number)

    def label(self, paragraph: WordParagraph) -> tuple[str, bool]:
        """Returns the number that Word draws before `paragraph` ("" if none), and whether it is a bullet."""
        found = _list_of(paragraph)
        if found is None:
            return "", False
        number, depth = found
        # Lists of one scheme go on counting, unless one says where it begins.
        scheme = self._scheme_of.get(number, "")
        levels = self._schemes.get(scheme, {})
        if depth not in levels:
            return "", False
        for restarted, start in self._restarts.pop(number, {}).items():
            self._counters[scheme, restarted] = start - 1
        level = levels[depth]
        if level.form in ("bullet", "none"):
            return "", level.form == "bullet"
        self._counters[scheme, depth] = self._counters.get((scheme, depth), level.start - 1) + 1
        for deeper in range(depth + 1, 10):
            self._counters.pop((scheme, deeper), None)

        def count(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            counted = levels.get(at, _Level("decimal", "", 1))
            return _written(self._counters.get((scheme, at), counted.start), counted.form)

        return _PLACE.sub(count, level.text), False


def _numbering_root(document: WordDocument) -> Any:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering"):
            return relation.target_part.element
    return None


def _levels(scheme: Any) -> dict[int, _Level]:
    """Returns the levels of a scheme by depth."""
    found = {}
    for level in scheme.iterchildren(qn("w:lvl")):
        form, text, start = (_value(level, name) for name in ("w:numFmt", "w:lvlText", "w:start"))
        found[int(level.get(qn("w:ilvl")))] = _Level(form or "decimal", text or "", int(start or 1))
    return found


def _restarts(number: Any) -> dict[int, int]:
    """Returns by depth where a list begins to count anew."""
    given = {
        int(override.get(qn("w:ilvl"))): _value(override, "w:startOverride")
        for override in number.iterchildren(qn("w:lvlOverride"))
    }
    return {depth: int(start) for depth, start in given.items() if start}


def _value(node: Any, name: str) -> str | None:
    child = node.find(qn(name))
    return None if child is None else child.get(qn("w:val"))


def _list_of(paragraph: WordParagraph) -> tuple[str, int] | None:
    """Returns the list and the depth in it, of the paragraph itself or of its style."""
    properties: Any = paragraph._p.pPr
    own = None if properties is None else properties.find(qn("w:numPr"))
    style: Any = paragraph.style
    while own is None and style is not None:
        properties = style.element.find(qn("w:pPr"))
        own = None if properties is None else properties.find(qn("w:numPr"))
        style = style.base_style
    if own is None:
        return None
    number, depth = _value(own, "w:numId"), _value(own, "w:ilvl")
    return (number, int(depth or 0)) if number and number != "0" else None


def _written(number: int, form: str) -> str:
    if form in ("upperRoman", "lowerRoman") and number < 400:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
        return text if form == "upperRoman" else text.lower()
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter if form == "lowerLetter" else letter.upper()
    return str(number)
