"""Messenger: signed batches become events, replies become what the Send API takes, its errors what the outbox knows."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.accounts import MessengerPage
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    OutsideWindow,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.messenger import SIGNATURE, Messenger
from connectors.messages import Image, QuickReply, ReplyMessage, SourceView
from tests.connectors.loopback import serving
from tests.fakes.meta import (
    APP_SECRET,
    PAGE,
    PAGE_TOKEN,
    FakeMeta,
    batch,
    error,
    meta_app,
    signed,
    text_message,
)

BASE_URL = "https://laban.example.vn"
PAGES = {PAGE: MessengerPage(token=SecretStr(PAGE_TOKEN))}


@pytest.fixture
def meta() -> Iterator[FakeMeta]:
    """Meta's server."""
    fake = FakeMeta()
    with serving(meta_app(fake)) as fake.url:
        yield fake


@pytest.fixture
async def messenger(meta: FakeMeta) -> AsyncIterator[Messenger]:
    """The channel before that server."""
    channel = Messenger(PAGES, APP_SECRET, f"{meta.url}/graph", BASE_URL)
    yield channel
    await channel.close()


def call(body: bytes, secret: str = APP_SECRET) -> WebhookCall:
    """A call as it comes in."""
    return WebhookCall(body, {name.lower(): value for name, value in signed(body, secret).items()})


# A channel whose server is not there.
OFFLINE = Messenger(PAGES, APP_SECRET, "http://127.0.0.1:1", BASE_URL)


def test_a_batch_gives_its_messages_in_order_without_echoes_and_receipts() -> None:
    body = batch(
        text_message("7", "chào", mid="m1"),
        text_message("7", "echo", mid="m2", is_echo=True),
        {"sender": {"id": "7"}, "recipient": {"id": PAGE}, "delivery": {"mids": ["m0"], "watermark": 1}},
        {"sender": {"id": "7"}, "recipient": {"id": PAGE}, "read": {"watermark": 1}},
        text_message("8", "Lương", mid="m3", quick_reply={"payload": "Nghề hàn lương bao nhiêu?"}),
        {
            "sender": {"id": "8"},
            "recipient": {"id": PAGE},
            "timestamp": 5,
            "message": {"mid": "m4", "attachments": [{"type": "image", "payload": {"url": "https://x"}}]},
        },
        {
            "sender": {"id": "9"},
            "recipient": {"id": PAGE},
            "timestamp": 6,
            "postback": {"mid": "m5", "title": "Bắt đầu", "payload": "GET_STARTED"},
        },
    )
    events = OFFLINE.open(call(body))
    assert [(event.id, event.user, event.kind, event.text) for event in events] == [
        ("m1", "7", "text", "chào"),
        ("m3", "8", "press", "Nghề hàn lương bao nhiêu?"),
        ("m4", "8", "unreadable", ""),
        ("m5", "9", "welcome", "GET_STARTED"),
    ]
    assert events[0].address == {"id": "7"}


def test_events_of_other_pages_are_left_alone() -> None:
    body = batch(text_message("7", "chào")).replace(PAGE.encode(), b"999")
    assert OFFLINE.open(call(body)) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: "sha256="},
        {SIGNATURE: "sha1=" + "0" * 40},
        {SIGNATURE: "md5=abc"},
        {SIGNATURE: "sha256=ü"},
        {"x-hub-signature": "sha1=abc"},
    ],
)
def test_what_meta_has_not_signed_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(CallRefused):
        OFFLINE.open(WebhookCall(batch(text_message("7", "chào")), headers))


def test_a_signature_with_another_secret_or_over_other_bytes_is_refused() -> None:
    body = batch(text_message("7", "chào"))
    with pytest.raises(CallRefused):
        OFFLINE.open(call(body, "another secret"))
    with pytest.raises(CallRefused):
        OFFLINE.open(WebhookCall(body + b" ", call(body).headers))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_signed_is_read_or_refused(body: bytes) -> None:
    with suppress(CallRefused):
        assert OFFLINE.open(call(body)) == []


@settings(max_examples=1000, deadline=None)
@given(_JSON, st.sampled_from(["sender", "message", "postback", "timestamp", "recipient"]))
def test_events_with_one_strange_field_are_read_or_refused(value: Any, name: str) -> None:
    body = batch({**text_message("7", "chào"), name: value})
    try:
        events = OFFLINE.open(call(body))
    except CallRefused:
        return
    assert len(events) <= 1


