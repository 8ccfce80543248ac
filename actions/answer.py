"""`action_answer`: answers a question from the knowledge base, or says honestly that it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Turn
from actions.finding import Desk, Finding
from actions.follow_up import follows_nothing
from knowledge.answers import Answer, Reply, asks_for_personal
from knowledge.question import Question
from knowledge.ranking import Ranking
from knowledge.vocabulary import vocabulary

Events = list[dict[str, Any]]
_RELATED = 2
_TOPICS = 3
# How much surer search must be before a message that reads as none of our business is answered.
_OFF_TOPIC_MARGIN = 0.25
# A passage less likely than this to answer is no topic worth offering instead.
_NEAREST = 0.04


class ActionAnswer(Action):
    """Answers, asks "did you mean", or says that it does not know, by how sure search is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the answer and returns the slots that remember it."""
        turn = Turn.of(tracker)
        if follows_nothing(turn):
            dispatcher.utter_message(response="utter_nothing_before")
            return []
        finding = await asyncio.to_thread(self._desk.find, turn)
        return utter_finding(dispatcher, self._desk, turn, finding)


def utter_finding(dispatcher: CollectingDispatcher, desk: Desk, turn: Turn, finding: Finding) -> Events:
    """Utters what was found, as sure as it is, and returns the slots to set."""
    retriever = desk.store.retriever()
    ranking = retriever.ranking
    near = sorted((h for h in finding.hits if h.score >= _NEAREST), key=lambda hit: -hit.score)
    topics = [topic for hit in near if (topic := retriever.topic_of(hit.passage))]
    own = retriever.topic_of(finding.hits[0].passage) if finding.hits else None
    # A question that was offered is answered by what it was offered for, however it scores.
    taken = own == finding.question and own in turn.suggestions
    if taken or finding.score >= _bar(turn, ranking):
        answer = desk.compose(finding)
        related = tuple(Reply(t, t) for t in topics if t not in (finding.question, own))[:_RELATED]
        # In the middle of a form its own quick replies follow.
        replies = () if turn.in_form else (*(answer.replies or related), *_offers(turn.intent))
        dispatcher.utter_message(json_message=message_of(answer, replies))
        # What was refused is nothing to go on from.
        refused = asks_for_personal(Question.read(finding.question))
        return [] if refused else remember(turn, finding, answer)
    if turn.intent == "out_of_scope" or (turn.intent == "nlu_fallback" and not topics):
        dispatcher.utter_message(response="utter_out_of_scope")
        return [SlotSet("suggestions", None)]
    response = "utter_clarify" if topics and finding.score >= ranking.suggest else "utter_not_found"
    # Kept with the question, for whoever writes the answer that is missing.
    nearest = {"nearest": [hit.passage.id for hit in finding.hits[:_TOPICS]]}
    dispatcher.utter_message(response=response, buttons=buttons(topics[:_TOPICS]), json_message=nearest)
    return [SlotSet("suggestions", topics[:_TOPICS])]


def message_of(answer: Answer, replies: Sequence[Reply]) -> dict[str, Any]:
    """Returns an answer as the custom message that the app passes on."""
    return {
        "text": answer.text,
        "quick_replies": [{"title": reply.title, "payload": reply.ask} for reply in replies],
        "sources": [asdict(source) for source in answer.sources],
        "outcome": "answered" if answer.known else "no_answer",
    }


def buttons(questions: list[str]) -> list[dict[str, str]]:
    """Returns questions as quick replies that ask them."""
    return [{"title": question, "payload": question} for question in questions]


def remember(turn: Turn, finding: Finding, answer: Answer) -> Events:
    """Returns the slots that a later "thế còn …", "nguồn ở đâu" or "quay lại" needs."""
    again = finding.question == turn.last_question
    slots: dict[str, Any] = {
        "last_question": finding.question,
        "previous_question": turn.previous_question if again else turn.last_question,
        "last_passages": list(answer.passages),
        "suggestions": None,
        "topic": turn.intent,
        **{mention.entity: mention.value for mention in turn.mentions},
    }
    return [SlotSet(name, value) for name, value in slots.items()]


def _offers(intent: str) -> tuple[Reply, ...]:
    """Returns what else there is to do for whoever asks such a thing."""
    offered = vocabulary("forms")["offers"].get(intent)
    return (Reply(offered["title"], offered["payload"]),) if offered else ()


def _bar(turn: Turn, ranking: Ranking) -> float:
    margin = _OFF_TOPIC_MARGIN if turn.intent == "out_of_scope" else 0.0
    return min(ranking.answer + margin, 0.95)
