"""`route_form`: from where somebody stands to what they want, in two steps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events, message_of
from actions.conversation import Turn
from actions.finding import Desk
from actions.forms import SKIPPED, FormResult, Step, StepForm
from knowledge.career.routes import load_routes, route_answer

FORM = "route_form"
START, AIM = "route_start", "route_aim"


class ValidateRouteForm(StepForm):
    """Reads where somebody stands and what they want."""

    form = FORM
    begins = "explore_routes"
    slots = (START, AIM)

    def steps(self, slots: Mapping[str, Any]) -> Sequence[str]:
        """Returns both."""
        return (START, AIM)

    def read(self, turn: Turn, slots: Mapping[str, Any], asked: str | None) -> Step:
        """Returns what a message says of either; at the beginning what was known before counts no more."""
        start, aim = load_routes().read(turn.text)
        said = {START: start, AIM: aim}
        values = {slot: value for slot, value in said.items() if value}
        return Step(values if asked else {START: None, AIM: None, **values}, answers=asked in values)


class ActionRouteResult(FormResult):
    """Utters the steps of the route."""

    form = FORM

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_route_result"

    async def conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Utters the route; says so when a step was skipped."""
        start, aim = tracker.slots[START], tracker.slots[AIM]
        if SKIPPED in (start, aim):
            dispatcher.utter_message(response="utter_no_route")
            return []
        answer = await asyncio.to_thread(
            route_answer, load_routes(), start, aim, self._desk.store.retriever()
        )
        dispatcher.utter_message(json_message=message_of(answer, answer.replies))
        return [SlotSet("last_passages", list(answer.passages))]
