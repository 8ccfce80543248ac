"""Whoever writes too much to a site waits; a school behind one address does not."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from actions.records import Arrival
from connectors.settings import Settings
from tests.connectors.loopback import RasaChannel
from tests.connectors.widgets import ServedApp, Widget, served, visiting

_SCHOOL = 300


@pytest.fixture(scope="module")
def strict(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """An app that takes three messages a minute of a visitor, and six of an address."""
    changes = {
        "var_dir": tmp_path_factory.mktemp("strict"),
        "user_limit": "3/minute",
        "address_limit": "6/minute",
        "inbox_max": 5,
    }
    with served(settings.model_copy(update=changes)) as app:
        yield app


def told_to_wait(answer: httpx.Response, status: int, code: str) -> bool:
    """Tells whether the answer says so, and for how long."""
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    return 1 <= int(answer.headers["retry-after"]) <= 120


def site(app: ServedApp, key: str) -> str:
    """Adds a site that nobody has written to."""
    app.records.sites.put(key, {})
    return key


async def test_a_visitor_who_writes_too_fast_is_told_how_long_to_wait(
    strict: ServedApp, channel: RasaChannel
) -> None:
    async with visiting(strict, site(strict, "one")) as fast, visiting(strict, "one") as calm:
        assert [(await fast.say(str(number))).status_code for number in range(3)] == 3 * [202]
        answer = await fast.say("nữa")
        assert told_to_wait(answer, 429, "slow_down")
        assert answer.headers["access-control-allow-origin"] == strict.settings.base_url
        assert (await calm.say("chào")).status_code == 202


async def test_an_address_that_writes_too_much_to_a_site_waits_there_and_not_elsewhere(
    strict: ServedApp, channel: RasaChannel
) -> None:
    key = site(strict, "many")
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visiting(strict, key)) for _ in range(7)]
        answers = [await visitor.say("chào") for visitor in visitors]
        assert [answer.status_code for answer in answers[:6]] == 6 * [202]
        assert told_to_wait(answers[6], 429, "slow_down")
        elsewhere = await stack.enter_async_context(visiting(strict, site(strict, "elsewhere")))
        assert (await elsewhere.say("chào")).status_code == 202


async def test_when_too_many_wait_the_next_are_told_to_come_later(
    strict: ServedApp, channel: RasaChannel
) -> None:
    channel.delay_s = 1.0
    waiting = [
        Arrival("web", "one", f"e{n}", f"web-{n}", "text", {"text": "chào", "address": {}}) for n in range(8)
    ]
    strict.records.inbox.accept(waiting, most=100)
    async with visiting(strict, site(strict, "busy")) as visitor:
        assert told_to_wait(await visitor.say("chào"), 503, "busy")


async def test_a_school_of_three_hundred_behind_one_address_is_not_held_up(
    settings: Settings, channel: RasaChannel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = settings.model_copy(update={"var_dir": tmp_path_factory.mktemp("school")})
    with served(own) as app:
        async with httpx.AsyncClient(base_url=app.url, timeout=30, trust_env=False) as client:
            visitors = [Widget(client, own.base_url) for _ in range(_SCHOOL)]
            answers = await asyncio.gather(*(visitor.say("chào") for visitor in visitors))
        assert [answer.status_code for answer in answers] == _SCHOOL * [202]
        assert len({visitor.token for visitor in visitors}) == _SCHOOL