def test_a_reply_has_short_titles_at_most_13_buttons_and_its_sources() -> None:
    source = SourceView(
        id="ke-hoach-126-2019#i-2-b",
        title="Kế hoạch",
        number="126/KH-UBND",
        section="mục I.2.b",
        issued="2019",
        valid_to=None,
        url="/documents/ke-hoach-126-2019#i-2-b",
        quote="…",
    )
    replies = [QuickReply(title=f"{n} " + "dài " * 9, payload=f"câu hỏi {n}") for n in range(15)]
    message = ReplyMessage(
        text="Được miễn **100%**.\n- một\nNguồn: KH 126.", quick_replies=replies, sources=[source]
    )
    (part,) = OFFLINE.render(Outgoing(message), {"id": "7"})
    text = part["message"]["text"]
    assert text.startswith(
        "Được miễn 100%.\n• một\nNguồn: KH 126.\n\nĐọc tại nguồn: https://laban.example.vn/s/"
    )
    assert len(part["message"]["quick_replies"]) == 13
    assert {reply["title"] for reply in part["message"]["quick_replies"]} >= {
        "0 dài dài dài dài…",
        "12 dài dài dài dài…",
    }
    assert all(len(reply["title"]) <= 20 for reply in part["message"]["quick_replies"])
    assert part["recipient"] == {"id": "7"}
    assert part["messaging_type"] == "RESPONSE"


def test_a_long_reply_is_cut_at_a_word_and_says_where_the_rest_is() -> None:
    (part,) = OFFLINE.render(Outgoing(ReplyMessage(text="từ " * 900)), {"id": "7"})
    text = part["message"]["text"]
    assert len(text) <= 2000
    assert text.endswith("từ… Xem đầy đủ: https://laban.example.vn")


def test_a_picture_goes_before_its_text_as_png() -> None:
    message = ReplyMessage(
        text="Kết quả", image=Image(url="/pictures/interests/1-2-3-4-5-6.svg", alt="Sáu cột")
    )
    picture, text = OFFLINE.render(Outgoing(message), {"id": "7"})
    assert (
        picture["message"]["attachment"]["payload"]["url"] == f"{BASE_URL}/pictures/interests/1-2-3-4-5-6.png"
    )
    assert text["message"]["text"] == "Kết quả"


def test_what_a_person_says_is_named_as_theirs() -> None:
    (part,) = OFFLINE.render(Outgoing(ReplyMessage(text="Cô nghe em nhé."), author="staff"), {"id": "7"})
    assert part["message"]["text"] == "Người tư vấn:\nCô nghe em nhé."


async def test_a_message_reaches_the_user_once(messenger: Messenger, meta: FakeMeta) -> None:
    for part in messenger.render(Outgoing(ReplyMessage(text="Chào bạn")), {"id": "7"}):
        await messenger.send(PAGE, part)
    await messenger.attend(PAGE, {"id": "7"})
    assert meta.texts("7") == ["Chào bạn"]
    assert meta.actions == ["typing_on"]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, error(10, 2018278), OutsideWindow),
        (400, error(551, 1545041), UserUnreachable),
        (400, error(613), TryLater),
        (400, error(190), TryLater),
        (400, error(100), NotDelivered),
        (400, {"odd": 1}, NotDelivered),
        (429, error(4), TryLater),
        (500, {}, TryLater),
        (503, {}, TryLater),
    ],
)
async def test_each_error_becomes_what_is_to_be_done(
    messenger: Messenger, meta: FakeMeta, status: int, body: dict[str, Any], expected: type[DeliveryFailed]
) -> None:
    meta.failures.append((status, body))
    with pytest.raises(expected) as failure:
        await messenger.send(PAGE, {"recipient": {"id": "7"}, "message": {"text": "bí mật"}})
    assert "bí mật" not in str(failure.value)
    assert PAGE_TOKEN not in str(failure.value)
    if status == 429:
        assert isinstance(failure.value, TryLater)
        assert failure.value.after_s == 1


async def test_a_server_that_is_not_there_is_tried_later_one_that_breaks_off_leaves_it_open(
    meta: FakeMeta,
) -> None:
    gone = Messenger(PAGES, APP_SECRET, "http://127.0.0.1:1", BASE_URL)
    with pytest.raises(TryLater):
        await gone.send(PAGE, {"recipient": {"id": "7"}, "message": {"text": "a"}})
    await gone.close()
    channel = Messenger(PAGES, APP_SECRET, f"{meta.url}/graph", BASE_URL)
    channel._api._client.timeout = 0.2
    meta.delay_s = 1
    with pytest.raises(OutcomeUnknown):
        await channel.send(PAGE, {"recipient": {"id": "7"}, "message": {"text": "a"}})
    await channel.close()
