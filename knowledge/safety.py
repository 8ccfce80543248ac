"""Recognises a cry for help in what a user writes, and how much it matters, by the phrases of `safety.yml`.

Needs only the standard library and PyYAML, because Rasa's environment imports it too. A phrase is compared with what
was typed as well as with the diacritics left out, but never with other diacritics: "từ từ" is no "tự tử".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from knowledge.errors import KnowledgeError
from knowledge.phrases import Phrases, Said, own_parts, spelled_word
from knowledge.text import normalise, prepare, tokens

SAFETY_FILE = Path(__file__).with_name("safety.yml")

Grade = Literal["emergency", "serious", "abuse", "mild"]
# Worst first: of what a message says, the worst counts.
GRADES: tuple[Grade, ...] = get_args(Grade)

# Three full stops are a pause, not an end.
_SENTENCE_END = re.compile(r"(?<=[!?])\s+|(?<=[^.]\.)\s+|\n+")
_CLAUSE_END = re.compile(r"[,;:()]")
# "t.ự t.ử", "ch-ết": a syllable in pieces of one or two letters, to get past a filter.
_BROKEN = re.compile(r"(?<!\w)[^\W\d_]{1,2}(?:[._*~|'-]+ ?[^\W\d_]{1,2})+(?!\w)")
# "t ự t ử": letters one by one.
_SPELLED = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){2,}(?!\w)")
_MARKS = re.compile(r"[\W_]+")
_HARMLESS = ("compounds", "harmless")
_GROUPS = ("parents", "others", "now")
_CLASS = re.compile(r"\{(.*?)\??\}")
# A denial stands within so many characters before what it denies.
_DENIAL = 40
_LETTER = re.compile(r"\S")
# A sentence without an end is cut around what alarmed, this many words on either side.
_AROUND = 25
_LONG = 3 * _AROUND


class SafetyFileError(KnowledgeError):
    """`safety.yml` cannot be used; names the section and the entry."""


@dataclass(frozen=True)
class Alarm:
    """How much a message matters, and the sentence of it that tells."""

    grade: Grade
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What a message says.

    Attributes:
        alarm: the worst of it, if there is one.
        is_idiom: whether it plays with such words ("mệt chết").
        is_now: whether it tells of what happens now or is near.
    """

    alarm: Alarm | None
    is_idiom: bool
    is_now: bool


def grade(text: str) -> Alarm | None:
    """Returns the worst alarm in a message as typed (up to 10,000 characters), or None."""
    return read(text).alarm


def read(text: str) -> Reading:
    """Reads a message as typed, sentence by sentence, in time linear to its length."""
    words = _lexicon()
    alarms, is_idiom, is_now = [], False, False
    for spelling in _spellings(_normalise_lines(text)):
        for sentence in filter(None, map(str.strip, _SENTENCE_END.split(spelling))):
            said = words.spell(prepare(sentence))
            found, idiom = words.look(said)
            is_idiom, is_now = is_idiom or idiom, is_now or words.says("now", said)
            if found:
                alarms.append(Alarm(found.grade, _cut(sentence, said.words, found.at)))
    worst = min(alarms, key=lambda alarm: GRADES.index(alarm.grade), default=None)
    return Reading(worst, is_idiom, is_now)


def make_ready() -> None:
    """Reads the file and makes all patterns, which otherwise happens at the messages that first need them."""
    _lexicon().make_ready()


def check(raw: Mapping[str, Any]) -> None:
    """Checks what `safety.yml` holds.

    Raises:
        SafetyFileError: an entry is no text (YAML reads "no" and 20 as something else), or names unknown words.
    """
    lists = {f"words: {name}": members for name, members in raw["words"].items()}
    lists |= {section: raw[section] for section in (*GRADES, *_HARMLESS, *_GROUPS)}
    lists |= {f"denials: {name}": members for name, members in raw["denials"].items()}
    lists["spellings"] = [*raw["spellings"], *raw["spellings"].values()]
    for section, entries in lists.items():
        for entry in entries:
            if not isinstance(entry, str) or not entry.strip():
                raise SafetyFileError(
                    f"{SAFETY_FILE.name}: {section}: {entry!r} is no text; put it in quotes"
                )
            unknown = {name for name in _CLASS.findall(entry) if name not in raw["words"]}
            if unknown:
                raise SafetyFileError(f"{SAFETY_FILE.name}: {section}: {entry!r} names no words of `words`")


