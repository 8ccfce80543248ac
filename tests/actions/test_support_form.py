"""The form on support fills several steps at once, asks nothing twice, and takes corrections."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.finding import Desk
from actions.forms import REQUESTED, SKIPPED
from actions.support_form import ValidateSupportForm, case_of
from knowledge.case import Case
from tests.actions.playing import MakeTracker


async def says(
    desk: Desk, make: MakeTracker, text: str, intent: str = "inform", **slots: object
) -> dict[str, Any]:
    """Returns the slots that a message sets."""
    tracker = make(text, intent, **slots)
    tracker.events.append({"event": "user"})
    dispatcher = CollectingDispatcher()
    events = await ValidateSupportForm(desk).run(dispatcher, tracker, {})
    values = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    noted = [message["noted"] for message in dispatcher.messages if "noted" in message]
    return {**values, "noted": noted}


async def test_several_things_in_the_first_message_are_not_asked_again(
    desk: Desk, tracker: MakeTracker
) -> None:
    text = "em ở Hải Phòng, mới xong lớp 9, muốn học hàn hệ trung cấp, kiểm tra giúp em"
    values = await says(desk, tracker, text, "check_eligibility")
    assert values[REQUESTED] == "case_institution"
    assert values["case_who"] == "student"
    assert values["case_residence"] == "hai_phong"
    assert (values["case_schooling"], values["case_study"], values["case_occupation"]) == (
        "lop_9",
        "trung_cap",
        "han",
    )
    (noted,) = values["noted"]
    assert "thường trú Hải Phòng" in noted
    assert "Hàn" in noted


async def test_what_the_talk_named_before_is_known(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(desk, tracker, "kiểm tra hỗ trợ", "check_eligibility", occupation="han")
    assert (values["case_occupation"], values[REQUESTED]) == ("han", "case_who")


async def test_of_a_teacher_only_the_residence_is_asked(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(desk, tracker, "mình là nhà giáo dạy nghề", requested_slot="case_who")
    assert (values["case_who"], values[REQUESTED]) == ("teacher", "case_residence")


@pytest.mark.parametrize("text", ["em làm nail dạo", "nghề thổi thuỷ tinh ạ"])
async def test_a_trade_that_we_do_not_know_is_one_all_the_same(
    desk: Desk, tracker: MakeTracker, text: str
) -> None:
    values = await says(
        desk, tracker, text, "nlu_fallback", requested_slot="case_occupation", case_who="student"
    )
    assert values["case_occupation"] in ("other", "cham-soc-sac-dep")


async def test_who_does_not_know_goes_on(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(desk, tracker, "em chưa biết ạ", requested_slot="case_study", case_who="student")
    assert (values["case_study"], values[REQUESTED]) == (SKIPPED, "case_residence")


async def test_a_residence_is_corrected_while_the_trade_is_asked(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(
        desk,
        tracker,
        "à hộ khẩu em ở Thái Bình cơ",
        requested_slot="case_occupation",
        case_residence="hai_phong",
    )
    assert values["case_residence"] == "elsewhere"
    assert values["noted"] == ["thường trú nơi khác"]


async def test_what_is_told_before_it_is_asked_is_said_back(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(
        desk,
        tracker,
        "e muốn học nghề hàn",
        requested_slot="case_residence",
        case_who="student",
        case_schooling="lop_9",
    )
    assert values["noted"] == ["nghề Hàn"]
    assert (values["case_occupation"], values[REQUESTED]) == ("han", "case_residence")


async def test_what_was_asked_is_not_said_back(desk: Desk, tracker: MakeTracker) -> None:
    values = await says(desk, tracker, "Hải Phòng", requested_slot="case_residence", case_who="student")
    assert (values["noted"], values[REQUESTED]) == ([], "case_schooling")


async def test_a_check_for_somebody_else_begins_anew(desk: Desk, tracker: MakeTracker) -> None:
    known = {"case_who": "student", "case_residence": "hai_phong", "case_schooling": "lop_9"}
    values = await says(desk, tracker, "kiểm tra cho người khác", "check_eligibility", **known)
    assert (values["case_residence"], values[REQUESTED]) == (None, "case_who")


def test_what_was_skipped_is_not_known() -> None:
    slots = {"case_who": "student", "case_study": SKIPPED, "case_circumstances": ["poor"]}
    assert case_of(slots) == Case(who="student", circumstances=frozenset({"poor"}))
