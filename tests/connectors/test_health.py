"""What the app says of itself to a load balancer and to Prometheus."""

import shutil
from pathlib import Path

from fastapi.testclient import TestClient

from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import RasaChannel


def test_app_that_can_answer_is_ready(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "reasons": []})


def test_app_whose_rasa_is_down_is_alive_but_not_ready(client: TestClient, channel: RasaChannel) -> None:
    channel.status = 503
    assert client.get("/healthz").json() == {"status": "ok", "reasons": []}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": ["Rasa does not answer yet"]}
    channel.status = 200
    assert client.get("/readyz").status_code == 200


def test_app_without_an_index_says_so_and_is_ready_when_it_is_built(
    settings: Settings, channel: RasaChannel, tmp_path: Path
) -> None:
    own = settings.model_copy(update={"index_dir": tmp_path / "index"})
    with TestClient(app_of(own)) as client:
        channel.status = 503
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert len(answer.json()["reasons"]) == 2
        assert "laban kb build" in answer.json()["reasons"][0]
        channel.status = 200
        shutil.copytree(settings.index_dir, own.index_dir)
        assert client.get("/readyz").status_code == 200


def test_metrics_count_turns_by_outcome_and_say_nothing_of_people(client: TestClient) -> None:
    client.post("/api/v1/messages", json={"text": "chuyện thầm kín", "conversation_id": "conversation-7"})
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'laban_turns_total{outcome="flow"}' in answer.text
    assert "laban_turn_seconds_bucket" in answer.text
    assert "laban_turn_failures_total" in answer.text
    assert "thầm kín" not in answer.text
    assert "conversation-7" not in answer.text
