"""The connection under a talk: broken, silent, polled, resumed; and a talk that nobody is at any more."""

from playwright.sync_api import Page, expect

from tests.end_to_end.browser.conftest import OpenPage
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import (
    NOTHING_STORED,
    QUESTION,
    STORED,
    ask,
    field,
    said,
    wait_until_taken,
)

MINUTE_MS = 60_000


def begin(page: Page) -> None:
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)


def test_after_a_break_everything_since_comes_once(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    api.streams = "gone"
    api.drop_streams()
    for number in range(3):
        api.say(f"Tin {number} của chị Hà")
    api.streams = "open"
    expect(page.locator(".message.person")).to_have_count(3, timeout=10_000)
    api.drop_streams()
    api.say("Tin cuối của chị Hà")
    expect(page.locator(".message.person")).to_have_count(4, timeout=10_000)
    assert said(page)[-4:] == [f"Tin {number} của chị Hà" for number in range(3)] + ["Tin cuối của chị Hà"]
    assert api.paths("stream")[-1].endswith("after=6")


def test_attempts_grow_rarer_and_the_network_back_brings_one_at_once(
    open_page: OpenPage, api: FakeApi
) -> None:
    page = open_page("/")
    begin(page)
    page.clock.install()
    api.streams = "gone"
    api.requests.clear()
    api.drop_streams()
    attempts = []
    for _ in range(20):
        page.clock.run_for(10_000)
        page.wait_for_timeout(20)
        attempts.append(len(api.paths("stream")))
    early, late = attempts[4], attempts[-1] - attempts[-6]
    assert 3 <= early <= 12
    assert 1 <= late <= 4
    expect(page.locator(".banner")).to_contain_text("Đang mất kết nối")
    api.streams = "open"
    api.say("Chào em, chị là Hà.")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".message.person")).to_have_count(1)
    expect(page.locator(".banner")).to_be_hidden()


def test_a_new_network_replaces_a_connection_that_only_looks_alive(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    api.requests.clear()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    assert len(api.paths("stream")) == 1
    api.say("Chào em, chị là Hà.")
    expect(page.locator(".message.person")).to_have_count(1)


def test_a_stream_that_is_held_back_gives_way_to_polling(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.clock.install()
    api.streams = "silent"
    ask(page, QUESTION)
    wait_until_taken(page)
    page.wait_for_timeout(200)
    assert len(api.paths("stream")) == 1
    page.clock.run_for(20_100)
    expect(page.locator(".message.bot")).to_have_count(1)
    api.say("Chào em, chị là Hà.")
    page.wait_for_timeout(200)
    page.clock.run_for(4_100)
    expect(page.locator(".message.person")).to_have_count(1)
    assert len(api.paths("stream")) == 1
    expect(page.locator(".banner")).to_be_hidden()


def test_what_was_written_elsewhere_in_the_talk_appears(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    api.say("Từ máy khác", "user")
    expect(page.locator(".message.user").last).to_contain_text("Từ máy khác")
    expect(page.locator(".typing")).to_be_hidden()


def test_lost_network_is_shown_and_its_return_too(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_contain_text("Đang mất kết nối")
    api.say("Chào em, chị là Hà.")
    page.context.set_offline(False)
    expect(page.locator(".message.person")).to_have_count(1)
    expect(page.locator(".banner")).to_be_hidden()


def test_a_talk_that_nobody_is_at_is_cleared(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.clock.install()
    ask(page, "hai tin")
    page.clock.run_for(2000)
    expect(page.locator(".message.bot")).to_have_count(2)
    field(page).fill("viết dở")
    page.clock.fast_forward(14 * MINUTE_MS)
    page.mouse.click(5, 300)
    page.clock.fast_forward(14 * MINUTE_MS)
    expect(page.locator(".message")).to_have_count(3)
    page.clock.fast_forward(2 * MINUTE_MS)
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator(".banner")).to_contain_text("để giữ riêng tư cho bạn")
    expect(field(page)).to_have_value("")
    assert page.evaluate(STORED) == NOTHING_STORED


def test_a_reload_after_that_time_shows_nothing(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    age = """minutes => { const key = Object.keys(sessionStorage)[0]; const kept = JSON.parse(sessionStorage[key]);
      kept.at -= minutes * 60_000; sessionStorage[key] = JSON.stringify(kept); }"""
    page.evaluate(age, 14)
    page.reload()
    expect(page.locator(".message.bot")).to_have_count(2)
    page.evaluate(age, 16)
    api.requests.clear()
    page.reload()
    expect(field(page)).to_be_visible()
    expect(page.locator(".message")).to_have_count(0)
    assert page.evaluate(STORED) == NOTHING_STORED
    assert api.paths("/widget/") == []


def test_a_token_that_ends_while_listening_ends_the_talk_here(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    begin(page)
    api.expire()
    api.drop_streams()
    expect(page.locator(".banner")).to_contain_text("đã hết hạn", timeout=10_000)
    expect(page.locator(".message")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
