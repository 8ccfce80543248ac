"""Care for someone in distress: `action_care` meets it, `action_stay` stays gentle in the turns that follow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Protocol

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events, utter_finding
from actions.conversation import Turn
from actions.finding import Desk
from knowledge.answers import ANSWER_CHARACTERS, shortened
from knowledge.safety import speaks_as_parent, speaks_of_another
from knowledge.text import tokens

IN_DISTRESS = "in_distress"

# The reason and the priority of the ticket that an intent opens.
_TICKETS = {
    "distress_emergency": ("emergency", "top"),
    "distress_serious": ("serious", "high"),
    "abuse": ("abuse", "high"),
}
_OF_FEELING = frozenset({*_TICKETS, "distress_mild", "insult"})
# What a message without a question of its own is answered with as usual, by its intent; a test compares the rules.
USUALLY = {
    "affirm": "action_affirm",
    "deny": "utter_deny",
    "thanks": "utter_thanks",
    "greet": "utter_greet",
    "goodbye": "utter_goodbye",
    "cancel": "utter_cancel",
    "complain": "action_complain",
    "repeat": "action_repeat",
    "bot_challenge": "utter_bot_challenge",
}
# The same while a deletion waits for a yes; any other message takes the question back.
CONFIRMING = {"affirm": "action_delete_my_data"}
_UNCLEAR = frozenset({"nlu_fallback", "out_of_scope"})
# Intents that do not show that a user is busy with something else again.
_UNSETTLED = _OF_FEELING | _UNCLEAR | {"affirm", "deny", "cancel", "complain", "repeat", "bot_challenge"}
# With fewer syllables ("hic", "mệt ạ") an unclear message asks nothing, whatever search makes of it.
_QUESTION_SYLLABLES = 3
# After so many other turns in a row, all that the conversation keeps, talk is as usual.
_CALM_TURNS = 3
# Room for the sentence before the answer (bot/domain/safety.yml: utter_distress_mild), and the blank line between.
_WARM_CHARACTERS = 100

log = structlog.get_logger()


class Tickets(Protocol):
    """Where a person is told that somebody needs them."""

    def open_ticket(self, conversation: str, reason: str, priority: str) -> object:
        """Opens a ticket for a conversation, or keeps the one that is open."""


class ActionCare(Action):
    """Meets distress, abuse and insults by how much they matter, and tells a person of what is grave."""

    def __init__(self, desk: Desk, tickets: Tickets) -> None:
        self._desk, self._tickets = desk, tickets

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_care"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters what is due; returns the slots of grave distress, or of the answer that helps with mild distress."""
        turn = Turn.of(tracker)
        if turn.intent == "insult":
            grade = tracker.slots.get(IN_DISTRESS)
            dispatcher.utter_message(response=f"utter_stay_{grade}" if grade else "utter_insult")
            return []
        if turn.intent not in _TICKETS:
            return await self._help(dispatcher, tracker, turn)
        dispatcher.utter_message(response=f"utter_{turn.intent}{_addressee(turn.text)}")
        opened = await self._open_ticket(tracker.sender_id, *_TICKETS[turn.intent])
        # In an emergency nobody should wait for an answer here.
        if opened and turn.intent != "distress_emergency":
            dispatcher.utter_message(response="utter_care_ticket")
        urgent = "emergency" in (tracker.slots.get(IN_DISTRESS), _TICKETS[turn.intent][0])
        return [SlotSet(IN_DISTRESS, "emergency" if urgent else "serious")]

    async def _help(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        parent = "_parent" if speaks_as_parent(turn.text) else ""
        dispatcher.utter_message(response=f"utter_distress_mild{parent}")
        matter = replace(turn, intent=_matter(tracker))
        finding = await asyncio.to_thread(self._desk.find, matter)
        if finding.score >= self._desk.store.retriever().ranking.answer:
            events = utter_finding(dispatcher, self._desk, matter, finding)
            answer = dispatcher.messages[-1]["custom"]
            # The warm sentence and the answer are one message on a phone's screen.
            answer["text"] = shortened(answer["text"], ANSWER_CHARACTERS - _WARM_CHARACTERS)
            return events
        dispatcher.utter_message(response="utter_distress_mild_choices")
        return []

    async def _open_ticket(self, conversation: str, reason: str, priority: str) -> bool:
        opening = asyncio.to_thread(self._tickets.open_ticket, conversation, reason, priority)
        # Whatever befalls the store of tickets, the words of care have to reach their reader.
        (outcome,) = await asyncio.gather(opening, return_exceptions=True)
        if isinstance(outcome, BaseException):
            log.error("care ticket not opened", reason=reason, error=type(outcome).__name__)
            return False
        return True


class ActionStay(Action):
    """Stays with someone who was in distress a moment ago: clear questions are answered, all else is met gently."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_stay"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters an answer or a gentle word; once things are calm, leaves the turn to the usual action."""
        turn = Turn.of(tracker)
        if tracker.slots.get("confirming") == "delete_my_data" and turn.intent in CONFIRMING:
            return [FollowupAction(CONFIRMING[turn.intent])]
        if _is_calm(tracker):
            usual = USUALLY.get(turn.intent, "action_answer")
            return [SlotSet(IN_DISTRESS, None), FollowupAction(usual)]
        if turn.intent not in USUALLY and not _asks_nothing(turn):
            finding = await asyncio.to_thread(self._desk.find, turn)
            if finding.score >= self._desk.store.retriever().ranking.answer:
                return utter_finding(dispatcher, self._desk, turn, finding)
        dispatcher.utter_message(response=_gentle(turn.intent, tracker.slots[IN_DISTRESS]))
        return []


def _asks_nothing(turn: Turn) -> bool:
    return turn.intent in _UNCLEAR and len(tokens(turn.text)) < _QUESTION_SYLLABLES


def _gentle(intent: str, grade: str) -> str:
    """Returns the response that meets an intent after distress of a grade."""
    if intent in ("thanks", "goodbye", "bot_challenge"):
        return f"utter_stay_{intent}"
    return f"utter_stay_{grade}_{intent}" if intent in ("affirm", "deny") else f"utter_stay_{grade}"


def _addressee(text: str) -> str:
    """Returns the ending of the responses for whoever writes: a grown-up about a child, a friend, or oneself."""
    if speaks_as_parent(text):
        return "_parent"
    return "_other" if speaks_of_another(text) else ""


def _matter(tracker: Tracker) -> str:
    """Returns the likeliest intent of a message apart from what it feels."""
    ranking = tracker.latest_message.get("intent_ranking") or ()
    return next((guess["name"] for guess in ranking if guess["name"] not in _OF_FEELING), "nlu_fallback")


def _is_calm(tracker: Tracker) -> bool:
    """Tells whether the last turns before this one were about other things."""
    said = [event for event in tracker.events if event.get("event") == "user"][:-1]
    intents = [event["parse_data"]["intent"]["name"] for event in said[-_CALM_TURNS:]]
    return len(intents) == _CALM_TURNS and not _UNSETTLED & set(intents)
