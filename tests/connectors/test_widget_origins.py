"""The pages of a site's own origins, and ours, may use its API from a browser; those of others may not."""

import uuid

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from tests.connectors.widgets import ServedApp, Widget, visiting

ORIGIN = "https://truong-a.edu.vn"
KEY = "truong-origins"


@pytest.fixture(autouse=True)
def _site(widget_app: ServedApp) -> None:
    """A school's site, and one that may be shown nowhere yet."""
    widget_app.records.sites.put(KEY, {"origins": [ORIGIN, "http://localhost:8080"]})
    widget_app.records.sites.put("truong-none", {"origins": []})


def refused(answer: httpx.Response) -> bool:
    """Tells whether the page was refused, and the browser lets it read nothing."""
    if answer.status_code != 403 or "access-control-allow-origin" in answer.headers:
        return False
    return str(answer.json()["error"]["code"]) == "origin_refused"


async def test_a_preflight_tells_what_the_widget_may_send(widget_app: ServedApp) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with visiting(widget_app, KEY, ORIGIN) as school:
        answer = await school.request("OPTIONS", "messages", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert answer.headers["access-control-allow-methods"] == "GET, POST"
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://truong-b.edu.vn",
        "http://truong-a.edu.vn",
        "https://truong-a.edu.vn.example.com",
        "https://truong-a.edu.vn:8443",
        "https://www.truong-a.edu.vn",
        "null",
        "*",
    ],
)
async def test_the_pages_of_others_are_refused(widget_app: ServedApp, origin: str) -> None:
    async with visiting(widget_app, KEY, origin) as stranger:
        assert refused(await stranger.say("chào"))
        for method, path in (("OPTIONS", "messages"), ("GET", "panel.js"), ("GET", "stream")):
            assert refused(await stranger.request(method, path))


async def test_a_site_without_origins_is_shown_nowhere_but_on_our_own_pages(widget_app: ServedApp) -> None:
    async with visiting(widget_app, "truong-none", ORIGIN) as stranger:
        assert refused(await stranger.request("GET", "panel.js"))
    async with visiting(widget_app, "truong-none") as ours:
        assert (await ours.request("GET", "panel.js")).status_code == 200
        assert (await ours.say("chào")).status_code == 202


async def test_a_browser_that_names_no_origin_may_read_but_not_write(widget: Widget) -> None:
    widget.origin = None
    assert (await widget.request("GET", "panel.js")).status_code == 200
    assert refused(await widget.say("chào"))


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:8080", ORIGIN.upper()])
async def test_an_allowed_page_reads_answers_and_refusals(widget_app: ServedApp, origin: str) -> None:
    async with visiting(widget_app, KEY, origin) as school:
        answers = {
            200: await school.request("GET", "panel.js"),
            202: await school.say("chào"),
            404: await school.request("POST", "feedback", json={"message_id": 1, "rating": "up"}),
            405: await school.request("DELETE", "messages"),
            413: await school.say("a" * 70_000),
            415: await school.request(
                "POST", "messages", content=b"x", headers={"Content-Type": "text/plain"}
            ),
            422: await school.request("POST", "messages", json={}),
        }
        school.token = "forged"
        answers[401] = await school.request("GET", "messages")
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-expose-headers"] == "Retry-After"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("failure", "status"),
    [(RuntimeError("a fault"), 500), (OperationalError("SELECT 1", {}, OSError()), 503)],
)
async def test_an_allowed_page_reads_that_something_went_wrong(
    widget_app: ServedApp, monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int
) -> None:
    def fails(*_: object) -> None:
        raise failure

    async with visiting(widget_app, KEY, ORIGIN) as school:
        await school.say("chào")
        monkeypatch.setattr(widget_app.records.conversations, "messages", fails)
        answer = await school.request("GET", "messages")
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "SELECT" not in answer.text


async def test_the_stream_can_be_read_too(widget_app: ServedApp) -> None:
    async with visiting(widget_app, KEY, ORIGIN) as school:
        await school.say("chào")
        async with school.stream() as stream:
            assert stream.response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("key", ["truong-khong-co", "Truong", "a" * 41, "a%2Fb", "%00", "truong_a"])
async def test_a_site_that_does_not_exist_is_404(widget_app: ServedApp, key: str) -> None:
    async with visiting(widget_app, key) as visitor:
        for answer in (
            await visitor.request("GET", "panel.js"),
            await visitor.request("POST", "messages", json={"id": str(uuid.uuid4()), "text": "chào"}),
        ):
            assert answer.status_code == 404


async def test_the_rest_of_the_app_is_not_opened_to_other_pages(widget_app: ServedApp) -> None:
    async with httpx.AsyncClient(base_url=widget_app.url, trust_env=False) as client:
        answer = await client.get("/healthz", headers={"Origin": ORIGIN})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        assert (await client.options("/api/v1/messages", headers={"Origin": ORIGIN})).status_code == 405
