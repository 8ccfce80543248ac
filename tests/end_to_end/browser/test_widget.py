"""The widget on another origin's page: what it asks for and stores, opens and closes, and keeps apart."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.end_to_end.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.end_to_end.browser.fake_sites import KEY, QUESTIONS, TITLE
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import NOTHING_STORED, QUESTION, STORED, ask, field

# Facebook's in-app browser on a cheap Android phone.
IN_APP = (
    "Mozilla/5.0 (Linux; Android 12; SM-A045F Build/SP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/109.0.5414.117 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.32.118;]"
)
NO_STORAGE_NO_STREAMS = """
for (const kind of ['sessionStorage', 'localStorage'])
  Object.defineProperty(window, kind, {get() { throw new DOMException('refused', 'SecurityError') }});
Object.defineProperty(Response.prototype, 'body', {get() { return undefined }});
"""
FOCUSED = """() => { let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e.getAttribute('aria-label') || e.id || e.textContent.trim() }"""
PATHS = {"in the page": "/", "late": "/late", "without currentScript": "/evaluated", "twice": "/twice"}


def launcher(page: Page) -> Locator:
    return page.locator("la-ban-widget .launcher")


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog")


def open_panel(page: Page) -> Locator:
    launcher(page).click()
    expect(page.locator("la-ban-chat header")).to_be_visible()
    return panel(page)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_one_button_appears_and_opens_the_chat(open_page: OpenPage, api: FakeApi, path: str) -> None:
    page = open_page(api.embed_url + path, DESKTOP)
    expect(launcher(page)).to_be_visible()
    expect(page.locator("la-ban-widget")).to_have_count(1)
    open_panel(page)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_contain_text("40% học sinh")
    assert api.asked == [QUESTION]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_is_asked_for_before_it_opens_or_stored_before_a_message(
    open_page: OpenPage, api: FakeApi, size: dict[str, int]
) -> None:
    page = open_page(api.embed_url, size)
    expect(launcher(page)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert api.requests == [("GET", "/widget.js")]
    open_panel(page)
    page.wait_for_load_state("networkidle")
    assert api.paths("/widget/") == [f"GET /widget/v1/{KEY}/panel.js"]
    assert {path.split("?")[0].rsplit("/", 1)[0] for _, path in api.requests} == {
        "",
        "/static",
        f"/widget/v1/{KEY}",
    }
    field(page).fill("chưa gửi")
    assert page.evaluate(STORED) == NOTHING_STORED
    field(page).press("Enter")
    expect(page.locator(".message.bot")).to_have_count(1)
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert page.evaluate("Object.keys(sessionStorage)") == [f"la-ban.{KEY}"]
    assert page.context.cookies() == []


def test_the_token_is_never_in_an_address(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    open_panel(page)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.paths("stream")[-1] == f"GET /widget/v1/{KEY}/stream?after=0"
    assert api.paths(api.talk.token) == []


def test_the_greeting_and_its_questions(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    expect(open_panel(page)).to_have_accessible_name(TITLE)
    expect(page.get_by_text("Bạn muốn hỏi gì về học nghề?")).to_be_visible()
    expect(page.get_by_text("tối đa 90 ngày")).to_be_visible()
    expect(page.get_by_text("Trợ lý tự động", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Gặp người tư vấn")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name=QUESTIONS[1]).click()
    expect(page.locator(".message.bot")).to_contain_text("Nghị quyết số 03/2024/NQ-HĐND")
    assert api.asked == [QUESTIONS[1]]


def test_sources_lead_to_the_server_that_gave_them_in_a_new_tab(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    open_panel(page)
    ask(page, QUESTION)
    page.locator(".source summary").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Đọc đoạn này tại nguồn").click()
    expect(opened.value).to_have_url(f"{api.url}/documents/ke-hoach-126-2019#i-2-b")
    expect(page.locator(".message.bot")).to_be_visible()


def test_a_picture_comes_from_the_server_too(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    open_panel(page)
    ask(page, "làm trắc nghiệm")
    picture = page.get_by_role("img", name="Biểu đồ sáu nhóm sở thích")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle(), timeout=5000)


def test_on_a_desktop_the_page_stays_in_reach(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, DESKTOP)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Hỏi La Bàn"
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    expect(field(page)).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "Tin tức":
            break
    assert page.evaluate(FOCUSED) == "Tin tức"
    field(page).focus()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Hỏi La Bàn"
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")


def test_on_a_phone_it_covers_the_page_and_keeps_focus(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, PHONE)
    box = open_panel(page).bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    reached = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert {"Gặp người tư vấn", "Tuỳ chọn", "Đóng", "field", "Gửi"} <= reached
    assert "Tin tức" not in reached
    page.get_by_role("button", name="Đóng", exact=True).click()
    expect(panel(page)).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Hỏi La Bàn"
    open_panel(page)
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()


def test_escape_folds_the_choices_before_it_closes_the_panel(open_page: OpenPage, api: FakeApi) -> None:
    for size in (PHONE, DESKTOP):
        page = open_page(api.embed_url, size)
        open_panel(page)
        page.locator("summary[aria-label='Tuỳ chọn']").press("Enter")
        expect(page.get_by_role("button", name="Cuộc trò chuyện mới")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Cuộc trò chuyện mới")).to_be_hidden()
        expect(panel(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel(page)).to_be_hidden()


def test_turning_a_tablet_keeps_it_open_and_focused(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, DESKTOP)
    open_panel(page)
    field(page).fill("đang viết")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        expect(panel(page)).to_be_visible()
        expect(field(page)).to_be_focused()
        expect(field(page)).to_have_value("đang viết")


def test_styles_and_shortcuts_of_the_page_stay_outside_and_ours_inside(
    open_page: OpenPage, api: FakeApi
) -> None:
    page = open_page(api.embed_url, DESKTOP)
    heading = page.locator("h1").evaluate("e => JSON.stringify(getComputedStyle(e))")
    open_panel(page)
    ask(page, "chào")
    expect(page.locator(".message.bot")).to_have_count(1)
    style = page.locator(".message.bot .bubble").evaluate(
        "e => { const s = getComputedStyle(e); return [s.fontSize, s.textTransform, s.letterSpacing, s.textAlign,"
        " s.backgroundColor, s.borderTopWidth, s.display] }"
    )
    assert style == ["16px", "none", "normal", "start", "rgb(242, 241, 236)", "0px", "block"]
    send = page.get_by_role("button", name="Gửi").bounding_box()
    assert send is not None
    assert send["height"] == 46
    assert page.locator("h1").evaluate("e => JSON.stringify(getComputedStyle(e))") == heading
    assert page.evaluate("window.shortcuts") is None
    page.locator("#outside a").press("x")
    assert page.evaluate("window.shortcuts") == "x"


@pytest.mark.parametrize(("colour", "text"), [("#ffd400", "rgb(0, 0, 0)"), ("#7b1fa2", "rgb(255, 255, 255)")])
def test_text_on_a_sites_colour_can_be_read(
    open_page: OpenPage, api: FakeApi, colour: str, text: str
) -> None:
    api.colour = colour
    page = open_page(f"{api.embed_url}/?data-color=%23112233&data-position=left", DESKTOP)
    box = launcher(page).bounding_box()
    assert box is not None
    assert box["x"] == 16
    expect(launcher(page)).to_have_css("color", "rgb(255, 255, 255)")
    open_panel(page)
    ask(page, "chào")
    expect(page.locator(".message.user .bubble")).to_have_css("color", text)
    page = open_page(api.embed_url, DESKTOP)
    open_panel(page)
    expect(launcher(page)).to_have_css("color", text)


def test_where_it_may_not_load_there_is_a_way_elsewhere(open_page: OpenPage, api: FakeApi) -> None:
    api.allowed = False
    page = open_page(api.embed_url, DESKTOP)
    launcher(page).click()
    expect(panel(page)).to_contain_text("Chưa mở được phần trò chuyện ở trang này.")
    way = page.get_by_role("link", name="Trò chuyện ở trang riêng")
    expect(way).to_have_attribute("href", f"{api.url}/chat/{KEY}")
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    api.allowed = True
    open_panel(page)
    expect(field(page)).to_be_focused()


def test_news_while_it_is_closed_is_marked(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url, DESKTOP)
    open_panel(page)
    ask(page, "chào")
    expect(page.locator(".message.bot")).to_have_count(1)
    launcher(page).click()
    api.say("Chào em, chị là Hà.")
    expect(launcher(page)).to_have_accessible_name("Hỏi La Bàn – có tin mới")
    launcher(page).click()
    expect(page.locator(".message.person")).to_be_visible()
    expect(launcher(page)).to_have_accessible_name("Đóng cửa sổ trò chuyện")


def test_a_reload_of_the_page_brings_the_talk_back_once_opened(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(api.embed_url)
    open_panel(page)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    api.requests.clear()
    page.reload()
    expect(launcher(page)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert set(api.requests) <= {("GET", "/widget.js")}
    open_panel(page)
    expect(page.locator(".message.bot")).to_have_count(1)
    assert len(api.talks) == 1


@pytest.mark.parametrize("where", ["widget", "page"])
def test_works_in_an_in_app_browser_without_storage_and_streams(
    open_page: OpenPage, api: FakeApi, where: str
) -> None:
    start = api.embed_url if where == "widget" else f"/chat/{KEY}"
    options = {"user_agent": IN_APP, "has_touch": True, "is_mobile": True}
    page = open_page(start, PHONE, NO_STORAGE_NO_STREAMS, **options)
    if where == "widget":
        launcher(page).tap()
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1, timeout=8000)
    api.say("Chào em, chị là Hà.")
    expect(page.locator(".message.person")).to_have_count(1, timeout=8000)
    ask(page, "hai tin")
    expect(page.locator(".message.bot:not(.person)")).to_have_count(3, timeout=8000)
    assert len(api.talks) == 1


def test_the_stand_alone_page_fills_the_screen(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page(f"/chat/{KEY}")
    expect(page).to_have_title(re.compile(TITLE))
    expect(field(page)).to_be_in_viewport(ratio=1)
    box = page.locator("la-ban-chat").bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)


def test_the_stand_alone_page_says_what_it_needs(open_page: OpenPage) -> None:
    page = open_page(f"/chat/{KEY}", java_script_enabled=False)
    # Chromium leaves out noscript where DevTools rather than the user switched scripts off.
    assert "Trình duyệt đang tắt JavaScript" in page.locator("noscript").inner_html()


def test_the_administrators_page_gives_the_line_to_copy_and_a_preview(
    open_page: OpenPage, api: FakeApi, chromium: Browser
) -> None:
    page = open_page(f"/sites/{KEY}", DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Chép dòng này").click()
    expect(page.locator("#copied")).to_have_text("Đã chép.")
    line = f'<script src="{api.url}/widget.js" data-site="{KEY}" async></script>'
    assert page.evaluate("navigator.clipboard.readText()") == line
    expect(page.get_by_role("link", name=f"{api.url}/chat/{KEY}")).to_be_visible()
    expect(page.locator(".qr svg")).to_be_visible()
    open_panel(page)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
