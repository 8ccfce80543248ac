"""The widget's stream: every message since a number, once, in order; what people say; and an end that does not hang."""

import asyncio
import uuid
from pathlib import Path

import pytest
import uvicorn

from connectors.listening import LOOPBACK, listen
from connectors.serving import LoopServer
from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import RasaChannel
from tests.connectors.processes import until
from tests.connectors.widgets import ServedApp, Widget, visiting

_SOON_S = 2.0


async def test_an_answer_comes_over_the_stream_with_its_number(widget: Widget, channel: RasaChannel) -> None:
    channel.delay_s = 0.3
    name = str(uuid.uuid4())
    await widget.say("học phí bao nhiêu", name)
    async with widget.stream() as stream:
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["x-accel-buffering"] == "no"
        assert "no-transform" in stream.response.headers["cache-control"]
        asked, answered = await stream.next(), await stream.next()
    assert (asked.data["author"], asked.data["client_id"]) == ("user", name)
    assert (answered.data["text"], answered.data["reply_to"]) == ("Chào bạn!", name)
    assert [event.id for event in (asked, answered)] == [event.data["seq"] for event in (asked, answered)]
    assert [asked.data, answered.data] == (await widget.history())["messages"]


async def test_a_stream_that_is_opened_again_gives_what_is_missing_once(widget: Widget) -> None:
    await widget.say("một")
    first = await widget.answered()
    await widget.say("hai")
    await widget.answered(4)
    async with widget.stream(first[0]["seq"]) as stream:
        missing = [(await stream.next()).data["text"] for _ in range(3)]
        assert missing == ["Chào bạn!", "hai", "Chào bạn!"]
        await widget.say("ba")
        assert [(await stream.next()).data["text"] for _ in range(2)] == ["ba", "Chào bạn!"]
        with pytest.raises(TimeoutError):
            await stream.next(within_s=0.5)


async def test_two_windows_of_a_visitor_get_the_same(widget: Widget) -> None:
    await widget.say("một")
    await widget.answered()
    async with widget.stream() as one, widget.stream() as other:
        await widget.say("hai")
        got = [[(await stream.next()).data["seq"] for _ in range(4)] for stream in (one, other)]
    assert got[0] == got[1] == sorted(set(got[0]))


async def test_what_a_person_says_and_that_they_talk_is_seen_soon(
    widget: Widget, widget_app: ServedApp, channel: RasaChannel
) -> None:
    await widget.say("gặp người tư vấn")
    answered = (await widget.answered())[-1]
    tickets = widget_app.records.tickets
    assert widget.token is not None
    key = widget_app.conversation(widget.token)
    async with widget.stream(answered["seq"]) as stream:
        assert (await stream.next("state")).data == {"ticket": None, "held": False}
        number = tickets.open_ticket(key, "asked", "normal").id
        # Not only when the app begins to look after the listeners.
        await asyncio.sleep(1.5)
        # The other processes' way: nothing here tells the stream.
        tickets.take(number, "Hà")
        while not (state := (await stream.next("state", _SOON_S)).data)["held"]:
            pass
        assert state == {"ticket": number, "held": True}
        tickets.answer(number, "Hà", "Chào em, mình là Hà.")
        told = await stream.next(within_s=_SOON_S)
        assert (told.data["author"], told.data["text"]) == ("staff", "Chào em, mình là Hà.")
        assert told.data["outcome"] is None
        await widget.say("dạ em chào chị")
        assert (await stream.next()).data["text"] == "dạ em chào chị"
        tickets.close(number, "Hà", "Mình lại ở đây.")
        assert (await stream.next(within_s=_SOON_S)).data["text"] == "Mình lại ở đây."
        assert (await stream.next("state", _SOON_S)).data == {"ticket": None, "held": False}
    assert channel.texts == ["gặp người tư vấn"]


async def test_the_farewell_of_a_talk_that_was_erased_comes_once_and_is_kept_nowhere(
    widget: Widget, channel: RasaChannel
) -> None:
    await widget.say("chào")
    asked, answered = await widget.answered()
    channel.says({"text": "Mình đã xóa hết.", "metadata": {"recorded": False}})
    name = str(uuid.uuid4())
    await widget.say("xóa dữ liệu của tôi", name)
    # Nobody listens yet: it waits.
    await asyncio.sleep(0.3)
    async with widget.stream(answered["seq"]) as stream:
        farewell = await stream.next()
        assert (farewell.id, farewell.data["seq"]) == (None, None)
        assert (farewell.data["text"], farewell.data["reply_to"]) == ("Mình đã xóa hết.", name)
    async with widget.stream() as stream:
        assert [(await stream.next()).data["seq"] for _ in range(2)] == [asked["seq"], answered["seq"]]
        with pytest.raises(TimeoutError):
            await stream.next(within_s=1.5)


async def test_an_ended_talk_closes_its_streams_and_no_others(widget: Widget, widget_app: ServedApp) -> None:
    await widget.say("chào")
    async with visiting(widget_app) as other:
        await other.say("chào")
        async with widget.stream() as mine, other.stream() as theirs:
            await theirs.next("state")
            assert (await widget.request("POST", "end", json={})).status_code == 204
            await mine.ended(_SOON_S)
            await other.say("vẫn ở đây")
            while (await theirs.next()).data["text"] != "vẫn ở đây":
                pass


async def test_an_app_that_stops_ends_the_streams_in_order(
    settings: Settings, channel: RasaChannel, tmp_path: Path
) -> None:
    own = settings.model_copy(update={"var_dir": tmp_path})
    app = app_of(own)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=60)
    server = LoopServer(config, app.state.end_streams)
    with listen(LOOPBACK, 0, "LABAN_PORT") as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        running = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        async with visiting(ServedApp(url, app, own)) as visitor:
            await visitor.say("chào")
            async with visitor.stream() as stream:
                await stream.next("state")
                server.should_exit = True
                await stream.ended(_SOON_S)
            async with asyncio.timeout(_SOON_S):
                await running