def speaks_as_parent(text: str) -> bool:
    """Tells whether a grown-up writes about a child: a parent, a teacher."""
    return _says(text, "parents")


def speaks_of_another(text: str) -> bool:
    """Tells whether a message is about a friend or a relation of the writer."""
    return _says(text, "others")


def _normalise_lines(text: str) -> str:
    # Line breaks end sentences, and `normalise` takes them for spaces.
    return "\n".join(map(normalise, text.splitlines()))


def _spellings(text: str) -> Iterator[str]:
    yield text
    joined = _BROKEN.sub(lambda found: _MARKS.sub("", found.group()), text)
    joined = _SPELLED.sub(lambda found: found.group().replace(" ", ""), joined)
    if joined != text:
        yield joined


def _cut(sentence: str, said: str, at: int) -> str:
    if said.count(" ") <= _LONG:
        return sentence
    before = said.count(" ", 0, at)
    return " ".join(said.split()[max(before - _AROUND, 0) : before + _AROUND])


@dataclass(frozen=True)
class _Found:
    """An alarming phrase, and where in the words it stands."""

    grade: Grade
    at: int
    end: int


class _Lexicon:
    """What `safety.yml` holds, ready to be compared."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        check(raw)
        classes = raw["words"]
        self._respelled = {normalise(word): meant for word, meant in raw["spellings"].items()}
        self._compounds, self._harmless = (Phrases(raw[section], classes) for section in _HARMLESS)
        self._alarming = {g: Phrases(raw[g], classes) for g in GRADES}
        self._groups = {name: Phrases(raw[name], classes) for name in _GROUPS}
        denied = "|".join(spelled_word(word).strip() for word in raw["denials"]["before"])
        between = "|".join(spelled_word(word).strip() for word in raw["denials"]["between"])
        self._denied = re.compile(rf"(?:^| )(?:{denied}) (?:(?:{between}) ){{0,3}}$")

    def spell(self, prepared: str) -> Said:
        """Returns the words of a prepared text, other spellings replaced."""
        clauses = [
            "".join(f"{self._respelled.get(word, word)} " for word in tokens(clause))
            for clause in _CLAUSE_END.split(prepared)
        ]
        return Said("".join(clauses), tuple(accumulate(map(len, filter(None, clauses)))))

    def make_ready(self) -> None:
        """Makes all patterns."""
        for phrases in (self._compounds, self._harmless, *self._alarming.values(), *self._groups.values()):
            phrases.make_all()

    def says(self, group: str, said: Said) -> bool:
        """Tells whether the words hold one of a group of phrases: `parents`, `others`, `now`."""
        return any(True for _ in self._groups[group].all_in(said))

    def look(self, said: Said) -> tuple[_Found | None, bool]:
        """Returns the worst phrase in the words, and whether there is one that only sounds so."""
        compounds = list(self._compounds.all_in(said, within_clauses=True))
        for compound in compounds:
            # Of the same length, so that places stay what they are.
            before, after = said.words[: compound.start()], said.words[compound.end() :]
            said = Said(before + _LETTER.sub("_", compound.group()) + after, said.ends)
        harmless = [
            part for found in self._harmless.all_in(said, within_clauses=True) for part in own_parts(found)
        ]
        is_idiom = bool(compounds or harmless)
        for found in chain.from_iterable(self._found(g, said) for g in GRADES):
            if any(start <= found.at and found.end <= end for start, end in harmless):
                continue
            if not self._denied.search(said.words, max(found.at - _DENIAL, 0), found.at):
                return found, is_idiom
        return None, is_idiom

    def _found(self, of: Grade, said: Said) -> Iterator[_Found]:
        for match in self._alarming[of].all_in(said):
            yield _Found(of, match.start(), match.end())


def _says(text: str, group: str) -> bool:
    words = _lexicon()
    return words.says(group, words.spell(prepare(text)))


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon(yaml.safe_load(SAFETY_FILE.read_text(encoding="utf-8")))
