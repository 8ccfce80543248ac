"""Distress is met by how much it matters, a person is told, and the turns that follow stay gentle."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from structlog.testing import capture_logs

from actions.care import _WARM_CHARACTERS, CONFIRMING, USUALLY, ActionCare, ActionStay
from actions.finding import Desk
from actions.records import Records
from tests.actions.playing import MakeTracker

ROOT = Path(__file__).resolve().parents[2]
RESPONSES: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "domain" / "safety.yml").read_text("utf-8"))[
    "responses"
]
STORIES = {
    row["id"]: row
    for row in map(
        json.loads, (ROOT / "tests" / "evaluation" / "fact_questions.jsonl").read_text("utf-8").splitlines()
    )
    if row["id"] in ("f241", "f332")
}


class BrokenTickets:
    """A store of tickets that cannot be written."""

    def open_ticket(self, conversation: str, reason: str, priority: str) -> object:
        raise OSError("disk full: em không muốn sống nữa")


async def run(
    action: ActionCare | ActionStay, tracker: Tracker
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Returns what an action says and the events that it returns."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    return dispatcher.messages, events


def said(messages: list[dict[str, Any]]) -> list[str]:
    return [message.get("response") or "answer" for message in messages]


def talked(tracker: Tracker, *intents: str) -> Tracker:
    """Returns the tracker after turns of these intents and its own message."""
    tracker.events = [
        {"event": "user", "parse_data": {"intent": {"name": name}}}
        for name in (*intents, tracker.latest_message["intent"]["name"])
    ]
    return tracker


def slots(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


@pytest.mark.parametrize(
    ("text", "response", "priority"),
    [
        ("em uống thuốc rồi", "utter_distress_emergency", "top"),
        ("con tôi uống thuốc rồi", "utter_distress_emergency_parent", "top"),
        ("bạn em uống thuốc rồi", "utter_distress_emergency_other", "top"),
        ("em không muốn sống nữa", "utter_distress_serious", "high"),
        ("con tôi dọa tự tử", "utter_distress_serious_parent", "high"),
        ("bạn em hay cắt tay", "utter_distress_serious_other", "high"),
        ("bố em hay đánh em", "utter_abuse", "high"),
        ("bạn em bị bố đánh", "utter_abuse_other", "high"),
    ],
)
async def test_grave_distress_is_met_with_care_and_a_person_is_told(
    desk: Desk, records: Records, tracker: MakeTracker, text: str, response: str, priority: str
) -> None:
    intent = re.sub("_(parent|other)$", "", response.removeprefix("utter_"))
    messages, events = await run(ActionCare(desk, records.tickets), tracker(text, intent))
    # In an emergency nobody is told to wait for an answer here.
    assert said(messages) == [response, *(["utter_care_ticket"] if priority == "high" else [])]
    assert slots(events) == {"in_distress": "emergency" if priority == "top" else "serious"}
    (ticket,) = records.tickets.list()
    assert (ticket.reason, ticket.priority) == (intent.removeprefix("distress_"), priority)


async def test_an_emergency_stays_one_whatever_follows(
    desk: Desk, records: Records, tracker: MakeTracker
) -> None:
    later = tracker("em không muốn sống nữa", "distress_serious", in_distress="emergency")
    _, events = await run(ActionCare(desk, records.tickets), later)
    assert slots(events) == {"in_distress": "emergency"}


async def test_care_is_given_even_if_no_ticket_can_be_opened(desk: Desk, tracker: MakeTracker) -> None:
    care = ActionCare(desk, BrokenTickets())
    with capture_logs() as logs:
        messages, events = await run(care, tracker("em không muốn sống nữa", "distress_serious"))
    assert said(messages) == ["utter_distress_serious"]
    assert slots(events) == {"in_distress": "serious"}
    (entry,) = logs
    assert (entry["log_level"], entry["error"]) == ("error", "OSError")
    assert "sống" not in str(entry)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_a_sad_story_gets_a_warm_word_and_its_answer(
    desk: Desk, records: Records, tracker: MakeTracker, story: dict[str, Any]
) -> None:
    messages, events = await run(ActionCare(desk, records.tickets), tracker(story["text"], "distress_mild"))
    assert said(messages) == ["utter_distress_mild", "answer"]
    assert messages[1]["custom"]["outcome"] == "answered"
    assert messages[1]["custom"]["sources"]
    assert slots(events)["last_question"]
    assert "in_distress" not in slots(events)
    assert not records.tickets.list()


async def test_sadness_without_a_question_gets_a_few_choices(
    desk: Desk, records: Records, tracker: MakeTracker
) -> None:
    for text, warm in (
        ("em buồn quá", "utter_distress_mild"),
        ("con tôi buồn quá", "utter_distress_mild_parent"),
    ):
        messages, events = await run(ActionCare(desk, records.tickets), tracker(text, "distress_mild"))
        assert said(messages) == [warm, "utter_distress_mild_choices"]
        assert events == []


async def test_the_matter_of_a_sad_message_is_what_else_it_may_be(
    desk: Desk, records: Records, tracker: MakeTracker
) -> None:
    story = tracker(STORIES["f241"]["text"], "distress_mild")
    story.latest_message["intent_ranking"] = [
        {"name": "distress_mild", "confidence": 0.6},
        {"name": "abuse", "confidence": 0.2},
        {"name": "ask_pathway", "confidence": 0.1},
    ]
    _, events = await run(ActionCare(desk, records.tickets), story)
    assert slots(events)["topic"] == "ask_pathway"


async def test_an_insult_meets_a_calm_boundary_and_after_distress_patience(
    desk: Desk, records: Records, tracker: MakeTracker
) -> None:
    care = ActionCare(desk, records.tickets)
    assert said((await run(care, tracker("cút đi", "insult")))[0]) == ["utter_insult"]
    later = tracker("cút đi", "insult", in_distress="serious")
    assert said((await run(care, later))[0]) == ["utter_stay_serious"]


@pytest.mark.parametrize(
    ("intent", "text", "grade", "response"),
    [
        ("affirm", "ừ", "serious", "utter_stay_serious_affirm"),
        ("deny", "không", "emergency", "utter_stay_emergency_deny"),
        ("thanks", "cảm ơn", "serious", "utter_stay_thanks"),
        ("goodbye", "bye", "emergency", "utter_stay_goodbye"),
        ("bot_challenge", "bạn là người à", "serious", "utter_stay_bot_challenge"),
        ("greet", "chào", "emergency", "utter_stay_emergency"),
        ("nlu_fallback", "hic", "serious", "utter_stay_serious"),
        ("ask_pathway", "em ở nhà một mình", "serious", "utter_stay_serious"),
    ],
)
async def test_after_distress_a_few_words_are_met_gently(
    desk: Desk, tracker: MakeTracker, intent: str, text: str, grade: str, response: str
) -> None:
    messages, events = await run(
        ActionStay(desk), talked(tracker(text, intent, in_distress=grade), f"distress_{grade}")
    )
    assert said(messages) == [response]
    assert events == []


async def test_after_distress_a_clear_question_is_answered(desk: Desk, tracker: MakeTracker) -> None:
    asked = tracker("Sở Nội vụ làm gì trong kế hoạch 126?", "ask_responsibility", in_distress="serious")
    messages, _ = await run(ActionStay(desk), talked(asked, "distress_serious"))
    assert messages[0]["custom"]["outcome"] == "answered"


@pytest.mark.parametrize(("intent", "usual"), [*USUALLY.items(), ("ask_policy", "action_answer")])
async def test_after_a_few_other_turns_talk_is_as_usual(
    desk: Desk, tracker: MakeTracker, intent: str, usual: str
) -> None:
    calm = talked(tracker("…", intent, in_distress="serious"), "ask_policy", "thanks", "greet")
    messages, events = await run(ActionStay(desk), calm)
    assert messages == []
    assert slots(events) == {"in_distress": None}
    assert events[-1] == {"event": "followup", "timestamp": None, "name": usual}


@pytest.mark.parametrize("unsettled", ["affirm", "deny", "nlu_fallback", "distress_serious"])
async def test_things_are_not_calm_while_the_distress_is_talked_about(
    desk: Desk, tracker: MakeTracker, unsettled: str
) -> None:
    restless = talked(tracker("cảm ơn", "thanks", in_distress="serious"), "ask_policy", unsettled, "greet")
    assert said((await run(ActionStay(desk), restless))[0]) == ["utter_stay_thanks"]


@pytest.mark.parametrize(("intent", "followed"), CONFIRMING.items())
async def test_a_yes_to_a_deletion_deletes_in_distress_too(
    desk: Desk, tracker: MakeTracker, intent: str, followed: str
) -> None:
    asked = tracker("có", intent, in_distress="serious", confirming="delete_my_data")
    messages, events = await run(ActionStay(desk), talked(asked, "distress_serious", "delete_my_data"))
    assert (messages, events[-1]["name"]) == ([], followed)


def test_what_is_usual_is_what_the_rules_say() -> None:
    rules: dict[tuple[bool, str], str] = {}
    for file in ("rules.yml", "rules/people.yml"):
        for rule in yaml.safe_load((ROOT / "bot" / "data" / file).read_text("utf-8"))["rules"]:
            first, *_, last = rule["steps"]
            if "intent" in first:
                rules["condition" in rule, first["intent"]] = last.get("action", "")
    assert {intent: rules[False, intent] for intent in USUALLY} == USUALLY
    assert {intent: rules[True, intent] for intent in CONFIRMING} == CONFIRMING


@pytest.mark.parametrize("name", RESPONSES)
def test_care_is_short_plain_and_names_whom_to_call(name: str) -> None:
    for variation in RESPONSES[name]:
        text = variation["text"]
        assert len(text) <= 500
        assert not re.search(r"đừng nghĩ|dại dột|bí mật|hứa|http", text)
        if name.startswith(("utter_distress_e", "utter_distress_s", "utter_abuse", "utter_stay")):
            assert "111" in text
            assert variation["metadata"]["outcome"] == "safety"
            assert [button["payload"] for button in variation["buttons"]] == ["Gặp người tư vấn"]
        if name.startswith(("utter_distress_e", "utter_distress_s", "utter_abuse", "utter_stay_goodbye")):
            assert "115" in text
            assert "113" in text


def test_the_room_for_the_warm_sentence_is_enough() -> None:
    warm = [
        v["text"] for name in ("utter_distress_mild", "utter_distress_mild_parent") for v in RESPONSES[name]
    ]
    assert max(map(len, warm)) + len("\n\n") <= _WARM_CHARACTERS
