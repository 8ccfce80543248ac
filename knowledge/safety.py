"""Recognises a cry for help in what a user writes, and how much it matters, by the phrases of `safety.yml`.

Needs only the standard library and PyYAML, because Rasa's environment imports it too. A phrase is compared with what
was typed as well as with the diacritics left out, but never with other diacritics: "từ từ" is no "tự tử".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from knowledge.errors import KnowledgeError
from knowledge.text import fold, normalise, prepare, tokens

SAFETY_FILE = Path(__file__).with_name("safety.yml")

Grade = Literal["emergency", "serious", "abuse", "mild"]
# Worst first: of what a message says, the worst counts.
GRADES: tuple[Grade, ...] = get_args(Grade)

# Three full stops are a pause, not an end.
_SENTENCE_END = re.compile(r"(?<=[!?])\s+|(?<=[^.]\.)\s+|\n+")
# "t.ự t.ử", "ch-ết": a syllable in pieces of one or two letters, to get past a filter.
_BROKEN = re.compile(r"(?<!\w)[^\W\d_]{1,2}(?:[._*~|'-]+[^\W\d_]{1,2})+(?!\w)")
# "t ự t ử": letters one by one.
_SPELLED = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){2,}(?!\w)")
_MARKS = re.compile(r"[\W_]+")
_GAP = r"(?:\S+ ){0,4}?"
_HARMLESS = ("compounds", "harmless")
_GROUPS = ("parents", "others", "now")
_CLASS = re.compile(r"\{(.*?)\??\}")
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
    for sentence in filter(None, map(str.strip, _SENTENCE_END.split(_normalise_lines(text)))):
        for spelling in _spellings(sentence):
            said = words.spell(prepare(spelling))
            found, idiom = words.look(said)
            is_idiom, is_now = is_idiom or idiom, is_now or words.says("now", said)
            if found:
                alarms.append(Alarm(found.grade, _cut(sentence, said, found.at)))
    worst = min(alarms, key=lambda alarm: GRADES.index(alarm.grade), default=None)
    return Reading(worst, is_idiom, is_now)


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


def _spellings(sentence: str) -> Iterator[str]:
    yield sentence
    joined = _BROKEN.sub(lambda found: _MARKS.sub("", found.group()), sentence)
    joined = _SPELLED.sub(lambda found: found.group().replace(" ", ""), joined)
    if joined != sentence:
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


@dataclass(frozen=True)
class _Phrase:
    """One phrase; its pattern is made when it is first tried, for to make them all takes most of a second."""

    elements: list[str]
    classes: Mapping[str, list[str]]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the phrase from the beginning of a word, the space behind it included."""
        return re.compile("".join(_pattern(element, self.classes) for element in self.elements))


class _Phrases:
    """Phrases by the first word they may begin with, so that only a few are tried at each word."""

    def __init__(self, phrases: Iterable[str], classes: Mapping[str, list[str]]) -> None:
        self._by_head: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in phrases:
            elements = phrase.split()
            shared = _Phrase(elements, classes)
            for head in _heads(elements, classes):
                self._by_head[head].append(shared)

    def at(self, said: str, start: int, head: str) -> Iterator[re.Match[str]]:
        """Yields what the words say from `start` on; `head` is the word there."""
        for phrase in self._by_head.get(head, ()):
            if found := phrase.pattern.match(said, start):
                yield found

    def all_in(self, said: str) -> Iterator[re.Match[str]]:
        """Yields every phrase that the words say."""
        for start, head in _places(said):
            yield from self.at(said, start, head)


class _Lexicon:
    """What `safety.yml` holds, ready to be compared."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        check(raw)
        classes = raw["words"]
        self._respelled = {normalise(word): meant for word, meant in raw["spellings"].items()}
        self._compounds, self._harmless = (_Phrases(raw[section], classes) for section in _HARMLESS)
        self._alarming = {g: _Phrases(raw[g], classes) for g in GRADES}
        self._groups = {name: _Phrases(raw[name], classes) for name in _GROUPS}
        denied = "|".join(_word(word).strip() for word in raw["denials"]["before"])
        between = "|".join(_word(word).strip() for word in raw["denials"]["between"])
        self._denied = re.compile(rf"(?:^| )(?:{denied}) (?:(?:{between}) ){{0,3}}$")

    def spell(self, prepared: str) -> str:
        """Returns the words of a prepared text in lower case, other spellings replaced, a space behind each."""
        return "".join(f"{self._respelled.get(word, word)} " for word in tokens(prepared))

    def says(self, group: str, said: str) -> bool:
        """Tells whether the words hold one of a group of phrases: `parents`, `others`, `now`."""
        return any(True for _ in self._groups[group].all_in(said))

    def look(self, said: str) -> tuple[_Found | None, bool]:
        """Returns the worst phrase in the words, and whether there is one that only sounds so."""
        compounds = list(self._compounds.all_in(said))
        for compound in compounds:
            # Of the same length, so that places stay what they are.
            said = said[: compound.start()] + _LETTER.sub("_", compound.group()) + said[compound.end() :]
        harmless = [found.span() for found in self._harmless.all_in(said)]
        is_idiom = bool(compounds or harmless)
        for found in chain.from_iterable(self._found(g, said) for g in GRADES):
            if any(start <= found.at and found.end <= end for start, end in harmless):
                continue
            if not self._denied.search(said, max(found.at - 40, 0), found.at):
                return found, is_idiom
        return None, is_idiom

    def _found(self, of: Grade, said: str) -> Iterator[_Found]:
        for match in self._alarming[of].all_in(said):
            yield _Found(of, match.start(), match.end())


def _places(said: str) -> Iterator[tuple[int, str]]:
    start = 0
    for word in said.split():
        yield start, word
        start += len(word) + 1


def _pattern(element: str, classes: Mapping[str, list[str]]) -> str:
    """Returns the pattern of one element of a phrase, the space behind it included."""
    if element == "…":
        return _GAP
    name = _class_of(element)
    if name is None:
        return _word(element)
    # The longest first: "bố dượng em" before "bố".
    members = sorted(classes[name.rstrip("?")], key=lambda m: -len(m.split()))
    spelled = "|".join("".join(map(_word, member.split())) for member in members)
    return f"(?:{spelled}){'?' if name.endswith('?') else ''}"


def _word(word: str) -> str:
    exact = normalise(word.removesuffix("!")).lower()
    bare = fold(exact)
    return f"{exact} " if word.endswith("!") or bare == exact else f"(?:{exact}|{bare}) "


def _heads(elements: list[str], classes: Mapping[str, list[str]]) -> set[str]:
    """Returns every word that a phrase may begin with."""
    first = elements[0]
    name = _class_of(first)
    if name is None:
        exact = normalise(first.removesuffix("!")).lower()
        return {exact} if first.endswith("!") else {exact, fold(exact)}
    heads = set().union(*(_heads(member.split(), classes) for member in classes[name.rstrip("?")]))
    return heads | _heads(elements[1:], classes) if name.endswith("?") else heads


def _class_of(element: str) -> str | None:
    return element[1:-1] if element.startswith("{") else None


def _says(text: str, group: str) -> bool:
    words = _lexicon()
    return words.says(group, words.spell(prepare(text)))


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon(yaml.safe_load(SAFETY_FILE.read_text(encoding="utf-8")))
