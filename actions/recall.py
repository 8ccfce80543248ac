"""Actions that look back: the source of the last answer, the answer again, the one before, a yes to an offer."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events, utter_finding
from actions.conversation import Turn
from actions.finding import Desk
from knowledge.answers import explain_sources


class _ActionAskAgain(Action):
    """Answers a question from the conversation's memory as if it were asked now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def _ask(
        self, dispatcher: CollectingDispatcher, turn: Turn, question: str | None, otherwise: str
    ) -> Events:
        if question is None:
            dispatcher.utter_message(response=otherwise)
            return []
        finding = await asyncio.to_thread(self._desk.search, question)
        return utter_finding(dispatcher, self._desk, turn, finding)


class ActionShowSource(_ActionAskAgain):
    """Shows what the last answer rests on; without one, "văn bản nào quy định …" is a question like any other."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_show_source"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the last answer's source; keeps all slots."""
        retriever = self._desk.store.retriever()
        turn = Turn.of(tracker)
        passages = [p for i in turn.last_passages if (p := retriever.passage(i))]
        if not passages:
            finding = await asyncio.to_thread(self._desk.search, turn.text)
            if finding.score >= retriever.ranking.answer:
                return utter_finding(dispatcher, self._desk, turn, finding)
            dispatcher.utter_message(response="utter_no_source")
            return []
        explanation = explain_sources(passages, self._desk.today(), retriever)
        dispatcher.utter_message(
            json_message={
                "text": explanation.text,
                "quick_replies": [],
                "sources": [asdict(source) for source in explanation.sources],
                "outcome": "answered",
            }
        )
        return []


class ActionRepeat(_ActionAskAgain):
    """Says the last answer again."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the last answer."""
        turn = Turn.of(tracker)
        return await self._ask(dispatcher, turn, turn.last_question, "utter_nothing_to_repeat")


class ActionGoBack(_ActionAskAgain):
    """Goes back to the question before the last."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_go_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the answer before the last one."""
        turn = Turn.of(tracker)
        return await self._ask(dispatcher, turn, turn.previous_question, "utter_nothing_to_go_back")


class ActionAffirm(_ActionAskAgain):
    """Takes a yes as a yes to the first question that was offered."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the answer to the first suggestion of the turn before."""
        turn = Turn.of(tracker)
        return await self._ask(
            dispatcher, turn, next(iter(turn.suggestions), None), "utter_nothing_to_affirm"
        )
