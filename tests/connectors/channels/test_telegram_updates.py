"""Telegram's updates become events; what is strange is refused or ignored, and breaks nothing."""

import copy
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.channel import CallRefused, Event, WebhookCall
from connectors.channels.telegram import SECRET_HEADER, Telegram
from tests.connectors.channels.telegram_bots import OFFLINE, SECRET, call, only
from tests.fakes.telegram import USERNAME, message, pressed


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
        ("/hocphi@laban_thu_bot nghề hàn", "text", "hocphi nghề hàn"),
        ("/học phí", "text", "học phí"),
        ("/xoá", "text", "xoá"),
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


def membership(status: str) -> dict[str, Any]:
    """An update on what became of the bot in a private chat."""
    member = {"user": {"id": 123456, "is_bot": True, "first_name": "La Bàn"}}
    change = {
        "chat": {"id": 77, "type": "private", "first_name": "An"},
        "from": {"id": 77, "is_bot": False, "first_name": "An"},
        "date": 1,
        "old_chat_member": {**member, "status": "member"},
        "new_chat_member": {**member, "status": status} | ({"until_date": 0} if status == "kicked" else {}),
    }
    return {"update_id": 1, "my_chat_member": change}


def test_who_blocks_the_bot_has_left_and_may_come_back() -> None:
    assert only(membership("kicked")).kind == "left"
    assert only(membership("member")).kind == "seen"


def heard(channel: Telegram, text: str | None, **more: Any) -> list[Event]:
    """What a channel makes of a message in a group, in which names are marked as Telegram marks them."""
    update = message(-5, text, kind="supergroup", **more)
    for name in re.finditer(r"(?<!\S)@\w+", text or ""):
        update["message"]["entities"].append(
            {"type": "mention", "offset": name.start(), "length": len(name[0])}
        )
    return list(channel.open(call(update)))


async def test_in_a_group_only_what_is_addressed_to_the_bot_is_heard(telegram: Telegram) -> None:
    await telegram.learn_names()
    assert heard(telegram, "mai thi rồi") == []
    assert heard(telegram, None, sticker=None, photo=[]) == []
    assert heard(telegram, "@ai_do học phí sao") == []
    assert heard(telegram, "/start@bot_khac") == []
    for name in (USERNAME, USERNAME.upper()):
        (event,) = heard(telegram, f"@{name} học phí sao")
        assert (event.text, event.user) == ("học phí sao", "-5.6")
        assert event.address["reply_to"]
    assert [event.text for event in heard(telegram, "/tuvan")] == ["Gặp người tư vấn"]
    assert [event.text for event in heard(telegram, f"/tuvan@{USERNAME}")] == ["Gặp người tư vấn"]
    assert [event.kind for event in heard(telegram, f"@{USERNAME}")] == ["welcome"]


@pytest.mark.parametrize("bots_id", [123456, 99])
def test_an_answer_to_the_bot_is_heard_before_its_name_is_known(bots_id: int) -> None:
    author = {"id": bots_id, "is_bot": True, "first_name": "Bot", "username": "ten_gi_do"}
    told = {**message(-5, "x", kind="supergroup")["message"], "from": author}
    said = [event.text for event in heard(OFFLINE, "thế còn may?", reply_to_message=told)]
    assert said == (["thế còn may?"] if bots_id == 123456 else [])


@pytest.mark.parametrize("text", ["a\0b", "á" * 10_000, "😀" * 4096, "\u202e đảo", "a\n\n\nb"])
def test_any_text_survives(text: str) -> None:
    assert only(message(77, text)).text == text


def test_what_the_app_itself_reports_is_nothing_that_the_user_said() -> None:
    told = message(77, "chào")["message"]
    assert OFFLINE.open(call(message(77, None, pinned_message=told))) == []
    timer = {"message_auto_delete_time": 86_400}
    assert OFFLINE.open(call(message(77, None, message_auto_delete_timer_changed=timer))) == []


def test_a_button_in_a_group_belongs_to_who_presses_it() -> None:
    update = pressed(77, "b3.1")
    update["callback_query"]["message"]["chat"] = {"id": -5, "type": "supergroup", "title": "9A"}
    event = only(update)
    assert (event.user, event.address) == ("-5.77", {"chat": -5, "reply_to": 5})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)
_STRANGE = _JSON | st.sampled_from(["\ud800", "a\0b", 2**70, "private", "bot_command"])
_SEEDS = [
    message(77, "/start truong-a"),
    message(-5, "/menu nhé", kind="supergroup", reply_to_message=message(-5, "x")["message"]),
    message(77, None, photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]),
    pressed(77, "b1836.2"),
    membership("kicked"),
]


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the way to each field of an update."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for name, inner in entries:
        yield (*place, name)
        yield from _places(inner, (*place, name))


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=100) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_with_the_secret_is_read_or_refused(body: bytes) -> None:
    with suppress(CallRefused):
        assert OFFLINE.open(WebhookCall(body, {SECRET_HEADER: SECRET}, "truong-a")) == []


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_an_update_with_one_strange_field_is_refused_or_makes_a_sound_event(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(_SEEDS)))
    *way, name = data.draw(st.sampled_from(list(_places(update))))
    inner = update
    for step in way:
        inner = inner[step]
    if data.draw(st.booleans()):
        inner[name] = data.draw(_STRANGE)
    else:
        del inner[name]
    with suppress(CallRefused):
        for event in OFFLINE.open(call(update)):
            assert event.id.isdigit() or event.id.startswith("-")
            assert all(type(value) is int for value in event.address.values())
            assert isinstance(event.text, str)
            json.dumps(dict(event.address))


@given(st.text(max_size=50))
def test_a_call_with_any_other_secret_is_refused(secret: str) -> None:
    assume(secret != SECRET)
    with pytest.raises(CallRefused):
        OFFLINE.open(call(message(77, "chào"), secret))
