"""Finds the things that people name (trades, schools, levels, places, …) in text typed any way.

Gazetteers are lists in YAML, one file a kind. A name is found without its diacritics ("cao dang"), with its
tone on the other vowel ("hoà" for "hòa"), in NFD, with a diacritic left out or hỏi and ngã confused ("cao
đăng", "cao đẵng"), and with one slip of the keyboard in a name of six letters or more ("trugn cấp").
A year is found by its pattern.

A file holds `entity`, `entries` (each `id`, `name`, `aliases` and perhaps `ambiguous`: aliases that are
ordinary words too) and, if there are ambiguous ones, `context`: the words one of which must stand beside.
Instead of `entries`, `entries_of` may name a file of facts whose entries have these fields among others.
`not` lists what holds a name of the file and means something else ("tiếng hàn" is no welding).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml
from rapidfuzz.distance import OSA

from knowledge.text import VALID_SYLLABLE, fold, normalise

# The kinds of things that have an entry of their own in the facts.
ENTRY_KINDS = frozenset({"occupation", "institution"})
GAZETTEER_DIR = Path(__file__).parent / "gazetteers"
# libyaml reads the files of facts ten times faster, where it is there.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What only keeps a name in it from being found is of this kind, and is no mention.
_NOT_MEANT = "not"
_SYLLABLE = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
# Four digits of their own, not of a number ("2.024", "20240") or of a document's ("03/2024/NQ"), nor a year of birth.
_YEAR = re.compile(
    r"(?<!sinh năm )(?<!sinh nam )(?<![\w.,/-]\d)(?<![\w/])(?:19[89]|20[0-4])\d(?![\w/]|[.,]\d)"
)

# How sure a mention is, by what had to be forgiven.
_EXACT, _UNACCENTED, _MISPLACED, _TYPO = 1.0, 0.95, 0.85, 0.75
_SHORTEST_WITH_TYPO = 6


@dataclass(frozen=True)
class Entry:
    """One thing: its id, how it is called in an answer, and what else people call it.

    An alias in `ambiguous` counts only next to a word of `context`, or joined by a phrase of `joining` to another thing
    of its kind (all folded); one in `exact` only with its diacritics, being another word without them ("dược", "được").
    `within` is the id of the entry that it is a part of, as a district is of its city.
    """

    entity: str
    id: str
    name: str
    aliases: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()
    joining: frozenset[str] = frozenset()
    exact: tuple[str, ...] = ()
    within: str | None = None


class Named(Protocol):
    """An entry of the facts as far as names go; it may have `ambiguous` and `exact` aliases too."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """How it is called."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """What else people call it."""


@dataclass(frozen=True)
class Mention:
    """Where a text names an entry: `start` and `end` count the characters of the text as typed."""

    entity: str
    value: str
    name: str
    start: int
    end: int
    confidence: float


def without(text: str, mentions: Iterable[Mention]) -> str:
    """Returns `text` without the words that name things: "học lái xe nâng ở đâu" -> "học ở đâu"."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        text = f"{text[: mention.start].rstrip()} {text[mention.end :].lstrip()}"
    return text.strip()


@dataclass(frozen=True)
class _Syllable:
    """A syllable as typed: lower case with (`accented`) and without (`plain`) diacritics, and its place."""

    accented: str
    plain: str
    start: int
    end: int


@dataclass(frozen=True)
class _Alias:
    accented: tuple[str, ...]
    plain: tuple[str, ...]
    entry: Entry
    context: frozenset[str] = frozenset()
    exact: bool = False


