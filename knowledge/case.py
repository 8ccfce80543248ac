"""A person's case, as far as rules of support ask for it, and how a message tells it.

One message may state several attributes ("em ở Hải Phòng, mới xong lớp 9, muốn học hàn"). The words for each value are
in `vocabulary/case.yml`; trades and schools come from the gazetteer of the knowledge base in use. A gazetteer finds the
words too, so that missing diacritics and slips of the keyboard are forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.case_vocabulary import (
    ATTRIBUTES,
    VALUES,
    bare_words,
    case_words,
    namings,
    unlisted,
    word_finder,
)
from knowledge.gazetteer import ENTRY_KINDS, Gazetteer, Mention
from knowledge.question import Question
from knowledge.text import fold, tokens

__all__ = ["ATTRIBUTES", "VALUES", "Case", "CaseReading", "read_case"]

Value = str | frozenset[str]

_CLAUSE_END = re.compile(r"[.,;:!?…\n]")
_NINE_PLUS = re.compile(r"\b(9|chín|chin)\s*\+", re.IGNORECASE)
# Syllables between a denial and what it denies, and of a message that may be a bare answer.
_DENIES, _SHORT = 2, 5
_SURE = 0.8
_HOME = ("hai_phong", "hai_duong_cu")


@dataclass(frozen=True)
class Case:
    """What is known of a person; None is not known. `who` is the person studied for: a parent's child is a student.

    `occupation` and `institution` are ids of entries or a value of VALUES ("other" has a name that we do not know).
    """

    who: str | None = None
    asker: str | None = None
    residence: str | None = None
    schooling: str | None = None
    study: str | None = None
    occupation: str | None = None
    institution: str | None = None
    circumstances: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CaseReading:
    """What a message states, by attribute; `unsure` if the user does not know, `corrects` if something said before."""

    values: Mapping[str, Value] = field(default_factory=dict)
    unsure: bool = False
    corrects: bool = False


def read_case(text: str, gazetteer: Gazetteer, asked: str | None = None) -> CaseReading:
    """Reads the attributes that a message states.

    Args:
        text: the message, prepared.
        gazetteer: names the trades and schools.
        asked: the attribute that was just asked for, to which a bare "9" or "hàn" may be the answer.
    """
    text = _NINE_PLUS.sub(r"\1 cộng", text)
    found = _Said(text, gazetteer, asked)
    values = {name: value for name in ATTRIBUTES if (value := found.value(name))}
    if asked in ("occupation", "institution") and asked not in values and (found.unsure or found.torn):
        values[asked] = "undecided"
    if values.get("asker") == "parent":
        values.setdefault("who", "student")
    elif asked == "who" and "who" in values:
        values["asker"] = "self"
    return CaseReading(values, found.unsure, bool(found.of("corrections")))


@dataclass(frozen=True)
class _Claim:
    """A value that a message says an attribute has, or has not; `cue` tells what made a place count."""

    attribute: str
    value: str
    start: int
    denied: bool = False
    cue: str = ""


class _Said:
    """What a message says: claims, and the words around them."""

    def __init__(self, text: str, gazetteer: Gazetteer, asked: str | None) -> None:
        self._text, self._asked, self._gazetteer = text, asked, gazetteer
        self._short = len(tokens(text)) <= _SHORT
        self._mentions = self._find()
        self._claims = [*self._stated(), *self._placed()]
        if asked is not None and not self._says(asked):
            self._claims = [*self._answered(asked), *self._claims]
        self.unsure = any(map(self._ends_clause, self.of("unsure")))
        # Several trades or schools, none of which is chosen.
        self.torn = asked is not None and len({c.value for c in self._claims if c.attribute == asked}) > 1

    def of(self, entity: str) -> list[Mention]:
        """Returns the mentions of one kind of words."""
        return [mention for mention in self._mentions if mention.entity == entity]

    def value(self, attribute: str) -> Value | None:
        """Returns what the message says an attribute is, or None."""
        claims = [claim for claim in self._claims if claim.attribute == attribute]
        held = [claim for claim in claims if not claim.denied]
        if attribute == "circumstances":
            return frozenset(claim.value for claim in held) or None
        if not held:
            left = case_words().denied.get(attribute, {})
            return next((left[claim.value] for claim in claims if claim.value in left), None)
        if attribute == "residence":
            held = _best_attested(held)
        values = {claim.value for claim in held}
        # A trade or school by its name says more than that it lies somewhere, or that nothing is settled.
        values = {value for value in values if value not in VALUES[attribute]} or values
        if len(values) == 1:
            return values.pop()
        last = max(held, key=lambda claim: claim.start)
        if any(mention.end <= last.start for mention in self.of("corrections")):
            return last.value
        return next((value for value in case_words().prefer.get(attribute, ()) if value in values), None)

    def _find(self) -> list[Mention]:
        """Returns all that is named, of what overlaps the longer; a trade or school before a word as long."""
        named = [m for m in self._gazetteer.find(self._text) if m.entity in ENTRY_KINDS]
        every = [*named, *word_finder().find(self._text)]
        every.sort(key=lambda m: (m.confidence < _SURE, m.start - m.end, _rank(m.entity)))
        kept: list[Mention] = []
        for mention in every:
            if not any(mention.start < other.end and other.start < mention.end for other in kept):
                kept.append(mention)
        return sorted(kept, key=lambda mention: mention.start)

    def _stated(self) -> Iterator[_Claim]:
        for mention in self._mentions:
            if mention.entity in VALUES:
                yield _Claim(mention.entity, mention.value, mention.start, self._denied(mention.start))

    def _placed(self) -> Iterator[_Claim]:
        """Yields what places tell: where one lives after words that say so, and where one studies."""
        used = set()
        for place in self.of("place"):
            cue = next((c for c in reversed(self.of("cue")) if self._same_clause(c.end, place.start)), None)
            kind = cue.value if cue else self._kind_of(place)
            start = cue.start if cue else place.start
            used.add(start)
            if kind == "study":
                where = place.value if place.value == "elsewhere" else f"in_{place.value}"
                yield _Claim("institution", where, place.start, self._denied(start), kind)
            elif kind:
                stays = kind == "temporary" and place.value in _HOME
                value = "temporary" if stays else place.value
                denied = kind == "not_there" or self._denied(start)
                yield _Claim("residence", value, place.start, denied, kind)
        for cue in self.of("cue"):
            if cue.value == "temporary" and cue.start not in used:
                yield _Claim("residence", "temporary", cue.start, self._denied(cue.start), cue.value)

    def _kind_of(self, place: Mention) -> str:
        """Returns what a place is that has no cue before it: its own first word may be one, or it was asked for."""
        first = tokens(self._text[place.start : place.end])[0]
        kind = next(
            (kind for word, kind in case_words().places_after.items() if first in (word, fold(word))), ""
        )
        return kind or {"residence": "lives", "institution": "study"}.get(self._asked or "", "")

    def _answered(self, asked: str) -> list[_Claim]:
        """Returns what a few words say of that which was asked for; nothing else is read out of these words."""
        if not self._short:
            return list(self._unlisted(asked))
        found = []
        for attribute in ("who", "asker") if asked == "who" else (asked,):
            for mention in bare_words(attribute).find(self._text, slips=False):
                # "muốn học trung cấp" says more than "trung cấp".
                over = [m for m in self._mentions if m.start < mention.end and mention.start < m.end]
                if all(mention.start <= m.start and m.end <= mention.end for m in over):
                    self._claims = [c for c in self._claims if not mention.start <= c.start < mention.end]
                    found.append(_Claim(attribute, mention.value, mention.start, self._denied(mention.start)))
        return found or list(self._introduced(asked)) or list(self._unlisted(asked))

    def _introduced(self, asked: str) -> Iterator[_Claim]:
        """Yields names that are everyday words, and are understood behind a word that says what they name."""
        before = case_words().before.get(asked)
        if before is None:
            return
        source, entity = (word_finder(), "place") if asked == "residence" else (self._gazetteer, asked)
        for word in re.finditer(r"\S+", self._text):
            for mention in source.find(f"{before} {self._text[word.start() :]}", slips=False):
                if mention.entity == entity:
                    yield _Claim(asked, mention.value, word.start())

    def _unlisted(self, asked: str) -> Iterator[_Claim]:
        """Yields that a trade or school is named which we do not know."""
        if asked not in ENTRY_KINDS:
            return
        question = Question.read(self._text)
        called = self._short and not self._claims and not self.of("unsure")
        if unlisted(asked).said_in(question) or (called and namings(asked).said_in(question)):
            yield _Claim(asked, "other", 0)

    def _says(self, asked: str) -> bool:
        attributes = ("who", "asker") if asked == "who" else (asked,)
        return any(claim.attribute in attributes for claim in self._claims)

    def _denied(self, start: int) -> bool:
        return any(
            self._same_clause(denial.end, start) and len(tokens(self._text[denial.end : start])) <= _DENIES
            for denial in self.of("denials")
        )

    def _ends_clause(self, mention: Mention) -> bool:
        """Tells whether hardly anything follows: "chưa biết nữa ạ", not "không biết học hàn có được không"."""
        return len(tokens(_CLAUSE_END.split(self._text[mention.end :], maxsplit=1)[0])) <= _DENIES

    def _same_clause(self, end: int, start: int) -> bool:
        """Tells whether what begins at `start` comes after `end` in the same clause."""
        begun = any(end <= clause.start < start for clause in self.of("clauses"))
        return end <= start and not begun and not _CLAUSE_END.search(self._text, end, start)


def _rank(entity: str) -> int:
    return next((rank for rank, kinds in enumerate((ENTRY_KINDS, VALUES)) if entity in kinds), 2)


def _best_attested(claims: Sequence[_Claim]) -> list[_Claim]:
    """Returns the claims of residence that count: where one is registered before where one stays or lives."""
    registered = [claim for claim in claims if claim.cue == "registered"]
    temporary = [claim for claim in claims if claim.value == "temporary"]
    at_home = [claim for claim in registered if claim.value in _HOME]
    return at_home or temporary or registered or list(claims)
