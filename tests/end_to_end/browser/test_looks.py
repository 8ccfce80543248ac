"""Pictures of every page, small and large, light and dark; and that nothing sticks out of them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.end_to_end.browser.conftest import DESKTOP, PHONE, OpenPage

SIZES = {"phone": PHONE, "desktop": DESKTOP, "smallest": ViewportSize(width=320, height=568)}
PAGES = {
    "home": "/",
    "documents": "/documents",
    "document": "/documents/ke-hoach-126-2019#i-2-b",
    "error": "/khong-co-trang-nay",
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def sideways_in_chat(page: Page) -> int:
    """How far, in px, the conversation can be scrolled sideways."""
    return page.locator(".log").evaluate("log => log.scrollWidth - log.clientWidth")


def take_pictures(page: Page, folder: Path, name: str) -> None:
    """Writes <name>-light.png and <name>-dark.png."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{name}-{scheme}.png")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_the_window(open_page: OpenPage, screenshots: Path, name: str, size: str) -> None:
    page = open_page(PAGES[name], SIZES[size], reduced_motion="reduce")
    expect(page.get_by_role("heading", level=1).first).to_be_attached()
    take_pictures(page, screenshots, f"{name}-{size}")
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("size", SIZES)
def test_conversation_fits_the_window(open_page: OpenPage, screenshots: Path, size: str) -> None:
    page = open_page("/", SIZES[size], reduced_motion="reduce")
    field = page.get_by_label("Câu hỏi của bạn")
    field.fill("đến năm 2025 bao nhiêu phần trăm hs lớp 9 đi học nghề ạ")
    field.press("Enter")
    source = page.locator(".source summary")
    expect(source).to_be_visible()
    take_pictures(page, screenshots, f"answer-{size}")
    source.click()
    page.get_by_role("link", name="Đọc đoạn này tại nguồn").scroll_into_view_if_needed()
    take_pictures(page, screenshots, f"source-{size}")
    assert page.evaluate(SIDEWAYS) == 0
    assert sideways_in_chat(page) == 0


def test_long_words_wrap(open_page: OpenPage) -> None:
    page = open_page("/", SIZES["smallest"])
    field = page.get_by_label("Câu hỏi của bạn")
    field.fill("chữ dài " + "a" * 300)
    field.press("Enter")
    expect(page.locator(".replies button")).to_be_visible()
    assert sideways_in_chat(page) == 0


@pytest.mark.parametrize("size", ["phone", "smallest"])
def test_touch_targets_are_large_enough(open_page: OpenPage, size: str) -> None:
    page = open_page("/", SIZES[size])
    page.get_by_role("button", name="Gặp người tư vấn").click()
    expect(page.locator(".replies button")).to_have_count(1)
    page.get_by_label("Câu hỏi của bạn").fill("phần trăm")
    page.get_by_role("button", name="Gửi").click()
    page.locator(".source summary").click()
    page.locator("summary[aria-label='Tuỳ chọn']").click()
    targets = page.locator("la-ban-chat").locator(
        "button:visible, summary:visible, textarea:visible, .source a:visible"
    )
    boxes = [target.bounding_box() for target in targets.all()]
    assert len(boxes) >= 8
    for box in boxes:
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
