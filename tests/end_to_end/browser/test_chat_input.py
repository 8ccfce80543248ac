"""Writing in the chat: keys, input methods, long text, and the keyboard alone."""

from playwright.sync_api import expect

from tests.end_to_end.browser.conftest import DESKTOP, OpenPage
from tests.end_to_end.browser.fake_api import MESSAGE_MAX_CHARS
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask, field


def test_enter_that_ends_a_composition_does_not_send(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", DESKTOP)
    field(page).focus()
    page.keyboard.insert_text("học ")
    devtools = page.context.new_cdp_session(page)
    composing = {"text": "nghề", "selectionStart": 4, "selectionEnd": 4}
    devtools.send("Input.imeSetComposition", composing)
    page.keyboard.press("Enter")
    assert field(page).input_value().startswith("học nghề")
    expect(page.locator(".message")).to_have_count(0)
    assert api.texts == []


def test_enter_with_the_key_code_of_an_input_method_does_not_send(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", DESKTOP)
    field(page).fill("học nghề")
    field(page).evaluate(
        """field => field.dispatchEvent(new KeyboardEvent("keydown",
             {key: "Enter", keyCode: 229, bubbles: true, composed: true, cancelable: true}))"""
    )
    expect(page.locator(".message")).to_have_count(0)
    field(page).press("Enter")
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.texts == ["học nghề"]


def test_shift_enter_starts_a_line(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", DESKTOP)
    field(page).fill("dòng một")
    one_line = field(page).bounding_box()
    field(page).press("Shift+Enter")
    page.keyboard.insert_text("dòng hai")
    two_lines = field(page).bounding_box()
    assert one_line is not None
    assert two_lines is not None
    assert two_lines["height"] > one_line["height"]
    field(page).press("Enter")
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.texts == ["dòng một\ndòng hai"]


def test_blank_text_is_not_sent(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, "  \n ")
    page.get_by_role("button", name="Gửi").click()
    expect(page.locator(".message")).to_have_count(0)
    assert api.texts == []


def test_pasted_text_over_the_limit_is_kept_counted_and_not_sent(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    field(page).focus()
    page.keyboard.insert_text("học nghề 🎓 " * 500)
    assert len(field(page).input_value()) > 5000
    expect(page.locator(".counter")).to_contain_text("5.499/2.000 ký tự")
    expect(page.locator(".counter")).to_contain_text("Dài quá giới hạn 2.000 ký tự")
    field(page).press("Enter")
    expect(page.locator(".message")).to_have_count(0)
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    assert api.texts == []
    send = page.get_by_role("button", name="Gửi")
    expect(send).to_be_in_viewport()
    field(page).fill("🎓" * MESSAGE_MAX_CHARS)
    expect(page.locator(".counter")).to_have_text("2.000/2.000 ký tự")
    send.click()
    expect(page.locator(".message.bot")).to_have_count(1)
    assert [len(text) for text in api.texts] == [MESSAGE_MAX_CHARS]
    expect(page.locator(".counter")).to_have_text("")


def test_everything_is_reached_with_the_keyboard(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", DESKTOP)

    def focused() -> str:
        return page.evaluate(
            """() => { let e = document.activeElement;
                 while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                 return e.getAttribute('aria-label') || e.id || e.textContent.trim() }"""
        )

    order = []
    for _ in range(20):
        page.keyboard.press("Tab")
        order.append(focused())
        if order[-1] == "field":
            break
    assert order[0] == "Tới nội dung chính"
    assert order[-1] == "field"
    assert {"Gặp người tư vấn", "Tuỳ chọn", "Nội dung trò chuyện", "Văn bản"} <= set(order)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".source")).to_have_count(1)
    assert focused() == "field"
    for _ in range(5):  # back over the two quick replies and the two thumbs
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Đọc đoạn này tại nguồn")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{api.url}/documents/ke-hoach-126-2019#i-2-b")


def test_focus_stays_in_the_chat_after_a_quick_reply(open_page: OpenPage) -> None:
    page = open_page("/", DESKTOP)
    ask(page, QUESTION)
    page.get_by_role("button", name="Năm 2020 thì sao?").press("Enter")
    expect(field(page)).to_be_focused()


def test_a_tap_on_a_phone_does_not_raise_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("/", has_touch=True, is_mobile=True)
    page.locator(".suggestions button").first.tap()
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.get_by_role("log")).to_be_focused()
