"""`POST /api/v1/messages` over HTTP; everything around it is tested in test_problems.py."""

from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.connectors.loopback import RasaChannel

PATH = "/api/v1/messages"


def test_message_is_answered_in_the_form_of_the_contract(client: TestClient, channel: RasaChannel) -> None:
    first = client.post(PATH, json={"conversation_id": "c-contract", "text": "xin chào"})
    assert set(first.json()) == {"conversation_id", "messages", "intent", "outcome", "notice"}
    channel.reset()
    answer = client.post(PATH, json={"conversation_id": "c-contract", "text": "xin chào"})
    assert answer.status_code == 200
    assert answer.json() == {
        "conversation_id": "c-contract",
        "messages": [{"text": "Chào bạn!", "quick_replies": [], "sources": []}],
        "intent": {"name": "greet", "confidence": 0.9},
        "outcome": "flow",
    }
    assert channel.texts == ["xin chào"]


def test_conversation_begun_without_an_id_goes_on_with_the_one_returned(
    client: TestClient, channel: RasaChannel
) -> None:
    begun = client.post(PATH, json={"text": "chào"}).json()["conversation_id"]
    assert (
        client.post(PATH, json={"text": "chào", "conversation_id": begun}).json()["conversation_id"] == begun
    )
    first, second = (request["sender"] for request in channel.requests)
    assert first == second


def test_json_of_other_media_types_is_read(client: TestClient) -> None:
    headers = {"Content-Type": "application/vnd.api+json; charset=utf-8"}
    assert client.post(PATH, content='{"text": "chào"}', headers=headers).status_code == 200


def test_rasa_that_fails_is_a_polite_503_counted_and_logged_without_the_text(
    client: TestClient, channel: RasaChannel
) -> None:
    def failures() -> float:
        return REGISTRY.get_sample_value("laban_turn_failures_total") or 0

    before = failures()
    channel.status = 500
    with capture_logs() as lines:
        answer = client.post(PATH, json={"text": "chuyện thầm kín"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json() == {
        "error": {
            "code": "unavailable",
            "message": "Mình đang gặp trục trặc nhỏ, bạn thử lại sau ít phút nhé.",
        }
    }
    assert failures() == before + 1
    assert [(line["event"], line["reason"]) for line in lines] == [("turn failed", "Rasa answered 500")]


def test_openapi_describes_the_contract(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()
    operation = contract["paths"][PATH]["post"]
    assert operation["requestBody"]["required"]
    assert set(operation["responses"]) == {"200", "413", "415", "422", "503"}
    assert "Retry-After" in operation["responses"]["503"]["headers"]
    for status in ("413", "415", "422", "503"):
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        assert schema["$ref"].endswith("/ProblemBody")
    schemas = contract["components"]["schemas"]
    assert schemas["IncomingMessage"]["required"] == ["text"]
    pattern = schemas["IncomingMessage"]["properties"]["conversation_id"]["anyOf"][0]["pattern"]
    assert pattern == "^[A-Za-z0-9_.:-]{1,64}$"
    assert set(schemas["Reply"]["required"]) == {"conversation_id", "messages", "intent", "outcome"}
    outcomes = {"answered", "clarify", "no_answer", "flow", "handoff", "safety"}
    assert set(schemas["Reply"]["properties"]["outcome"]["enum"]) == outcomes
    assert {PATH, "/healthz", "/readyz"} <= set(contract["paths"])
