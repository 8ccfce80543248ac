"""The checklist follows the form, and a correction takes it back."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.finding import Desk
from actions.forms import DONE
from actions.support_result import ActionInform, ActionSupportResult
from tests.actions.playing import MakeTracker, play

WELDER = {
    "case_who": "student",
    "case_residence": "hai_phong",
    "case_schooling": "lop_9",
    "case_study": "trung_cap",
    "case_occupation": "han",
    "case_institution": "undecided",
    "form_end": DONE,
}


async def test_the_checklist_is_given_with_sources_and_without_a_promise(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(ActionSupportResult(desk), tracker("chưa chọn trường", "inform", **WELDER))
    text = outcome.custom["text"]
    assert "có thể được" in text
    assert "**900.000 đồng**" in text
    assert "không phải quyết định" in text
    assert len(text) <= 900
    assert outcome.custom["sources"]
    assert outcome.slots["checked_case"] is True


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("à hộ khẩu em ở Thái Bình cơ", "case_residence", "elsewhere"),
        ("nhà em hộ nghèo ạ", "case_circumstances", ["poor"]),
        ("nham, em hoc cao dang co", "case_study", "cao_dang"),
    ],
)
async def test_a_correction_takes_the_result_back(
    desk: Desk, tracker: MakeTracker, text: str, slot: str, value: Any
) -> None:
    dispatcher = CollectingDispatcher()
    revised = tracker(text, "inform", **WELDER, checked_case=True)
    events = await ActionInform(desk).run(dispatcher, revised, {})
    first, second = dispatcher.messages
    assert first["response"] == "utter_case_revised"
    assert second["custom"]["text"].startswith("Theo bạn kể")
    assert {event["name"]: event["value"] for event in events}[slot] == value


async def test_without_a_result_a_statement_is_answered_as_any_other(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(ActionInform(desk), tracker("em mới xong lớp 9", "inform"))
    assert outcome.message["response"] != "utter_case_revised"
