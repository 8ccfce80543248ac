"""A question as search reads it: abbreviations written out, filler dropped, official words added."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from knowledge.text import fold, has_diacritics, normalise, prepare, tokens
from knowledge.vocabulary import vocabulary

# Below this share of syllables with a diacritic, the user types without them ("ở" that an abbreviation brought aside).
_TYPES_DIACRITICS = 0.12


@dataclass(frozen=True)
class Question:
    """A question prepared for search.

    Attributes:
        prepared: the text with abbreviations written out, as Rasa and the encoder read it.
        content: `prepared` without conversational filler, for lexical search.
        synonyms: words that official documents use for what was said.
        has_diacritics: whether the user types diacritics at all.
    """

    prepared: str
    content: str
    synonyms: tuple[str, ...]
    has_diacritics: bool

    @classmethod
    def read(cls, text: str) -> Question:
        """Reads a message as typed."""
        prepared = prepare(text)
        typed = tokens(text)
        marked = sum(has_diacritics(t) for t in typed)
        written = bool(typed) and marked / len(typed) >= _TYPES_DIACRITICS
        return cls(prepared, _without_filler(prepared, written), _synonyms(prepared), written)

    def synonyms_for(self, held: Collection[str]) -> list[str]:
        """Returns the user's words whose official synonym a passage's folded terms (`held`) contain."""
        folded = f" {' '.join(fold(t) for t in tokens(self.prepared))} "
        return [
            said
            for said, official in _synonym_table()
            if f" {said} " in folded and all(fold(t) in held for t in tokens(official))
        ]


def _synonyms(prepared: str) -> tuple[str, ...]:
    folded = f" {' '.join(fold(t) for t in tokens(prepared))} "
    return tuple(dict.fromkeys(official for said, official in _synonym_table() if f" {said} " in folded))


@cache
def _synonym_table() -> list[tuple[str, str]]:
    return [(" ".join(fold(t) for t in tokens(row["if"])), row["add"]) for row in vocabulary("synonyms")]


@cache
def _filler(written: bool) -> tuple[re.Pattern[str], frozenset[str]]:
    """Returns the filler phrases and words; without diacritics only phrases are safe ("hỏi" is also "hội")."""
    raw = vocabulary("stopwords")
    spell = normalise if written else fold
    phrases = sorted((spell(p).lower() for p in raw["phrases"]), key=len, reverse=True)
    words = frozenset(normalise(w).lower() for w in raw["tokens"]) if written else frozenset()
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b"), words


def _without_filler(prepared: str, written: bool) -> str:
    phrases, words = _filler(written)
    text = prepared.lower() if written else fold(prepared)
    kept = [t for t in tokens(phrases.sub(" ", text)) if t not in words]
    return " ".join(kept) or text
