"""The actions answer Rasa in rasa-sdk's protocol, and nobody else."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from structlog.testing import capture_logs

from connectors.action_server import create_action_app
from knowledge.encoder import Encoder
from knowledge.onnx_encoder import pack

TOKEN = "token-of-the-actions"
SECRET = "chuyện thầm kín"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


class Echo(Action):  # type: ignore[misc]  # rasa-sdk says nothing of its types
    """Says the latest text, or does what its name says."""

    def __init__(self, name: str = "action_echo") -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        text = tracker.latest_message["text"]
        if self._name == "action_break":
            raise RuntimeError(text)
        if self._name == "action_reject":
            raise ActionExecutionRejection(self._name)
        dispatcher.utter_message(text=text)
        return [SlotSet("topic", "x")]


@pytest.fixture(scope="module")
def client(encoder: Encoder) -> Iterator[TestClient]:
    """A client of an action server with three actions."""
    executor = ActionExecutor()
    for name in ("action_echo", "action_break", "action_reject"):
        executor.register_action(Echo(name))
    with TestClient(create_action_app(executor, encoder, TOKEN)) as running:
        yield running


def call(name: str, **changes: Any) -> dict[str, Any]:
    """What Rasa sends."""
    tracker = {
        "sender_id": "c-1",
        "slots": {},
        "latest_message": {"text": SECRET},
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": None,
    }
    return {
        "next_action": name,
        "sender_id": "c-1",
        "tracker": tracker,
        "domain": {"actions": [name]},
        **changes,
    }


def test_action_is_run_and_its_events_and_responses_returned(client: TestClient) -> None:
    answer = client.post("/webhook", json=call("action_echo"), headers=AUTHORISED)
    assert answer.status_code == 200
    assert [(e["event"], e["name"], e["value"]) for e in answer.json()["events"]] == [("slot", "topic", "x")]
    assert [response["text"] for response in answer.json()["responses"]] == [SECRET]


def test_action_is_run_without_the_domain(client: TestClient) -> None:
    whole = call("action_echo")
    del whole["domain"]
    assert client.post("/webhook", json=whole, headers=AUTHORISED).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"bearer {TOKEN}",
    ],
)
def test_caller_without_the_secret_is_refused(client: TestClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = client.post("/webhook", json=call("action_echo"), headers=headers)
    assert answer.status_code == 401
    assert SECRET not in answer.text


def test_caller_without_the_secret_is_refused_before_the_body_is_read(client: TestClient) -> None:
    assert client.post("/webhook", content=b"not JSON").status_code == 401


def test_secret_with_letters_outside_of_ascii_is_refused_and_not_a_failure(client: TestClient) -> None:
    headers = {b"Authorization": "Bearer mật khẩu".encode()}
    assert client.post("/webhook", json=call("action_echo"), headers=headers).status_code == 401


def test_unknown_action_is_404(client: TestClient) -> None:
    answer = client.post("/webhook", json=call("action_unknown"), headers=AUTHORISED)
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_unknown")


def test_rejection_is_400(client: TestClient) -> None:
    answer = client.post("/webhook", json=call("action_reject"), headers=AUTHORISED)
    assert (answer.status_code, answer.json()["action_name"]) == (400, "action_reject")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_call_that_is_none_is_400(client: TestClient, body: bytes) -> None:
    answer = client.post("/webhook", content=body, headers=AUTHORISED)
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_failure_is_named_to_rasa_and_logged_without_what_the_user_wrote(client: TestClient) -> None:
    with capture_logs() as lines:
        answer = client.post("/webhook", json=call("action_break"), headers=AUTHORISED)
    assert answer.status_code == 500
    assert answer.json() == {"error": "RuntimeError", "action_name": "action_break"}
    (line,) = lines
    assert (line["action"], line["error"]) == ("action_break", "RuntimeError")
    assert "test_action_server.py" in line["place"]
    assert SECRET not in str(line)


def test_health_is_open_and_the_rest_is_not_there(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    for path in ("/openapi.json", "/docs", "/redoc", "/"):
        assert client.get(path).status_code == 404


def test_search_is_spared_a_message_whose_vector_came_along(client: TestClient, encoder: Encoder) -> None:
    given = np.linspace(0, 1, 384, dtype=np.float32)
    answer = client.post("/webhook", json=call("action_echo", embedding=pack(given)), headers=AUTHORISED)
    assert answer.status_code == 200
    np.testing.assert_array_equal(encoder.question(SECRET), given)


@pytest.mark.parametrize("embedding", ["", "AAAA", 7, None])
def test_a_vector_that_is_none_is_no_failure(client: TestClient, embedding: object) -> None:
    sent = call("action_echo", embedding=embedding)
    assert client.post("/webhook", json=sent, headers=AUTHORISED).status_code == 200
