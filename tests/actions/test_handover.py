"""Asking for a person opens a ticket, says what happens next, and asks how to be reached."""

from datetime import datetime

import pytest
from rasa_sdk import Tracker

from actions.handover import ActionTalkToHuman
from actions.office import Office
from actions.records import Records
from tests.actions.playing import MakeTracker, play


@pytest.fixture
def action(records: Records) -> ActionTalkToHuman:
    """The action on a Friday morning."""
    return ActionTalkToHuman(records.tickets, Office.load(), lambda: datetime(2026, 11, 27, 9))


def on_web(tracker: MakeTracker) -> Tracker:
    """A user of the web page who asks for a person."""
    asked = tracker("gặp người tư vấn", "talk_to_human")
    asked.sender_id = "web-1"
    return asked


async def test_a_ticket_is_opened_and_told_with_the_hours(
    action: ActionTalkToHuman, tracker: MakeTracker, records: Records
) -> None:
    outcome = await play(action, on_web(tracker))
    state = records.conversations.state("web-1")
    assert (outcome.message["response"], outcome.message["number"]) == ("utter_talk_to_human", state.ticket)
    assert "đang trong giờ làm việc" in outcome.message["hours"]
    assert (state.held, state.contact_wanted) == (False, True)


async def test_who_asks_again_is_told_that_the_ticket_waits(
    action: ActionTalkToHuman, tracker: MakeTracker
) -> None:
    first = await play(action, on_web(tracker))
    second = await play(action, on_web(tracker))
    assert (second.message["response"], second.message["number"]) == (
        "utter_ticket_waits",
        first.message["number"],
    )


async def test_on_a_messenger_no_contact_is_asked_for(
    action: ActionTalkToHuman, tracker: MakeTracker, records: Records
) -> None:
    asked = tracker("gặp người tư vấn", "talk_to_human")
    asked.sender_id = "zalo-1"
    outcome = await play(action, asked)
    assert outcome.message["response"] == "utter_talk_to_human_here"
    assert not records.conversations.state("zalo-1").contact_wanted
