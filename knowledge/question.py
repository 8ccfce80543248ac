"""A question as search reads it: abbreviations written out, filler dropped, official words added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from knowledge.text import fold, folded_tokens, has_diacritics, normalise, prepare, tokens
from knowledge.vocabulary import vocabulary

# Below this share of syllables with a diacritic, the user types without them: the few there are came with the
# abbreviations that the assistant wrote out before it asked. Whole Vietnamese sentences hold far more.
_TYPES_DIACRITICS = 0.25
# A message with more syllables than this tells a story around its question.
_LONG_MESSAGE = 30
_REMEMBERED = 256
_MOST_PARTS = 4
# Syllables from which on a phrase is told from all others by its letters alone.
_DISTINCTIVE = 3
# The words at the end of a part in which a question shows.
_ENDING = 5
_CLAUSE_END = re.compile(r"(?<=[,;])\s+")
_AND = re.compile(r"\s+(?:và|va)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A question prepared for search.

    Attributes:
        prepared: the text with abbreviations written out, as Rasa and the encoder read it.
        content: `prepared` without conversational filler, for lexical search.
        has_diacritics: whether the user types diacritics at all.
    """

    prepared: str
    content: str
    has_diacritics: bool

    @classmethod
    def read(cls, text: str) -> Question:
        """Reads a message as typed; the latest are remembered, for a turn reads the same more than once."""
        return _read(text)

    @cached_property
    def said(self) -> str:
        """The words of `prepared` in lower case, without their diacritics if the user types none; spaces around."""
        words = spoken(self.prepared)
        return words if self.has_diacritics else fold(words)

    @property
    def is_long(self) -> bool:
        """Whether it tells a story around what it asks."""
        return len(tokens(self.prepared)) > _LONG_MESSAGE

    @cached_property
    def synonyms(self) -> tuple[str, ...]:
        """Words that official documents use for what was said."""
        return tuple(dict.fromkeys(synonym.official for synonym in self._said))

    def synonyms_for(self, held: Set[str]) -> list[str]:
        """Returns the user's words whose official synonym a passage's folded terms (`held`) contain."""
        return [synonym.said for synonym in self._said if synonym.syllables <= held]

    @cached_property
    def _said(self) -> tuple[_Synonym, ...]:
        folded = f" {_folded(self.prepared)} "
        return tuple(synonym for synonym in _synonym_table() if f" {synonym.said} " in folded)


class Phrases:
    """Phrases that a question may say; "…" in one stands for up to four words ("trường … dạy").

    Who types diacritics must have typed those of the phrase: "cơ quan nào" does not ask for a "quận nào". In a phrase
    of three syllables or more a slip of them is forgiven: no other phrase has the same letters. `forgiving` phrases are
    asked for where something else tells what is meant, so that any slip is.
    """

    def __init__(self, phrases: Iterable[str], *, forgiving: bool = False) -> None:
        # Abbreviations in them are written out, as they are in the question.
        written = [[spoken(prepare(part)).rstrip() for part in phrase.split("…")] for phrase in phrases]
        folded = [list(map(fold, parts)) for parts in written]
        long = [parts for parts in folded if forgiving or _is_distinctive(parts)]
        self._written, self._folded, self._long = map(_any_said, (written, folded, long))

    def said_in(self, question: Question) -> bool:
        """Tells whether `question` says one of the phrases."""
        return self.said_by(question) is not None

    def said_by(self, question: Question) -> str | None:
        """Returns the first phrase that `question` says, in its words, or None."""
        found = (self._written if question.has_diacritics else self._folded).search(question.said)
        if found is None and question.has_diacritics:
            found = self._long.search(fold(question.said))
        return found.group().strip() if found else None


@cache
def cues(name: str, *, forgiving: bool = False) -> Phrases:
    """Returns the phrases of that name in `vocabulary/questions.yml`."""
    return Phrases(vocabulary("questions")[name], forgiving=forgiving)


def _is_distinctive(parts: list[str]) -> bool:
    """Tells whether no other words have a phrase's letters; after "…" a single syllable is any word ("chị", "chỉ")."""
    syllables = [len(part.split()) for part in parts]
    return sum(syllables) >= _DISTINCTIVE and (len(parts) == 1 or min(syllables) > 1)


def _ends_asking(part: str) -> bool:
    """Tells whether a part ends as a question does; "bố không cho em đi học" only says "không"."""
    words = tokens(part)
    polite = _spelled(vocabulary("stopwords")["tokens"], words)
    while words and words[-1] in polite:
        words.pop()
    denying = vocabulary("questions")["denying"].get(words[-1], ()) if words else ()
    if "?" not in part and set(words) & set(denying):
        return False
    at_the_end = vocabulary("questions")["closing"]
    if words and words[-1] in {*at_the_end, *map(fold, at_the_end)}:
        return True
    within = [cue for cue in vocabulary("questions")["cues"] if cue not in at_the_end]
    return "?" in part or _says_any(within, words[-_ENDING:])


