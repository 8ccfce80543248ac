"""Forms: a talk of several short steps that a user may steer, interrupt, correct, put off and take up again.

Rasa keeps the loop (bot/domain: `forms`, bot/data/rules); `validate_<form>` is the only action it needs. What is no
answer is rejected, so that the rule for its intent answers it, after which Rasa comes back to the form by itself.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events
from actions.conversation import Turn
from knowledge.gazetteer import ENTRY_KINDS
from knowledge.question import Phrases, Question, asks, stated
from knowledge.text import tokens
from knowledge.vocabulary import vocabulary

SKIPPED = "skipped"
DONE, CANCELLED, PAUSED, INTERRUPTED = "done", "cancelled", "paused", "interrupted"
REQUESTED = "requested_slot"

# A command is short; longer messages say more than "quay lại".
_COMMAND_SYLLABLES = 7
# A form that asks again after each of many questions nags: after so many it waits until it is wanted again.
_DIGRESSIONS = 2
# Whoever needs care, a person or to be forgotten is not asked the next question of a form.
_ENDING = frozenset({"distress_serious", "distress_emergency", "abuse", "talk_to_human", "delete_my_data"})
# What these say is no answer to a form, whatever words it shares with one: "em không muốn sống nữa".
_NO_ANSWERS = _ENDING | {
    *(
        "distress_mild",
        "insult",
        "export_my_data",
        "ask_privacy",
        "ask_source",
        "rate_up",
        "rate_down",
        "complain",
    ),
}
# Messages that say nothing to a form's question nor ask anything themselves.
_EMPTY = frozenset({"affirm", "deny", "nlu_fallback", "repeat", "inform", "resume"})


@dataclass(frozen=True)
class Step:
    """What a message does to a form: the slots it fills, and whether its words are no answer to what was asked."""

    values: Mapping[str, Any] = field(default_factory=dict)
    answers: bool = False


class StepForm(Action, ABC):
    """`validate_<form>`: takes a message as an answer, a command or an interruption, and says what is asked next."""

    form: ClassVar[str]
    # The intent that begins it, and all slots that it may ask for.
    begins: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]

    def name(self) -> str:
        """The action's name in the domain."""
        return f"validate_{self.form}"

    @abstractmethod
    def steps(self, slots: Mapping[str, Any]) -> Sequence[str]:
        """Returns the slots to ask for, in order, as far as what is known makes them worth asking."""

    @abstractmethod
    def read(self, turn: Turn, slots: Mapping[str, Any], asked: str | None) -> Step:
        """Returns what a message says to the form, `asked` being the slot just asked for (None at the beginning)."""

    def skipped(self, slots: Mapping[str, Any], asked: str) -> Mapping[str, Any]:
        """Returns the slots that skipping a step sets."""
        return {asked: SKIPPED}

    def begin(self, dispatcher: CollectingDispatcher, slots: Mapping[str, Any]) -> None:
        """Utters what is to be said before the first question; nothing unless a form has something to say."""

    def note(self, dispatcher: CollectingDispatcher, values: Mapping[str, Any]) -> None:
        """Utters what a message told that was not asked for; nothing unless a form says it back."""

    def back(self, slots: Mapping[str, Any], asked: str | None) -> Mapping[str, Any] | None:
        """Returns the slots that a step back empties, None when there is nothing before."""
        steps = list(self.steps(slots))
        before = steps[: steps.index(asked)] if asked in steps else steps
        answered = [slot for slot in before if slots.get(slot) is not None]
        return {answered[-1]: None} if answered else None

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Returns the slots to set and which one Rasa asks for next; none when the form ends."""
        slots, turn = dict(tracker.slots), Turn.of(tracker)
        # What another form asked for, which this one takes the place of, is not asked any more.
        asked = slots.get(REQUESTED)
        if asked not in self.slots:
            step = await asyncio.to_thread(self.read, turn, slots, None)
            self.begin(dispatcher, {**slots, **step.values})
            return self._next(slots, {**step.values, "form_end": None, "paused_form": None})
        if _interrupted(tracker, self.form):
            return self._resume(turn, slots)
        command = command_of(turn)
        return (
            self._obey(dispatcher, command, slots) if command else await self._take(dispatcher, turn, slots)
        )

    def _obey(self, dispatcher: CollectingDispatcher, command: str, slots: dict[str, Any]) -> Events:
        if command == "back":
            return self._go_back(dispatcher, slots, slots[REQUESTED])
        if command == "skip":
            return self._next(slots, self.skipped(slots, slots[REQUESTED]))
        return self._end(command, {})

    async def _take(self, dispatcher: CollectingDispatcher, turn: Turn, slots: dict[str, Any]) -> Events:
        """Takes a message for an answer to what was asked, or leaves it to the rule for its intent."""
        if turn.intent in _NO_ANSWERS:
            return [ActionExecutionRejected(self.form)]
        asking = _asks(turn, slots[REQUESTED])
        told = replace(turn, text=stated(turn.text)) if asking else turn
        step = await asyncio.to_thread(self.read, told, slots, slots[REQUESTED])
        if asking or not (step.answers or turn.intent in _EMPTY or turn.intent == self.begins):
            return [*_set(step.values), ActionExecutionRejected(self.form)]
        if not step.values and turn.intent not in ("resume", self.begins):
            dispatcher.utter_message(response="utter_form_not_understood")
        elif slots[REQUESTED] not in step.values:
            self.note(dispatcher, step.values)
        return self._next(slots, step.values)

    def _go_back(self, dispatcher: CollectingDispatcher, slots: dict[str, Any], asked: str | None) -> Events:
        emptied = self.back(slots, asked)
        if emptied is None:
            dispatcher.utter_message(response="utter_form_first_step")
        return self._next(slots, emptied or {})

    def _resume(self, turn: Turn, slots: dict[str, Any]) -> Events:
        """Comes back after a rule has dealt with a message that was no answer."""
        if turn.intent in _ENDING:
            return self._end(INTERRUPTED, {})
        digressions = int(slots.get("form_digressions") or 0) + 1
        if digressions > _DIGRESSIONS:
            return self._end(PAUSED, {})
        return [*self._next(slots, {}), SlotSet("form_digressions", digressions)]

    def _next(self, slots: dict[str, Any], values: Mapping[str, Any]) -> Events:
        known = {**slots, **values}
        missing = next((slot for slot in self.steps(known) if known.get(slot) is None), None)
        if missing is None:
            return self._end(DONE, values)
        return [*_set(values), SlotSet("form_digressions", 0), SlotSet(REQUESTED, missing)]

    def _end(self, how: str, values: Mapping[str, Any]) -> Events:
        paused = self.form if how in (PAUSED, INTERRUPTED) else None
        ended = {"form_end": how, "paused_form": paused, "form_digressions": 0, REQUESTED: None}
        return [*_set({**values, **ended}), ActiveLoop(None)]


def command_of(turn: Turn) -> str | None:
    """Returns what a short message tells a form to do: "back", "skip", CANCELLED or PAUSED; None if nothing."""
    if len(tokens(turn.text)) > _COMMAND_SYLLABLES:
        return None
    question = Question.read(turn.text)
    said = next((name for name, phrases in _commands().items() if phrases.said_in(question)), None)
    if said is None and _anew().said_in(question):
        return None  # "Làm lại từ đầu" is more than a step back; the form reads it.
    return said or {"cancel": CANCELLED, "go_back": "back"}.get(turn.intent)


@cache
def _anew() -> Phrases:
    return Phrases(vocabulary("forms")["anew"])


@cache
def _commands() -> Mapping[str, Phrases]:
    words = vocabulary("forms")
    return {
        "skip": Phrases(words["skip"]),
        PAUSED: Phrases(words["later"]),
        CANCELLED: Phrases(words["cancel"]),
        "back": Phrases(words["back"]),
    }


def _interrupted(tracker: Tracker, form: str) -> bool:
    """Tells whether another action has already dealt with the latest message."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in (form, "action_listen"):
            return True
    return False


