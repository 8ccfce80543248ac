"""Turns are kept in order, with what answered, and the latest are given."""

from actions.records import ConversationState, Records, Turn
from tests.actions.records.conftest import ANSWER, NOW


def test_a_turn_is_kept_in_order_with_what_answered(records: Records) -> None:
    assert records.conversations.state("web-1") == ConversationState()
    last = records.conversations.record_turn("web-1", "web", ANSWER)
    asked, answered = records.conversations.messages("web-1")
    assert (asked.author, asked.text, asked.outcome) == ("user", "học hàn mấy năm", None)
    assert (answered.id, answered.outcome, answered.passages) == (last, "answered", ("occupations#han",))
    assert answered.at == NOW
    assert records.conversations.messages("web-1", after=asked.id) == [answered]
    assert records.conversations.last_message("web-1") == answered
    assert records.conversations.state("web-1").known
    assert records.conversations.messages("web-2") == []


def test_a_turn_without_words_or_without_a_reply_is_kept_too(records: Records) -> None:
    assert records.conversations.record_turn("web-1", "web", Turn("", [], "handoff", "none", [])) is None
    records.conversations.record_turn("web-1", "web", Turn("dạ", [], "handoff", "none", []))
    assert [message.text for message in records.conversations.messages("web-1")] == ["dạ"]


def test_of_many_messages_the_latest_are_given(records: Records) -> None:
    for number in range(5):
        records.conversations.record_turn("web-1", "web", Turn(str(number), [], "handoff", "none", []))
    assert [m.text for m in records.conversations.messages("web-1", latest=2)] == ["3", "4"]
