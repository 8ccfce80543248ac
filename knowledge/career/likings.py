"""Takes a message apart into what is liked, what is disliked, and what somebody is, or is not good at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from knowledge.question import Question
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

Kind = Literal["like", "trait", "dislike", "weak"]
_PUNCTUATION = r"[,.;:!?…\n]+"
# The words of a cue that must follow and belong to what is liked: "muốn (làm)".
_FOLLOWING = re.compile(r"\s*\((.+)\)$")


@dataclass(frozen=True)
class Liking:
    """One thing that a message names, in the user's words."""

    kind: Kind
    words: str

    @property
    def attracts(self) -> bool:
        """Whether it speaks for its letters."""
        return self.kind in ("like", "trait")


def read_likings(text: str) -> tuple[Liking, ...]:
    """Returns what a message (prepared) says of likings, in order; nothing before the first cue counts."""
    written = Question.read(text).has_diacritics
    cues, weak = _cues(written), _weak(written)
    found: list[Liking] = []
    kind: Kind | None = None
    for part in _parts(text.lower(), written):
        spelled = part if written else fold(part)
        cue, lacking = cues.match(spelled), weak.search(spelled)
        if lacking and not (cue and cue.lastgroup != "like"):
            kind = "weak"
        elif cue:
            kind = _kind(cue)
        if kind is None:
            continue
        cut = [match.span() for match in (cue, lacking) if match and match.lastgroup != "trait"]
        words = _bare(_without(part, cut), written)
        if words:
            found.append(Liking(kind, words))
        if kind == "trait":
            kind = "like"
    return tuple(dict.fromkeys(found))


def _kind(cue: re.Match[str]) -> Kind:
    kinds: tuple[Kind, ...] = ("like", "trait", "dislike")
    return next(kind for kind in kinds if kind == cue.lastgroup)


def _parts(text: str, written: bool) -> Iterator[str]:
    """Yields the parts of a message; each begins with a cue or goes on with the part before."""
    for clause in _joints(written).split(text):
        start = end = 0
        for cue in _cues(written).finditer(clause if written else fold(clause)):
            # Of cues in a row the first counts: who does not like order is not tidy.
            if not clause[end : cue.start()].strip() and end:
                continue
            yield clause[start : cue.start()].strip()
            start, end = cue.span()
        yield clause[start:].strip()


def _without(part: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        part = f"{part[:start]} {part[end:]}"
    return part


def _bare(words: str, written: bool) -> str:
    """Returns words without what stands around them."""
    before, after = (_any_of(_spelled(name, written)) for name in ("before", "after"))
    bare = words if written else fold(words)
    start = match.end() if (match := re.match(rf"\s*(?:{before}\s*)*", bare)) else 0
    end = match.start() if (match := re.search(rf"(?:\s*{after})*\s*$", bare[start:])) else len(bare) - start
    return " ".join(words[start : start + end].split())


def _spelled(name: str, written: bool) -> list[str]:
    """Returns the cues of one kind as they may be spelled, the longest first."""
    words = vocabulary("interests")
    cues = words[name] if written else [fold(cue) for cue in words[name] if cue not in words["only_written"]]
    return sorted(cues, key=len, reverse=True)


def _any_of(cues: Iterable[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(map(_cue, cues))})(?!\w)"


def _cue(written: str) -> str:
    following = _FOLLOWING.search(written)
    if following is None:
        return re.escape(written)
    return rf"{re.escape(written[: following.start()])}(?=\s{re.escape(following[1])})"


@cache
def _cues(written: bool) -> re.Pattern[str]:
    each = (rf"(?P<{kind}>{_any_of(_spelled(kind, written))})" for kind in ("dislike", "like", "trait"))
    return re.compile("|".join(each))


@cache
def _weak(written: bool) -> re.Pattern[str]:
    around = rf"(?:{_any_of(_spelled('weak_after', written))}\s+)*"
    return re.compile(f"{around}{_any_of(_spelled('weak', written))}")


@cache
def _joints(written: bool) -> re.Pattern[str]:
    return re.compile(rf"{_PUNCTUATION}|{_any_of(_spelled('joints', written))}")
