"""What users think of answers, kept with the question and the passages that answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from actions.records.database import insert_into, writing
from actions.records.schema import feedback, messages

Rating = Literal["up", "down"]
Reason = Literal["wrong", "missing", "unclear", "other"]


class Feedback:
    """Keeps one rating an answer; a later one replaces it."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        insert = insert_into(engine, feedback)
        replaced = {name: insert.excluded[name] for name in ("rating", "reason", "at")}
        self._rate = insert.on_conflict_do_update(index_elements=["message"], set_=replaced)

    def rate(
        self, conversation: str, rating: Rating, *, message: int | None = None, reason: Reason | None = None
    ) -> bool:
        """Rates an answer of a conversation, the last one unless `message` names it; False if there is none."""
        own = messages.c.conversation == conversation
        rated = sa.select(messages.c.id, messages.c.passages).where(own, messages.c.outcome == "answered")
        if message is not None:
            rated = rated.where(messages.c.id == message)
        with writing(self._engine) as connection:
            answer = connection.execute(rated.order_by(messages.c.id.desc()).limit(1)).first()
            if answer is None:
                return False
            asked = sa.select(messages.c.text).where(
                own, messages.c.id < answer.id, messages.c.author == "user"
            )
            question = connection.execute(asked.order_by(messages.c.id.desc()).limit(1)).scalar() or ""
            row = {"conversation": conversation, "message": answer.id, "at": self._now(), "rating": rating}
            told = {"reason": reason, "question": question, "passages": answer.passages}
            connection.execute(self._rate, {**row, **told})
        return True
