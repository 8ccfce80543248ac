"""Questions that found no answer: the raw material of new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from actions.records.conversations import Conversations
from actions.records.database import writing
from actions.records.schema import unanswered


@dataclass(frozen=True)
class UnansweredQuestion:
    """A masked question, and the ids of the passages nearest to it, best first."""

    text: str
    nearest: tuple[str, ...]
    at: datetime


class Unanswered:
    """Keeps questions without an answer."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime], conversations: Conversations) -> None:
        self._engine, self._now, self._conversations = engine, now, conversations

    def note(self, conversation: str, text: str, nearest: Sequence[str]) -> None:
        """Keeps a question."""
        row = {"conversation": conversation, "text": text, "nearest": list(nearest), "at": self._now()}
        with writing(self._engine) as connection:
            # Retention goes by conversations: a question of none would stay for ever.
            self._conversations.see(connection, conversation)
            connection.execute(sa.insert(unanswered), row)

    def since(self, moment: datetime) -> list[UnansweredQuestion]:
        """Returns what was asked since a moment, oldest first."""
        wanted = sa.select(unanswered).where(unanswered.c.at >= moment).order_by(unanswered.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return [UnansweredQuestion(row.text, tuple(row.nearest), row.at) for row in rows]
