"""Rasa dies under a running assistant: its users are told politely, and it comes back by itself."""

import os
import signal
import time

import httpx

from tests.connectors.processes import alive
from tests.end_to_end.server import RunningAssistant

QUESTION = "Báo cáo Kế hoạch 126 gửi trước ngày nào?"
RECOVERY_LIMIT_S = 90.0


def test_killed_rasa_is_told_and_comes_back_with_its_conversations(
    assistant: RunningAssistant, conversation: str
) -> None:
    (answer,) = assistant.ask(QUESTION, conversation)["messages"]
    killed = assistant.rasa_pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    while alive(killed):
        time.sleep(0.01)
    unavailable = assistant.post("bimatkhirasachet", conversation)
    told = assistant.client.get("/readyz")
    try:
        assert_polite_refusal(unavailable)
        assert told.status_code == 503
        assert told.json() == {"status": "not ready", "reasons": ["Rasa does not answer yet"]}
        assert assistant.client.get("/healthz").status_code == 200
        assert assistant.client.get("/documents").status_code == 200
        assert assistant.ask("😀")["outcome"] == "clarify"
    finally:
        assistant.until_ready(RECOVERY_LIMIT_S)
    assert assistant.rasa_pid() not in (None, killed)
    (again,) = assistant.ask("nhắc lại", conversation)["messages"]
    assert {**again, "id": 0} == {**answer, "id": 0}
    logs = assistant.logs()
    assert "Rasa: ended by signal 9; starting it again" in logs
    assert "turn failed" in logs
    assert "bimatkhirasachet" not in logs
    assert "Traceback" not in assistant.log.read_text()


def assert_polite_refusal(answer: httpx.Response) -> None:
    """Asserts that a caller is told in Vietnamese that, and when, to try again."""
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"] == {
        "code": "unavailable",
        "message": "Mình đang gặp trục trặc nhỏ, bạn thử lại sau ít phút nhé.",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
