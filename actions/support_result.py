"""What comes of the support form: the checklist, and a new one when something that it rests on is corrected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer, Events, message_of
from actions.conversation import Turn
from actions.finding import Desk
from actions.forms import DONE, FormResult
from actions.support_form import FORM, case_of, slots_of
from knowledge.answers import Answer, checklist, spoken_case
from knowledge.case import read_case
from knowledge.eligibility import assess, located


def assessed(desk: Desk, slots: Mapping[str, Any]) -> Answer:
    """Returns the checklist of the case that the slots hold."""
    case, knowledge = case_of(slots), desk.store.retriever()
    verdicts = assess(located(case, knowledge.index.facts.institutions), desk.today())
    return checklist(case, verdicts, desk.store.gazetteer, knowledge)


class ActionSupportResult(FormResult):
    """Utters the checklist."""

    form = FORM

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_support_result"

    async def conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Utters the checklist of the case; a source asked for next is its."""
        answer = await asyncio.to_thread(assessed, self._desk, tracker.slots)
        dispatcher.utter_message(json_message=message_of(answer, answer.replies))
        return [SlotSet("last_passages", list(answer.passages)), SlotSet("checked_case", True)]


class ActionInform(ActionAnswer):
    """Takes what a message states as a correction of the case last checked; without one, answers it as any other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._of = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the new checklist, and that the one before does not hold any more."""
        slots = tracker.slots
        if slots.get("checked_case") and slots.get("form_end") == DONE:
            reading = await asyncio.to_thread(read_case, Turn.of(tracker).text, self._of.store.gazetteer)
            changed = {name: v for name, v in slots_of(reading, slots).items() if slots.get(name) != v}
            if changed:
                return await self._revise(dispatcher, {**slots, **changed}, changed)
        return await super().run(dispatcher, tracker, domain)

    async def _revise(
        self, dispatcher: CollectingDispatcher, slots: Mapping[str, Any], changed: Mapping[str, Any]
    ) -> Events:
        noted = spoken_case(case_of(changed), self._of.store.gazetteer)
        answer = await asyncio.to_thread(assessed, self._of, slots)
        dispatcher.utter_message(response="utter_case_revised", noted=noted)
        dispatcher.utter_message(json_message=message_of(answer, answer.replies))
        return [
            *(SlotSet(name, value) for name, value in changed.items()),
            SlotSet("last_passages", list(answer.passages)),
        ]
