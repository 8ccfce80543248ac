"""The reading page in a browser: the cited paragraph is seen at once."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.end_to_end.browser.conftest import DESKTOP, PHONE, OpenPage

DOCUMENT = "/documents/ke-hoach-126-2019"
BACKGROUND = "element => getComputedStyle(element).backgroundColor"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("anchor", ["i-2-b", "i-2-b.3", "iv-11"])
def test_cited_part_is_marked_and_below_the_header(
    open_page: OpenPage, size: ViewportSize, anchor: str
) -> None:
    page = open_page(f"{DOCUMENT}#{anchor}", size, reduced_motion="reduce")
    cited = page.locator(f'[id="{anchor}"]')
    expect(cited).to_be_in_viewport()
    header = page.locator(".site-header").bounding_box()
    box = cited.bounding_box()
    assert header is not None
    assert box is not None
    assert header["y"] + header["height"] <= box["y"] <= size["height"] / 2
    other = page.locator('[id="i-1"]').evaluate(BACKGROUND)
    assert cited.evaluate(BACKGROUND) != other


def test_contents_lead_to_a_section_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(DOCUMENT, reduced_motion="reduce")
    page.locator("summary", has_text="Mục lục").click()
    page.get_by_role("link", name="III. KINH PHÍ VÀ LỘ TRÌNH THỰC HIỆN", exact=True).click()
    expect(page.locator('[id="iii"]')).to_be_in_viewport()


def test_contents_stay_beside_the_text_on_a_desktop(open_page: OpenPage) -> None:
    page = open_page(f"{DOCUMENT}#iv-11", DESKTOP, reduced_motion="reduce")
    expect(page.locator(".contents-side")).to_be_in_viewport()
    expect(page.locator(".contents-fold")).to_be_hidden()


def test_print_leaves_out_what_is_for_the_screen(open_page: OpenPage) -> None:
    page = open_page(DOCUMENT, DESKTOP)
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".contents-side")).to_be_hidden()
    expect(page.locator(".facts")).to_be_visible()


def test_documents_are_found_from_the_landing_page(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Xem 5 văn bản gốc").click()
    page.get_by_role("link", name="Triển khai thực hiện Đề án").click()
    expect(page.get_by_role("note")).to_contain_text("Đã kết thúc.")
    expect(page.get_by_role("note")).to_contain_text("2018–2025")


def test_pages_without_scripts_can_be_read(open_page: OpenPage) -> None:
    page = open_page("/", java_script_enabled=False)
    expect(page.locator(".suggestions button").first).to_be_hidden()
    page.get_by_role("link", name="Xem 5 văn bản gốc").click()
    expect(page.locator(".card")).to_have_count(5)
