"""What users think of an answer: 👍, 👎 and why; kept with the passages that answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events
from actions.records import Feedback, Rating, Reason
from knowledge.question import Phrases, Question
from knowledge.vocabulary import vocabulary


class _ActionRate(Action):
    def __init__(self, feedback: Feedback) -> None:
        self._feedback = feedback

    async def _rate(self, tracker: Tracker, rating: Rating, reason: Reason | None) -> bool:
        return await asyncio.to_thread(self._feedback.rate, tracker.sender_id, rating, reason=reason)


class ActionRateUp(_ActionRate):
    """Keeps that the last answer helped."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_rate_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Thanks; sets no slot."""
        await self._rate(tracker, "up", None)
        dispatcher.utter_message(response="utter_rated_up")
        return []


class ActionRateDown(_ActionRate):
    """Keeps that the last answer did not help, and asks why."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_rate_down"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Asks for the reason, if there is an answer to rate; sets no slot."""
        rated = await self._rate(tracker, "down", None)
        dispatcher.utter_message(response="utter_ask_reason" if rated else "utter_complain")
        return []


class ActionComplain(_ActionRate):
    """Keeps a complaint as a rating of the last answer, with the reason that it names."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_complain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Apologises, or thanks for a reason that was asked for; sets no slot."""
        text = tracker.latest_message.get("text") or ""
        reason = reason_of(text)
        rated = await self._rate(tracker, "down", reason)
        asked_for = rated and text in _reasons_offered()
        dispatcher.utter_message(response="utter_reason_kept" if asked_for else "utter_complain")
        return []


def reason_of(text: str) -> Reason | None:
    """Returns why an answer did not help, as a message says, or None."""
    question = Question.read(text)
    return next((reason for reason, phrases in _reasons().items() if phrases.said_in(question)), None)


@cache
def _reasons() -> Mapping[Reason, Phrases]:
    return {reason: Phrases(phrases) for reason, phrases in vocabulary("feedback")["reasons"].items()}


@cache
def _reasons_offered() -> frozenset[str]:
    return frozenset(vocabulary("feedback")["offered"])
