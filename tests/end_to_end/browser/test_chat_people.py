"""Beyond question and answer: ratings, a person who talks, a picture, and what is stored is said first."""

from playwright.sync_api import expect

from tests.end_to_end.browser.conftest import OpenPage
from tests.end_to_end.browser.fake_talks import FakeApi
from tests.end_to_end.browser.test_chat import QUESTION, ask


def test_what_is_stored_is_said_before_anything_is(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    expect(page.get_by_text("tối đa 90 ngày")).to_be_visible()
    page.get_by_role("button", name="Quyền riêng tư").click()
    expect(page.locator(".message.bot")).to_have_count(1)
    assert api.texts == ["Quyền riêng tư"]


def test_an_answer_is_rated_and_after_a_no_one_question_is_asked(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    rating = page.get_by_role("group", name="Câu trả lời này có giúp được bạn không?")
    with page.expect_response("**/feedback"):
        rating.get_by_role("button", name="Chưa ổn").click()
    expect(rating).to_contain_text("Chưa ổn ở chỗ nào?")
    with page.expect_response("**/feedback"):
        rating.get_by_role("button", name="Thiếu").click()
    expect(rating).to_contain_text("Cảm ơn bạn!")
    assert [(r["message_id"], r["rating"], r["reason"]) for r in api.ratings] == [
        (2, "down", None),
        (2, "down", "missing"),
    ]
    page.reload()
    expect(page.locator(".rating")).to_contain_text("Cảm ơn bạn!")


def test_with_the_keyboard_alone_an_answer_is_rated(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, QUESTION)
    page.get_by_role("button", name="Có ích").focus()
    with page.expect_response("**/feedback"):
        page.keyboard.press("Enter")
    expect(page.locator(".rating")).to_contain_text("Cảm ơn bạn!")
    assert [r["rating"] for r in api.ratings] == ["up"]


def test_what_a_person_says_appears_by_itself_and_once(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, "gặp người tư vấn")
    expect(page.locator(".message.bot")).to_have_count(1)
    api.ticket = 12
    expect(page.locator(".banner")).to_contain_text("Mình đã báo người tư vấn")
    api.held = api.typing = True
    expect(page.locator(".banner")).to_contain_text("Bạn đang trò chuyện với người tư vấn")
    expect(page.locator(".typing")).to_contain_text("Người tư vấn đang viết…")
    api.typing = False
    api.say("Chào em, chị là Hà.")
    expect(page.locator(".message.person")).to_contain_text("Chào em, chị là Hà.")
    expect(page.locator(".message.person")).to_contain_text("Người tư vấn")
    expect(page.locator(".typing")).to_be_hidden()
    api.held, api.ticket = False, None
    api.say("Mình lại ở đây.", "assistant")
    expect(page.get_by_text("Mình lại ở đây.")).to_be_visible()
    expect(page.locator(".banner")).to_be_hidden()
    page.reload()
    expect(page.locator(".message.person")).to_have_count(1)


def test_while_a_person_has_the_talk_no_answer_is_waited_for(open_page: OpenPage, api: FakeApi) -> None:
    page = open_page("/")
    ask(page, "hai tin")
    expect(page.locator(".message.bot")).to_have_count(2)
    api.held = True
    expect(page.locator(".banner")).to_contain_text("người tư vấn")
    page.clock.install()
    ask(page, "em cảm ơn chị")
    expect(page.locator(".message.user")).to_have_count(2)
    expect(page.locator(".typing")).to_be_hidden()
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)


def test_a_picture_is_shown_with_its_words_and_a_link_to_download(open_page: OpenPage) -> None:
    page = open_page("/")
    ask(page, "làm trắc nghiệm")
    picture = page.get_by_role("img", name="Biểu đồ sáu nhóm sở thích")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    expect(page.get_by_role("link", name="Tải dữ liệu")).to_have_attribute("download", "")
