"""Text written before Unicode (TCVN3, VNI) is recognised by what its words become, and converted.

Fonts are no proof: files lose them, and many mix old fonts with new ones. A conversion is right when it makes
Vietnamese syllables of what were none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal

from knowledge.importing.paragraphs import Paragraph
from knowledge.text import VALID_SYLLABLE, fold
from knowledge.vocabulary import vocabulary

Legacy = Literal["tcvn3", "vni"]
LEGACY: tuple[Legacy, ...] = ("tcvn3", "vni")
# How much more of the words must be syllables before a conversion is believed.
_MARGIN = 0.2
_WORD = re.compile(r"[^\W\d_]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MARKS = _TONES | frozenset("\u0302\u0306\u031b")
_SAMPLE = 200_000
_SOFT_HYPHEN = "\u00ad"
# Word keeps the characters of old fonts in the private area at times, and Greek mu for the sign of the micron.
_REPAIRS = {0xF000 + code: code for code in range(0x20, 0x100)} | {0x03BC: 0xB5}


def plausibility(text: str) -> float:
    """Returns the share of the words of `text` that Vietnamese spelling allows, from 0 to 1."""
    words = _WORD.findall(unicodedata.normalize("NFC", text[:_SAMPLE]))
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


def accented(text: str) -> float:
    """Returns the share of the words of `text` that are Vietnamese and carry a diacritic, from 0 to 1."""
    words = _WORD.findall(unicodedata.normalize("NFC", text[:_SAMPLE]))
    marked = sum(fold(word) != word.lower() and _is_syllable(word) for word in words)
    return marked / len(words) if words else 0.0


def recognise(text: str) -> Legacy | None:
    """Returns the encoding that `text` was written in, or None for Unicode."""
    best = max(LEGACY, key=lambda encoding: plausibility(convert(text, encoding)))
    return best if plausibility(convert(text, best)) > plausibility(text) + _MARGIN else None


def convert(text: str, encoding: Legacy) -> str:
    """Returns `text`, read as Windows-1252, as the Unicode letters that `encoding` means."""
    table, pattern = _table(encoding)
    return pattern.sub(lambda match: table[match.group()], text.translate(_REPAIRS))


def to_unicode(texts: Iterable[str]) -> tuple[list[str], Legacy | None]:
    """Returns the texts of one file in Unicode (NFC), and the old encoding that was found in it, if any.

    Each is judged with the whole in mind: a short line says too little by itself, and some files mix both.
    """
    given = list(texts)
    encoding = recognise("\n".join(given))
    mixed = encoding or next((e for e in map(recognise, given) if e), None)
    converted = [_converted(text, encoding, mixed) for text in given]
    changed = any(new != old for new, old in zip(converted, given, strict=True))
    clean = [unicodedata.normalize("NFC", text).replace(_SOFT_HYPHEN, "") for text in converted]
    return clean, mixed if changed else None


def in_unicode(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], Legacy | None]:
    """Returns the paragraphs of one file in Unicode, and the old encoding that was found in it, if any."""
    texts, encoding = to_unicode(paragraph.text for paragraph in paragraphs)
    if encoding is not None:
        texts = [t.upper() if p.capitals else t for p, t in zip(paragraphs, texts, strict=True)]
    return [replace(p, text=t) for p, t in zip(paragraphs, texts, strict=True)], encoding


def decode(content: bytes) -> str | None:
    """Returns the text of `content`: UTF-8, UTF-16 with its mark, Windows-1258, or old bytes as Windows-1252.

    None if it is no text at all.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:_SAMPLE]:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    old = content.decode("cp1252", errors="replace")
    encoding = recognise(old)
    windows = unicodedata.normalize("NFC", content.decode("cp1258", errors="replace"))
    known = plausibility(convert(old, encoding)) if encoding else plausibility(old)
    return windows if plausibility(windows) > known else old


def _converted(text: str, encoding: Legacy | None, mixed: Legacy | None) -> str:
    if mixed is None or _is_unicode(text):
        return text
    if encoding is None and recognise(text) != mixed:
        return text
    converted = convert(text, mixed)
    return _raised(converted) if mixed == "tcvn3" else converted


def _raised(text: str) -> str:
    """Returns text with the capitals that TCVN3 has no letters for: "PHòNG" was typed for "PHÒNG"."""
    raised = _WORD.sub(lambda match: match[0].upper() if _is_in_capitals(match[0]) else match[0], text)
    in_capitals = raised != text and not any(c.islower() and _has_capital(c) for c in text)
    return raised.upper() if in_capitals else raised


def _is_in_capitals(word: str) -> bool:
    certain = [character for character in word if _has_capital(character)]
    return len(certain) > 1 and all(character.isupper() for character in certain)


def _has_capital(character: str) -> bool:
    """Tells whether TCVN3 has a capital for the letter; those with a tone have none."""
    return character.isascii() or character.upper() in vocabulary("legacy_encodings")["tcvn3"]


def _is_unicode(text: str) -> bool:
    """Tells whether `text` holds a Vietnamese letter that no text of before Unicode can."""
    return any(
        (ord(character) > 0xFF and len(unicodedata.normalize("NFD", character)) > 1) or character in "đĐ"
        for character in unicodedata.normalize("NFC", text)
    )


@cache
def _is_syllable(word: str) -> bool:
    if not VALID_SYLLABLE.fullmatch(fold(word)):
        return False
    marks = [c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.combining(c)]
    return all(mark in _MARKS for mark in marks) and sum(mark in _TONES for mark in marks) < 2


@cache
def _table(encoding: Legacy) -> tuple[dict[str, str], re.Pattern[str]]:
    """Returns what each written sequence means, and the pattern that finds them, longest first."""
    letters: dict[str, str] = vocabulary("legacy_encodings")[encoding]
    table = {written: letter for letter, written in letters.items()}
    if encoding == "vni":
        for letter, written in letters.items():
            table |= {form: letter.upper() for form in _capitals(written)}
    longest_first: Sequence[str] = sorted(table, key=len, reverse=True)
    return table, re.compile("|".join(map(re.escape, longest_first)))


def _capitals(written: str) -> set[str]:
    return {written.upper(), written[0].upper() + written[1:]}
