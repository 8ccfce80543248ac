"""A message becomes plain text that fits the platform: bold marked by place, sources linked, cut at a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channel import Outgoing
from connectors.messages import Link, ReplyMessage, SourceView
from connectors.rendering import PlatformLimits, button_title, fit, limits_of, render, utf16_length

BASE_URL = "https://laban.vn"


def limits(text: int = 4096, units: str = "utf16") -> PlatformLimits:
    """A platform's limits."""
    replies = {"most": 8, "title": 64, "payload": 64}
    return PlatformLimits.model_validate({"text": text, "units": units, "quick_replies": replies})


def source(name: str, url: str | None = None) -> SourceView:
    """A source of this id."""
    return SourceView(
        id=name,
        title="Quy chế",
        number=None,
        section="I. Học phí",
        issued=None,
        valid_to=None,
        url=url or f"/documents/{name}",
        quote="x",
    )


def outgoing(text: str, **more: object) -> Outgoing:
    """A message of the assistant."""
    return Outgoing(ReplyMessage.model_validate({"text": text, **more}))


@pytest.mark.parametrize("channel", ["telegram", "zalo", "messenger"])
def test_the_limits_of_every_platform_are_written_down(channel: str) -> None:
    found = limits_of(channel)
    assert found.text >= 2000
    assert found.quick_replies.most >= 5


@pytest.mark.parametrize(
    ("text", "length"), [("học", 3), ("😀", 2), ("👩\u200d🎓", 5), ("", 0), ("ho\u0323c", 4)]
)
def test_length_is_counted_as_the_platform_does(text: str, length: int) -> None:
    assert utf16_length(text) == length
    assert limits(units="utf16").length(text) == length
    assert limits(units="characters").length(text) == len(text)


def test_bold_is_taken_out_and_its_places_are_told() -> None:
    rendered = render(outgoing("Học phí **123.000 đồng** mỗi tháng, **miễn** cho em."), limits(), BASE_URL)
    assert rendered.text == "Học phí 123.000 đồng mỗi tháng, miễn cho em."
    assert [rendered.text[start : start + length] for start, length in rendered.bold] == [
        "123.000 đồng",
        "miễn",
    ]


@pytest.mark.parametrize("text", ["2 ** 3 ** 4", "** a **", "****", "**mở mà không đóng", "*nghiêng*"])
def test_what_only_looks_like_bold_stays_as_it_is(text: str) -> None:
    rendered = render(outgoing(text), limits(), BASE_URL)
    assert (rendered.text, rendered.bold) == (text, ())


def test_items_get_a_sign() -> None:
    assert render(outgoing("Gồm:\n- một\n- hai\n8-9 tháng"), limits(), BASE_URL).text == (
        "Gồm:\n• một\n• hai\n8-9 tháng"
    )


def test_sources_are_linked_shortly_each_once_and_two_at_most() -> None:
    sources = [source("a"), source("b", "/documents/a"), source("c"), source("d")]
    text = render(outgoing("Có.", sources=sources), limits(), BASE_URL).text
    assert text.startswith("Có.\n\nĐọc tại nguồn: https://laban.vn/s/")
    assert text.count("https://laban.vn/s/") == 2


def test_a_link_and_the_notice_come_at_the_end() -> None:
    message = ReplyMessage(text="Đây.", link=Link(url="/api/v1/data/x", title="Tải dữ liệu"))
    rendered = render(Outgoing(message, notice="Quyền riêng tư: …"), limits(), BASE_URL)
    assert rendered.text == "Đây.\n\nTải dữ liệu: https://laban.vn/api/v1/data/x\n\nQuyền riêng tư: …"


def test_what_a_person_writes_is_marked() -> None:
    rendered = render(Outgoing(ReplyMessage(text="Chào em."), author="staff"), limits(), BASE_URL)
    assert rendered.text == "Người tư vấn:\nChào em."


def test_what_is_too_long_is_cut_at_a_word_and_says_where_the_rest_is() -> None:
    said = "**đầu** " + "từ " * 100 + "**cuối**"
    rendered = render(outgoing(said, sources=[source("a")]), limits(200), BASE_URL)
    assert limits().length(rendered.text) <= 200
    body, _, rest = rendered.text.partition("… Xem đầy đủ: ")
    assert body.endswith("từ")
    assert rest.startswith("https://laban.vn/s/")
    assert "\n\nĐọc tại nguồn: " in rest
    assert rendered.bold == ((0, 3),)


@given(
    text=st.text(alphabet="ab **-\n😀ộ", max_size=300),
    room=st.integers(150, 400),
    units=st.sampled_from(["utf16", "characters"]),
    staff=st.booleans(),
)
def test_nothing_is_ever_longer_than_the_platform_takes(
    text: str, room: int, units: str, staff: bool
) -> None:
    message = ReplyMessage(text=text, sources=[source("a"), source("b")])
    allowed = limits(room, units)
    rendered = render(Outgoing(message, author="staff" if staff else "assistant"), allowed, BASE_URL)
    assert allowed.length(rendered.text) <= room
    for start, length in rendered.bold:
        assert start >= 0
        assert 0 < length <= len(rendered.text) - start


@pytest.mark.parametrize(
    ("text", "room", "left"),
    [
        ("một hai ba", 10, "một hai ba"),
        ("một hai ba", 9, "một hai"),
        ("một hai ba", 7, "một hai"),
        ("một hai ba", 8, "một hai"),
        ("một\nhai", 5, "một"),
        ("https://laban.vn/x", 10, "https://la"),
        ("một hai", 0, ""),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_word(text: str, room: int, left: str) -> None:
    assert fit(text, room, len) == left


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Kiểm tra cho mình", "Kiểm tra cho mình"),
        ("Học mấy năm thì xong", "Học mấy năm thì xong"),
        ("Nghề nào được giảm 70% học phí?", "Nghề nào được giảm…"),
        ("Công nghệ ô tô học mấy năm?", "Công nghệ ô tô học…"),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_a_title_that_is_too_long_for_a_button_ends_with_a_word_and_says_so(title: str, shown: str) -> None:
    assert button_title(title, limits_of("messenger").quick_replies) == shown


@given(text=st.text(max_size=60), room=st.integers(0, 60))
def test_what_is_cut_is_a_beginning_and_fits_also_in_utf16(text: str, room: int) -> None:
    text = text.encode("utf-16", "ignore").decode("utf-16")
    cut = fit(text, room, utf16_length)
    assert utf16_length(cut) <= room
    assert text.startswith(cut)
