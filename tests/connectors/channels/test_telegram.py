"""Telegram: updates with the right secret become events, replies what the Bot API takes, errors what is to be done."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.accounts import TelegramBot
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    Event,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.telegram import SECRET_HEADER, Telegram
from connectors.messages import Image, QuickReply, ReplyMessage
from tests.connectors.loopback import serving
from tests.fakes.telegram import TOKEN, USERNAME, FakeTelegram, message, pressed, refusal, telegram_app

BASE_URL = "https://laban.example.vn"
BOTS = {"truong-a": TelegramBot(token=SecretStr(TOKEN))}
SECRET = "secret-of-truong-a"


def secret_of(name: str) -> str:
    """The secret of a bot's webhook."""
    return f"secret-of-{name}"


# A channel whose server is not there.
OFFLINE = Telegram(BOTS, "http://127.0.0.1:1", BASE_URL, secret_of)


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    """Telegram's server."""
    fake = FakeTelegram()
    with serving(telegram_app(fake)) as fake.url:
        yield fake


@pytest.fixture
async def telegram(server: FakeTelegram) -> AsyncIterator[Telegram]:
    """The channel before that server."""
    channel = Telegram(BOTS, server.url, BASE_URL, secret_of)
    yield channel
    await channel.close()


def call(update: Any, secret: str = SECRET, account: str | None = "truong-a") -> WebhookCall:
    """A call as it comes in."""
    return WebhookCall(json.dumps(update).encode(), {SECRET_HEADER: secret}, account)


def only(update: Any) -> Event:
    """The event of an update."""
    (event,) = OFFLINE.open(call(update))
    return event


def test_a_message_is_a_text_of_its_chat_and_the_update_names_it() -> None:
    update = message(77, "hoc phi bn a")
    event = only(update)
    assert (event.id, event.user, event.kind, event.text) == (
        str(update["update_id"]),
        "77",
        "text",
        "hoc phi bn a",
    )
    assert event.address == {"chat": 77}


@pytest.mark.parametrize(
    ("text", "kind", "meaning"),
    [
        ("/start", "welcome", ""),
        ("/start truong-a", "welcome", "truong-a"),
        ("/tuvan", "press", "Gặp người tư vấn"),
        ("/TuVan@laban_thu_bot", "press", "Gặp người tư vấn"),
        ("/xoa", "press", "Xoá dữ liệu của tôi"),
        ("/menu", "press", "Bạn giúp được những gì?"),
        ("/hocphi", "text", "hocphi"),
        ("10/2 thi chưa", "text", "10/2 thi chưa"),
    ],
)
def test_commands_stand_for_questions(text: str, kind: str, meaning: str) -> None:
    event = only(message(77, text))
    assert (event.kind, event.text) == (kind, meaning)


@pytest.mark.parametrize(
    "more",
    [
        {"sticker": {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "type": "regular",
                     "is_animated": False, "is_video": False}},
        {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}},
        {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], "caption": "đây ạ"},
        {"location": {"longitude": 106.6, "latitude": 20.8}},
    ],
)  # fmt: skip
def test_what_is_not_words_is_unreadable(more: dict[str, Any]) -> None:
    assert only(message(77, None, **more)).kind == "unreadable"


def test_edits_posts_and_other_bots_are_nobodys_business() -> None:
    told = message(77, "chào")
    assert OFFLINE.open(call({"update_id": 1, "edited_message": told["message"]})) == []
    assert OFFLINE.open(call({"update_id": 2, "channel_post": told["message"]})) == []
    bot = message(77, "chào", **{"from": {"id": 9, "is_bot": True, "first_name": "Bot"}})
    assert OFFLINE.open(call(bot)) == []


def test_a_button_names_its_message_and_an_invented_one_is_an_old_one() -> None:
    event = only(pressed(77, "b1836.2"))
    assert (event.kind, event.button, event.user) == ("press", (1836, 2), "77")
    assert event.receipt
    assert only(pressed(77, "drop table")).button == (0, 0)
    assert only(pressed(77, None)).button == (0, 0)


def test_who_blocks_the_bot_has_left_and_may_come_back() -> None:
    member = {"user": {"id": 123456, "is_bot": True, "first_name": "La Bàn"}}
    change = {
        "chat": {"id": 77, "type": "private", "first_name": "An"},
        "from": {"id": 77, "is_bot": False, "first_name": "An"},
        "date": 1,
        "old_chat_member": {**member, "status": "member"},
        "new_chat_member": {**member, "status": "kicked", "until_date": 0},
    }
    assert only({"update_id": 1, "my_chat_member": change}).kind == "left"
    back = {**change, "new_chat_member": {**member, "status": "member"}}
    assert only({"update_id": 2, "my_chat_member": back}).kind == "seen"


async def test_in_a_group_only_what_is_addressed_to_the_bot_is_heard(telegram: Telegram) -> None:
    await telegram.learn_names()

    def heard(text: str, **more: Any) -> list[Event]:
        at = text.find("@")
        entities = [{"type": "mention", "offset": at, "length": len(USERNAME) + 1}] if at >= 0 else []
        update = message(-5, text, kind="supergroup", **more)
        update["message"]["entities"] += entities
        return list(telegram.open(call(update)))

    assert heard("mai thi rồi") == []
    (event,) = heard(f"@{USERNAME} học phí sao")
    assert (event.text, event.user) == ("học phí sao", "-5.6")
    assert event.address["reply_to"]
    assert [event.text for event in heard("/tuvan")] == ["Gặp người tư vấn"]
    mine = {"message_id": 4, "date": 1, "chat": {"id": -5, "type": "supergroup", "title": "9A"}, "text": "x",
            "from": {"id": 123456, "is_bot": True, "first_name": "La Bàn", "username": USERNAME}}  # fmt: skip
    assert [event.text for event in heard("thế còn may?", reply_to_message=mine)] == ["thế còn may?"]


