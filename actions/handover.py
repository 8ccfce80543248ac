"""`action_talk_to_human`: hands the talk to a person by opening a ticket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events
from actions.office import Office
from actions.records import Tickets


class ActionTalkToHuman(Action):
    """Opens a ticket with the talk so far, says what happens next, and on the web how to be reached later."""

    def __init__(self, tickets: Tickets, office: Office, now: Callable[[], datetime]) -> None:
        self._tickets, self._office, self._now = tickets, office, now

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_talk_to_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the ticket's number, the opening hours and the request for a contact; sets no slot."""
        ticket = await asyncio.to_thread(self._tickets.open_ticket, tracker.sender_id, "asked", "normal")
        # A web page is the only way to reach its user, and only while it is open; a messenger always reaches them.
        on_web = tracker.sender_id.startswith("web-")
        if on_web:
            await asyncio.to_thread(self._tickets.want_contact, tracker.sender_id, wanted=True)
        response = "utter_ticket_waits" if ticket.already_open else "utter_talk_to_human"
        dispatcher.utter_message(
            response=response if on_web else f"{response}_here",
            number=ticket.id,
            hours=self._office.told(self._now()),
        )
        return []
