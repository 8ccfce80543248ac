"""`action_interests`: trades that suit what somebody says they like and dislike."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer, Events, message_of
from actions.conversation import Turn
from actions.finding import Desk
from knowledge.answers import Answer
from knowledge.career.interests import Interests, proposed, read_interests
from knowledge.career.proposals import proposal
from knowledge.career.quiz import Quiz, load_quiz
from knowledge.question import Question, asks, cues


class ActionInterests(ActionAnswer):
    """Says what was understood, so that it can be corrected, and proposes; what tells no interests is answered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._of = desk
        self._parents = cues("parent")

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_interests"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the proposal; a source asked for next is its. Who only says what they dislike is asked on."""
        turn, quiz = Turn.of(tracker), load_quiz()
        parent = self._parents.said_in(Question.read(turn.text))
        interests = await asyncio.to_thread(
            read_interests, turn.text, self._of.store.retriever(), self._of.today()
        )
        if not interests.likings or await asyncio.to_thread(self._asks, turn):
            return await super().run(dispatcher, tracker, domain)
        if not interests.known:
            told = _told(interests, quiz)
            dispatcher.utter_message(response="utter_ask_interests", told=told)
            return []
        answer = await asyncio.to_thread(self._propose, interests, parent)
        dispatcher.utter_message(json_message=message_of(answer, answer.replies))
        return [SlotSet("last_passages", list(answer.passages))]

    def _asks(self, turn: Turn) -> bool:
        """Tells whether a message that tells interests asks something of a trade that it names."""
        return asks(turn.text) and self._of.names_what_it_asks(turn)

    def _propose(self, interests: Interests, parent: bool) -> Answer:
        knowledge, quiz = self._of.store.retriever(), load_quiz()
        return proposal(
            interests.scores,
            quiz,
            knowledge,
            head=quiz.words.understood.to(parent).format(told=_told(interests, quiz)),
            parent=parent,
            occupations=proposed(interests, knowledge.index.facts.occupations),
            reasons=interests.reasons,
        )


def _told(interests: Interests, quiz: Quiz) -> str:
    """Returns likings as they are said back: "khéo tay, thích máy móc, không thích văn phòng"."""
    forms = quiz.words.told.model_dump()
    each = {kind: ", ".join(interests.of(kind)) for kind in forms}
    return ", ".join(forms[kind].format(said=said) for kind, said in each.items() if said)