def spoken(text: str) -> str:
    """Returns the words of `text` in lower case, a space around each; "%" is one, for "bao nhiêu %" hangs on it."""
    return f" {' '.join(tokens(text.replace('%', ' phần trăm ')))} "


def _any_said(phrases: list[list[str]]) -> re.Pattern[str]:
    spelled = [r"(?: \S+){0,4}".join(map(re.escape, phrase)) for phrase in phrases]
    # Without a phrase nothing is said.
    return re.compile(rf"(?:{'|'.join(spelled)}) " if spelled else r"(?!)")


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> Question:
    prepared = prepare(text)
    typed = tokens(text)
    written = bool(typed) and _types_diacritics(typed)
    return Question(prepared, _without_filler(prepared, written), written)


@dataclass(frozen=True)
class _Synonym:
    """What users say, folded, and the official words for it, also as folded syllables."""

    said: str
    official: str
    syllables: frozenset[str]


def parts(prepared: str) -> list[str]:
    """Returns the questions of a message that asks two to four things, in order; of any other message, nothing."""
    asking = [part for sentence in _sentences(prepared) for part in _asked_in(sentence)]
    return asking if 1 < len(asking) <= _MOST_PARTS else []


def asks(text: str) -> bool:
    """Tells whether a message, or a clause of it, asks something."""
    return any(map(_is_question, _each_clause(text)))


def stated(text: str) -> str:
    """Returns the clauses of a message that do not ask: of "em ở Hải Phòng, học hàn mấy năm ạ" the first."""
    return " ".join(clause for clause in _each_clause(text) if not _is_question(clause))


def core(part: str) -> str:
    """Returns the last clause of a part of a message: what it asks, without the story before it."""
    return _CLAUSE_END.split(part)[-1]


def _each_clause(text: str) -> Iterator[str]:
    return (clause for sentence in _sentences(text) for clause in _clauses_in(sentence))


def _clauses_in(sentence: str) -> Iterator[str]:
    """Yields the clauses of a sentence; "lương bao nhiêu và học ở đâu" are two, "trường dạy hàn và điện" is one."""
    for clause in _CLAUSE_END.split(sentence):
        joined = _AND.split(clause)
        yield from joined if len(joined) > 1 and all(map(_is_question, joined)) else [clause]


def _is_question(clause: str) -> bool:
    return has_cue(clause) and _ends_asking(clause)


def _asked_in(sentence: str) -> Iterator[str]:
    """Yields each question of a sentence, with what is said before it: a comma may stand for a question mark."""
    said: list[str] = []
    for clause in _clauses_in(sentence):
        said.append(clause)
        if _is_question(clause):
            yield " ".join(said)
            said = []


def focus(prepared: str) -> str | None:
    """Returns the part of a long message (a life story) that asks, or None if the message is short or asks nothing."""
    if len(tokens(prepared)) <= _LONG_MESSAGE:
        return None
    asking = [part for part in _clauses(prepared) if has_cue(part)]
    return asking[-1] if asking else None


def _clauses(text: str) -> list[str]:
    """Returns the sentences of `text`; of one that goes on and on, the clauses that fit from its end."""
    found = []
    for sentence in _sentences(text):
        kept: list[str] = []
        for clause in reversed(_CLAUSE_END.split(sentence)):
            if kept and len(tokens(" ".join([clause, *kept]))) > _LONG_MESSAGE:
                break
            kept.insert(0, clause)
        found.append(" ".join(kept).strip())
    return [part for part in found if part]


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?…])\s+|\n", text) if sentence.strip()]


def has_cue(part: str) -> bool:
    """Tells whether a text holds a word that asks, or a question mark, wherever it stands."""
    return "?" in part or _says_any(vocabulary("questions")["cues"], tokens(part))


def _says_any(cues: Iterable[str], words: list[str]) -> bool:
    said = f" {' '.join(words)} "
    return any(f" {cue} " in said for cue in _spelled(cues, words))


def _spelled(phrases: Iterable[str], words: list[str]) -> set[str]:
    """Returns phrases as `words` may spell them: "may" is "mấy" only where hardly any diacritics are typed."""
    written = set(phrases)
    return written if _types_diacritics(words) else written | set(map(fold, written))


def _types_diacritics(words: list[str]) -> bool:
    return sum(map(has_diacritics, words)) >= _TYPES_DIACRITICS * max(len(words), 1)


def _folded(text: str) -> str:
    return " ".join(folded_tokens(text))


@cache
def _synonym_table() -> tuple[_Synonym, ...]:
    return tuple(
        _Synonym(_folded(row["if"]), row["add"], frozenset(_folded(row["add"]).split()))
        for row in vocabulary("synonyms")
    )


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
