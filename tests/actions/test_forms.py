"""A form asks step by step, obeys commands, lets questions through, and can be put off and taken up again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Turn
from actions.forms import (
    CANCELLED,
    DONE,
    INTERRUPTED,
    PAUSED,
    REQUESTED,
    SKIPPED,
    ActionResume,
    FormResult,
    Step,
    StepForm,
    command_of,
)
from tests.actions.playing import MakeTracker

STEPS = ("colour", "size")


class Order(StepForm):
    """Asks for a colour and a size, each a word of its own."""

    form = "order_form"
    begins = "order"
    slots = STEPS

    def steps(self, slots: Mapping[str, Any]) -> Sequence[str]:
        return STEPS

    def read(self, turn: Turn, slots: Mapping[str, Any], asked: str | None) -> Step:
        known = {"đỏ": "colour", "xanh": "colour", "to": "size", "nhỏ": "size"}
        values = {slot: word for word, slot in known.items() if word in turn.text.split()}
        return Step(values, answers=asked in values)


class Ordered(FormResult):
    """Says what was ordered."""

    form = "order_form"

    def name(self) -> str:
        return "action_ordered"

    async def conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="xong")
        return []


async def says(
    make: MakeTracker, text: str, intent: str = "inform", ran: Sequence[str] = (), **slots: object
) -> tuple[dict[str, Any], list[str], list[str]]:
    """Returns the slots that a message sets, the other events, and the responses that were uttered."""
    tracker = make(text, intent, **slots)
    tracker.events.append({"event": "user"})
    tracker.events.extend({"event": "action", "name": name} for name in ran)
    dispatcher = CollectingDispatcher()
    events = await Order().run(dispatcher, tracker, {})
    values = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    others = [event["event"] for event in events if event["event"] != "slot"]
    return values, others, [message["response"] for message in dispatcher.messages]


async def test_the_first_message_may_answer_and_the_first_open_step_is_asked(tracker: MakeTracker) -> None:
    values, others, _ = await says(tracker, "em lấy màu đỏ")
    assert (values["colour"], values[REQUESTED], others) == ("đỏ", "size", [])


async def test_one_message_may_fill_every_step_and_ends_the_form(tracker: MakeTracker) -> None:
    values, others, _ = await says(tracker, "đỏ to")
    assert values[REQUESTED] is None
    assert values["form_end"] == DONE
    assert others == ["active_loop"]


async def test_what_was_answered_before_is_corrected_while_something_else_is_asked(
    tracker: MakeTracker,
) -> None:
    values, others, _ = await says(tracker, "à màu xanh cơ", requested_slot="size", colour="đỏ")
    assert (values["colour"], values[REQUESTED], others) == ("xanh", "size", [])


async def test_a_question_is_left_to_its_rule_and_what_it_tells_is_kept(tracker: MakeTracker) -> None:
    values, others, _ = await says(
        tracker, "màu đỏ ạ, mà học hàn lương bao nhiêu ạ", "ask_labour_market", requested_slot="colour"
    )
    assert others == ["action_execution_rejected"]
    assert values == {"colour": "đỏ"}


async def test_what_a_question_names_is_not_taken_for_an_answer(tracker: MakeTracker) -> None:
    values, others, _ = await says(tracker, "màu đỏ đẹp không ạ", "ask_policy", requested_slot="colour")
    assert (values, others) == ({}, ["action_execution_rejected"])


@pytest.mark.parametrize(
    "intent", ["distress_serious", "distress_mild", "insult", "delete_my_data", "complain"]
)
async def test_what_must_be_heard_is_never_an_answer(tracker: MakeTracker, intent: str) -> None:
    values, others, _ = await says(tracker, "đỏ", intent, requested_slot="colour")
    assert (values, others) == ({}, ["action_execution_rejected"])


async def test_after_a_question_was_answered_the_form_goes_on(tracker: MakeTracker) -> None:
    values, others, _ = await says(
        tracker, "lương bao nhiêu ạ", "ask_labour_market", ["action_answer"], requested_slot="colour"
    )
    assert (values[REQUESTED], values["form_digressions"], others) == ("colour", 1, [])


async def test_after_many_questions_in_a_row_the_form_waits_to_be_taken_up(tracker: MakeTracker) -> None:
    slots = {"requested_slot": "colour", "form_digressions": 2}
    values, others, _ = await says(tracker, "học mấy năm ạ", "ask_pathway", ["action_answer"], **slots)
    assert (values["form_end"], values["paused_form"]) == (PAUSED, "order_form")
    assert others == ["active_loop"]


@pytest.mark.parametrize("intent", ["distress_serious", "distress_emergency", "abuse", "talk_to_human"])
async def test_whoever_needs_care_or_a_person_is_not_asked_on(tracker: MakeTracker, intent: str) -> None:
    values, _, uttered = await says(tracker, "…", intent, ["action_care"], requested_slot="colour")
    assert (values["form_end"], uttered) == (INTERRUPTED, [])


@pytest.mark.parametrize("intent", ["order", "resume"])
async def test_whoever_asks_for_the_form_that_runs_is_asked_again(tracker: MakeTracker, intent: str) -> None:
    values, others, uttered = await says(tracker, "…", intent, requested_slot="size", colour="đỏ")
    assert (values[REQUESTED], others, uttered) == ("size", [], [])


async def test_a_form_that_takes_the_place_of_another_begins(tracker: MakeTracker) -> None:
    values, others, _ = await says(tracker, "em lấy màu đỏ", "order", requested_slot="quiz_answer")
    assert (values["colour"], values[REQUESTED], others) == ("đỏ", "size", [])


async def test_what_is_not_understood_is_asked_again(tracker: MakeTracker) -> None:
    values, others, uttered = await says(tracker, "ờ thì", "nlu_fallback", requested_slot="colour")
    assert uttered == ["utter_form_not_understood"]
    assert (values[REQUESTED], others) == ("colour", [])


async def test_a_step_can_be_skipped(tracker: MakeTracker) -> None:
    values, _, _ = await says(tracker, "bỏ qua", "cancel", requested_slot="colour")
    assert (values["colour"], values[REQUESTED]) == (SKIPPED, "size")


async def test_going_back_empties_the_step_before(tracker: MakeTracker) -> None:
    values, _, _ = await says(tracker, "quay lại", "go_back", requested_slot="size", colour="đỏ")
    assert (values["colour"], values[REQUESTED]) == (None, "colour")


async def test_there_is_nothing_before_the_first_step(tracker: MakeTracker) -> None:
    values, _, uttered = await says(tracker, "quay lại", "go_back", requested_slot="colour")
    assert (uttered, values[REQUESTED]) == (["utter_form_first_step"], "colour")


@pytest.mark.parametrize(
    ("text", "intent", "end"),
    [
        ("huỷ", "cancel", CANCELLED),
        ("thôi không làm nữa", "cancel", CANCELLED),
        ("để sau nhé", "cancel", PAUSED),
    ],
)
async def test_a_form_can_be_dropped_or_put_off(
    tracker: MakeTracker, text: str, intent: str, end: str
) -> None:
    values, others, _ = await says(tracker, text, intent, requested_slot="colour")
    assert (values["form_end"], values[REQUESTED], others) == (end, None, ["active_loop"])


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("quay lai", "back"),
        ("QUAY LẠI", "back"),
        ("bo qua", "skip"),
        ("huy", CANCELLED),
        ("hủy ạ", CANCELLED),
        ("de sau", PAUSED),
        ("em muốn học trung cấp", None),
        ("em quay lại trường học sau khi nghỉ một năm vì ốm", None),
    ],
)
def test_commands_are_understood_in_every_spelling(
    tracker: MakeTracker, text: str, command: str | None
) -> None:
    assert command_of(Turn.of(tracker(text, "inform"))) == command


@pytest.mark.parametrize(
    ("end", "ran", "said"),
    [
        (DONE, [], ["xong"]),
        (CANCELLED, [], ["utter_form_cancelled"]),
        (PAUSED, [], ["utter_form_paused"]),
        (PAUSED, ["action_answer"], ["utter_form_waits"]),
        (INTERRUPTED, ["action_care"], []),
    ],
)
async def test_the_end_is_said_as_it_came(
    tracker: MakeTracker, end: str, ran: list[str], said: list[str]
) -> None:
    ended = tracker("…", form_end=end)
    ended.events.extend([{"event": "user"}, *({"event": "action", "name": name} for name in ran)])
    dispatcher = CollectingDispatcher()
    await Ordered().run(dispatcher, ended, {})
    assert [message["response"] or message["text"] for message in dispatcher.messages] == said


async def test_a_form_that_waits_is_taken_up(tracker: MakeTracker) -> None:
    events = await ActionResume().run(
        CollectingDispatcher(), tracker("làm tiếp", paused_form="order_form"), {}
    )
    assert [event.get("name") for event in events if event["event"] == "followup"] == ["order_form"]


async def test_without_a_form_that_waits_there_is_nothing_to_take_up(tracker: MakeTracker) -> None:
    dispatcher = CollectingDispatcher()
    assert await ActionResume().run(dispatcher, tracker("làm tiếp"), {}) == []
    assert dispatcher.messages[0]["response"] == "utter_nothing_to_resume"
