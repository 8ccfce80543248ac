"""A form as Rasa conducts it: `validate_<form>` decides, and a question in the middle is answered by its rule."""

from __future__ import annotations

from typing import Any

from tests.bot.rasa_side.running import ActionServer, RasaServer
from tests.bot.rasa_side.test_dialogue import QUESTION, actions

BEGIN = "em xong lớp 9, học trung cấp, kiểm tra giúp em"


def says(slots: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """Returns a reply of the validating action."""
    set_slots = [{"event": "slot", "name": k, "value": v, "timestamp": None} for k, v in slots.items()]
    return {"events": [*set_slots, *others], "responses": []}


REJECTED = {
    "event": "action_execution_rejected",
    "name": "support_form",
    "policy": None,
    "confidence": None,
    "timestamp": None,
}
ENDED = {"event": "active_loop", "name": None, "timestamp": None}
VALIDATE = "validate_support_form"


def test_a_form_asks_step_by_step_and_gives_its_result(
    server: RasaServer, action_server: ActionServer
) -> None:
    action_server.scripts[VALIDATE] = [
        says({"requested_slot": "case_who"}),
        says({"case_who": "student", "requested_slot": "case_residence"}),
        says({"case_residence": "hai_phong", "requested_slot": None}, ENDED),
    ]
    assert actions(server.say("f1", BEGIN)) == ["utter_ask_support_form_case_who"]
    assert actions(server.say("f1", "mình là học sinh")) == ["utter_ask_support_form_case_residence"]
    assert actions(server.say("f1", "ở Hải Phòng")) == ["action_support_result"]
    assert actions(server.say("f1", QUESTION)) == ["action_answer"]


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(
    server: RasaServer, action_server: ActionServer
) -> None:
    action_server.scripts[VALIDATE] = [
        says({"requested_slot": "case_residence"}),
        says({"case_who": "student"}, REJECTED),
        says({"requested_slot": "case_residence"}),
        says({"case_residence": "hai_phong", "requested_slot": None}, ENDED),
    ]
    server.say("f2", BEGIN)
    assert actions(server.say("f2", QUESTION)) == ["action_answer", "utter_ask_support_form_case_residence"]
    call = action_server.calls[-1]
    assert (call["next_action"], call["tracker"]["slots"]["case_who"]) == (VALIDATE, "student")
    ran = [event["name"] for event in call["tracker"]["events"] if event["event"] == "action"]
    assert "action_answer" in ran
    assert actions(server.say("f2", "ở Hải Phòng")) == ["action_support_result"]


def test_a_form_that_ends_after_another_reply_says_nothing_more_than_its_result(
    server: RasaServer, action_server: ActionServer
) -> None:
    action_server.scripts[VALIDATE] = [
        says({"requested_slot": "case_who"}),
        says({}, REJECTED),
        says({"requested_slot": None, "form_end": "interrupted"}, ENDED),
    ]
    action_server.scripts["action_support_result"] = [{"events": [], "responses": []}]
    server.say("f3", BEGIN)
    assert actions(server.say("f3", "cho em gặp người tư vấn ạ")) == ["action_talk_to_human"]
    assert actions(server.say("f3", QUESTION)) == ["action_answer"]


def test_a_form_that_waits_is_run_again(server: RasaServer, action_server: ActionServer) -> None:
    action_server.scripts[VALIDATE] = [says({"requested_slot": "case_study", "form_digressions": 0})]
    action_server.scripts["action_resume"] = [
        {"events": [{"event": "followup", "name": "support_form", "timestamp": None}], "responses": []}
    ]
    assert actions(server.say("f4", "làm tiếp")) == ["utter_ask_support_form_case_study"]
    assert actions(server.say("f4", "trung cấp")) == ["utter_ask_support_form_case_study"]


def test_everything_is_forgotten_in_the_middle_of_a_form(
    server: RasaServer, action_server: ActionServer
) -> None:
    action_server.scripts[VALIDATE] = [
        says({"requested_slot": "case_who"}),
        says({}, REJECTED),
        says({"requested_slot": None}, ENDED),
    ]
    action_server.scripts["action_support_result"] = [{"events": [], "responses": []}]
    server.say("f5", BEGIN)
    assert actions(server.say("f5", "xóa dữ liệu của tôi")) == ["utter_confirm_delete"]
    assert actions(server.say("f5", "đúng rồi")) == ["đã xóa"]
