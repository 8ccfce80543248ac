"""`action_delete_my_data`: forgets a conversation, once the user has confirmed."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import Restarted
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Events


class ActionDeleteMyData(Action):
    """Erases the conversation: the tracker store keeps nothing of what came before a restart."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_delete_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Says that it is done and restarts the conversation."""
        dispatcher.utter_message(response="utter_deleted")
        return [Restarted()]
