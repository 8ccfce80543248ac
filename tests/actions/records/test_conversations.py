"""Turns are kept in order, with what answered; what is told outside a turn goes out where the user is reached."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records import ConversationState, Place, Records, Turn
from actions.records.database import writing
from actions.records.schema import conversations
from tests.actions.records.conftest import ANSWER, NOW, Clock, OtherSecret

PLACE = Place("bot", {"chat": "5550123"})


def reached(records: Records, clock: Clock, conversation: str = "telegram-1") -> None:
    """Keeps a turn on a messenger."""
    records.conversations.record_turn(
        conversation,
        "telegram",
        ANSWER,
        lambda connection, _: records.conversations.reached_at(connection, conversation, PLACE, clock.now),
    )


def row(records: Records, conversation: str = "telegram-1") -> Any:
    """A conversation as it is kept."""
    with records.engine.connect() as connection:
        return connection.execute(sa.select(conversations).where(conversations.c.key == conversation)).one()


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


def test_an_answer_of_the_staff_goes_out_where_the_user_is_reached(records: Records, clock: Clock) -> None:
    reached(records, clock)
    ticket = records.tickets.open_ticket("telegram-1", "asked", "normal").id
    records.tickets.answer(ticket, "Hà", "Chào em.")
    (parcel,) = records.outbox.claim(9)
    assert (parcel.channel, parcel.account) == ("telegram", "bot")
    assert parcel.payload == {"address": PLACE.address, "message": {"text": "Chào em."}, "author": "staff"}
    told = records.conversations.last_message("telegram-1")
    assert told is not None
    assert (parcel.message, told.author) == (told.id, "staff")
    records.outbox.sent(parcel.id)
    records.tickets.close(ticket, "Hà", "Mình lại ở đây.")
    (farewell,) = records.outbox.claim(9)
    assert farewell.payload["author"] == "assistant"


def test_on_the_web_what_the_staff_says_stays_in_the_talk(records: Records) -> None:
    records.conversations.record_turn("web-1", "web", ANSWER)
    ticket = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.answer(ticket, "Hà", "Chào em.")
    assert records.outbox.waiting() == 0
    assert [m.text for m in records.conversations.messages("web-1", only_told=True)] == ["Chào em."]


def test_an_answer_that_fails_is_neither_kept_nor_sent(records: Records, clock: Clock) -> None:
    reached(records, clock)
    with records.engine.connect() as connection:
        records.conversations.tell(connection, "telegram-1", "staff", "Chào em.")
        connection.rollback()
    assert records.outbox.waiting() == 0
    assert records.conversations.messages("telegram-1", only_told=True) == []


def test_whoever_left_is_marked_until_they_do_something(records: Records, clock: Clock) -> None:
    reached(records, clock)
    records.outbox.unreachable("telegram-1", "the user left " + "x" * 300)
    assert row(records).unreachable == ("the user left " + "x" * 300)[:200]
    clock.go(hours=1)
    reached(records, clock)
    assert (row(records).unreachable, row(records).acted) == (None, clock.now)


def test_with_the_secret_the_address_is_lost_but_not_the_message(
    records: Records, url: str, clock: Clock
) -> None:
    reached(records, clock)
    opened = Records.open(url, OtherSecret(), clock)
    with writing(opened.engine) as connection:
        opened.conversations.tell(connection, "telegram-1", "staff", "Chào em.")
    opened.close()
    assert records.outbox.waiting() == 0
    assert records.conversations.messages("telegram-1", only_told=True)[0].text == "Chào em."


def test_the_address_is_not_given_with_the_users_data_but_the_account_is(
    records: Records, clock: Clock
) -> None:
    reached(records, clock)
    (kept,) = records.export("telegram-1")["conversations"]
    assert kept["account"] == "bot"
    assert "5550123" not in str(kept)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_the_file_the_address_cannot_be_read(records: Records, url: str, clock: Clock) -> None:
    reached(records, clock)
    held = b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.iterdir())
    assert b"3210555" in held
    assert b"5550123" not in held
