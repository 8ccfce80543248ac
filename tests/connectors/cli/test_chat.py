"""`laban chat` keeps one conversation until its user has had enough."""

import io

import pytest

from tests.connectors.cli.conftest import Laban
from tests.connectors.loopback import RasaChannel

OFFER = {
    "custom": {
        "text": "Ý bạn là gì?",
        "outcome": "clarify",
        "quick_replies": [{"title": "A?", "payload": "câu hỏi A"}, {"title": "B?", "payload": "câu hỏi B"}],
    }
}


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Makes these the lines that are typed, and the end of the input after them."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_talk_goes_on_in_one_conversation_until_an_empty_line(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing(monkeypatch, "xin chào", "  học phí bao nhiêu ", "", "không đọc nữa")
    code, out, _ = laban("chat")
    assert code == 0
    assert channel.texts == ["xin chào", "học phí bao nhiêu"]
    assert len({request["sender"] for request in channel.requests}) == 1
    assert "La Bàn nghe bạn đây" in out
    assert out.count("Chào bạn!") == 2
    assert "hẹn gặp lại" in out


def test_end_of_input_ends_the_talk(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing(monkeypatch, "xin chào")
    code, out, _ = laban("chat")
    assert code == 0
    assert "hẹn gặp lại" in out


def test_number_takes_the_suggestion_of_that_number(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.says(OFFER)
    typing(monkeypatch, "xin chào", "2")
    assert laban("chat")[0] == 0
    assert channel.texts == ["xin chào", "câu hỏi B"]


@pytest.mark.parametrize("typed", ["0", "3", "9", "2020"])
def test_number_that_was_not_offered_is_a_message(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    channel.says(OFFER)
    typing(monkeypatch, "xin chào", typed)
    assert laban("chat")[0] == 0
    assert channel.texts == ["xin chào", typed]


def test_suggestions_of_an_earlier_reply_no_longer_count(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing(monkeypatch, "xin chào", "1")
    assert laban("chat")[0] == 0
    assert channel.texts == ["xin chào", "1"]


def test_assistant_that_fails_ends_the_talk_with_its_words(
    laban: Laban, served_port: int, channel: RasaChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.status = 500
    typing(monkeypatch, "xin chào")
    code, _, err = laban("chat")
    assert code == 1
    assert "thử lại sau ít phút" in err
