"""When an answer does not come: what is said, what can be done, and that nothing is lost or out of order."""

from playwright.sync_api import Page, expect

from tests.end_to_end.browser.conftest import OpenPage
from tests.end_to_end.browser.fake_api import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask, said

BUSY = "Mình đang nâng cấp, bạn chờ chút nhé."


def retry(page: Page) -> None:
    page.get_by_role("button", name="Gửi lại").click()


def test_server_error_is_told_and_sent_again(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((503, BUSY))
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text(BUSY)
    retry(page)
    expect(page.locator(".message.bot")).to_contain_text("40% học sinh")
    expect(page.locator(".fate")).to_have_text("")
    assert api.texts == [QUESTION, QUESTION]
    assert len({message["conversation_id"] for message in api.received}) == 1


def test_failure_and_its_button_come_into_view(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/", reduced_motion="reduce")
    api.failures.append((503, BUSY))
    ask(page, "học nghề")
    button = page.get_by_role("button", name="Gửi lại")
    expect(button).to_be_in_viewport(ratio=1)
    page.get_by_label("Câu hỏi của bạn").fill("một dòng\n" * 5)
    expect(button).to_be_in_viewport(ratio=1)


def test_failure_without_words_gets_ours(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.extend([(500, ""), (429, "")])
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text("Mình đang gặp trục trặc")
    retry(page)
    expect(page.locator(".fate")).to_contain_text("Đang có nhiều người hỏi quá")


def test_an_answer_without_messages_is_a_failure(open_page: OpenPage) -> None:
    page = open_page("/")
    ask(page, "không lời")
    expect(page.locator(".fate")).to_contain_text("Mình đang gặp trục trặc")
    expect(page.get_by_role("button", name="Gửi lại")).to_be_visible()


def test_refused_message_is_not_offered_again_and_blocks_nothing(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((422, "Câu này dài quá."))
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text("Câu này dài quá.")
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    assert api.texts == [QUESTION, "hai tin"]


def test_wait_has_a_limit(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.clock.install()
    api.held = True
    ask(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    page.clock.fast_forward(14_000)
    expect(page.locator(".typing")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("La Bàn đang trả lời…")
    page.clock.fast_forward(1_100)
    expect(page.locator(".fate")).to_contain_text("Chờ hơi lâu mà chưa có câu trả lời")
    expect(page.locator(".typing")).to_be_hidden()
    api.held = False
    retry(page)
    expect(page.locator(".message.bot")).to_have_count(1)


def test_lost_network_is_told_and_its_return_sends_again(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.context.set_offline(True)
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text("Không kết nối được")
    assert api.texts == []
    page.context.set_offline(False)
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.texts == [QUESTION]


def test_messages_typed_while_waiting_are_answered_in_order(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.held = True
    for text in (QUESTION, "dấu sao", "hai tin"):
        ask(page, text)
    expect(page.locator(".fate").nth(1)).to_have_text("Đang chờ câu trước")
    api.held = False
    expect(page.locator(".message.bot")).to_have_count(4)
    assert api.texts == [QUESTION, "dấu sao", "hai tin"]
    assert [text.split("\n")[0][:7] for text in said(page)] == [
        f"? {QUESTION}"[:7],
        "Đến năm",
        "? dấu s",
        "2 ** 3 ",
        "? hai t",
        "Tin thứ",
        "Tin thứ",
    ]


def test_failure_holds_back_what_was_typed_after_it(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((503, BUSY))
    api.held = True
    ask(page, QUESTION)
    ask(page, "hai tin")
    api.held = False
    expect(page.locator(".fate").first).to_contain_text(BUSY)
    assert api.texts == [QUESTION]
    retry(page)
    expect(page.locator(".message.bot")).to_have_count(3)
    assert api.texts == [QUESTION, QUESTION, "hai tin"]


def test_next_message_takes_a_failed_one_along(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((503, BUSY))
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text(BUSY)
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(3)
    assert api.texts == [QUESTION, QUESTION, "hai tin"]


def test_reload_while_waiting_offers_to_send_again(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.held = True
    ask(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    page.reload()
    expect(page.locator(".fate")).to_contain_text("Câu này chưa được trả lời.")
    api.held = False
    retry(page)
    expect(page.locator(".message.bot")).to_have_count(1)
