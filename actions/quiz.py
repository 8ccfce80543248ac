"""`quiz_form`: the interest quiz, one question after the other, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events, message_of
from actions.conversation import Turn
from actions.finding import Desk
from actions.forms import FormResult, Step, StepForm
from knowledge.career.bars import said
from knowledge.career.proposals import proposal
from knowledge.career.quiz import LETTERS, load_quiz
from knowledge.question import Phrases, Question, cues
from knowledge.vocabulary import vocabulary

FORM = "quiz_form"
ANSWER, ANSWERS = "quiz_answer", "quiz_answers"
_SKIPPED_POINTS = 2


class ValidateQuizForm(StepForm):
    """Counts an answer and asks the next question, eighteen times. The list of points is the only memory."""

    form = FORM
    begins = "take_quiz"
    slots = (ANSWER,)

    def __init__(self) -> None:
        self._quiz = load_quiz()
        self._anew = Phrases(vocabulary("forms")["anew"])
        self._parents = cues("parent")

    def steps(self, slots: Mapping[str, Any]) -> Sequence[str]:
        """Returns the one slot that is asked for until there are as many answers as questions."""
        return () if len(slots.get(ANSWERS) or ()) >= len(self._quiz.items) else (ANSWER,)

    def read(self, turn: Turn, slots: Mapping[str, Any], asked: str | None) -> Step:
        """Returns the answers with the one that the message gives; none at the beginning, unless the quiz waited."""
        given, question = list(slots.get(ANSWERS) or ()), Question.read(turn.text)
        anew = self._anew.said_in(question)
        if asked is None:
            waits = turn.intent == "resume" or slots.get("paused_form") == FORM
            kept = waits and not anew and len(given) < len(self._quiz.items)
            parent = {"case_asker": "parent"} if self._parents.said_in(question) else {}
            return Step({ANSWERS: given if kept else [], **parent})
        if anew:
            return Step({ANSWERS: []}, answers=True)
        points = self._quiz.read(turn.text)
        return Step({} if points is None else {ANSWERS: [*given, points]}, answers=points is not None)

    def skipped(self, slots: Mapping[str, Any], asked: str) -> Mapping[str, Any]:
        """Returns the answers with an indifferent one."""
        return {ANSWERS: [*(slots.get(ANSWERS) or ()), _SKIPPED_POINTS]}

    def back(self, slots: Mapping[str, Any], asked: str | None) -> Mapping[str, Any] | None:
        """Returns the answers without the last one."""
        given = list(slots.get(ANSWERS) or ())
        return {ANSWERS: given[:-1]} if given else None

    def begin(self, dispatcher: CollectingDispatcher, slots: Mapping[str, Any]) -> None:
        """Says how long it takes, or where it goes on."""
        words, given = self._quiz.words, len(slots.get(ANSWERS) or ())
        intro = words.intro.to(asks_for_child(slots)).format(count=len(self._quiz.items))
        said = words.resumed.format(number=given + 1) if given else intro
        dispatcher.utter_message(json_message={"text": said, "outcome": "flow"})


def asks_for_child(slots: Mapping[str, Any]) -> bool:
    """Tells whether a parent takes the quiz for a child."""
    return slots.get("case_asker") == "parent"


class ActionAskQuizAnswer(Action):
    """Asks the next question of the quiz, with its place among all."""

    def name(self) -> str:
        """The action's name in the domain, which Rasa derives from the form's slot."""
        return "action_ask_quiz_form_quiz_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the question with five quick replies; sets no slot."""
        quiz, number = load_quiz(), len(tracker.slots.get(ANSWERS) or ())
        form = quiz.words.ask.to(asks_for_child(tracker.slots))
        text = form.format(number=number + 1, count=len(quiz.items))
        replies = [{"title": answer.title, "payload": answer.title} for answer in quiz.answers]
        message = {
            "text": f"{text}\n**{quiz.items[number].does}**",
            "quick_replies": replies,
            "outcome": "flow",
        }
        dispatcher.utter_message(json_message=message)
        return []


class ActionQuizResult(FormResult):
    """Utters the letters, the picture and five trades."""

    form = FORM

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_quiz_result"

    async def conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Utters the result; a source asked for next is its."""
        quiz = load_quiz()
        scores = quiz.scores(tracker.slots[ANSWERS])
        parent = asks_for_child(tracker.slots)
        knowledge = self._desk.store.retriever()
        answer = await asyncio.to_thread(proposal, scores, quiz, knowledge, parent=parent)
        place = "-".join(str(scores[letter]) for letter in LETTERS)
        image = {"url": f"/pictures/interests/{place}.svg", "alt": said(scores, quiz)}
        dispatcher.utter_message(json_message={**message_of(answer, answer.replies), "image": image})
        return [SlotSet("last_passages", list(answer.passages))]
