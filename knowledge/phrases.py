"""Phrases with gaps and words that stand for each other, as `safety.yml` writes them, compared with what was said.

A word of a phrase matches as written and without its diacritics, but never with other ones. Only the standard library
is needed, because Rasa's environment imports this too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge.text import fold, normalise

_GAP = r"((?:\S+ ){0,4}?)"


@dataclass(frozen=True)
class Said:
    """The words of a sentence in lower case, a space behind each, and where its clauses end."""

    words: str
    ends: tuple[int, ...]

    def places(self) -> Iterator[tuple[int, str, int]]:
        """Yields each word with its place and the end of its clause."""
        start, ends = 0, iter(self.ends)
        end = next(ends, 0)
        for word in self.words.split():
            if start >= end:
                end = next(ends)
            yield start, word, end
            start += len(word) + 1


@dataclass(frozen=True)
class _Phrase:
    """One phrase; its pattern is made when it is first tried, for to make them all takes most of a second."""

    elements: list[str]
    classes: Mapping[str, list[str]]

    @cached_property
    def leaps(self) -> bool:
        """Whether it may go on in the next clause."""
        return "…" in self.elements

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the phrase from the beginning of a word, the space behind it included."""
        return re.compile("".join(_pattern(element, self.classes) for element in self.elements))


class Phrases:
    """Phrases by the first word they may begin with, so that only a few are tried at each word."""

    def __init__(self, phrases: Iterable[str], classes: Mapping[str, list[str]]) -> None:
        self._by_head: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in phrases:
            elements = phrase.split()
            shared = _Phrase(elements, classes)
            for head in _heads(elements, classes):
                self._by_head[head].append(shared)

    def make_all(self) -> None:
        """Makes all patterns now, for a program that answers many and must not pause for it."""
        for phrases in self._by_head.values():
            for phrase in phrases:
                phrase.pattern  # noqa: B018  # kept once it is made

    def all_in(self, said: Said, *, within_clauses: bool = False) -> Iterator[re.Match[str]]:
        """Yields every phrase that the words say; `within_clauses` those without a gap within one clause only."""
        for start, head, end in said.places():
            for phrase in self._by_head.get(head, ()):
                limit = end if within_clauses and not phrase.leaps else len(said.words)
                if found := phrase.pattern.match(said.words, start, limit):
                    yield found


def own_parts(found: re.Match[str]) -> list[tuple[int, int]]:
    """Returns the places of what a phrase itself says; anything may stand in its gaps."""
    gaps = [found.span(number) for number in range(1, found.re.groups + 1)]
    return list(
        zip(
            [found.start(), *(end for _, end in gaps)],
            [*(start for start, _ in gaps), found.end()],
            strict=True,
        )
    )


def _pattern(element: str, classes: Mapping[str, list[str]]) -> str:
    """Returns the pattern of one element of a phrase, the space behind it included."""
    if element == "…":
        return _GAP
    name = _class_of(element)
    if name is None:
        return spelled_word(element)
    # The longest first: "bố dượng em" before "bố".
    members = sorted(classes[name.rstrip("?")], key=lambda m: -len(m.split()))
    spelled = "|".join("".join(map(spelled_word, member.split())) for member in members)
    return f"(?:{spelled}){'?' if name.endswith('?') else ''}"


def spelled_word(word: str) -> str:
    """Returns the pattern of one word of a phrase, as typed or bare, the space behind it included."""
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
