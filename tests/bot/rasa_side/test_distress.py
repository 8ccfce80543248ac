"""Distress comes first, by words, the app's reading or the classifier; the talk stays gentle after it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.distress import INTENTS, Distress
from knowledge.safety import GRADES
from tests.bot.rasa_side.running import ActionServer, RasaServer
from tests.bot.rasa_side.test_dialogue import QUESTION, actions

CONFIG = {"grave": 0.4, "idiom": 0.9, "emergency": 0.4, "emergency_now": 0.2, "insult": 0.7}


def first(
    text: str, ranking: dict[str, float], alarm: str | None = None, **config: float
) -> tuple[str, float]:
    """Returns the intent of a message and its confidence; `ranking` is what the classifier holds, likeliest first."""
    guesses = [{"name": name, "confidence": confidence} for name, confidence in ranking.items()]
    message = Message(
        {
            "text": text,
            "intent": guesses[0] if guesses else {"name": None, "confidence": 0.0},
            "intent_ranking": guesses,
            "metadata": {"alarm": alarm},
        }
    )
    (result,) = Distress({**CONFIG, **config}).process([message])
    intent = result.get("intent")
    if result.get("intent_ranking"):
        assert result.get("intent_ranking")[0]["name"] == intent["name"]
        assert len({guess["name"] for guess in result.get("intent_ranking")}) >= len(ranking)
    return intent["name"], intent["confidence"]


def test_every_grade_has_its_intent() -> None:
    assert tuple(INTENTS) == GRADES


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("em đang đứng trên cầu", "distress_emergency"),
        ("em không muốn sống nữa", "distress_serious"),
        ("bố em hay đánh em", "abuse"),
        ("em buồn quá", "distress_mild"),
    ],
)
def test_words_win_over_a_likelier_intent(text: str, intent: str) -> None:
    assert first(text, {"thanks": 0.99, intent: 0.01})[0] == intent
    assert first(text, {})[0] == intent


def test_an_alarm_of_the_app_counts_and_the_worse_of_two() -> None:
    assert first("xin chào", {"greet": 0.9}, "emergency") == ("distress_emergency", 1.0)
    assert first("em buồn quá", {"greet": 0.9}, "serious")[0] == "distress_serious"
    assert first("em không muốn sống nữa", {"greet": 0.9}, "mild")[0] == "distress_serious"
    assert first("xin chào", {"greet": 0.9}) == ("greet", 0.9)


def test_what_no_phrase_knows_the_classifier_may_see() -> None:
    guesses = {"nlu_fallback": 0.3, "complain": 0.28}
    assert first("…", {**guesses, "distress_serious": 0.25, "abuse": 0.2})[0] == "distress_serious"
    assert first("…", {**guesses, "distress_serious": 0.2, "abuse": 0.15})[0] == "nlu_fallback"


def test_what_happens_now_is_sooner_an_emergency() -> None:
    guesses = {"abuse": 0.5, "distress_emergency": 0.2}
    assert first("hồi xưa", guesses)[0] == "abuse"
    assert first("lúc này", guesses)[0] == "distress_emergency"


def test_play_with_words_needs_a_surer_classifier() -> None:
    idiom = "mệt chết đi được"
    assert first(idiom, {"distress_serious": 0.8, "out_of_scope": 0.1})[0] == "nlu_fallback"
    assert first(idiom, {"distress_serious": 0.95})[0] == "distress_serious"


def test_what_hardly_sounds_rude_or_grave_is_searched() -> None:
    assert first("…", {"insult": 0.5, "ask_policy": 0.3})[0] == "nlu_fallback"
    assert first("…", {"insult": 0.8})[0] == "insult"
    assert first("…", {"abuse": 0.35, "ask_policy": 0.3})[0] == "nlu_fallback"


@pytest.fixture
def caring(action_server: ActionServer) -> ActionServer:
    """The action server, whose care leaves the conversation in distress."""
    slot: dict[str, Any] = {"event": "slot", "name": "in_distress", "value": "serious", "timestamp": None}
    action_server.scripts["action_care"] = [{"events": [slot], "responses": [{"text": "action_care"}]}]
    return action_server


def test_after_distress_a_thank_you_and_a_question_meet_the_one_who_stays(
    server: RasaServer, caring: ActionServer
) -> None:
    reply = server.say("d1", "em không muốn sống nữa")
    assert (reply["intent"]["name"], actions(reply)) == ("distress_serious", ["action_care"])
    assert actions(server.say("d1", "cảm ơn bạn")) == ["action_stay"]
    assert actions(server.say("d1", QUESTION)) == ["action_stay"]


def test_what_is_left_to_the_usual_action_is_done_by_it(server: RasaServer, caring: ActionServer) -> None:
    server.say("d2", "em không muốn sống nữa")
    calm = {"event": "slot", "name": "in_distress", "value": None, "timestamp": None}
    usual = {"event": "followup", "name": "utter_thanks", "timestamp": None}
    caring.scripts["action_stay"] = [{"events": [calm, usual], "responses": []}]
    assert actions(server.say("d2", "cảm ơn bạn")) == ["utter_thanks"]
    assert actions(server.say("d2", "cảm ơn bạn")) == ["utter_thanks"]


def test_distress_breaks_into_a_form(server: RasaServer, caring: ActionServer) -> None:
    def rejected() -> dict[str, Any]:
        event = {"event": "action_execution_rejected", "name": "support_form"}
        return {"events": [{**event, "policy": None, "confidence": None, "timestamp": None}], "responses": []}

    asks = {"event": "slot", "name": "requested_slot", "value": "case_who", "timestamp": None}
    caring.scripts["validate_support_form"] = [{"events": [asks], "responses": []}, rejected()]
    server.say("d3", "kiểm tra xem mình được hỗ trợ gì")
    assert actions(server.say("d3", "em không muốn sống nữa"))[0] == "action_care"


def test_the_apps_alarm_travels_with_the_message(server: RasaServer, caring: ActionServer) -> None:
    reply = server.say("d4", "xin chào", alarm="emergency")
    assert (reply["intent"]["name"], actions(reply)) == ("distress_emergency", ["action_care"])
