"""The user's own data: given on request, and forgotten on request once it is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import Restarted
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events
from actions.records import Records
from knowledge.vocabulary import vocabulary


class ActionExplainPrivacy(Action):
    """Says what is stored, why, and for how long."""

    def __init__(self, days: int) -> None:
        """Takes after how many days everything is erased."""
        self._days = days

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_explain_privacy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the explanation; sets no slot."""
        dispatcher.utter_message(response="utter_privacy", days=self._days)
        return []


class ActionDeleteMyData(Action):
    """Erases the conversation: its records, and with the restart what Rasa's tracker store keeps of it."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_delete_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Says that it is done and restarts the conversation."""
        await asyncio.to_thread(self._records.forget, tracker.sender_id)
        dispatcher.utter_message(response="utter_deleted")
        return [Restarted()]


class ActionExportMyData(Action):
    """Gives a link that downloads what is kept of the conversation, for as long as the link is valid."""

    def __init__(self, link: Callable[[str], str]) -> None:
        """Takes what makes the link for a conversation."""
        self._link = link

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_export_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Utters the link; sets no slot."""
        link = {"url": self._link(tracker.sender_id), "title": vocabulary("labels")["download"]}
        dispatcher.utter_message(response="utter_my_data", json_message={"link": link})
        return []