@dataclass
class Gazetteer:
    """A set of entries, indexed by what people type."""

    entries: Sequence[Entry]
    _by_plain: dict[tuple[str, ...], list[_Alias]] = field(default_factory=dict, init=False)
    _by_deletion: dict[str, list[_Alias]] = field(default_factory=dict, init=False)
    _longest: int = field(default=0, init=False)
    _names: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._names = {(entry.entity, entry.id): entry.name for entry in self.entries}
        for entry in self.entries:
            ambiguous = {written.lower() for written in entry.ambiguous}
            for written in dict.fromkeys((entry.name, *entry.aliases)):
                if written.lower() not in ambiguous:
                    self._add(written, entry)
            for written in entry.ambiguous:
                self._add(written, entry, context=entry.context)
            for written in entry.exact:
                alone = " " not in written.strip()
                self._add(written, entry, context=entry.context if alone else frozenset(), exact=True)

    def name(self, entity: str, entry_id: str) -> str:
        """Returns how an entry is called; KeyError if there is none."""
        return self._names[entity, entry_id]

    def knows(self, entity: str, entry_id: str) -> bool:
        """Tells whether there is such an entry."""
        return (entity, entry_id) in self._names

    def find(self, text: str, *, slips: bool = True) -> list[Mention]:
        """Returns the mentions in `text`, in order; of two that overlap the longer, a slip only if alone.

        Text of our own has no `slips` of the keyboard, and looking for them takes most of the time.
        """
        doubtful: list[tuple[Mention, Entry]] = []
        candidates = [*self._named(_syllables(text), doubtful, slips), *_years(text)]
        candidates.sort(key=lambda m: (m.confidence == _TYPO, m.start - m.end, -m.confidence))
        chosen: list[Mention] = []
        for mention in candidates:
            if all(_agree(mention, other) for other in chosen):
                chosen.append(mention)
        for mention, entry in doubtful:
            free = all(_agree(mention, other) for other in chosen)
            if free and any(_joined(text, mention, other) in entry.joining for other in chosen):
                chosen.append(mention)
        meant = (mention for mention in chosen if mention.entity != _NOT_MEANT)
        return sorted(meant, key=lambda mention: (mention.start, mention.entity))

    def _add(
        self, written: str, entry: Entry, context: frozenset[str] = frozenset(), exact: bool = False
    ) -> None:
        syllables = _syllables(written)
        accented, plain = tuple(s.accented for s in syllables), tuple(s.plain for s in syllables)
        alias = _Alias(accented, plain, entry, context, exact)
        self._by_plain.setdefault(alias.plain, []).append(alias)
        self._longest = max(self._longest, len(alias.plain))
        joined = "".join(alias.plain)
        if len(joined) >= _SHORTEST_WITH_TYPO and joined.isalpha() and not exact:
            for key in _deletions(joined):
                self._by_deletion.setdefault(key, []).append(alias)

    def _named(
        self, syllables: Sequence[_Syllable], doubtful: list[tuple[Mention, Entry]], slips: bool
    ) -> Iterator[Mention]:
        """Yields what is named; an ambiguous name that stands beside no word of its context goes to `doubtful`."""
        plain = [syllable.plain for syllable in syllables]
        odd = [not VALID_SYLLABLE.fullmatch(word) for word in plain]
        for first in range(len(syllables)):
            # One more than the longest name: a slip may cut a syllable in two.
            for last in range(first + 1, min(first + self._longest + 1, len(syllables)) + 1):
                exact = self._by_plain.get(tuple(plain[first:last]), ())
                near = self._near("".join(plain[first:last]), any(odd[first:last])) if slips else ()
                if not exact and not near:
                    continue
                window = syllables[first:last]
                found = list(_exactly(window, exact)) or list(_nearly(window, near))
                beside = {
                    s.plain for s in (*syllables[max(first - 2, 0) : first], *syllables[last : last + 1])
                }
                for alias, confidence in found:
                    entry = alias.entry
                    mention = Mention(
                        entry.entity, entry.id, entry.name, window[0].start, window[-1].end, confidence
                    )
                    if alias.context and not alias.context & beside:
                        doubtful.append((mention, entry))
                    else:
                        yield mention

    def _near(self, joined: str, odd: bool) -> Sequence[_Alias]:
        """Returns the aliases that `joined` may be a slip of; `odd` tells whether it holds what is no syllable."""
        if not odd:  # Nothing but a space can be wrong (see `_is_slip`).
            return self._by_deletion.get(joined, ())
        if len(joined) < _SHORTEST_WITH_TYPO - 1 or not joined.isalpha():
            return ()
        near = (alias for key in _deletions(joined) for alias in self._by_deletion.get(key, ()))
        return list({id(alias): alias for alias in near}.values())


def _syllables(text: str) -> list[_Syllable]:
    found = []
    for match in _SYLLABLE.finditer(text):
        accented = normalise(match.group()).lower()
        found.append(_Syllable(accented, fold(accented), match.start(), match.end()))
    return found


def _exactly(window: Sequence[_Syllable], aliases: Iterable[_Alias]) -> Iterator[tuple[_Alias, float]]:
    for alias in aliases:
        confidence = _agreement(window, alias)
        if confidence == _EXACT or (confidence and not alias.exact):
            yield alias, confidence


def _nearly(window: Sequence[_Syllable], aliases: Iterable[_Alias]) -> Iterator[tuple[_Alias, float]]:
    joined = "".join(s.plain for s in window)
    for alias in aliases:
        if _is_slip(window, joined, alias):
            yield alias, _TYPO


