"""Asking for a person opens a ticket, says what happens next, and asks how to be reached."""

from datetime import datetime

import pytest

from actions.handover import ActionTalkToHuman
from actions.office import Office
from actions.records import Records
from tests.actions.playing import MakeTracker, play


@pytest.fixture
def action(records: Records) -> ActionTalkToHuman:
    """The action on a Friday morning."""
    return ActionTalkToHuman(records.tickets, Office.load(), lambda: datetime(2026, 11, 27, 9))


async def test_a_ticket_is_opened_and_told_with_the_hours(
    action: ActionTalkToHuman, tracker: MakeTracker, records: Records
) -> None:
    outcome = await play(action, tracker("gặp người tư vấn", "talk_to_human"))
    state = records.conversations.state("someone")
    assert (outcome.message["response"], outcome.message["number"]) == ("utter_talk_to_human", state.ticket)
    assert "đang trong giờ làm việc" in outcome.message["hours"]
    assert (state.held, state.contact_wanted) == (False, True)


async def test_who_asks_again_is_told_that_the_ticket_waits(
    action: ActionTalkToHuman, tracker: MakeTracker
) -> None:
    first = await play(action, tracker("gặp người tư vấn", "talk_to_human"))
    second = await play(action, tracker("gặp người tư vấn", "talk_to_human"))
    assert (second.message["response"], second.message["number"]) == (
        "utter_ticket_waits",
        first.message["number"],
    )
