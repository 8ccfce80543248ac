"""What was told outside a turn, ratings and one's own data are there for whoever holds the conversation's id."""

import pytest
from fastapi.testclient import TestClient

from connectors.conversations_api import EXPORT
from tests.connectors.loopback import RasaChannel
from tests.connectors.test_assistant import SOURCE

MESSAGES = "/api/v1/messages"


def answered(client: TestClient, channel: RasaChannel, conversation: str) -> int:
    channel.says({"custom": {"text": "Hai năm.", "outcome": "answered", "sources": [SOURCE]}})
    reply = client.post(MESSAGES, json={"conversation_id": conversation, "text": "học hàn mấy năm"}).json()
    number: int = reply["messages"][0]["id"]
    return number


def test_messages_come_in_order_and_after_an_id(client: TestClient, channel: RasaChannel) -> None:
    last = answered(client, channel, "c-order")
    path = "/api/v1/conversations/c-order/messages"
    told = client.get(path).json()
    assert [message["text"] for message in told["messages"]] == ["học hàn mấy năm", "Hai năm."]
    assert (told["held"], told["ticket"]) == (False, None)
    assert client.get(path, params={"after": last}).json()["messages"] == []
    assert client.get(path, params={"told": True}).json()["messages"] == []


def test_of_an_unknown_conversation_nothing_is_known(client: TestClient) -> None:
    answer = client.get("/api/v1/conversations/c-unknown/messages")
    assert answer.json() == {"messages": [], "ticket": None, "held": False}


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**70}", "told=maybe"])
def test_a_query_that_cannot_be_read_is_422(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/conversations/c-1/messages?{query}").status_code == 422


def test_an_answer_is_rated(client: TestClient, channel: RasaChannel) -> None:
    number = answered(client, channel, "c-rated")
    body = {"conversation_id": "c-rated", "message_id": number, "rating": "down"}
    assert client.post("/api/v1/feedback", json=body).status_code == 204
    assert client.post("/api/v1/feedback", json={**body, "reason": "unclear"}).status_code == 204
    stranger = client.post("/api/v1/feedback", json={**body, "conversation_id": "c-other"})
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "nothing_to_rate")
    assert client.post("/api/v1/feedback", json={**body, "rating": "five"}).status_code == 422


def test_ones_own_data_are_downloaded_with_a_signed_link(client: TestClient, channel: RasaChannel) -> None:
    answered(client, channel, "c-data")
    keys = client.app.state.keys  # type: ignore[attr-defined]
    key = keys.conversation_key("web", "c-data")
    answer = client.get(f"/api/v1/data/{keys.sign(EXPORT, key)}")
    assert answer.headers["cache-control"] == "no-store"
    assert [row["text"] for row in answer.json()["messages"]] == ["học hàn mấy năm", "Hai năm."]
    for token in ("x", keys.sign("another purpose", key), keys.sign(EXPORT, key) + "a"):
        forged = client.get(f"/api/v1/data/{token}")
        assert (forged.status_code, forged.json()["error"]["code"]) == (404, "link_expired")