def _agreement(window: Sequence[_Syllable], alias: _Alias) -> float:
    """Returns how sure it is that `window`, of `alias`'s letters, means it; 0 if it is another word."""
    worst = _EXACT
    for syllable, accented in zip(window, alias.accented, strict=True):
        if syllable.accented == accented:
            continue
        if syllable.accented == syllable.plain:
            worst = min(worst, _UNACCENTED)
        elif len(window) > 1 and _marks(syllable.accented) <= _marks(accented):
            worst = _MISPLACED
        else:  # "hạn" is not "hàn".
            return 0.0
    return worst


def _marks(word: str) -> frozenset[str]:
    """Returns the diacritics of `word`; hỏi and ngã, which many do not tell apart in speech, are one."""
    decomposed = unicodedata.normalize("NFD", word).replace("\u0303", "\u0309")
    return frozenset(c for c in decomposed if unicodedata.combining(c) or c == "đ")


def _is_slip(window: Sequence[_Syllable], joined: str, alias: _Alias) -> bool:
    target = "".join(alias.plain)
    if joined == target:  # Run together or cut apart: "caođẳng".
        return "".join(s.accented for s in window) in (joined, "".join(alias.accented))
    if joined[0] != target[0] or OSA.distance(joined, target, score_cutoff=1) > 1:
        return False
    # A slip makes something that is no syllable; two real words side by side are meant as they stand.
    return any(not VALID_SYLLABLE.fullmatch(s.plain) for s in window if s.plain not in alias.plain)


def _deletions(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _years(text: str) -> Iterator[Mention]:
    for match in _YEAR.finditer(text):
        yield Mention("year", match.group(), match.group(), match.start(), match.end(), _EXACT)


def _joined(text: str, mention: Mention, other: Mention) -> str | None:
    """Returns the words between two things of a kind, folded; None if they are of two kinds."""
    first, second = sorted((mention, other), key=lambda m: m.start)
    same_kind = mention.entity == other.entity and mention.value != other.value
    return fold(text[first.end : second.start].strip().lower()) if same_kind else None


def _agree(mention: Mention, other: Mention) -> bool:
    apart = mention.end <= other.start or mention.start >= other.end
    same_place = (mention.start, mention.end) == (other.start, other.end)
    # One name may stand for things of two kinds (a school that is also an agency), not for two of a kind.
    return apart or (same_place and mention.entity != other.entity)


def load_gazetteer(
    folder: Path = GAZETTEER_DIR, facts: Mapping[str, Iterable[Named]] | None = None
) -> Gazetteer:
    """Loads all `*.yml` of `folder`.

    Args:
        folder: the files.
        facts: by kind, the entries of the facts in use; those that a file names when left out.

    Raises:
        ValueError: an entry lacks its id or name, or shares its id, or is ambiguous without a context.
    """
    files = sorted(folder.glob("*.yml"))
    return Gazetteer([entry for file in files for entry in _entries(file, facts or {})])


def _listed(
    file: Path, raw: dict[str, Any], facts: Mapping[str, Iterable[Named]]
) -> Iterable[dict[str, Any]]:
    if "entries_of" not in raw:
        return list(raw["entries"])
    if raw["entity"] in facts:
        return [
            {
                "id": entry.id,
                "name": entry.name,
                "aliases": entry.aliases,
                "ambiguous": getattr(entry, "ambiguous", ()),
                "exact": getattr(entry, "exact", ()),
            }
            for entry in facts[raw["entity"]]
        ]
    named = file.parent / raw["entries_of"]
    return yaml.load(named.read_text(encoding="utf-8"), _YAML_LOADER) or []


def _entries(file: Path, facts: Mapping[str, Iterable[Named]]) -> Iterator[Entry]:
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    context = frozenset(fold(str(word)) for word in raw.get("context", ()))
    for phrase in raw.get("not", ()):
        yield Entry(_NOT_MEANT, str(phrase), str(phrase), ())
    seen: set[str] = set()
    for number, entry in enumerate(_listed(file, raw, facts), start=1):
        identifier, name = entry.get("id"), entry.get("name")
        if not identifier or not name or identifier in seen:
            raise ValueError(f"{file}: entry {number} ({identifier}) needs a name and an id of its own")
        seen.add(identifier)
        ambiguous = tuple(str(alias) for alias in entry.get("ambiguous", ()))
        if ambiguous and not context:
            raise ValueError(f"{file}: {identifier} has ambiguous aliases, so the file needs 'context'")
        aliases = tuple(str(alias) for alias in entry.get("aliases", ()))
        yield Entry(
            raw["entity"],
            str(identifier),
            str(name),
            aliases,
            ambiguous,
            context,
            frozenset(fold(str(word)) for word in raw.get("joining", ())),
            tuple(str(alias) for alias in entry.get("exact", ())),
            entry.get("within"),
        )
