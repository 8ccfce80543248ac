"""The parts put together: what is reachable on which side, and the headers on every kind of answer."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.conftest import ACTION_TOKEN, QUESTION
from tests.connectors.loopback import RasaChannel

HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
)
PATH = "/api/v1/messages"
JSON = {"Content-Type": "application/json"}
PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize("missing", ["rasa_url", "rasa_token"])
def test_settings_that_are_not_complete_are_refused(settings: Settings, missing: str) -> None:
    with pytest.raises(ValueError, match="must name"):
        app_of(settings.model_copy(update={missing: None}))


def test_pages_api_and_health_are_public(client: TestClient) -> None:
    for path in ("/", "/documents", "/documents/quy-che-thu", "/static/chat.js", "/healthz", "/metrics"):
        assert client.get(path).status_code == 200, path
    assert "Quy chế thử nghiệm" in client.get("/documents/quy-che-thu").text


def test_actions_are_not_public_and_the_public_side_is_not_among_the_actions(
    apps: tuple[FastAPI, Starlette],
) -> None:
    public, actions = (TestClient(app) for app in apps)
    assert public.post(
        "/webhook", json={}, headers={"Authorization": f"Bearer {ACTION_TOKEN}"}
    ).status_code in (404, 405)
    assert actions.post(PATH, json={"text": "chào"}).status_code == 404
    assert actions.get("/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/documents/quy-che-thu", {}, 200),
        ("GET", "/static/chat.js", {}, 200),
        ("GET", "/healthz", {}, 200),
        ("GET", "/openapi.json", {}, 200),
        ("POST", PATH, {"json": {"text": "chào"}}, 200),
        ("GET", "/nothing", {}, 404),
        ("GET", "/nothing", {"headers": PAGE}, 404),
        ("GET", "/static/nothing.js", {}, 404),
        ("GET", PATH, {}, 405),
        ("POST", PATH, {"json": {"text": "a" * 100_000}}, 413),
        ("POST", PATH, {"content": "chào"}, 415),
        ("POST", PATH, {"content": "{", "headers": JSON}, 422),
        ("GET", "/broken", {}, 500),
        ("GET", "/broken", {"headers": PAGE}, 500),
    ],
)
def test_every_answer_carries_the_security_headers(
    client: TestClient, method: str, path: str, given: dict[str, object], status: int
) -> None:
    answer = client.request(method, path, **given)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert [name for name in HEADERS if name not in answer.headers] == []


def test_unchanged_file_and_unavailable_carry_the_security_headers_too(
    client: TestClient, channel: RasaChannel
) -> None:
    etag = client.get("/static/chat.js").headers["etag"]
    unchanged = client.get("/static/chat.js", headers={"If-None-Match": etag})
    assert unchanged.status_code == 304
    channel.status = 500
    unavailable = client.post(PATH, json={"text": "chào"})
    assert unavailable.status_code == 503
    for answer in (unchanged, unavailable):
        assert [name for name in HEADERS if name not in answer.headers] == []


def test_body_limit_is_the_one_of_the_settings(settings: Settings, channel: RasaChannel) -> None:
    with TestClient(app_of(settings.model_copy(update={"body_max_bytes": 1024}))) as client:
        assert client.post(PATH, json={"text": "a" * 900}).status_code == 200
        assert client.post(PATH, json={"text": "a" * 1100}).status_code == 413


def test_action_answers_from_the_index_with_its_source(apps: tuple[FastAPI, Starlette]) -> None:
    call = {
        "next_action": "action_answer",
        "sender_id": "c-1",
        "domain": {"responses": {}},
        "tracker": {
            "sender_id": "c-1",
            "slots": {},
            "latest_message": {"text": QUESTION, "intent": {"name": "ask_tuition", "confidence": 0.9}},
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": None,
        },
    }
    headers = {"Authorization": f"Bearer {ACTION_TOKEN}"}
    with TestClient(apps[1]) as actions:
        answer = actions.post("/webhook", content=json.dumps(call), headers=headers)
    assert answer.status_code == 200
    (response,) = answer.json()["responses"]
    assert response["custom"]["outcome"] == "answered"
    assert "123.000 đồng" in response["custom"]["text"].replace("**", "")
    (source,) = response["custom"]["sources"]
    assert (source["id"], source["url"]) == ("quy-che-thu#i", "/documents/quy-che-thu#i")
