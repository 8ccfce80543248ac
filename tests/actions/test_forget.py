"""Forgetting leaves nothing of the conversation."""

from actions.forget import ActionDeleteMyData
from tests.actions.playing import MakeTracker, play


async def test_forgetting_restarts_the_conversation_and_says_so(tracker: MakeTracker) -> None:
    outcome = await play(ActionDeleteMyData(), tracker("đồng ý", "affirm", last_question="Học gì?"))
    assert outcome.message["response"] == "utter_deleted"
    assert [event["event"] for event in outcome.events] == ["restart"]
