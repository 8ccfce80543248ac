"""Finds what answers a turn: the message itself, or the question that it continues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from actions.conversation import Turn
from actions.follow_up import complete, leans, may_lean, own_words
from knowledge.question import focus
from knowledge.search import Hit
from knowledge.store import KnowledgeStore
from knowledge.text import tokens

# A reading that leans on the question before must be this much surer than the message by itself.
_LEANING_MARGIN = 0.1
# How much of what a message adds to the question before (0 to 1, by rarity) the passage found for both must say.
_LEAST_HELD = 0.6
_HITS = 5


@dataclass(frozen=True)
class Finding:
    """A complete question and the passages found for it, best first."""

    question: str
    hits: tuple[Hit, ...]

    @property
    def score(self) -> float:
        """The probability (0 to 1) that the best passage answers; 0 when nothing was found."""
        return self.hits[0].score if self.hits else 0.0


@dataclass(frozen=True)
class Desk:
    """Where actions look things up: the knowledge base, and today's date."""

    store: KnowledgeStore
    today: Callable[[], date]

    def find(self, turn: Turn) -> Finding:
        """Returns what answers the turn's message, read alone or together with the question before."""
        alone = self.search(turn.text)
        if not may_lean(turn):
            return alone
        leaning = self.search(complete(turn, self.store.gazetteer))
        if not self._continues(turn, leaning):
            return alone
        if leans(turn):
            return leaning if leaning.score >= alone.score - _LEANING_MARGIN else alone
        sure = alone.score >= self.store.retriever().ranking.answer
        return leaning if not sure and leaning.score > alone.score + _LEANING_MARGIN else alone

    def _continues(self, turn: Turn, leaning: Finding) -> bool:
        """Tells whether a message that was not understood as a follow-up is about what it would be leaned on.

        The question before answers itself, whatever is added to it: after it, "giá vàng hôm nay" must not be met with
        its answer again. So the passage found has to speak of what the message adds.
        """
        if turn.intent == "follow_up":
            return True
        if not leaning.hits or not tokens(turn.text):
            return False
        held = self.store.retriever().holds(own_words(turn), leaning.hits[0].passage)
        return held >= _LEAST_HELD

    def search(self, question: str) -> Finding:
        """Returns what answers a question that is complete in itself; of a life story, of the part that asks."""
        whole = self._search(question)
        asking = focus(question)
        if asking is None:
            return whole
        part = self._search(asking)
        return part if part.score > whole.score else whole

    def _search(self, question: str) -> Finding:
        return Finding(question, tuple(self.store.retriever().search(question, _HITS)))
