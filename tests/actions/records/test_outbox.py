"""What is to be delivered goes out in order by conversation, and of each delivery it is known what became of it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records import Parcel, Place, Records, Window
from actions.records.database import writing
from actions.records.outbox import LEASE
from actions.records.schema import outbox
from tests.actions.records.conftest import ANSWER, NOW, Backwards, Clock, OtherSecret, at_once

ADDRESS = {"chat": "5550123"}


def put(records: Records, *said: str, conversation: str = "telegram-1") -> None:
    """Puts texts down to be delivered."""
    with writing(records.engine) as connection:
        for text in said:
            payload = {"address": ADDRESS, "message": {"text": text}}
            records.outbox.put(connection, conversation, "telegram", "bot", payload, message=7)


def texts(parcels: Sequence[Parcel]) -> list[str]:
    """What parcels say."""
    return [parcel.payload["message"]["text"] for parcel in parcels]


def state(records: Records, number: int) -> str:
    """The state of a delivery."""
    with records.engine.connect() as connection:
        return str(connection.execute(sa.select(outbox.c.state).where(outbox.c.id == number)).scalar_one())


def one(records: Records) -> Parcel:
    """What goes out next."""
    (parcel,) = records.outbox.claim(9)
    return parcel


def rows(records: Records) -> Sequence[Any]:
    """What the table holds."""
    with records.engine.connect() as connection:
        return connection.execute(sa.select(outbox).order_by(outbox.c.id)).all()


def test_a_conversation_gets_one_after_the_other_while_others_go_on(records: Records) -> None:
    put(records, "one", "two")
    put(records, "other", conversation="telegram-2")
    first, other = records.outbox.claim(9)
    assert texts([first, other]) == ["one", "other"]
    assert records.outbox.claim(9) == []
    records.outbox.begin(first.id)
    assert records.outbox.claim(9) == []
    records.outbox.sent(first.id)
    assert texts(records.outbox.claim(9)) == ["two"]


def test_a_parcel_is_as_it_was_put_down(records: Records) -> None:
    put(records, "học nghề")
    parcel = one(records)
    assert (parcel.conversation, parcel.channel, parcel.account) == ("telegram-1", "telegram", "bot")
    assert (parcel.message, parcel.created, parcel.parts, parcel.attempts) == (7, NOW, 0, 0)
    assert parcel.payload == {"address": ADDRESS, "message": {"text": "học nghề"}}


def test_so_many_are_taken_as_are_wanted_oldest_first(records: Records) -> None:
    for number in range(4):
        put(records, str(number), conversation=f"telegram-{9 - number}")
    assert texts(records.outbox.claim(3)) == ["0", "1", "2"]


def test_of_many_that_claim_at_once_each_parcel_goes_to_one(records: Records) -> None:
    for number in range(20):
        for conversation in range(3):
            put(records, str(number), conversation=f"telegram-{conversation}")
        claimed = at_once(lambda _: records.outbox.claim(2))
        taken = [parcel.id for parcels in claimed for parcel in parcels]  # type: ignore[attr-defined]
        assert len(set(taken)) == len(taken)
        for parcel in (*taken, *(left.id for left in records.outbox.claim(9))):
            records.outbox.fail(parcel, "enough")


def test_what_nobody_has_begun_is_free_when_the_lease_has_run_out(records: Records, clock: Clock) -> None:
    put(records, "one")
    one(records)
    clock.go(seconds=LEASE.total_seconds() - 1)
    assert records.outbox.claim(9) == []
    clock.go(seconds=1)
    assert one(records).attempts == 0


def test_what_is_put_off_holds_back_what_follows_and_comes_again(records: Records, clock: Clock) -> None:
    put(records, "one", "two")
    parcel = one(records)
    records.outbox.begin(parcel.id)
    records.outbox.part_sent(parcel.id, 1)
    records.outbox.retry(parcel.id, 4, "HTTP 429 " + "x" * 300)
    clock.go(seconds=3)
    assert records.outbox.claim(9) == []
    clock.go(seconds=1)
    again = one(records)
    assert (texts([again]), again.attempts, again.parts) == (["one"], 1, 1)
    (first, _) = records.outbox.list(["waiting"])
    assert first.reason == ("HTTP 429 " + "x" * 300)[:200]


def test_answers_go_before_notices_but_each_conversation_in_order(records: Records) -> None:
    with writing(records.engine) as connection:
        busy = {"message": {"text": "busy"}}
        records.outbox.put(connection, "telegram-1", "telegram", "bot", busy)
    put(records, "one")
    put(records, "other", conversation="telegram-2")
    assert texts(records.outbox.claim(1)) == ["other"]
    assert texts(records.outbox.claim(9)) == ["busy"]


@pytest.mark.parametrize("ending", ["hold", "unknown", "fail"])
def test_what_cannot_go_out_lets_the_next_go(records: Records, ending: str) -> None:
    put(records, "one", "two")
    getattr(records.outbox, ending)(one(records).id, "why")
    assert texts(records.outbox.claim(9)) == ["two"]


def test_what_is_held_goes_when_the_user_does_something(records: Records, clock: Clock) -> None:
    put(records, "one")
    put(records, "other", conversation="telegram-2")
    for parcel in records.outbox.claim(9):
        records.outbox.hold(parcel.id, "the user was silent for 50 h")
    clock.go(hours=3)
    assert records.outbox.claim(9) == []
    with writing(records.engine) as connection:
        records.outbox.release(connection, "telegram-1")
    assert texts(records.outbox.claim(9)) == ["one"]
    assert [delivery.state for delivery in records.outbox.list(["held"])] == ["held"]


def test_what_was_delivered_loses_its_payload(records: Records) -> None:
    records.conversations.record_turn("telegram-1", "telegram", ANSWER)
    put(records, "one")
    records.outbox.sent(one(records).id)
    assert [(row.state, row.payload, row.done) for row in rows(records)] == [("sent", None, NOW)]
    assert records.outbox.waiting() == 0


def test_what_was_delivered_of_a_talk_that_is_not_kept_leaves_nothing(records: Records) -> None:
    put(records, "everything is erased")
    records.outbox.sent(one(records).id)
    assert rows(records) == []


@pytest.mark.parametrize("ending", ["hold", "unknown", "fail"])
def test_what_did_not_arrive_can_be_delivered_after_all(records: Records, clock: Clock, ending: str) -> None:
    put(records, "one")
    number = one(records).id
    getattr(records.outbox, ending)(number, "why")
    assert records.outbox.again(number)
    assert texts(records.outbox.claim(9)) == ["one"]


def test_only_what_did_not_arrive_can_be_delivered_again(records: Records) -> None:
    records.conversations.record_turn("telegram-1", "telegram", ANSWER)
    put(records, "one")
    number = one(records).id
    assert not records.outbox.again(number)
    records.outbox.begin(number)
    assert not records.outbox.again(number)
    records.outbox.sent(number)
    assert not records.outbox.again(number)
    assert not records.outbox.again(number + 1)


@pytest.mark.parametrize(("resend", "becomes"), [(False, "unknown"), (True, "waiting")])
def test_after_a_start_what_was_interrupted_is_settled(records: Records, resend: bool, becomes: str) -> None:
    put(records, "begun")
    put(records, "claimed", conversation="telegram-2")
    begun = records.outbox.claim(9)[0]
    records.outbox.begin(begun.id)
    assert records.outbox.recover(resend=resend, everything=True) == 1
    assert state(records, begun.id) == becomes
    assert texts(records.outbox.claim(9)) == (["begun", "claimed"] if resend else ["claimed"])


def test_beside_other_processes_only_what_has_no_lease_any_more_is_settled(
    records: Records, clock: Clock
) -> None:
    put(records, "begun")
    number = one(records).id
    records.outbox.begin(number)
    assert records.outbox.recover(resend=False, everything=False) == 0
    clock.go(seconds=LEASE.total_seconds() + 1)
    assert records.outbox.recover(resend=False, everything=False) == 1
    assert [(found.state, found.reason) for found in records.outbox.list(["unknown"])] == [
        ("unknown", "interrupted")
    ]


def test_the_list_shows_what_became_of_each_without_its_text(records: Records) -> None:
    for number, text in enumerate(("one", "two", "three")):
        put(records, text, conversation=f"telegram-{number}")
    first, second, _ = records.outbox.claim(9)
    records.outbox.fail(first.id, "HTTP 400")
    records.outbox.begin(second.id)
    found = records.outbox.list(["failed", "sending", "waiting"])
    assert [(delivery.state, delivery.attempts, delivery.reason) for delivery in found] == [
        ("failed", 0, "HTTP 400"),
        ("sending", 1, None),
        ("waiting", 0, None),
    ]
    assert records.outbox.waiting() == 2


def test_what_another_secret_encrypted_is_kept_as_failed(records: Records, url: str, clock: Clock) -> None:
    put(records, "one", "two")
    opened = Records.open(url, OtherSecret(), clock)
    assert opened.outbox.claim(1) == []
    opened.close()
    (failed,) = records.outbox.list(["failed"])
    assert "LABAN_SECRET_KEY" in (failed.reason or "")
    assert texts(records.outbox.claim(9)) == ["two"]


def test_the_window_counts_what_was_delivered_since_the_user_acted(records: Records, clock: Clock) -> None:
    assert records.outbox.window("telegram-1") == Window(None, 0)
    records.conversations.record_turn("telegram-1", "telegram", ANSWER)
    put(records, "before", "after", "lost")
    records.outbox.sent(one(records).id)
    assert records.outbox.window("telegram-1") == Window(None, 1)
    clock.go(hours=1)
    with writing(records.engine) as connection:
        records.conversations.reached_at(connection, "telegram-1", Place("bot", ADDRESS), clock.now)
    assert records.outbox.window("telegram-1") == Window(clock.now, 0)
    acted = clock.now
    clock.go(minutes=1)
    records.outbox.sent(one(records).id)
    records.outbox.fail(one(records).id, "HTTP 400")
    assert records.outbox.window("telegram-1") == Window(acted, 1)
    assert records.outbox.window("telegram-2") == Window(None, 0)


def test_of_a_talk_that_is_forgotten_what_is_on_its_way_is_delivered_first(records: Records) -> None:
    records.conversations.record_turn("telegram-1", "telegram", ANSWER)
    put(records, "failed", "on its way")
    records.outbox.fail(one(records).id, "HTTP 400")
    records.forget("telegram-1")
    assert [row.state for row in rows(records)] == ["waiting"]
    records.outbox.sent(one(records).id)
    assert rows(records) == []


def test_what_is_old_is_erased(records: Records, clock: Clock) -> None:
    records.conversations.record_turn("telegram-1", "telegram", ANSWER)
    put(records, "delivered", "failed", "waits")
    records.outbox.sent(one(records).id)
    records.outbox.fail(one(records).id, "HTTP 400")
    put_down, an_hour = clock.now, timedelta(hours=1)
    clock.go(hours=1)
    with writing(records.engine) as connection:
        records.outbox.purge(connection, an_hour, put_down)
    assert len(rows(records)) == 3
    clock.go(seconds=1)
    with writing(records.engine) as connection:
        records.outbox.purge(connection, an_hour, put_down)
    assert [row.state for row in rows(records)] == ["failed", "waiting"]
    with writing(records.engine) as connection:
        records.outbox.purge(connection, an_hour, clock.now)
    assert rows(records) == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_the_file_neither_text_nor_address_can_be_read(records: Records, url: str) -> None:
    put(records, "a secret sentence")
    held = b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.iterdir())
    assert Backwards().encrypt("a secret sentence") in held
    assert b"secret sentence" not in held
    assert b"5550123" not in held
