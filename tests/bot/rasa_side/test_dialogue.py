"""How a conversation goes, from turn to turn and to turn 60."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

import pytest

from tests.bot.rasa_side.running import ActionServer, RasaServer

QUESTION = "học phí hệ cao đẳng bao nhiêu"


def actions(reply: dict[str, Any]) -> list[str]:
    """Returns what answered: the name of a custom action (its text begins with it) or of a response."""
    return [
        message.get("utter_action") or message.get("custom", message)["text"].split("\n")[0]
        for message in reply["messages"]
    ]


def stored(server: RasaServer, sender: str) -> list[dict[str, Any]] | None:
    with sqlite3.connect(server.database) as database:
        row = database.execute(
            "select events from rasa_conversations where sender_id = ?", (sender,)
        ).fetchone()
    return json.loads(row[0]) if row else None


def test_a_question_is_answered_and_small_talk_is_small_talk(server: RasaServer) -> None:
    assert actions(server.say("a", "xin chào")) == ["utter_greet"]
    assert actions(server.say("a", QUESTION)) == ["action_answer"]
    assert actions(server.say("a", "tạm biệt nhé")) == ["utter_goodbye"]


def test_a_yes_deletes_only_right_after_the_question(server: RasaServer, action_server: ActionServer) -> None:
    ask = "xóa dữ liệu của tôi"
    assert actions(server.say("b", ask)) == ["utter_confirm_delete"]
    assert actions(server.say("b", "đúng rồi")) == ["đã xóa"]
    assert stored(server, "b") is None
    assert actions(server.say("b", ask)) == ["utter_confirm_delete"]
    assert actions(server.say("b", "không")) == ["utter_deny"]
    assert actions(server.say("b", "đúng rồi")) == ["action_affirm"]
    server.say("b", ask)
    assert action_server.calls[-1]["next_action"] != "action_delete_my_data"
    server.say("b", QUESTION)
    assert actions(server.say("b", "đúng rồi")) == ["action_affirm"]
    assert action_server.calls[-1]["tracker"]["slots"]["confirming"] != "delete_my_data"


def test_slots_last_and_the_conversation_stays_small(server: RasaServer, action_server: ActionServer) -> None:
    for turn in range(60):
        server.say("long", f"{QUESTION} lần {turn}")
        if turn == 9:
            tenth = action_server.sizes[-1]
    assert action_server.sizes[-1] < 1.1 * tenth
    slots = action_server.calls[-1]["tracker"]["slots"]
    assert slots["last_question"] == f"{QUESTION} lần 58"
    assert slots["last_passages"] == ["a#1", "b#2"]
    said = [event["text"] for event in stored(server, "long") or [] if event["event"] == "user"]
    assert said == [f"{QUESTION} lần {turn}" for turn in (57, 58, 59)]


def test_a_new_session_begins_empty(server: RasaServer, action_server: ActionServer) -> None:
    server.say("pause", QUESTION)
    with sqlite3.connect(server.database) as database:
        past = json.dumps(
            [{**event, "timestamp": time.time() - 3600} for event in stored(server, "pause") or []]
        )
        database.execute("update rasa_conversations set events = ? where sender_id = 'pause'", (past,))
    server.say("pause", QUESTION)
    assert action_server.calls[-1]["tracker"]["slots"]["last_question"] is None
    server.say("pause", QUESTION)
    assert action_server.calls[-1]["tracker"]["slots"]["last_question"] == QUESTION


@pytest.mark.parametrize("sender", ["forget me", "a/b?c=ệ"])
def test_a_conversation_is_forgotten_on_request(
    server: RasaServer, action_server: ActionServer, sender: str
) -> None:
    from urllib.parse import quote

    server.say(sender, QUESTION)
    assert stored(server, sender)
    for _ in range(2):  # What is unknown is forgotten too.
        assert server.request("DELETE", f"/conversations/{quote(sender, safe='')}")[0] == 204
    assert stored(server, sender) is None
    server.say(sender, QUESTION)
    assert action_server.calls[-1]["tracker"]["slots"]["last_question"] is None
