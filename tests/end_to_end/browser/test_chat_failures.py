"""When an answer does not come: what is said, what can be done, and that nothing is lost or out of order."""

from playwright.sync_api import Page, Route, expect

from tests.end_to_end.browser.conftest import OpenPage
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask, said, wait_until_taken

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
    assert api.asked == [QUESTION]


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


def test_refused_message_is_not_offered_again_and_blocks_nothing(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((422, "Câu này dài quá."))
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text("Câu này dài quá.")
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    assert api.texts == [QUESTION, "hai tin"]


def test_wait_has_a_limit_and_the_office_can_be_called(open_page: OpenPage, api: FakeApi) -> None:
    api.phone = "0225 3822 011"
    page = open_page("/chat/thcs-le-loi")
    page.clock.install()
    api.slow = True
    ask(page, QUESTION)
    expect(page.locator(".typing")).to_be_visible()
    wait_until_taken(page)
    page.clock.fast_forward(19_000)
    expect(page.locator(".typing")).to_be_visible()
    expect(page.locator("[role=status].hidden")).to_have_text("La Bàn đang trả lời…")
    page.clock.fast_forward(11_100)
    expect(page.locator(".fate")).to_contain_text("Chờ hơi lâu mà chưa có câu trả lời")
    expect(page.get_by_role("link", name="Gọi 0225 3822 011")).to_have_attribute("href", "tel:02253822011")
    expect(page.locator(".typing")).to_be_hidden()
    # The answer would take the button away, so it must not come before the button is pressed.
    retry(page)
    expect(page.locator(".typing")).to_be_visible()
    api.slow = False
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.locator(".fate")).to_have_text("")
    assert api.texts == [QUESTION, QUESTION]
    assert api.asked == [QUESTION]


def test_a_late_answer_takes_the_complaint_back(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.clock.install()
    api.slow = True
    ask(page, QUESTION)
    wait_until_taken(page)
    page.clock.fast_forward(30_100)
    expect(page.get_by_role("button", name="Gửi lại")).to_be_visible()
    api.slow = False
    page.clock.fast_forward(60_000)
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)


def test_without_network_messages_wait_in_order_and_are_sent_once(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.context.set_offline(True)
    ask(page, QUESTION)
    ask(page, "hai tin")
    expect(page.locator(".banner")).to_contain_text("Đang mất kết nối")
    expect(page.locator(".fate").first).to_contain_text("Chưa gửi được vì mất mạng")
    expect(page.locator(".fate").last).to_have_text("Chờ gửi")
    assert api.texts == []
    page.context.set_offline(False)
    expect(page.locator(".message.bot")).to_have_count(3)
    expect(page.locator(".banner")).to_be_hidden()
    assert api.texts == api.asked == [QUESTION, "hai tin"]


def test_messages_written_without_network_survive_a_reload(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    page.route("**/widget/**", lambda route: route.abort())
    ask(page, QUESTION)
    expect(page.locator(".fate")).to_contain_text("Chưa gửi được vì mất mạng")
    page.unroute("**/widget/**")
    page.reload()
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.asked == [QUESTION]


def test_a_lost_confirmation_does_not_ask_twice(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    api.slow = True

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/messages", lose, times=1)
    ask(page, QUESTION)
    api.slow = False
    expect(page.locator(".message.bot")).to_have_count(3)
    expect(page.locator(".fate").last).to_have_text("")
    assert api.asked == ["hai tin", QUESTION]
    assert said(page)[3] == f"? {QUESTION}"


def test_messages_typed_while_waiting_are_answered_in_order(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.stuck = True
    for text in (QUESTION, "dấu sao", "hai tin"):
        ask(page, text)
    expect(page.locator(".fate").nth(1)).to_have_text("Chờ gửi")
    api.stuck = False
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


def test_a_token_that_is_no_longer_good_begins_anew_and_sends_again(
    open_page: OpenPage, api: FakeApi
) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    expect(page.locator(".message.bot")).to_have_count(1)
    api.expire()
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    assert said(page) == ["? hai tin", "Tin thứ nhất", "Tin thứ hai"]
    assert len(api.talks) == 2
    assert [m["text"] for m in api.talk.messages if m["author"] == "user"] == ["hai tin"]


def test_failure_holds_back_what_was_typed_after_it(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.failures.append((503, BUSY))
    api.stuck = True
    ask(page, QUESTION)
    ask(page, "hai tin")
    api.stuck = False
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


def test_reload_while_waiting_still_gets_the_answer(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    api.slow = True
    ask(page, QUESTION)
    wait_until_taken(page)
    expect(page.locator(".typing")).to_be_visible()
    page.reload()
    expect(page.locator(".message.user")).to_have_count(1)
    expect(page.locator(".typing")).to_be_visible()
    api.slow = False
    expect(page.locator(".message.bot")).to_have_count(1)
    expect(page.locator(".typing")).to_be_hidden()
    assert api.asked == [QUESTION]
