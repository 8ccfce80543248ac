"""`support_form`: finds out in at most six steps what decides about support; one message may answer several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Turn
from actions.finding import Desk
from actions.forms import SKIPPED, Step, StepForm
from knowledge.answers import spoken_case
from knowledge.case import ATTRIBUTES, Case, CaseReading, read_case
from knowledge.question import Phrases, Question
from knowledge.text import tokens
from knowledge.vocabulary import vocabulary

FORM = "support_form"
PREFIX = "case_"
_STEPS = tuple(
    f"{PREFIX}{step}" for step in ("who", "residence", "schooling", "study", "occupation", "institution")
)
_TEACHER_STEPS = ("case_who", "case_residence")
# What is a name; one that we do not know has no more syllables.
_NAMED = frozenset({"case_occupation", "case_institution"})
_NAME_SYLLABLES = 6
_OF_PUPILS = frozenset({"below_9", "lop_9", "lop_12"})
# What the talk before the form may have named already, by the slot that remembers it.
_REMEMBERED = {"occupation": "case_occupation", "institution": "case_institution"}


class ValidateSupportForm(StepForm):
    """Reads the case out of each message."""

    form = FORM
    begins = "check_eligibility"
    slots = _STEPS

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._anew = Phrases(vocabulary("forms")["anew"])

    def steps(self, slots: Mapping[str, Any]) -> Sequence[str]:
        """Returns all six; of a teacher only who and where."""
        return _TEACHER_STEPS if slots.get("case_who") == "teacher" else _STEPS

    def read(self, turn: Turn, slots: Mapping[str, Any], asked: str | None) -> Step:
        """Returns what the message states of the case; at the beginning also what the talk has named before."""
        reading = read_case(turn.text, self._desk.store.gazetteer, asked and asked.removeprefix(PREFIX))
        values = slots_of(reading, slots)
        if asked and asked not in values and reading.unsure:
            values[asked] = SKIPPED
        if asked in _NAMED and not values and len(tokens(turn.text)) <= _NAME_SYLLABLES:
            # A trade or a school that we do not know is one all the same.
            values[asked] = "other"
        if asked is not None:
            return Step(values, answers=asked in values)
        known = {slot: slots[memory] for memory, slot in _REMEMBERED.items() if slots.get(memory)}
        emptied = dict.fromkeys(("case_asker", *_STEPS, "case_circumstances"))
        if self._anew.said_in(Question.read(turn.text)):
            return Step({**emptied, **values}, answers=True)
        return Step({**{slot: v for slot, v in known.items() if not slots.get(slot)}, **values}, answers=True)

    def begin(self, dispatcher: CollectingDispatcher, slots: Mapping[str, Any]) -> None:
        """Says what is known already, so that it can be corrected."""
        self.note(dispatcher, {**slots, "case_who": None})

    def note(self, dispatcher: CollectingDispatcher, values: Mapping[str, Any]) -> None:
        """Says back what was told, so that who told it sees that it counts, and can correct it."""
        noted = spoken_case(case_of(values), self._desk.store.gazetteer)
        if noted:
            dispatcher.utter_message(response="utter_form_noted", noted=noted)


def slots_of(reading: CaseReading, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a reading as slots; circumstances are added to those known."""
    values: dict[str, Any] = {f"{PREFIX}{name}": value for name, value in reading.values.items()}
    told = values.get("case_circumstances")
    if told:
        values["case_circumstances"] = sorted({*told, *(slots.get("case_circumstances") or ())})
    # Who has just finished a class is a pupil, unless they say otherwise.
    if reading.values.get("schooling") in _OF_PUPILS and not (
        slots.get("case_who") or values.get("case_who")
    ):
        values["case_who"] = "student"
    return values


def case_of(slots: Mapping[str, Any]) -> Case:
    """Returns the case that the slots hold; what was skipped is not known."""
    known = {name: slots.get(f"{PREFIX}{name}") for name in ATTRIBUTES if name != "circumstances"}
    told = frozenset(slots.get("case_circumstances") or ())
    return Case(
        **{name: None if value == SKIPPED else value for name, value in known.items()}, circumstances=told
    )
