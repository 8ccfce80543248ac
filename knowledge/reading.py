"""What a passage holds of a question: its words, its names, the kind of thing that is asked for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from knowledge.entries import kind_of
from knowledge.expectations import Content, Demand, Expectations
from knowledge.facts import CARDS
from knowledge.index import Index
from knowledge.passages import Passage
from knowledge.question import Question
from knowledge.ranking import Ranking
from knowledge.text import fold, tokens

_REMEMBERED_PASSAGES = 4096

Rarities = dict[str, float]
Entry = tuple[str, str]


def entry_of(passage: Passage) -> Entry | None:
    """Returns the thing (kind, id) that a passage is all about, as gazetteers name it; None unless it is a card."""
    source = passage.source
    return (kind_of(source), source.id) if isinstance(source, CARDS) else None


class Reader:
    """Reads passages of one index, by their number. It takes longer than comparing vectors, so few are read."""

    def __init__(self, index: Index, expectations: Expectations, ranking: Ranking) -> None:
        self._index = index
        self._expectations = expectations
        self._ranking = ranking
        of = np.array([window.passage for window in index.windows], dtype=np.int64)
        # Windows lie in the order of their passages: those of passage p are rows _rows[p] to _rows[p + 1].
        self._rows = np.searchsorted(of, np.arange(len(index.passages) + 1))
        self._entries = [entry_of(passage) for passage in index.passages]
        self._words = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_words)
        self._terms = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_terms)
        self._content = lru_cache(maxsize=_REMEMBERED_PASSAGES)(self._passage_content)

    def read(self, question: Question, demand: Demand, passage: int) -> dict[str, float]:
        """Returns what a passage holds of a question, as features of the confidence.

        - coverage: the share (0 to 1) of the question's terms, weighed by rarity, that it mentions; `rest`: the same of
          what the question says besides names; `lacked`: the rarity of the rarest word that it does not say.
        - missing, unmet: see `knowledge.expectations`.
        - entry: 1 if it is the card of a trade or school that the question names, -1 if of another one, else 0;
          `unnamed`: 1 if it is the card of a kind of which the question names none.
        """
        rarities, content = self._rarities(question), self._content(passage)
        entry = self._named(demand, passage)
        return {
            "coverage": self._coverage(question, rarities, passage),
            "rest": self._rest(question, demand, rarities, passage),
            "lacked": self._lacked(question, demand, passage),
            "missing": float(self._expectations.missing(demand, content)),
            "unmet": float(self._expectations.unmet(demand, content)),
            "entry": entry,
            "unnamed": float(self.is_card(passage) and entry == 0),
        }

    def lacking(self, reading: dict[str, float], passage: int) -> float:
        """Returns what a passage loses (in z) for what it does not hold."""
        lacking = sum(weight * reading[name] for name, weight in self._ranking.lacking.items())
        return lacking + self._ranking.card_weight * (1 - reading["rest"]) * self.is_card(passage)

    def is_card(self, passage: int) -> bool:
        """Tells whether a passage is the card of a trade or a school."""
        return self._entries[passage] is not None

    def speaks_of(self, question: Question, passage: int) -> bool:
        """Tells whether a card says anything of what `question` says besides the names of things."""
        demand = self._expectations.of(question)
        return self._rest(question, demand, self._rarities(question), passage) >= self._ranking.card_rest

    def holds(self, text: str, passage: int) -> float:
        """Returns the share (0 to 1) of the words of `text`, weighed by rarity, that a passage says or explains."""
        question = Question.read(text)
        said, explained = self._said(question, passage), self._explained(question, passage)
        weights = {word: self._index.folded.rarity(fold(word)) for word in tokens(question.content)}
        held = sum(w for word, w in weights.items() if word in said or fold(word) in explained)
        return held / sum(weights.values()) if weights else 1.0

    def shared(self, question: Question, text: str) -> float:
        """Returns how much of a question `text` says: the rarity of the words that both hold, summed."""
        held = self._index.folded.terms(text)
        return sum(rarity for term, rarity in self._rarities(question).items() if term in held)

    def _named(self, demand: Demand, passage: int) -> float:
        entry = self._entries[passage]
        if entry is None or not any(kind == entry[0] for kind, _ in demand.entries):
            return 0.0
        return 1.0 if entry in demand.entries else -1.0

    def _rarities(self, question: Question) -> Rarities:
        index = self._index.folded
        return {term: index.rarity(term) for term in index.terms(question.content)}

    def _coverage(self, question: Question, rarities: Rarities, passage: int) -> float:
        """Returns the share (0 to 1) of the question's terms, weighed by rarity, that the passage mentions."""
        # Two common words that a passage happens to hold say little: a short question is never covered whole.
        total = max(sum(rarities.values()), self._ranking.least_substance)
        return self._covered_rarity(question, rarities, passage) / total

    def _rest(self, question: Question, demand: Demand, rarities: Rarities, passage: int) -> float:
        """Returns the same share of what the question says besides names: a card is not all that can be asked of it."""
        rest = {term: r for term, r in rarities.items() if not demand.words.issuperset(term.split("_"))}
        slight = self._ranking.slight_rest
        return (self._covered_rarity(question, rest, passage) + slight) / (sum(rest.values()) + slight)

    def _lacked(self, question: Question, demand: Demand, passage: int) -> float:
        """Returns the rarity of the rarest word, not of a name, that the question says and the passage does not.

        In a longer message it counts for less: more of it is no part of what is asked.
        """
        asked = tokens(question.content)
        said, explained = self._said(question, passage), self._explained(question, passage)
        index = self._index.written if question.has_diacritics else self._index.folded
        lacking = [w for w in asked if w not in said and fold(w) not in explained | demand.words]
        share = min(1.0, self._ranking.short_question / max(len(asked), 1))
        return share * max(map(index.rarity, lacking), default=0.0)

    def _covered_rarity(self, question: Question, rarities: Rarities, passage: int) -> float:
        held = self._terms(passage)
        explained = {t for words in question.synonyms_for(held) for t in self._index.folded.terms(words)}
        return sum(rarity for term, rarity in rarities.items() if term in held or term in explained)

    def _said(self, question: Question, passage: int) -> frozenset[str]:
        """Returns the words of a passage, as they are typed in the question: with diacritics or without."""
        return self._words(passage) if question.has_diacritics else self._terms(passage)

    def _explained(self, question: Question, passage: int) -> set[str]:
        """Returns the question's folded words for which a passage has the official ones."""
        return {fold(t) for words in question.synonyms_for(self._terms(passage)) for t in tokens(words)}

    def _passage_content(self, passage: int) -> Content:
        return self._expectations.content(self._index.passages[passage])

    def _passage_words(self, passage: int) -> frozenset[str]:
        rows = range(*self._rows[passage : passage + 2])
        return frozenset(t for row in rows for t in tokens(self._index.windows[row].text))

    def _passage_terms(self, passage: int) -> frozenset[str]:
        rows = range(*self._rows[passage : passage + 2])
        return frozenset(t for row in rows for t in self._index.folded.terms(self._index.windows[row].text))
