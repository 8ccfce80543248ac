"""Whatever is wrong with a request or behind it: one JSON form, a sentence in Vietnamese, and never a traceback."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors import problems
from connectors.settings import ROOT
from tests.connectors.conftest import SECRET
from tests.connectors.loopback import RasaChannel

PATH = "/api/v1/messages"
JSON = {"Content-Type": "application/json"}
PAGE = {"Accept": "text/html"}
SENTENCES = yaml.safe_load(problems.SENTENCES_FILE.read_text(encoding="utf-8"))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def problem(answer: object, status: int, code: str) -> None:
    """Asserts that an answer is this problem, told as problems.yml says."""
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.json() == {"error": {"code": code, "message": SENTENCES[code]}}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"text": null}',
        b'{"text": 5}',
        b'{"text": ["a"]}',
        b'{"text": {"a": 1}}',
        b'{"text": true}',
        b'{"text": "a", "conversation_id": 5}',
        b'{"text": "a", "conversation_id": ""}',
        b'{"text": "a", "conversation_id": "c d"}',
        b'{"text": "a", "conversation_id": "../../etc/passwd"}',
        b'{"text": "' + b"\xff\xfe" + b'"}',
        b'{"text": "a", "conversation_id": "\\ud800"}',
        b'{"text": "a",}',
        b'{"text": NaN}',
        b'{"text": 1' + b"0" * 5000 + b"}",
        b"[" * 20_000,
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_body_that_is_no_message_is_422(client: TestClient, body: bytes) -> None:
    problem(client.post(PATH, content=body, headers=JSON), 422, "invalid")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""]
)
def test_body_that_does_not_say_it_is_json_is_415(client: TestClient, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    problem(client.post(PATH, content=b'{"text": "chao"}', headers=headers), 415, "unsupported_type")


def test_half_a_character_is_no_text_but_no_fault_either(client: TestClient) -> None:
    answer = client.post(PATH, content=b'{"text": "\\ud800"}', headers=JSON)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "clarify")


def test_form_is_415(client: TestClient) -> None:
    problem(client.post(PATH, data={"text": "chào"}), 415, "unsupported_type")


@pytest.mark.parametrize("size", [70_000, 1_000_000])
def test_body_that_is_too_large_is_413(client: TestClient, channel: RasaChannel, size: int) -> None:
    problem(client.post(PATH, json={"text": "a" * size}), 413, "too_large")
    assert channel.requests == []


def test_body_that_hides_its_length_is_413_too(client: TestClient, channel: RasaChannel) -> None:
    def parts() -> Iterator[bytes]:
        yield from [b"a" * 10_000] * 10

    problem(client.post(PATH, content=parts(), headers=JSON), 413, "too_large")
    assert channel.requests == []


def test_largest_body_is_read(client: TestClient) -> None:
    text = "a" * (65_536 - len('{"text": ""}'))
    answer = client.post(PATH, content=f'{{"text": "{text}"}}', headers=JSON)
    assert answer.status_code == 200
    assert "dài" in answer.json()["messages"][0]["text"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_405_and_say_which_one_works(client: TestClient, method: str) -> None:
    answer = client.request(method, PATH)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_unknown_route_is_404_in_json_for_a_program(client: TestClient) -> None:
    problem(client.get("/api/v1/nothing"), 404, "not_found")
    problem(client.get("/nothing"), 404, "not_found")
    problem(client.get("/api/v1/nothing", headers=PAGE), 404, "not_found")


def test_unknown_route_is_a_page_for_a_reader(client: TestClient) -> None:
    page = client.get("/nothing", headers=PAGE)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Không tìm thấy trang này" in page.text


@pytest.mark.parametrize(("kind", "status"), [("broken", 500), ("without-index", 503)])
def test_failure_is_a_problem_for_a_program_and_a_page_for_a_reader(
    client: TestClient, kind: str, status: int
) -> None:
    problem(client.get(f"/api/{kind}"), status, {500: "internal", 503: "unavailable"}[status])
    page = client.get(f"/{kind}", headers=PAGE)
    assert page.status_code == status
    assert "Trang đang gặp trục trặc" in page.text
    assert "laban kb build" not in page.text


def test_failure_is_logged_with_its_kind_and_place_but_not_its_words(client: TestClient) -> None:
    with capture_logs() as lines:
        client.get("/api/broken")
    (line,) = lines
    assert (line["event"], line["error"], line["log_level"]) == ("unhandled", "RuntimeError", "error")
    assert line["place"].endswith("broken")
    assert "conftest.py" in line["place"]
    assert SECRET not in str(line)


async def test_failure_after_an_answer_has_begun_is_passed_on() -> None:
    async def half(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        raise RuntimeError

    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError):
        await problems.UnexpectedErrors(half)({"type": "http"}, None, send)  # type: ignore[arg-type]
    assert len(sent) == 1


def test_every_code_that_is_used_has_a_sentence() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "connectors").glob("*.py"))
    used = set(re.findall(r'(?:Problem|problem_response)\(\s*\d+, "(\w+)"', code))
    assert set(SENTENCES) == used | {*problems._CODES.values(), "invalid", "internal", "unavailable"}
    assert all(problems.sentence(name).endswith(".") for name in SENTENCES)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=ANY_JSON)
@example(body={"text": "chào", "conversation_id": None})
@example(body={"text": "\x00"})
def test_any_json_is_answered_or_refused(client: TestClient, body: object) -> None:
    answer = client.post(PATH, content=json.dumps(body), headers=JSON)
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        problem(answer, 422, "invalid")
