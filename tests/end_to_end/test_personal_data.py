"""What is kept of a user: said before it is kept, given on request, and gone without a trace on request."""

import re

import httpx
import pytest

from tests.end_to_end.server import RunningAssistant
from tests.end_to_end.staff import Staff

SECRET = "con mèo tam thể tên Bông Xù"
STATES: dict[str, list[str]] = {
    "after an answer": ["học nghề hàn có được hỗ trợ không"],
    "after a rating": ["học nghề hàn có được hỗ trợ không", "👎", "Câu trả lời khó hiểu"],
    "in a form": ["kiểm tra xem mình được hỗ trợ gì", "mình là học sinh"],
    "in the quiz": ["làm trắc nghiệm sở thích", "Thích"],
    "in distress": ["em không muốn sống nữa"],
    "with a request for a person": ["gặp người tư vấn"],
    "with a contact": ["gặp người tư vấn", "số của mẹ em là 0912345678"],
    "held by a person": ["gặp người tư vấn"],
}


def traces(assistant: RunningAssistant, words: str) -> list[str]:
    """Returns the files of the assistant that hold the words, prepared or as typed."""
    wanted = words.encode()
    files = (path for path in assistant.settings.var_dir.rglob("*") if path.is_file())
    return [str(path) for path in files if wanted in path.read_bytes()]


@pytest.mark.parametrize("state", STATES)
def test_everything_is_erased_in_every_state_after_one_confirmation(
    assistant: RunningAssistant, staff: Staff, conversation: str, state: str
) -> None:
    for text in STATES[state]:
        reply = assistant.ask(text, conversation)
    assistant.ask(f"em kể chuyện này nhé, nhà em có {SECRET}", conversation)
    assert traces(assistant, SECRET)
    if state == "held by a person":
        staff.answer(reply["ticket"], "Chào em, anh nghe đây.")
        assert assistant.ask(f"vâng, {SECRET} ạ", conversation)["messages"] == []
    assert "xoá" in assistant.ask("xoá dữ liệu của tôi", conversation)["messages"][0]["text"].lower()
    assert "đã xoá" in assistant.ask("đồng ý", conversation)["messages"][0]["text"].lower()
    assert traces(assistant, SECRET) == []
    assert traces(assistant, "0912345678") == []
    told = assistant.client.get(f"/api/v1/conversations/{conversation}/messages").json()
    assert told["messages"] == []


def test_contacts_and_addresses_reach_no_file(assistant: RunningAssistant, conversation: str) -> None:
    contacts = "sđt 0987123456, an.hoc.nghe@example.vn, cccd 031099001234"
    message = f"em tên An, {contacts}, số nhà 12 ngõ 34 đường Bằng Lăng Tím"
    reply = assistant.ask(f"{message}, học hàn mấy năm ạ", conversation)
    assert "đã ẩn thông tin riêng" in reply["messages"][0]["text"]
    for secret in ("0987123456", "an.hoc.nghe", "031099001234", "Bằng Lăng"):
        assert traces(assistant, secret) == []


def test_what_is_kept_is_said_with_the_first_reply_only(
    assistant: RunningAssistant, conversation: str
) -> None:
    assert "90 ngày" in assistant.ask("xin chào", conversation)["notice"]
    assert "notice" not in assistant.ask("học hàn mấy năm", conversation)


def test_what_is_kept_can_be_downloaded(assistant: RunningAssistant, conversation: str) -> None:
    assistant.ask("học nghề hàn có được hỗ trợ không", conversation)
    (message,) = assistant.ask("tải dữ liệu của tôi", conversation)["messages"]
    response = assistant.client.get(message["link"]["url"])
    assert response.status_code == httpx.codes.OK
    assert "học nghề hàn có được hỗ trợ không" in [row["text"] for row in response.json()["messages"]]
    forged = re.sub(r"[^/]$", lambda last: "a" if last[0] != "a" else "b", message["link"]["url"])
    assert assistant.client.get(forged).status_code == httpx.codes.NOT_FOUND


def test_no_store_holds_the_users_own_id(assistant: RunningAssistant, conversation: str) -> None:
    assistant.ask("học hàn mấy năm", conversation)
    assert traces(assistant, conversation) == []
