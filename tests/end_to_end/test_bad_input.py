"""Whatever arrives: an answer or a refusal in the contract's form, never a failure."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.messages import Reply
from connectors.problems import SENTENCES_FILE
from tests.end_to_end.server import RunningAssistant

PATH = "/api/v1/messages"
JSON = {"Content-Type": "application/json"}
SENTENCES = yaml.safe_load(SENTENCES_FILE.read_text(encoding="utf-8"))


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Asserts that an answer is this refusal, with its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": {"code": code, "message": SENTENCES[code]}}


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\n\t", "😀", "😭😭 🙏", "?", "...", "\x00\x01\x1b", "\u200b", "\U0001f468\u200d\U0001f467"],
)
def test_message_without_a_word_is_asked_for_one(assistant: RunningAssistant, text: str) -> None:
    reply = assistant.ask(text)
    assert (reply["outcome"], reply["intent"]["name"]) == ("clarify", "none")
    assert "viết thành chữ" in reply["messages"][0]["text"]


def test_control_characters_in_a_question_do_not_matter(assistant: RunningAssistant) -> None:
    plain = "Mục tiêu đến năm 2025 bao nhiêu % học sinh lớp 9 đi học nghề?"
    noisy = "\x00" + plain.replace(" ", "\u00a0\x07 ").replace("năm", "n\u200băm") + "\x1b\ufeff\n"
    (of_noisy,), (of_plain,) = assistant.ask(noisy)["messages"], assistant.ask(plain)["messages"]
    # Each answer has an id of its own, to rate it by.
    assert {**of_noisy, "id": 0} == {**of_plain, "id": 0}


def test_markdown_and_html_around_a_question_do_not_matter(assistant: RunningAssistant) -> None:
    reply = assistant.ask("<b>Báo cáo</b> **Kế hoạch 126** gửi trước `ngày` nào? <br/>")
    assert reply["outcome"] == "answered"
    assert reply["messages"][0]["sources"][0]["id"].startswith("ke-hoach-126-2019#")


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "học phí " * 1_250, "\u0300" * 10_000, "😀" * 10_000],
    ids=["letters", "words", "accents", "emoji"],
)
def test_message_of_ten_thousand_characters_is_asked_to_be_shorter(
    assistant: RunningAssistant, text: str
) -> None:
    reply = assistant.ask(text)
    assert reply["outcome"] == "clarify"
    assert "dài" in reply["messages"][0]["text"]


@pytest.mark.parametrize(
    "text",
    ["a" * 2000, "học nghề " * 222, "a " * 1000, "1" * 2000, "." * 1999 + "a", "ă\u0301" * 1000],
    ids=lambda text: text[:10],
)
def test_longest_message_is_answered(assistant: RunningAssistant, text: str) -> None:
    Reply.model_validate(assistant.ask(text))


def test_body_of_a_megabyte_is_413(assistant: RunningAssistant) -> None:
    refused(assistant.client.post(PATH, json={"text": "a" * 1_000_000}), 413, "too_large")
    refused(
        assistant.client.post(PATH, content=(b"a" * 1000 for _ in range(1000)), headers=JSON),
        413,
        "too_large",
    )
    assert assistant.ask("xin chào")["intent"]["name"] == "greet"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "image/png", None]
)
def test_other_content_types_are_415(assistant: RunningAssistant, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    refused(
        assistant.client.post(PATH, content=b'{"text": "chao"}', headers=headers), 415, "unsupported_type"
    )


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"[]", b"{}", b'"chao"', b"\xff\xfe", b'{"text": null}', b'{"text": 1}'),
        *(b'{"text": []}', b'{"Text": "chao"}', b'{"text": "a", "conversation_id": 1}', b"[" * 20_000),
        *(b'{"text": "a", "conversation_id": "' + i + b'"}' for i in (b"", b"a b", b"a/../b", b"x" * 65)),
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_what_is_no_message_is_422(assistant: RunningAssistant, body: bytes) -> None:
    refused(assistant.client.post(PATH, content=body, headers=JSON), 422, "invalid")


def test_unknown_conversation_begins_one(assistant: RunningAssistant, conversation: str) -> None:
    assert assistant.ask("nhắc lại", conversation)["outcome"] == "clarify"
    begun = assistant.ask("xin chào")["conversation_id"]
    assert len(begun) > 20
    assert assistant.ask("cảm ơn", begun)["conversation_id"] == begun


@pytest.mark.parametrize("conversation", ["a", "A.b_c:d-e", "x" * 64, "....", "check"])
def test_every_conversation_id_of_the_contract_works(assistant: RunningAssistant, conversation: str) -> None:
    assert assistant.ask("xin chào", conversation)["conversation_id"] == conversation


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(assistant: RunningAssistant, method: str) -> None:
    answer = assistant.client.request(method, PATH)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_unknown_route_is_json_for_programs_and_a_page_for_readers(assistant: RunningAssistant) -> None:
    refused(assistant.client.get("/api/v1/nothing"), 404, "not_found")
    page = assistant.client.get("/nothing", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text


@pytest.mark.parametrize(
    "path",
    ["/documents/../../etc/passwd", "/static/%2e%2e/app.py", "/documents/%00", "/documents/" + "a" * 5000],
    ids=lambda path: path[:30],
)
def test_path_that_leads_nowhere_is_404(assistant: RunningAssistant, path: str) -> None:
    assert assistant.client.get(path).status_code == 404


def test_request_that_is_not_http_does_not_matter(assistant: RunningAssistant) -> None:
    with socket.create_connection((assistant.settings.host, assistant.settings.port), timeout=5) as stranger:
        stranger.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        assert stranger.recv(100).startswith(b"HTTP/1.1 400")
    assert assistant.ask("xin chào")["outcome"] == "flow"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=300) | st.text(alphabet="aăâđeêoôơuưnghctmp ?!./%0129\u0300\u0301", max_size=200)
)
@example(text="\uffff\ufdd0")
@example(text="%s %d {} {0} \\ \\n \\u0000")
@example(text="/")
@example(text="//////restart")
@example(text="١٢٣ ٤٥٦")
@example(text="NaN null None undefined true")
@example(text="ﷺ ﷽ Ⓐⓑ ½ ₫ №")
def test_any_text_is_answered_in_the_form_of_the_contract(assistant: RunningAssistant, text: str) -> None:
    Reply.model_validate(assistant.ask(text))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=50).map(lambda t: json.dumps({"text": t, "x": t}).encode()[:-1])
)
def test_any_bytes_are_refused_or_answered(assistant: RunningAssistant, body: bytes) -> None:
    assert assistant.client.post(PATH, content=body, headers=JSON).status_code in (200, 422)


def test_messages_at_once_are_all_answered_each_in_its_conversation(assistant: RunningAssistant) -> None:
    ids = [f"at-once-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda name: assistant.ask("xin chào", name), ids))
    assert [reply["conversation_id"] for reply in replies] == ids


def test_messages_at_once_of_one_conversation_are_all_answered(
    assistant: RunningAssistant, conversation: str
) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda text: assistant.ask(text, conversation), ["xin chào", "cảm ơn"] * 6))
    assert [reply["intent"]["name"] for reply in replies] == ["greet", "thanks"] * 6
