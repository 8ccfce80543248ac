"""The dialogues of `dialogues/*.yml`, played over REST against the real Rasa.

A dialogue has an `id` and `turns`; a turn what the `user` says and any of:

- outcome: the outcomes that will do;
- intent: what the message is understood as;
- must / any / never: words that all, at least one, or none occur in the reply (in any case);
- offers: words that occur among the quick replies;
- sources: starts of passage ids, one of which is among the sources;
- slots: slots of Rasa's tracker after the turn (null: not set).
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from connectors.messages import Outcome
from tests.end_to_end.server import RunningAssistant

FOLDER = Path(__file__).with_name("dialogues")


class Turn(BaseModel):
    """What a user says, and what must be true of the reply."""

    model_config = ConfigDict(extra="forbid")

    user: str
    outcome: list[Outcome] = []
    intent: str | None = None
    must: list[str] = []
    any: list[str] = []
    never: list[str] = []
    offers: list[str] = []
    sources: list[str] = []
    slots: dict[str, Any] = {}


class Dialogue(BaseModel):
    """A talk of one user."""

    model_config = ConfigDict(extra="forbid")

    id: str
    turns: list[Turn] = Field(min_length=1)


def _dialogues() -> list[Dialogue]:
    files = sorted(FOLDER.glob("*.yml"))
    return [Dialogue.model_validate(row) for file in files for row in yaml.safe_load(file.read_text("utf-8"))]


DIALOGUES = _dialogues()


class Player:
    """Says what a dialogue says and holds the replies against it."""

    def __init__(self, assistant: RunningAssistant, conversation: str, database: Path) -> None:
        self._assistant, self._conversation, self._database = assistant, conversation, database

    def play(self, dialogue: Dialogue) -> None:
        """Plays all turns; AssertionError names the turn and what was said."""
        for number, turn in enumerate(dialogue.turns, 1):
            reply = self._assistant.ask(turn.user, self._conversation)
            faults = [*_faults(turn, reply), *self._slot_faults(turn)]
            said = "\n".join(message["text"] for message in reply["messages"])
            understood = f"{reply['intent']['name']} -> {reply['outcome']}"
            assert not faults, f"turn {number} {turn.user!r} ({understood}): {faults}\n{said}"

    def _slot_faults(self, turn: Turn) -> list[str]:
        if not turn.slots:
            return []
        slots = self._slots()
        return [
            f"{name} is {slots.get(name)!r}" for name, value in turn.slots.items() if slots.get(name) != value
        ]

    def _slots(self) -> dict[str, Any]:
        sender = self._assistant.key(self._conversation)
        with sqlite3.connect(self._database) as connection:
            row = connection.execute(
                "SELECT events FROM rasa_conversations WHERE sender_id = ?", (sender,)
            ).fetchone()
        events = json.loads(row[0]) if row else []
        return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def _faults(turn: Turn, reply: dict[str, Any]) -> list[str]:
    text = "\n".join(message["text"] for message in reply["messages"]).lower()
    quick = [q for message in reply["messages"] for q in message["quick_replies"]]
    offered = " | ".join(f"{q['title']} {q['payload']}" for q in quick).lower()
    sources = [source["id"] for message in reply["messages"] for source in message["sources"]]
    faults = [f"without {words!r}" for words in turn.must if words.lower() not in text]
    faults += [f"with {words!r}" for words in turn.never if words.lower() in text]
    faults += [f"does not offer {words!r}" for words in turn.offers if words.lower() not in offered]
    if turn.any and not any(words.lower() in text for words in turn.any):
        faults.append(f"without any of {turn.any}")
    if turn.outcome and reply["outcome"] not in turn.outcome:
        faults.append(f"outcome {reply['outcome']}")
    if turn.intent and reply["intent"]["name"] != turn.intent:
        faults.append(f"intent {reply['intent']['name']}")
    if turn.sources and not any(source.startswith(tuple(turn.sources)) for source in sources):
        faults.append(f"sources {sources}")
    return faults


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_the_talk_goes_as_written(
    dialogue: Dialogue, assistant: RunningAssistant, conversation: str, database: Path
) -> None:
    Player(assistant, conversation, database).play(dialogue)


def test_there_are_as_many_dialogues_as_we_want() -> None:
    assert len(DIALOGUES) >= 80
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
    messy = [dialogue for dialogue in DIALOGUES if dialogue.id.startswith("messy-")]
    assert len(messy) >= 20
