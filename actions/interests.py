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
from knowledge.question import Phrases, Question
from knowledge.vocabulary import vocabulary


class ActionInterests(ActionAnswer):
    """Says what was understood, so that it can be corrected, and proposes; what tells no interests is answered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._of = desk
        self._parents = Phrases(vocabulary("questions")["parent"])

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_interests"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the proposal; a source asked for next is its."""
        text = Turn.of(tracker).text
        answer = await asyncio.to_thread(self._propose, text)
        if answer is None:
            return await super().run(dispatcher, tracker, domain)
        dispatcher.utter_message(json_message=message_of(answer, answer.replies))
        return [SlotSet("last_passages", list(answer.passages))]

    def _propose(self, text: str) -> Answer | None:
        knowledge, quiz = self._of.store.retriever(), load_quiz()
        interests = read_interests(text, knowledge, self._of.today())
        if not interests.known:
            return None
        return proposal(
            interests.scores,
            quiz,
            knowledge,
            head=_understood(interests, quiz),
            parent=self._parents.said_in(Question.read(text)),
            occupations=proposed(interests, knowledge.index.facts.occupations),
        )


def _understood(interests: Interests, quiz: Quiz) -> str:
    words = quiz.words["understood"]
    told = [
        words[name].format(**{name: ", ".join(said)})
        for name, said in (("likes", interests.likes), ("dislikes", interests.dislikes))
        if said
    ]
    sentence = ", ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}{quiz.words['understood_end']}"
