"""Runs an action with rasa-sdk's own tracker and dispatcher."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

MakeTracker = Callable[..., Tracker]


@dataclass(frozen=True)
class Outcome:
    """What an action said and which slots it set."""

    message: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def custom(self) -> dict[str, Any]:
        custom: dict[str, Any] = self.message["custom"]
        return custom

    @property
    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}


async def play(action: Action, tracker: Tracker) -> Outcome:
    """Runs an action that says exactly one thing."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    (message,) = dispatcher.messages
    return Outcome(message, events)


def after(tracker: Tracker, outcome: Outcome) -> dict[str, Any]:
    """Returns the slots of the conversation once the outcome's events are applied."""
    return {**tracker.slots, **outcome.slots}
