"""The real pages in Debian's chromium, before a fake widget API."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.end_to_end.browser.fake_api import serving
from tests.end_to_end.browser.fake_talks import FakeApi

ROOT = Path(__file__).parents[3]
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 5000
# Chromium's own line about a status that a test provokes; faults of the page's scripts are worded otherwise.
EXPECTED_LOG = "Failed to load resource"

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def running_api() -> Iterator[FakeApi]:
    """The fake server, started once."""
    with serving(FakeApi()) as api:
        yield api


@pytest.fixture
def api(running_api: FakeApi) -> Iterator[FakeApi]:
    """The fake server, as new for each test."""
    running_api.reset()
    yield running_api
    running_api.reset()


# Not for the whole session: while Playwright's synchronous API runs, no test with its own event loop can.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, once a module."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, api: FakeApi) -> Iterator[OpenPage]:
    """Opens a path of our pages, or an address, in a fresh profile.

    Afterwards no script may have failed and no other host been asked.
    """
    faults: list[str] = []
    hosts: set[str] = set()
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_LOG):
            faults.append(message.text)

    def open_(path: str = "/", size: ViewportSize = PHONE, script: str = "", **options: object) -> Page:
        context = chromium.new_context(viewport=size, locale="vi-VN", **options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path if path.startswith("http") else api.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
    assert hosts <= {urlsplit(api.url).netloc, urlsplit(api.embed_url).netloc}


@pytest.fixture
def screenshots() -> Path:
    """The folder for pictures of the pages."""
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
