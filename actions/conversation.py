"""What an action knows of the conversation: the message in hand and what was asked and answered before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from knowledge.gazetteer import ENTRY_KINDS

# The kinds of things that one points at: "nghề đó", "kế hoạch này".
POINTED_AT = (*sorted(ENTRY_KINDS), "document")
# The kinds of things a user names that stay in mind: one slot each (see bot/domain/domain.yml).
ENTITIES = ("occupation", "institution", "level", "schooling", "place", "document", "agency", "year")


@dataclass(frozen=True)
class Mention:
    """Something that a message names: its kind, its id, and the words used."""

    entity: str
    value: str
    words: str


@dataclass(frozen=True)
class Turn:
    """One user message with its understanding, and the memory of the conversation.

    `last_question` is complete in itself (a follow-up is stored as the question that it meant); `suggestions` are the
    questions offered in the turn before. `in_mind`: by kind, the ids of the trade, the school and the document named
    last. `in_form`: a form waits for an answer.
    """

    text: str
    intent: str
    confidence: float
    mentions: tuple[Mention, ...]
    last_question: str | None
    previous_question: str | None
    last_passages: tuple[str, ...]
    suggestions: tuple[str, ...]
    in_mind: Mapping[str, str] = field(default_factory=dict)
    in_form: bool = False

    @property
    def names_entry(self) -> bool:
        """Tells whether the message names a trade or a school."""
        return any(mention.entity in ENTRY_KINDS for mention in self.mentions)

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Reads the latest message and the slots of a tracker."""
        message: dict[str, Any] = tracker.latest_message
        text = message.get("text") or ""
        intent = message.get("intent") or {}
        slots = tracker.slots
        return cls(
            text=text,
            intent=intent.get("name") or "nlu_fallback",
            confidence=float(intent.get("confidence") or 0),
            mentions=tuple(
                Mention(e["entity"], str(e["value"]), text[e["start"] : e["end"]])
                for e in message.get("entities") or ()
                if e["entity"] in ENTITIES
            ),
            last_question=slots.get("last_question"),
            previous_question=slots.get("previous_question"),
            last_passages=tuple(slots.get("last_passages") or ()),
            suggestions=tuple(slots.get("suggestions") or ()),
            in_mind={kind: str(slots[kind]) for kind in POINTED_AT if slots.get(kind)},
            in_form=tracker.active_loop_name is not None,
        )
