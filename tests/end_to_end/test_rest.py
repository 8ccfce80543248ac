"""The REST API and the pages of a running assistant: contract, headers, ports, logs."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from connectors.messages import Reply
from connectors.settings import ROOT
from tests.end_to_end.conftest import ACTION_TOKEN
from tests.end_to_end.server import RunningAssistant, processes

PATH = "/api/v1/messages"
QUESTION = "Mục tiêu đến năm 2025 bao nhiêu % học sinh lớp 9 đi học nghề?"
HEADERS = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
}
PAGE = {"Accept": "text/html"}


def test_answer_is_cited_and_its_link_opens_the_very_passage(assistant: RunningAssistant) -> None:
    body = assistant.ask(QUESTION)
    reply = Reply.model_validate(body)
    assert body == reply.model_dump()
    assert reply.outcome == "answered"
    assert reply.intent.name == "ask_plan_goal"
    (message,) = reply.messages
    assert "**40%**" in message.text
    source = message.sources[0]
    assert (source.id, source.number, source.section) == (
        *("ke-hoach-126-2019#i-2-b", "126/KH-UBND", "mục I.2.b"),
    )
    assert (source.issued, source.valid_to) == ("2019-04-24", "2025")
    assert "Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b" in message.text
    page = assistant.client.get(source.url)
    assert page.status_code == 200
    assert f'id="{urlsplit(source.url).fragment}"' in page.text
    words = re.sub(r"<[^>]+>|\s+", " ", page.text)
    assert all(" ".join(line.removeprefix("- ").split()) in words for line in source.quote.splitlines())


def test_document_whose_period_is_over_is_said_to_be_so(assistant: RunningAssistant) -> None:
    text = assistant.ask(QUESTION)["messages"][0]["text"]
    assert "2018–2025, đã kết thúc" in text


@pytest.mark.parametrize(
    "question",
    [
        "muc tieu den nam 2025 bao nhieu % hoc sinh lop 9 di hoc nghe",
        "MỤC TIÊU ĐẾN NĂM 2025 BAO NHIÊU % HỌC SINH LỚP 9 ĐI HỌC NGHỀ",
        "ad ơi mục tiêu đến 2025 bn % hs lớp 9 đi học nghề v ạ",
        "Mục tiêu đến năm 2025 bao nhiêu % học sinh lớp 9 đi học nghề?",
    ],
)
def test_question_typed_any_way_finds_the_same_passage(assistant: RunningAssistant, question: str) -> None:
    reply = assistant.ask(question)
    assert reply["outcome"] == "answered"
    assert reply["messages"][0]["sources"][0]["id"] == "ke-hoach-126-2019#i-2-b"


def test_what_no_document_says_is_not_made_up(assistant: RunningAssistant) -> None:
    reply = assistant.ask("trường nghề có dạy cưỡi ngựa không ạ")
    assert reply["outcome"] in ("no_answer", "clarify")
    (message,) = reply["messages"]
    assert message["sources"] == []
    assert not re.search(r"\d", message["text"])
    assert "Gặp người tư vấn" in [quick["payload"] for quick in message["quick_replies"]]


def test_every_quick_reply_can_be_sent_as_it_is(assistant: RunningAssistant, conversation: str) -> None:
    seen: set[str] = set()
    offered = ["xin chào", "bạn giúp được những gì", "lương thợ hàn bao nhiêu"]
    for text in offered:
        for quick in assistant.ask(text, conversation)["messages"][0]["quick_replies"]:
            seen.add(quick["payload"])
    assert len(seen) >= 7
    for payload in seen:
        reply = assistant.ask(payload)
        assert reply["outcome"] in ("answered", "flow", "handoff"), payload


def test_pages_show_the_documents(assistant: RunningAssistant) -> None:
    assert "la-ban-chat" in assistant.client.get("/", headers=PAGE).text
    listed = assistant.client.get("/documents", headers=PAGE).text
    for file in (ROOT / "knowledge" / "documents").glob("*.md"):
        assert f"/documents/{file.stem}" in listed
        assert assistant.client.get(f"/documents/{file.stem}", headers=PAGE).status_code == 200


def test_every_kind_of_answer_carries_the_security_headers(assistant: RunningAssistant) -> None:
    client = assistant.client
    answers = {
        200: client.get("/documents"),
        404: client.get("/nothing"),
        405: client.get(PATH),
        413: client.post(PATH, json={"text": "a" * 1_000_000}),
        415: client.post(PATH, content="chào"),
        422: client.post(PATH, json={}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert set(answer.headers) >= HEADERS, status
    assert "server" not in answers[200].headers


def test_actions_refuse_who_does_not_show_the_secret(assistant: RunningAssistant) -> None:
    url = f"http://127.0.0.1:{assistant.settings.action_port}/webhook"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": ACTION_TOKEN}):
        assert httpx.post(url, json={}, headers=headers).status_code == 401
    call = {"next_action": "action_unknown", "sender_id": "x", "tracker": {}, "domain": {"x": 1}}
    allowed = httpx.post(url, json=call, headers={"Authorization": f"Bearer {ACTION_TOKEN}"})
    assert allowed.status_code == 404


def test_nothing_but_the_public_port_listens_outside_of_loopback(assistant: RunningAssistant) -> None:
    rasa = assistant.rasa_pid()
    assert rasa is not None
    (actions,) = [p.pid for p in processes() if p.parent == assistant.process.pid and "actions" in p.command]
    assert listeners(assistant.process.pid) == {("127.0.0.2", assistant.settings.port)}
    assert listeners(actions) == {("127.0.0.1", assistant.settings.action_port)}
    assert {address for address, _ in listeners(rasa)} == {"127.0.0.1"}
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", assistant.settings.action_port))


def listeners(pid: int) -> set[tuple[str, int]]:
    """The addresses and ports on which a process listens, as /proc tells (see proc(5), /proc/net/tcp)."""
    inodes = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            address, _, port = fields[1].partition(":")
            found.add((socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)))
    six = [line.split() for line in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]]
    assert not [fields for fields in six if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes]
    return found


def test_secrets_are_not_on_a_command_line(assistant: RunningAssistant) -> None:
    mine = [p for p in processes() if assistant.process.pid in (p.pid, p.parent)]
    assert len(mine) >= 2
    assert not [p for p in mine if ACTION_TOKEN in p.command or "Bearer" in p.command]


def test_terminal_asks_the_same_assistant(assistant: RunningAssistant) -> None:
    done = assistant.laban("ask", QUESTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert "40%" in done.stdout
    assert "Kế hoạch 126/KH-UBND" in done.stdout


def test_logs_hold_nothing_that_people_write(assistant: RunningAssistant) -> None:
    secret = "bimatthamkin"
    client = assistant.client
    for text in (
        secret,
        f"{secret} học phí bao nhiêu",
        f"<b>{secret}</b>",
        secret * 300,
        f"em muốn chết {secret}",
    ):
        assistant.ask(text)
    json_type = {"Content-Type": "application/json"}
    refused = [
        client.post(PATH, content=f'{{"text": "{secret}"', headers=json_type),
        client.post(PATH, content=f'{{"text": ["{secret}"]}}', headers=json_type),
        client.post(PATH, content=secret),
        client.post(PATH, json={"text": secret, "conversation_id": f"{secret} {secret}"}),
        client.get(f"/documents/{secret}", headers=PAGE),
        client.get(f"/{secret}?q={secret}"),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 415, 422, 404, 404]
    assert all(secret not in answer.text for answer in refused)
    logs = assistant.logs()
    assert "turn" in logs
    assert "Rasa: started" in logs
    assert secret not in logs
    assert "Traceback" not in assistant.log.read_text()
