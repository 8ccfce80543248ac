"""A route is found in two steps, or in one message that says both."""

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.finding import Desk
from actions.forms import DONE, REQUESTED, SKIPPED
from actions.routes import ActionRouteResult, ValidateRouteForm
from tests.actions.playing import MakeTracker, play


async def says(make: MakeTracker, text: str, intent: str, **slots: object) -> dict[str, Any]:
    """Returns the slots that a message sets."""
    tracker = make(text, intent, **slots)
    tracker.events.append({"event": "user"})
    events = await ValidateRouteForm().run(CollectingDispatcher(), tracker, {})
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


async def test_one_message_may_say_both_ends(tracker: MakeTracker) -> None:
    values = await says(tracker, "em truot lop 10, ve lo trinh len cao dang giup em", "explore_routes")
    assert (values["route_start"], values["route_aim"], values["form_end"]) == ("truot_10", "cao_dang", DONE)


async def test_what_is_missing_is_asked_and_an_older_route_is_forgotten(tracker: MakeTracker) -> None:
    values = await says(
        tracker, "xem đường đi khác", "explore_routes", route_start="lop_9", route_aim="dai_hoc"
    )
    assert (values["route_start"], values[REQUESTED]) == (None, "route_start")
    values = await says(tracker, "xong lớp 12 ạ", "inform", requested_slot="route_start")
    assert (values["route_start"], values[REQUESTED]) == ("lop_12", "route_aim")


async def test_a_route_tells_time_cost_and_diploma_with_its_source(desk: Desk, tracker: MakeTracker) -> None:
    slots = {"form_end": DONE, "route_start": "truot_10", "route_aim": "cao_dang"}
    outcome = await play(ActionRouteResult(desk), tracker("lên cao đẳng", **slots))
    for words in ("Thời gian", "Học phí", "bằng cao đẳng", "Nguồn:"):
        assert words in outcome.custom["text"]
    assert len(outcome.custom["text"]) <= 900


async def test_without_both_ends_there_is_no_route(desk: Desk, tracker: MakeTracker) -> None:
    slots = {"form_end": DONE, "route_start": SKIPPED, "route_aim": "cao_dang"}
    outcome = await play(ActionRouteResult(desk), tracker("bỏ qua", **slots))
    assert outcome.message["response"] == "utter_no_route"
