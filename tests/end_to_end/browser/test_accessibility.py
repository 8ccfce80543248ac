"""WCAG 2.2 AA as far as a program can tell, in light and dark; and text enlarged, motion reduced, colours forced."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.end_to_end.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.end_to_end.browser.fake_sites import KEY
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask, field
from tests.end_to_end.browser.test_widget import launcher, open_panel

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# axe sets styles that our pages' policy forbids.
FOR_AXE = {"bypass_csp": True, "reduced_motion": "reduce"}
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
SIZES = {"phone": PHONE, "desktop": DESKTOP}


def faults(page: Page) -> list[str]:
    """What axe finds in the page and all its shadow trees."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{fault['id']}: {node['target']} {node['html']}" for fault in found for node in fault["nodes"]]


def converse(page: Page) -> None:
    """A question, and its answer with the source unfolded."""
    ask(page, QUESTION)
    page.locator(".source summary").click()
    expect(page.get_by_role("link", name="Đọc đoạn này tại nguồn")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_open_widget_has_no_barriers(open_page: OpenPage, api: FakeApi, size: str, scheme: str) -> None:
    page = open_page(api.embed_url + "/plain", SIZES[size], color_scheme=scheme, **FOR_AXE)
    expect(launcher(page)).to_be_visible()
    assert faults(page) == []
    open_panel(page)
    assert faults(page) == []
    converse(page)
    assert faults(page) == []
    page.locator(".rating button").last.click()
    api.failures.append((503, "Mình đang bận, bạn chờ chút nhé."))
    ask(page, "hỏi thêm")
    expect(page.get_by_role("button", name="Gửi lại")).to_be_visible()
    page.locator("summary[aria-label='Tuỳ chọn']").click()
    api.say("Chào em, chị là Hà.")
    expect(page.locator(".message.person")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["#ffd400", "#7b1fa2", "#777777", "#000000", "#ffffff"])
def test_any_colour_of_a_site_can_be_read(
    open_page: OpenPage, api: FakeApi, colour: str, scheme: str
) -> None:
    api.colour = colour
    page = open_page(f"/chat/{KEY}", color_scheme=scheme, **FOR_AXE)
    converse(page)
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", f"/chat/{KEY}", f"/sites/{KEY}"])
def test_our_pages_have_no_barriers(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, DESKTOP, color_scheme=scheme, **FOR_AXE)
    expect(page.locator("h1")).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert faults(page) == []


def test_at_200_percent_everything_is_in_reach(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, ViewportSize(width=640, height=400))
    box = open_panel(page).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (640, 400)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(field(page)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Gặp người tư vấn")).to_be_in_viewport(ratio=1)


def test_nothing_moves_where_motion_is_reduced(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, reduced_motion="reduce")
    open_panel(page)
    api.slow = True
    ask(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0


def test_with_forced_colours_bubbles_and_buttons_keep_an_edge(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, forced_colors="active")
    expect(launcher(page)).to_have_css("border-top-width", "2px")
    open_panel(page)
    ask(page, "chào")
    expect(page.locator(".message.bot .bubble")).to_have_css("border-top-width", "1px")
    expect(page.get_by_role("button", name="Gửi")).to_have_css("border-top-width", "1px")


def test_answers_are_told_in_a_live_region(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    open_panel(page)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-relevant", "additions")
    ask(page, "chào")
    expect(log.locator(".message.bot")).to_contain_text("Mình chưa tìm thấy câu trả lời")
