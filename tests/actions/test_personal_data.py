"""The user's own data: told, given and forgotten."""

from actions.personal_data import ActionDeleteMyData, ActionExplainPrivacy, ActionExportMyData
from actions.records import Records, Turn
from tests.actions.playing import MakeTracker, play


async def test_forgetting_erases_the_records_restarts_the_conversation_and_says_so(
    tracker: MakeTracker, records: Records
) -> None:
    records.conversations.record_turn("someone", "web", Turn("bí mật", ["vâng"], "flow", "inform", []))
    records.conversations.record_turn("another", "web", Turn("chào", ["chào"], "flow", "greet", []))
    outcome = await play(ActionDeleteMyData(records), tracker("đồng ý", "affirm", last_question="Học gì?"))
    assert outcome.message["response"] == "utter_deleted"
    assert [event["event"] for event in outcome.events] == ["restart"]
    assert not records.conversations.state("someone").known
    assert records.conversations.state("another").known


async def test_the_users_data_come_as_a_link_of_their_conversation(tracker: MakeTracker) -> None:
    action = ActionExportMyData(lambda conversation: f"/data/{conversation}")
    outcome = await play(action, tracker("tải dữ liệu của tôi", "export_my_data"))
    assert outcome.message["response"] == "utter_my_data"
    assert outcome.custom["link"]["url"] == "/data/someone"
    assert outcome.custom["link"]["title"]


async def test_what_is_kept_is_told_with_its_time(tracker: MakeTracker) -> None:
    outcome = await play(ActionExplainPrivacy(30), tracker("quyền riêng tư", "ask_privacy"))
    assert (outcome.message["response"], outcome.message["days"]) == ("utter_privacy", 30)
