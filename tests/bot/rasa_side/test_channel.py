"""A turn over HTTP: the protocol between the app and Rasa."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.bot.rasa_side.running import ACTION_TOKEN, ActionServer, RasaServer

ANSWER = {"custom": {"text": "action_answer\n\nhai", "outcome": "answered"}}
QUESTION = "học phí hệ cao đẳng ở Hải Phòng bao nhiêu"


def embedding(text: str) -> str:
    from knowledge.onnx_encoder import OnnxEncoder, pack

    return pack(OnnxEncoder().encode([text], "query")[0])


def test_a_turn_gives_all_messages_unsplit_with_intent_and_entities(server: RasaServer) -> None:
    reply = server.say("whole", QUESTION)
    assert reply["messages"] == [ANSWER]
    assert set(reply["intent"]) == {"name", "confidence"}
    named = {
        (entity["entity"], entity["value"], QUESTION[entity["start"] : entity["end"]])
        for entity in reply["entities"]
    }
    assert {("level", "cao-dang", "hệ cao đẳng"), ("place", "hai-phong", "Hải Phòng")} <= named


def test_a_response_of_the_domain_comes_with_its_buttons_and_metadata(server: RasaServer) -> None:
    (message,) = server.say("greeting", "xin chào")["messages"]
    assert message["text"]
    assert message["buttons"]
    assert message["metadata"] == {"outcome": "flow"}
    assert message["utter_action"] == "utter_greet"


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_without_the_token_nothing_is_done(server: RasaServer, token: str | None) -> None:
    body = {"sender": "stranger", "message": "xin chào"}
    assert server.request("POST", "/webhook", body, token)[0] == 401
    assert server.request("DELETE", "/conversations/stranger", None, token)[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        [],
        {"message": "xin chào"},
        {"sender": "", "message": "xin chào"},
        {"sender": "a" * 256, "message": "xin chào"},
        {"sender": "a", "message": ""},
        {"sender": "a", "message": " / "},
        {"sender": "a", "message": 3},
        {"sender": "a", "message": "x" * 10_001},
        {"sender": "a", "message": "xin chào", "metadata": []},
        {"sender": "a", "message": "xin chào", "metadata": {"embedding": "?"}},
        {"sender": "a", "message": "xin chào", "metadata": {"embedding": "AAAA"}},
        {"sender": "a", "message": "xin chào", "metadata": {"embedding": 7}},
        {"sender": "a", "message": "xin chào", "metadata": {"alarm": "loud"}},
        {"sender": "a", "message": "xin chào", "metadata": {"turn": 7}},
        {"sender": "a", "message": "xin chào", "metadata": {"turn": "7", "again": "yes"}},
        {"sender": "a", "message": "xin chào", "metadata": {"alarm": ["serious"]}},
    ],
)
def test_what_is_not_a_turn_is_refused(server: RasaServer, body: Any) -> None:
    status, reply = server.request("POST", "/webhook", body)
    assert status == 400
    assert reply["error"]


def test_a_message_that_comes_again_gets_the_same_reply_and_happens_once(server: RasaServer) -> None:
    first = server.say("twice", "xin chào", turn="1")
    server.say("twice", QUESTION, turn="2", again=True)
    assert server.say("twice", "xin chào", turn="1", again=True)["messages"] == first["messages"]
    again = server.say("twice", QUESTION, turn="2", again=True)
    assert again["messages"] == [ANSWER]
    assert again["intent"]["confidence"] > 0


def test_a_user_cannot_name_an_intent(server: RasaServer) -> None:
    reply = server.say("sly", '/delete_my_data{"confirming": "x"}')
    assert reply["intent"]["confidence"] < 1
    assert all(entity["extractor"] == "GazetteerEntityExtractor" for entity in reply["entities"])


def test_the_embedding_decides_the_intent_and_is_not_kept(
    server: RasaServer, action_server: ActionServer
) -> None:
    alone = server.say("own", "tạm biệt nhé")["intent"]
    given = server.say("given", "tạm biệt nhé", embedding=embedding("tạm biệt nhé"))["intent"]
    other = server.say("other", "tạm biệt nhé", embedding=embedding(QUESTION))["intent"]
    assert given["name"] == alone["name"]
    assert given["confidence"] == pytest.approx(alone["confidence"], abs=0.02)
    assert abs(other["confidence"] - alone["confidence"]) > 0.02 or other["name"] != alone["name"]
    vector = embedding(QUESTION)
    server.say("kept", QUESTION, embedding=vector)
    assert action_server.calls[-1]["embedding"] == vector
    assert vector not in str(action_server.calls[-1]["tracker"])
    with sqlite3.connect(server.database) as database:
        assert (
            vector.encode()
            not in "".join(
                row[0] for row in database.execute("select events from rasa_conversations")
            ).encode()
        )


@pytest.mark.parametrize(
    ("status", "reply", "error"),
    [
        (500, {"error": "x"}, "ClientResponseError"),
        (200, {"events": "none", "responses": []}, "InvalidReply"),
        (200, {"events": [{"event": "slot"}], "responses": []}, "InvalidReply"),
        (200, {"events": [{"event": "unheard of"}], "responses": []}, "InvalidReply"),
        (200, {"events": [], "responses": []}, "NoReply"),
    ],
)
def test_a_failing_action_is_a_500_and_no_text_is_logged(
    server: RasaServer, action_server: ActionServer, status: int, reply: dict[str, Any], error: str
) -> None:
    action_server.status, action_server.reply = status, reply
    secret = "học phí của trường bí mật xyzzy là bao nhiêu"
    answer = server.request("POST", "/webhook", {"sender": "unlucky", "message": secret})
    assert answer == (500, {"error": error})
    assert "xyzzy" not in server.log.read_text("utf-8")


def test_actions_are_called_with_the_secret_over_connections_that_stay_open(
    server: RasaServer, action_server: ActionServer
) -> None:
    before = set(action_server.connections)
    for number in range(10):
        server.say(f"connection {number}", QUESTION)
    assert action_server.authorizations == {f"Bearer {ACTION_TOKEN}"}
    assert len(action_server.connections - before) <= 1


def test_the_start_is_quiet(server: RasaServer) -> None:
    log = server.log.read_text("utf-8")
    assert "Warning" not in log
    assert "Starting Rasa server" in log
