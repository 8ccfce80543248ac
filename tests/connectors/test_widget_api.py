"""The widget's API: a visitor is known by a token, a message is taken once, and the talk can be read again."""

import asyncio
import json
import re
import uuid
from typing import Any

import httpx
import pytest

from tests.connectors.loopback import RasaChannel
from tests.connectors.widgets import ServedApp, Widget, visiting

SOURCE = {
    "id": "quy-che-thu#i",
    "title": "Quy chế 7",
    "number": "7/QC-THU",
    "section": "I. Học phí",
    "issued": "2024-05-06",
    "valid_to": None,
    "url": "/documents/quy-che-thu#i",
    "quote": "123.000 đồng",
}
RICH = {
    "text": "123.000 đồng mỗi tháng.",
    "buttons": [{"title": "Kéo dài bao lâu?", "payload": "học mấy tháng"}],
    "custom": {"text": "", "sources": [SOURCE], "outcome": "answered"},
}


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_message_is_taken_at_once_and_answered_later(widget: Widget, channel: RasaChannel) -> None:
    channel.delay_s = 0.3
    answer = await widget.say("học phí bao nhiêu")
    assert answer.status_code == 202
    assert set(answer.json()) == {"visitor"}
    asked, answered = await widget.answered()
    assert (asked["author"], asked["text"]) == ("user", "học phí bao nhiêu")
    assert (answered["author"], answered["text"]) == ("assistant", "Chào bạn!")


async def test_the_history_holds_all_that_belongs_to_a_message(widget: Widget, channel: RasaChannel) -> None:
    channel.says(RICH)
    name = str(uuid.uuid4())
    await widget.say("học phí bao nhiêu", name)
    asked, answered = await widget.answered()
    assert (asked["client_id"], asked["reply_to"]) == (name, None)
    assert (answered["client_id"], answered["reply_to"]) == (None, name)
    assert answered["sources"] == [SOURCE]
    assert answered["quick_replies"] == [{"title": "Kéo dài bao lâu?", "payload": "học mấy tháng"}]
    assert (answered["ratable"], answered["outcome"]) == (True, "answered")
    assert "Quyền riêng tư" in answered["notice"]
    assert asked["seq"] < answered["seq"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", answered["at"])
    since = await widget.history(asked["seq"])
    assert since == {"messages": [answered], "ticket": None, "held": False}


async def test_the_same_message_sent_again_is_one_turn_also_without_a_token(
    widget: Widget, channel: RasaChannel
) -> None:
    name = str(uuid.uuid4())
    await widget.say("học phí bao nhiêu", name)
    first = widget.token
    widget.token = None
    await widget.say("học phí bao nhiêu", name)
    assert widget.token is not None
    assert first is not None
    assert len(await widget.answered()) == 2
    await widget.say("học phí bao nhiêu", name)
    await asyncio.sleep(0.3)
    assert len((await widget.history())["messages"]) == 2
    assert channel.texts == ["học phí bao nhiêu"]


async def test_messages_of_one_visitor_are_answered_in_order_each_for_itself(
    widget: Widget, channel: RasaChannel
) -> None:
    for text in ("một", "hai", "ba"):
        await widget.say(text)
    messages = await widget.answered(6)
    assert channel.texts == ["một", "hai", "ba"]
    asked = [message["client_id"] for message in messages if message["author"] == "user"]
    answered = [message["reply_to"] for message in messages if message["author"] == "assistant"]
    assert asked == answered


async def test_visitors_do_not_see_each_other(widget: Widget, widget_app: ServedApp) -> None:
    await widget.say("chuyện riêng")
    await widget.answered()
    async with visiting(widget_app) as other:
        await other.say("chào")
        assert {message["text"] for message in await other.answered()} == {"chào", "Chào bạn!"}


async def test_a_token_that_is_missing_forged_or_for_another_site_is_refused(
    widget: Widget, widget_app: ServedApp
) -> None:
    own = widget_app.settings.base_url
    widget_app.records.sites.put("truong-khac", {"origins": [own]})
    await widget.say("chào")
    assert widget.token is not None
    good = widget.token
    async with visiting(widget_app, "truong-khac") as elsewhere:
        elsewhere.token = good
        assert code(await elsewhere.say("chào")) == (401, "visitor_unknown")
    signed_for_something_else = widget_app.app.state.keys.sign("export", "laban:x")
    for token in (f"{good[:-2]}xx", "nothing", signed_for_something_else, "\xff", f"x{good}"):
        headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
        for method, path, body in (
            ("GET", "messages", None),
            ("GET", "stream", None),
            ("POST", "messages", {"id": str(uuid.uuid4()), "text": "chào"}),
            ("POST", "feedback", {"message_id": 1, "rating": "up"}),
            ("POST", "end", {}),
        ):
            answer = await widget.request(method, path, json=body, headers=headers)
            assert code(answer) == (401, "visitor_unknown")
    widget.token = None
    for path in ("messages", "stream"):
        assert code(await widget.request("GET", path)) == (401, "visitor_unknown")


async def test_a_talk_that_was_ended_is_closed_to_its_own_token_too(
    widget: Widget, widget_app: ServedApp
) -> None:
    await widget.say("chào")
    await widget.answered()
    async with visiting(widget_app) as other:
        await other.say("chào")
        assert (await widget.request("POST", "end", json={})).status_code == 204
        for method, path in (("GET", "messages"), ("GET", "stream"), ("POST", "end")):
            assert code(await widget.request(method, path)) == (401, "visitor_unknown")
        assert code(await widget.say("còn đây không")) == (401, "visitor_unknown")
        assert len(await other.answered()) == 2
    widget.token = None
    assert (await widget.say("chào")).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"text": "chào"},
        {"id": "short", "text": "chào"},
        {"id": "a" * 65, "text": "chào"},
        {"id": "có dấu và khoảng trắng", "text": "chào"},
        {"id": str(uuid.UUID(int=1)), "text": None},
        {"id": str(uuid.UUID(int=1)), "text": "a" * 20_001},
    ],
)
async def test_what_is_no_message_is_refused_with_a_sentence(widget: Widget, body: dict[str, Any]) -> None:
    assert code(await widget.request("POST", "messages", json=body)) == (422, "invalid")


