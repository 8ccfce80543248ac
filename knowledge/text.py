"""Vietnamese text as people type it, brought to one form.

Everything that compares text (search, intents, gazetteers) goes through this module, so that "hoà" and "hòa",
NFC and NFD, "ko" and "không", "HỌC PHÍ" and "hoc phi" meet. It needs only the standard library and PyYAML, because
Rasa's environment imports it too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

from knowledge.vocabulary import vocabulary

_TONES = {"\u0300": "grave", "\u0301": "acute", "\u0309": "hook", "\u0303": "tilde", "\u0323": "dot"}
_WORD = re.compile(r"[^\W_]+")
# Joined forms such as "gd&đt" or "gdnn-gdtx" are looked up whole before their parts.
_ABBREVIATION = re.compile(r"[^\W_]+(?:[&./-][^\W_]+)*")
_SPACE = re.compile(r"\s+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_MILLIONS = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?tr(?:iệu)?(\d)?(?!\w)", re.IGNORECASE)
_BORN = re.compile(r"(?<!\w)(?:(?<!học\s)sinh\s+(?:năm\s+)?)?2k(\d{1,2})(?!\w)", re.IGNORECASE)

# The syllables that Vietnamese spelling allows, without diacritics.
VALID_SYLLABLE = re.compile(
    r"(?:(?:ngh|gh|k)(?=[eiy])|ng(?=[aou])|c(?=a|o(?![ae])|u(?![ey]))|qu|ch|gi|kh|nh|ph|th|tr|[bdghlmnprstvx])?"
    r"(?:a(?:ch|ng|nh|[cimnoptuy])?|e(?:ng|nh|ch|[cmnoptu])?|i(?:nh|ch|[acmnptu])?|ie(?:ng|[cmnptu])|"
    r"o(?:ng|[cimnpt])?|oo(?:ng|c)|oa(?:ch|ng|nh|[cimnopty])?|oe(?:[not])?|u(?:ng|[acimnptu])?|"
    r"ua(?:ng|[nty])|ue(?:ch|nh)?|uo(?:ng|[cimnptu])?|uy(?:ch|nh|[anptu])?|uye[nt]|y(?:ch|nh|e[nmtu]|eng|[tm])?)"
)

# Vietnamese lies in the blocks of Latin, its extensions and marks; tables need not grow with the rest of Unicode.
_COMMON = 0x2070


def _tone_placement() -> dict[str, str]:
    """Maps the new spelling of an open syllable's tone (hoà, khoẻ, thuỷ) to the old one (hòa, khỏe, thủy)."""
    table = {}
    for first, second in ("oa", "oe", "uy"):
        for tone in _TONES:
            for a, b in product((first, first.upper()), (second, second.upper())):
                new = a + unicodedata.normalize("NFC", b + tone)
                table[new] = unicodedata.normalize("NFC", a + tone) + b
    return table


def _drawn_out() -> re.Pattern[str]:
    """Matches the plain vowels that draw out one with a tone: "aaa" of "ạaaa", "ee" of "nhéee"."""
    tail = (
        rf"(?<=[{''.join(unicodedata.normalize('NFC', v + tone) for tone in _TONES)}]){v}{{2,}}"
        for v in "aeiouy"
    )
    return re.compile("|".join(tail), re.IGNORECASE)


_PLACEMENT = _tone_placement()
# Any of their first letters before any of their second ones, which is found ten times faster than the pairs themselves.
_PLACEMENT_AT_END = re.compile(
    rf"(?<![qQ])[{''.join({pair[0] for pair in _PLACEMENT})}][{''.join({pair[1] for pair in _PLACEMENT})}]"
    r"(?![\w\u0300-\u036f])"
)
_DRAWN_OUT = _drawn_out()


class _Characters(dict[int, str]):
    """A table for `str.translate` that asks `rule` what becomes of a character, and remembers it of common ones."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        becomes = self._rule(chr(code))
        if code < _COMMON:
            self[code] = becomes
        return becomes


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co"} else character


def _unmarked(character: str) -> str:
    if unicodedata.combining(character):
        return ""
    return "d" if character == "đ" else character


_VISIBLE, _UNMARKED = _Characters(_seen), _Characters(_unmarked)


def normalise(text: str) -> str:
    """Returns `text` in NFC with one tone placement, without control characters, spaces collapsed; case is kept."""
    composed = unicodedata.normalize("NFC", text.translate(_VISIBLE))
    placed = _PLACEMENT_AT_END.sub(lambda match: _PLACEMENT.get(match.group(), match.group()), composed)
    return " ".join(placed.split())


def fold(text: str) -> str:
    """Returns `text` in lower case without diacritics ("Điện" -> "dien"), one character for each Vietnamese letter."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    return decomposed.translate(_UNMARKED)


