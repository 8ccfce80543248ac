"""Pictures of the widget and its pages, and that nothing sticks out or is too small for a finger."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.browser.conftest import OpenPage
from tests.end_to_end.browser.fake_sites import KEY
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask
from tests.end_to_end.browser.test_looks import SIDEWAYS, SIZES, sideways_in_chat, take_pictures
from tests.end_to_end.browser.test_widget import launcher, open_panel

FINGER_PX = 44
TOUCHED = "button:visible, summary:visible, textarea:visible, .source a:visible, .call:visible"


def small_targets(page: Page) -> list[str]:
    """What is pressed and smaller than a fingertip."""
    small = []
    for target in page.locator("la-ban-widget").locator(TOUCHED).all():
        box = target.bounding_box()
        assert box is not None
        if min(box["width"], box["height"]) < FINGER_PX:
            small.append(f"{target.inner_text()} {box}")
    return small


@pytest.mark.parametrize("size", SIZES)
def test_widget_fits_the_window(open_page: OpenPage, api: FakeApi, screenshots: Path, size: str) -> None:
    api.phone = "0225 3822 011"
    page = open_page(f"{api.embed_url}/plain", SIZES[size], reduced_motion="reduce")
    expect(launcher(page)).to_be_visible()
    take_pictures(page, screenshots, f"widget-closed-{size}")
    open_panel(page)
    take_pictures(page, screenshots, f"widget-welcome-{size}")
    assert small_targets(page) == []
    ask(page, QUESTION)
    expect(page.locator(".source summary")).to_be_visible()
    take_pictures(page, screenshots, f"widget-answer-{size}")
    page.locator(".source summary").click()
    page.get_by_role("link", name="Đọc đoạn này tại nguồn").scroll_into_view_if_needed()
    take_pictures(page, screenshots, f"widget-source-{size}")
    api.ticket = 3
    api.say("Chào em, chị là Hà ở phòng tư vấn. Em đang học lớp mấy?")
    expect(page.locator(".message.person")).to_be_visible()
    api.failures.append((503, ""))
    ask(page, "em học lớp 9")
    expect(page.get_by_role("button", name="Gửi lại")).to_be_visible()
    page.locator("summary[aria-label='Tuỳ chọn']").click()
    take_pictures(page, screenshots, f"widget-trouble-{size}")
    assert small_targets(page) == []
    assert page.evaluate(SIDEWAYS) == 0
    assert sideways_in_chat(page) == 0


def test_long_words_wrap_in_the_smallest_widget(open_page: OpenPage, api: FakeApi, screenshots: Path) -> None:
    page = open_page(api.embed_url, SIZES["smallest"], reduced_motion="reduce")
    open_panel(page)
    ask(page, "chữ dài " + "a" * 300)
    expect(page.locator(".replies button")).to_be_visible()
    take_pictures(page, screenshots, "widget-unkind-page-smallest")
    assert sideways_in_chat(page) == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "path"), [("chat", f"/chat/{KEY}"), ("site", f"/sites/{KEY}")])
def test_pages_of_a_site_fit_the_window(
    open_page: OpenPage, screenshots: Path, name: str, path: str, size: str
) -> None:
    page = open_page(path, SIZES[size], reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    take_pictures(page, screenshots, f"widget-page-{name}-{size}")
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["ffd400", "7b1fa2"])
def test_a_sites_own_colour(
    open_page: OpenPage, api: FakeApi, screenshots: Path, colour: str, scheme: str
) -> None:
    api.colour = f"#{colour}"
    page = open_page(
        f"{api.embed_url}/plain?data-position=left",
        SIZES["desktop"],
        reduced_motion="reduce",
        color_scheme=scheme,
    )
    open_panel(page)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_be_visible()
    page.screenshot(path=screenshots / f"widget-colour-{colour}-{scheme}.png")
