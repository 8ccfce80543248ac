"""What a person does in the chat: ask, read the source, choose, start anew."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.browser.conftest import DESKTOP, OpenPage
from tests.end_to_end.browser.fake_talks import FakeApi

QUESTION = "đến năm 2025 bao nhiêu phần trăm hs lớp 9 đi học nghề ạ"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
STORED = "JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])"
NOTHING_STORED = '[0,0,""]'


def field(page: Page) -> Locator:
    return page.get_by_label("Câu hỏi của bạn")


def ask(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def wait_until_taken(page: Page) -> None:
    """Waits for the server's word that it has what was written: only then the wait for an answer begins."""
    page.wait_for_function("Object.values(sessionStorage).some((kept) => JSON.parse(kept).token)")


def choose(page: Page, choice: str) -> None:
    """Uses one of the choices behind the three dots."""
    page.locator("summary[aria-label='Tuỳ chọn']").click()
    page.get_by_role("button", name=choice).click()


def said(page: Page) -> list[str]:
    """All bubbles in order, a question marked "?"."""
    return [
        ("? " if "user" in (message.get_attribute("class") or "") else "")
        + message.locator(".bubble").inner_text()
        for message in page.locator(".message").all()
    ]


def test_question_leads_to_the_highlighted_paragraph(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    source = page.locator(".source")
    expect(source.locator("summary")).to_contain_text("126/KH-UBND")
    expect(source.locator("summary")).to_contain_text("mục I.2.b")
    expect(source.get_by_text("24/4/2019")).to_be_hidden()
    source.locator("summary").click()
    expect(source.get_by_text("24/4/2019")).to_be_visible()
    expect(source.get_by_text("năm 2025 (đã kết thúc)")).to_be_visible()
    expect(source.locator("blockquote")).to_contain_text("Đạt mức 40% học sinh tốt nghiệp trung học cơ sở")
    source.get_by_role("link", name="Đọc đoạn này tại nguồn").click()
    expect(page).to_have_url(f"{api.url}/documents/ke-hoach-126-2019#i-2-b")
    expect(page.locator(":target")).to_contain_text("Đạt mức 40% học sinh tốt nghiệp trung học cơ sở")
    assert api.texts == [QUESTION]


def test_conversation_is_still_there_on_the_way_back(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    page.locator(".source summary").click()
    page.get_by_role("link", name="Đọc đoạn này tại nguồn").click()
    page.wait_for_url("**/documents/**")
    page.go_back()
    expect(page.locator(".message.bot")).to_contain_text("40% học sinh tốt nghiệp trung học cơ sở")
    assert api.asked == [QUESTION]


def test_reload_keeps_the_conversation(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    before = said(page)
    page.reload()
    expect(page.locator(".message.bot")).to_have_count(1)
    assert said(page) == before
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(3)
    assert len(api.talks) == 1
    assert api.asked == [QUESTION, "hai tin"]


def test_nothing_is_stored_or_asked_for_before_the_first_message(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    field(page).fill("chưa gửi")
    assert page.evaluate(STORED) == NOTHING_STORED
    assert api.paths("/widget/") == []
    field(page).press("Enter")
    expect(page.locator(".message.bot")).to_have_count(1)
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 1, ""]


def test_new_conversation_forgets_the_old_one(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    choose(page, "Cuộc trò chuyện mới")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator(".replies button")).to_have_count(0)
    assert page.evaluate(STORED) == NOTHING_STORED
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    assert len(api.talks) == 2
    assert [talk.ended for talk in api.talks.values()] == [True, False]


def test_ending_deletes_here_and_on_the_server(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    field(page).fill("viết dở")
    choose(page, "Kết thúc và xoá ở máy này")
    expect(page.locator(".banner")).to_contain_text("Đã kết thúc")
    expect(page.locator(".message")).to_have_count(0)
    expect(field(page)).to_have_value("")
    assert page.evaluate(STORED) == NOTHING_STORED
    assert api.talk.ended
    page.reload()
    expect(page.locator(".message")).to_have_count(0)
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    expect(page.locator(".banner")).to_be_hidden()


def test_new_conversation_drops_an_answer_that_comes_too_late(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.slow = True
    ask(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    choose(page, "Cuộc trò chuyện mới")
    expect(page.locator(".typing")).to_be_hidden()
    api.slow = False
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    assert said(page) == ["? hai tin", "Tin thứ nhất", "Tin thứ hai"]


def test_works_where_storage_is_refused(open_page: OpenPage) -> None:
    refuse = "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no') }})"
    page = open_page("/", script=refuse)
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)


def test_works_without_random_uuid(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", script="delete Crypto.prototype.randomUUID")
    assert page.evaluate("typeof crypto.randomUUID") == "undefined"
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    assert UUID.fullmatch(api.received[0]["id"])


def test_suggested_question_is_asked(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", DESKTOP)
    suggestion = page.locator(".suggestions button").nth(1)
    text = suggestion.inner_text()
    suggestion.click()
    expect(page.locator(".message.bot")).to_contain_text("Nghị quyết số 03/2024/NQ-HĐND")
    expect(page.locator(".source summary")).to_contain_text("……/SGDDĐT-GDTEX&ĐH")
    assert api.texts == [text]


def test_quick_reply_shows_its_title_and_sends_its_payload(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    page.get_by_role("button", name="Năm 2020 thì sao?").click()
    expect(page.locator(".message.user").last).to_contain_text("Năm 2020 thì sao?")
    expect(page.locator(".message.bot")).to_have_count(2)
    assert api.texts[-1] == "Mục tiêu đến năm 2020 là bao nhiêu?"
    expect(page.get_by_role("button", name="Năm 2020 thì sao?")).to_have_count(0)


def test_human_can_be_asked_for_at_any_time(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    human = page.locator("la-ban-chat").get_by_role("button", name="Gặp người tư vấn")
    expect(human).to_be_in_viewport()
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(human).to_be_in_viewport()
    human.click()
    expect(page.locator(".message.bot").last).to_contain_text("111")
    assert api.texts[-1] == "Gặp người tư vấn"


def test_answer_shows_bold_items_and_line_breaks_only(open_page: OpenPage) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    bubble = page.locator(".message.bot .bubble")
    expect(bubble.locator("strong").first).to_have_text("40% học sinh tốt nghiệp trung học cơ sở")
    expect(bubble.locator(":scope > ul > li")).to_have_count(2)
    ask(page, "dấu sao")
    last = page.locator(".message.bot .bubble").last
    expect(last).to_contain_text("2 ** 3 là phép tính")
    expect(last.locator("strong")).to_have_text(["đậm"])
    assert last.inner_text().splitlines() == ["2 ** 3 là phép tính", "dòng hai đậm và **chưa đóng"]


def test_markup_from_anyone_stays_text(open_page: OpenPage) -> None:
    page = open_page("/")
    attack = "hiểm độc <img src=x onerror='window.broken = true'><script>window.broken = true</script>"
    ask(page, attack)
    expect(page.locator(".message.user .bubble")).to_have_text(attack)
    bubble = page.locator(".message.bot .bubble")
    expect(bubble.locator(":scope > p")).to_contain_text('<img src=x onerror="window.broken = true"><script>')
    expect(bubble.locator(":scope > p strong")).to_have_text("<b>đậm</b>")
    bubble.locator("summary").click()
    expect(bubble.locator("blockquote")).to_have_text("<img src=x onerror='window.broken = true'>")
    expect(bubble.locator("a")).to_have_count(0)
    expect(page.get_by_role("button", name="<i>nghiêng</i>")).to_be_visible()
    page.reload()
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.locator("la-ban-chat").locator("img, script, i")).to_have_count(0)
    assert page.evaluate("window.broken") is None
