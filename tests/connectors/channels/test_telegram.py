"""Telegram: calls with the right secret are opened, replies become what the Bot API takes."""

import json

import pytest

from connectors.channel import CallRefused, Outgoing, WebhookCall
from connectors.channels.telegram import SECRET_HEADER, Telegram
from connectors.messages import Image, QuickReply, ReplyMessage
from tests.connectors.channels.telegram_bots import BASE_URL, OFFLINE, SECRET, call, only
from tests.fakes.telegram import FakeTelegram, message, pressed, refusal


@pytest.mark.parametrize("secret", ["", "guess", "secret-of-truong-b", "ü"])
def test_a_call_without_the_secret_is_refused(secret: str) -> None:
    with pytest.raises(CallRefused):
        OFFLINE.open(call(message(77, "chào"), secret))


@pytest.mark.parametrize("account", [None, "truong-b", ""])
def test_a_bot_that_is_not_ours_is_refused(account: str | None) -> None:
    with pytest.raises(CallRefused):
        OFFLINE.open(call(message(77, "chào"), SECRET, account))


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


async def test_a_message_reaches_the_chat_with_its_buttons(
    telegram: Telegram, telegram_server: FakeTelegram
) -> None:
    reply = ReplyMessage(
        text="**Chào** bạn", quick_replies=[QuickReply(title="Lương", payload="Lương bao nhiêu?")]
    )
    for part in telegram.render(Outgoing(reply, number=7), {"chat": 77}):
        await telegram.send("truong-a", json.loads(json.dumps(part)))
    (sent,) = telegram_server.of("sendMessage")
    assert sent["text"] == "Chào bạn"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "Lương", "callback_data": "b7.0"}]]}
    await telegram.attend("truong-a", {"chat": 77})
    assert telegram_server.of("sendChatAction")[0]["action"] == "typing"
    await telegram.acknowledge(only(pressed(77, "b7.0")))
    assert telegram_server.of("answerCallbackQuery")


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"[1]", b'"update"', b'{"message": {}}'])
def test_a_body_that_is_no_update_is_refused(body: bytes) -> None:
    with pytest.raises(CallRefused, match="the body is not"):
        OFFLINE.open(WebhookCall(body, {SECRET_HEADER: SECRET}, "truong-a"))


async def test_a_picture_that_telegram_cannot_fetch_does_not_cost_the_answer(
    telegram: Telegram, telegram_server: FakeTelegram
) -> None:
    image = Image(url="/pictures/interests/1-2-3-4-5-6.svg", alt="Sáu cột")
    replies = [QuickReply(title="Lương", payload="Lương bao nhiêu?")]
    short = ReplyMessage(text="**Kết quả**", image=image, quick_replies=replies)
    long = ReplyMessage(text="dài " * 400, image=image)
    for reply in (short, long):
        telegram_server.failures.append(refusal(400, "Bad Request: wrong file identifier/HTTP URL specified"))
        for part in telegram.render(Outgoing(reply, number=7), {"chat": 77}):
            await telegram.send("truong-a", part)
    first, second = telegram_server.of("sendMessage")
    assert (first["text"], first["entities"]) == ("Kết quả", [{"type": "bold", "offset": 0, "length": 7}])
    assert first["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "b7.0"
    assert second["text"].startswith("dài dài")
    assert telegram_server.of("sendPhoto") == []


def test_a_message_without_a_number_has_no_buttons_and_long_titles_stand_alone() -> None:
    replies = [QuickReply(title=title, payload=title) for title in ("Học phí", "Lương", "x" * 30, "Hồ sơ")]
    reply = ReplyMessage(text="a", quick_replies=replies)
    (part,) = OFFLINE.render(Outgoing(reply), {"chat": 77})
    assert part["buttons"] == []


async def test_short_titles_share_a_row(telegram: Telegram, telegram_server: FakeTelegram) -> None:
    replies = [QuickReply(title=title, payload=title) for title in ("Học phí", "Lương", "x" * 30, "Hồ sơ")]
    (part,) = telegram.render(Outgoing(ReplyMessage(text="a", quick_replies=replies), number=2), {"chat": 7})
    await telegram.send("truong-a", part)
    rows = telegram_server.of("sendMessage")[0]["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["Học phí", "Lương"],
        ["x" * 30],
        ["Hồ sơ"],
    ]


async def test_an_answer_in_a_group_refers_to_the_question(
    telegram: Telegram, telegram_server: FakeTelegram
) -> None:
    (part,) = telegram.render(Outgoing(ReplyMessage(text="a")), {"chat": -5, "reply_to": 41})
    await telegram.send("truong-a", part)
    replied = telegram_server.of("sendMessage")[0]["reply_parameters"]
    assert replied == {"message_id": 41, "allow_sending_without_reply": True}
    assert telegram_server.of("sendMessage")[0]["link_preview_options"] == {"is_disabled": True}