def _asks(turn: Turn, requested: str) -> bool:
    """Tells whether a message asks something itself: "trung cấp học mấy năm ạ" is no choice of a level.

    One whose intent is not sure does if it names a trade or a school, and none was asked for: "học điện mấy năm ạ".
    """
    beside = turn.intent == "nlu_fallback" and turn.names_entry and not requested.endswith(tuple(ENTRY_KINDS))
    return (turn.intent.startswith("ask_") or beside) and asks(turn.text)


def _set(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [SlotSet(name, value) for name, value in values.items()]


class FormResult(Action, ABC):
    """What is said when a form has ended, however it did; the rule of each form runs its own."""

    form: ClassVar[str]

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the result, or that the form was dropped or waits; nothing after a reply that must stand alone."""
        ended = tracker.slots.get("form_end")
        if ended == DONE:
            return await self.conclude(dispatcher, tracker)
        if ended == CANCELLED:
            dispatcher.utter_message(response="utter_form_cancelled")
        elif ended == PAUSED:
            waits = _interrupted(tracker, self.form)
            dispatcher.utter_message(response="utter_form_waits" if waits else "utter_form_paused")
        return []

    @abstractmethod
    async def conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Utters the result and returns the slots to set."""


class ActionResume(Action):
    """Takes up the form that waits."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_resume"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Makes Rasa run the form next, which asks where it stopped; says so when none waits."""
        form = tracker.slots.get("paused_form")
        if form is None:
            dispatcher.utter_message(response="utter_nothing_to_resume")
            return []
        return [SlotSet("paused_form", None), FollowupAction(form)]