def tokens(text: str) -> list[str]:
    """Returns the lower-case syllables and numbers of `text`, in order, normalised."""
    return _WORD.findall(normalise(text).lower())


def folded_tokens(text: str) -> list[str]:
    """Returns the `tokens` of `text`, folded."""
    # All in one go, which is much faster than one by one.
    return fold(" ".join(tokens(text))).split()


def has_diacritics(text: str) -> bool:
    """Tells whether any letter of `text` carries a Vietnamese diacritic."""
    return fold(text) != unicodedata.normalize("NFC", text).lower()


def prepare(text: str) -> str:
    """Returns `text` as search and Rasa read it: normalised, shouting lowered, abbreviations written out.

    "E ko bt hp bao nhiu, e sinh 2k10 ạaaa" becomes "em không biết học phí bao nhiêu, em sinh năm 2010 ạ".
    """
    cleaned = normalise(_STRETCHED.sub(r"\1", _DRAWN_OUT.sub("", normalise(text))))
    letters = [c for c in cleaned if c.isalpha()]
    if len(letters) > 3 and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        cleaned = cleaned.lower()
    cleaned = _BORN.sub(lambda m: f"sinh năm 20{m[1]:0>2}", cleaned)
    cleaned = _MILLIONS.sub(lambda m: f"{m[1]}{',' + m[2] if m[2] else ''} triệu", cleaned)
    return abbreviations().expand(cleaned)


@dataclass(frozen=True)
class Expansion:
    """One reading of an ambiguous abbreviation, chosen by the folded token before or after it; with neither, always."""

    text: str
    previous: frozenset[str]
    next: frozenset[str]


@dataclass(frozen=True)
class Abbreviations:
    """Abbreviations and teencode, with what each stands for (`vocabulary/abbreviations.yml`)."""

    always: Mapping[str, str]
    contextual: Mapping[str, tuple[Expansion, ...]]
    phrases: Mapping[str, str]

    def expand(self, text: str) -> str:
        """Returns `text` with every abbreviation whose meaning is certain written out; the rest is untouched."""
        if self.phrases:
            text = self._phrase_pattern.sub(lambda m: self.phrases[_SPACE.sub(" ", m.group().lower())], text)
        found = list(_ABBREVIATION.finditer(text))
        keys = [match.group().lower() for match in found]
        read = [self._read(keys, at) for at in range(len(keys))]
        own = [key for key, meant in zip(keys, read, strict=True) if meant is None and key.isalpha()]
        # Who types no diacritics is read without them throughout: "khong biet", not "không biet".
        spelled = fold if own and not any(map(has_diacritics, keys)) else str
        pieces: list[str] = []
        position = 0
        for match, meant in zip(found, read, strict=True):
            pieces.append(text[position : match.start()])
            pieces.append(spelled(meant) if meant else self._read_parts(match.group()))
            position = match.end()
        return "".join([*pieces, text[position:]])

    @cached_property
    def _phrase_pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.phrases, key=len, reverse=True)
        spelled = (re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
        return re.compile(rf"(?<![\w/.-])(?:{'|'.join(spelled)})(?![\w/-])", re.IGNORECASE)

    def _read(self, keys: list[str], at: int) -> str | None:
        key = keys[at]
        if key in self.always:
            return self.always[key]
        if key not in self.contextual:
            return None
        before = fold(keys[at - 1]) if at else ""
        after = fold(keys[at + 1]) if at + 1 < len(keys) else ""
        for reading in self.contextual[key]:
            certain = not reading.previous and not reading.next
            if certain or before in reading.previous or after in reading.next:
                return reading.text
        return None

    def _read_parts(self, written: str) -> str:
        # Slashed and dotted forms ("hs/sv") are read part by part, but a document's number ("126/KH-UBND") is a name.
        if any(c.isdigit() for c in written) or written.isalnum():
            return written
        return _WORD.sub(self._read_part, written)

    def _read_part(self, part: re.Match[str]) -> str:
        return self.always.get(part.group().lower(), part.group()) if len(part.group()) > 1 else part.group()


@lru_cache(maxsize=1)
def abbreviations() -> Abbreviations:
    """Loads `vocabulary/abbreviations.yml` once."""
    raw = vocabulary("abbreviations")
    always, phrases = (
        {normalise(str(key)).lower(): str(value) for key, value in (raw[part] or {}).items()}
        for part in ("always", "phrases")
    )
    contextual = {
        normalise(str(key)).lower(): tuple(
            Expansion(str(r["expansion"]), _folded(r.get("previous")), _folded(r.get("next")))
            for r in readings
        )
        for key, readings in (raw["contextual"] or {}).items()
    }
    return Abbreviations(always, contextual, phrases)


def _folded(words: Iterable[object] | None) -> frozenset[str]:
    return frozenset(fold(str(word)) for word in words or ())