@pytest.mark.parametrize("secret", ["", "guess", "secret-of-truong-b", "ü"])
def test_a_call_without_the_secret_is_refused(secret: str) -> None:
    with pytest.raises(CallRefused):
        OFFLINE.open(call(message(77, "chào"), secret))


@pytest.mark.parametrize("account", [None, "truong-b", ""])
def test_a_bot_that_is_not_ours_is_refused(account: str | None) -> None:
    with pytest.raises(CallRefused):
        OFFLINE.open(call(message(77, "chào"), SECRET, account))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)
_FIELDS = ("message_id", "from", "chat", "date", "text", "entities", "reply_to_message", "sticker", "photo")


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=100) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_with_the_secret_is_read_or_refused(body: bytes) -> None:
    with suppress(CallRefused):
        assert OFFLINE.open(WebhookCall(body, {SECRET_HEADER: SECRET}, "truong-a")) == []


@settings(max_examples=1000, deadline=None)
@given(_JSON, st.sampled_from(_FIELDS))
def test_updates_with_one_strange_field_are_read_or_refused(value: Any, name: str) -> None:
    update = message(77, "chào")
    update["message"][name] = value
    with suppress(CallRefused):
        assert len(OFFLINE.open(call(update))) <= 1


def test_bold_is_counted_in_utf16_and_buttons_are_short_ids() -> None:
    replies = [
        QuickReply(title="Lương", payload="Nghề Hàn lương bao nhiêu? " * 9),
        QuickReply(title="dài " * 30, payload="x"),
    ]
    reply = ReplyMessage(text="😀 Được **miễn 😀** học phí\n- một", quick_replies=replies)
    (part,) = OFFLINE.render(Outgoing(reply, number=1836), {"chat": 77})
    assert part["text"] == "😀 Được miễn 😀 học phí\n• một"
    assert part["bold"] == [(8, 7)]
    assert [data for _, data in part["buttons"]] == ["b1836.0", "b1836.1"]
    assert all(len(data.encode()) <= 64 and len(title) <= 64 for title, data in part["buttons"])
    assert json.loads(json.dumps(part)) is not None


def test_a_long_text_is_cut_as_telegram_counts() -> None:
    (part,) = OFFLINE.render(Outgoing(ReplyMessage(text="😀 " * 3000)), {"chat": 77})
    assert len(part["text"].encode("utf-16-le")) // 2 <= 4096


def test_a_picture_carries_its_text_where_that_fits() -> None:
    image = Image(url="/pictures/interests/1-2-3-4-5-6.svg", alt="Sáu cột")
    (one,) = OFFLINE.render(Outgoing(ReplyMessage(text="Kết quả", image=image), number=3), {"chat": 77})
    assert (one["text"], one["photo"]) == ("Kết quả", f"{BASE_URL}/pictures/interests/1-2-3-4-5-6.png")
    picture, text = OFFLINE.render(
        Outgoing(ReplyMessage(text="dài " * 400, image=image), number=3), {"chat": 77}
    )
    assert (picture["text"], picture["buttons"]) == ("", [])
    assert "photo" not in text


async def test_a_message_reaches_the_chat_with_its_buttons(telegram: Telegram, server: FakeTelegram) -> None:
    reply = ReplyMessage(
        text="**Chào** bạn", quick_replies=[QuickReply(title="Lương", payload="Lương bao nhiêu?")]
    )
    for part in telegram.render(Outgoing(reply, number=7), {"chat": 77}):
        await telegram.send("truong-a", json.loads(json.dumps(part)))
    (sent,) = server.of("sendMessage")
    assert sent["text"] == "Chào bạn"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Lương", "callback_data": "b7.0"}]]}
    await telegram.attend("truong-a", {"chat": 77})
    assert server.of("sendChatAction")[0]["action"] == "typing"
    await telegram.acknowledge(only(pressed(77, "b7.0")))
    assert server.of("answerCallbackQuery")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), TryLater),
        (refusal(403, "Forbidden: bot was blocked by the user"), UserUnreachable),
        (refusal(400, "Bad Request: chat not found"), UserUnreachable),
        (refusal(400, "Bad Request: message is too long"), NotDelivered),
        (refusal(500, "Internal Server Error"), TryLater),
        (refusal(502, "Bad Gateway"), TryLater),
        (refusal(401, "Unauthorized"), TryLater),
    ],
)
async def test_each_error_becomes_what_is_to_be_done(
    telegram: Telegram,
    server: FakeTelegram,
    failure: tuple[int, dict[str, Any]],
    expected: type[DeliveryFailed],
) -> None:
    server.failures.append(failure)
    (part,) = telegram.render(Outgoing(ReplyMessage(text="bí mật")), {"chat": 77})
    with pytest.raises(expected) as raised:
        await telegram.send("truong-a", part)
    assert "bí mật" not in str(raised.value)
    assert TOKEN not in str(raised.value)
    if isinstance(raised.value, TryLater) and failure[0] == 429:
        assert raised.value.after_s == 7


async def test_a_server_that_is_not_there_is_tried_later_one_that_breaks_off_leaves_it_open(
    server: FakeTelegram,
) -> None:
    (part,) = OFFLINE.render(Outgoing(ReplyMessage(text="a")), {"chat": 77})
    with pytest.raises(TryLater):
        await OFFLINE.send("truong-a", part)
    channel = Telegram(BOTS, server.url, BASE_URL, secret_of)
    channel._requests[0]._client.timeout = 0.2
    server.delay_s = 1
    with pytest.raises(OutcomeUnknown):
        await channel.send("truong-a", part)
    await channel.close()