async def test_an_answer_can_be_rated_and_a_reason_given_later(
    widget: Widget, widget_app: ServedApp, channel: RasaChannel
) -> None:
    channel.says(RICH)
    await widget.say("học phí bao nhiêu")
    asked, answered = await widget.answered()
    assert widget.token is not None
    for more in ({"rating": "down"}, {"rating": "down", "reason": "wrong"}):
        rated = await widget.request("POST", "feedback", json={"message_id": answered["seq"], **more})
        assert rated.status_code == 204
    kept = widget_app.records.export(widget_app.conversation(widget.token))["feedback"]
    assert [(row["rating"], row["reason"]) for row in kept] == [("down", "wrong")]
    for wrong in (asked["seq"], answered["seq"] + 1000):
        answer = await widget.request("POST", "feedback", json={"message_id": wrong, "rating": "up"})
        assert code(answer) == (404, "nothing_to_rate")
    async with visiting(widget_app) as other:
        await other.say("chào")
        answer = await other.request("POST", "feedback", json={"message_id": answered["seq"], "rating": "up"})
        assert code(answer) == (404, "nothing_to_rate")


async def test_the_panel_looks_as_the_site_says(widget: Widget, widget_app: ServedApp) -> None:
    looks = {
        "title": 'Trường "A" </script>',
        "greeting": "Chào em!",
        "colour": "#0b3f77",
        "position": "left",
        "origins": ["https://a.edu.vn"],
        "questions": ["Học phí?"],
        "phone": "0225 123 456",
        "idle_minutes": 30,
    }
    widget_app.records.sites.put("truong-looks", looks)
    async with visiting(widget_app, "truong-looks", "https://a.edu.vn") as school:
        answer = await school.request("GET", "panel.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    module = answer.text
    assert module.startswith('import "/static/chat.js";\nexport default {')
    settings = json.loads(module.removeprefix('import "/static/chat.js";\nexport default ').rstrip(";\n"))
    shown = {name: value for name, value in looks.items() if name != "origins"}
    assert settings == {"site": "truong-looks", **shown, "max_length": 2000, "retention_days": 90}


async def test_a_message_too_long_for_the_assistant_is_asked_to_be_shorter(widget: Widget) -> None:
    await widget.say("a" * 2001)
    (told,) = await widget.answered(1)
    assert "dài" in told["text"]
