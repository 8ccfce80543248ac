"""What a platform has handed over is put down once, worked on by one at a time, and erased when it is answered."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records import Arrival, Item, Kind, Records
from actions.records.database import writing
from actions.records.inbox import LEASE, LONGEST_JOIN
from actions.records.schema import inbox
from tests.actions.records.conftest import NOW, Backwards, Clock, OtherSecret, at_once

ADDRESS = {"chat": "5550123"}
BUSY = {"message": {"text": "busy"}}
MANY = 1000


def arrival(
    event: str,
    text: str = "hello",
    *,
    conversation: str = "telegram-1",
    kind: Kind = "text",
    joins_for_s: float = 0,
    refused: dict[str, Any] | None = None,
) -> Arrival:
    """An event of a user."""
    payload = {"text": text, "address": ADDRESS}
    joins_for = timedelta(seconds=joins_for_s)
    return Arrival("telegram", "bot", event, conversation, kind, payload, joins_for, refused)


def put(records: Records, *arrivals: Arrival, most: int = MANY) -> list[bool]:
    """Puts events down."""
    return records.inbox.accept(arrivals, most=most, busy=BUSY)


def texts(groups: Sequence[Sequence[Item]]) -> list[list[str]]:
    """The texts of what was claimed."""
    return [[(item.payload or {})["text"] for item in group] for group in groups]


def finish(records: Records, *items: Item, reason: str | None = None) -> None:
    """Says that events are answered."""
    with writing(records.engine) as connection:
        records.inbox.finish(connection, [item.id for item in items], reason=reason)


def rows(records: Records) -> Sequence[Any]:
    """What the table holds."""
    with records.engine.connect() as connection:
        return connection.execute(sa.select(inbox).order_by(inbox.c.id)).all()


def test_an_event_is_put_down_once(records: Records) -> None:
    assert put(records, arrival("e1", "one"), arrival("e2", "two"), arrival("e1", "again")) == [
        True,
        True,
        False,
    ]
    assert put(records, arrival("e2", "again")) == [False]
    (group,) = records.inbox.claim(5)
    assert texts([group]) == [["one", "two"]]
    finish(records, *group)
    assert put(records, arrival("e1", "again")) == [False]
    assert records.inbox.waiting() == 0


def test_the_same_id_of_another_account_or_channel_is_another_event(records: Records) -> None:
    first = arrival("e1")
    others = [
        Arrival("telegram", "bot2", "e1", "telegram-2", "text", first.payload),
        Arrival("zalo", "bot", "e1", "zalo-1", "text", first.payload),
    ]
    assert put(records, first, *others) == [True, True, True]


def test_of_many_that_put_the_same_event_down_at_once_one_does(records: Records) -> None:
    for number in range(10):
        new = at_once(lambda _, name=f"e{number}": put(records, arrival(name))[0])
        assert sorted(new) == [False, False, False, True]  # type: ignore[type-var]
    assert records.inbox.waiting() == 10


def test_an_event_is_claimed_as_it_was_put_down(records: Records) -> None:
    put(records, arrival("e1", "học nghề", kind="press"))
    ((item,),) = records.inbox.claim(1)
    assert (item.channel, item.account, item.event, item.kind) == ("telegram", "bot", "e1", "press")
    assert (item.received, item.attempts, item.told) == (NOW, 1, False)
    assert item.payload == {"text": "học nghề", "address": ADDRESS}


def test_what_follows_within_the_join_window_comes_together(records: Records, clock: Clock) -> None:
    put(records, arrival("e1", "one", joins_for_s=1.2))
    assert records.inbox.claim(5) == []
    clock.go(seconds=1)
    put(records, arrival("e2", "two", joins_for_s=1.2))
    clock.go(seconds=1)
    assert records.inbox.claim(5) == []
    clock.go(seconds=0.3)
    assert texts(records.inbox.claim(5)) == [["one", "two"]]


def test_nobody_waits_longer_than_the_limit_because_more_keeps_coming(records: Records, clock: Clock) -> None:
    assert timedelta(seconds=5) == LONGEST_JOIN
    for number in range(5):
        put(records, arrival(f"e{number}", str(number), joins_for_s=1.2))
        clock.go(seconds=1)
        assert bool(records.inbox.claim(5)) == (number == 4)


def test_while_a_conversation_is_taken_what_comes_to_it_waits_and_others_go_on(records: Records) -> None:
    put(records, arrival("e1", "one"))
    ((first,),) = records.inbox.claim(5)
    put(records, arrival("e2", "two"), arrival("e3", "other", conversation="telegram-2"))
    assert texts(records.inbox.claim(5)) == [["other"]]
    finish(records, first)
    assert texts(records.inbox.claim(5)) == [["two"]]


def test_those_who_wait_longest_are_taken_first(records: Records) -> None:
    put(records, *(arrival(f"e{n}", str(n), conversation=f"telegram-{9 - n}") for n in range(4)))
    assert texts(records.inbox.claim(3)) == [["0"], ["1"], ["2"]]
    assert texts(records.inbox.claim(3)) == [["3"]]


def test_of_many_that_claim_at_once_each_conversation_goes_to_one(records: Records) -> None:
    for number in range(20):
        put(records, *(arrival(f"e{number}-{n}", conversation=f"telegram-{n}") for n in range(3)))
        claimed = at_once(lambda _: records.inbox.claim(2))
        items = [item for groups in claimed for group in groups for item in group]  # type: ignore[attr-defined]
        assert len({item.id for item in items}) == len(items)
        finish(records, *items)
        finish(records, *(item for group in records.inbox.claim(5) for item in group))


def test_a_lease_runs_out_and_counts_as_an_attempt(records: Records, clock: Clock) -> None:
    put(records, arrival("e1"))
    records.inbox.claim(5)
    clock.go(seconds=LEASE.total_seconds() - 1)
    assert records.inbox.claim(5) == []
    clock.go(seconds=1)
    ((item,),) = records.inbox.claim(5)
    assert item.attempts == 2


def test_what_is_given_back_is_taken_again_after_the_pause(records: Records, clock: Clock) -> None:
    put(records, arrival("e1"), arrival("e2"))
    (group,) = records.inbox.claim(5)
    records.inbox.release([item.id for item in group], 4, told=True)
    clock.go(seconds=3)
    assert records.inbox.claim(5) == []
    clock.go(seconds=1)
    (again,) = records.inbox.claim(5)
    assert [(item.attempts, item.told) for item in again] == [(2, True), (2, True)]
    records.inbox.release([item.id for item in again])
    assert [item.told for item in records.inbox.claim(5)[0]] == [True, True]


def test_after_a_start_what_the_process_before_had_taken_is_free(records: Records) -> None:
    put(records, arrival("e1"))
    records.inbox.claim(5)
    records.inbox.recover()
    assert len(records.inbox.claim(5)) == 1


def test_what_is_answered_loses_its_payload(records: Records, clock: Clock) -> None:
    put(records, arrival("e1"), arrival("e2", conversation="telegram-2"))
    (first,), (second,) = records.inbox.claim(5)
    clock.go(seconds=2)
    finish(records, first)
    finish(records, second, reason="Rasa answered 500")
    kept = [(row.state, row.payload, row.finished, row.reason) for row in rows(records)]
    assert kept == [("done", None, clock.now, None), ("failed", None, clock.now, "Rasa answered 500")]
    assert records.inbox.waiting() == 0


def test_of_an_answer_that_is_not_kept_the_event_waits_on(records: Records) -> None:
    put(records, arrival("e1"))
    ((item,),) = records.inbox.claim(5)
    with records.engine.connect() as connection:
        records.inbox.finish(connection, [item.id])
        connection.rollback()
    assert records.inbox.waiting() == 1


def test_whoever_is_refused_is_told_through_the_outbox(records: Records) -> None:
    slow = {"message": {"text": "slow down"}}
    assert put(records, arrival("e1", refused=slow), arrival("e2", refused={})) == [True, True]
    assert records.inbox.claim(5) == []
    assert [(row.state, row.payload) for row in rows(records)] == [("done", None), ("done", None)]
    (parcel,) = records.outbox.claim(5)
    assert (parcel.conversation, parcel.channel, parcel.account) == ("telegram-1", "telegram", "bot")
    assert parcel.payload == {**slow, "address": ADDRESS}
    assert put(records, arrival("e1", refused=slow)) == [False]
    assert records.outbox.waiting() == 1


def test_when_too_many_wait_the_next_are_told_so_but_who_leaves_is_noted(records: Records) -> None:
    events = [arrival(f"e{n}", conversation=f"telegram-{n}") for n in range(3)]
    assert put(records, *events, arrival("left", kind="left"), most=2) == [True, True, True, True]
    assert [group[0].event for group in records.inbox.claim(9)] == ["e0", "e1"]
    (parcel,) = records.outbox.claim(5)
    assert (parcel.conversation, parcel.payload["message"]) == ("telegram-2", BUSY["message"])


def test_who_has_been_told_so_and_not_yet_heard_it_is_not_told_again(records: Records) -> None:
    for event in ("e1", "e2", "e3"):
        put(records, arrival(event), arrival(f"{event}-again"), most=0)
    (parcel,) = records.outbox.claim(5)
    records.outbox.sent(parcel.id)
    put(records, arrival("e4"), most=0)
    assert len(records.outbox.claim(5)) == 1


def test_there_is_room_again_as_soon_as_something_is_answered(records: Records) -> None:
    put(records, arrival("e1"), arrival("e2", conversation="telegram-2"), most=2)
    put(records, arrival("e3", conversation="telegram-3"), most=2)
    assert records.inbox.waiting() == 2
    finish(records, *records.inbox.claim(1)[0])
    put(records, arrival("e4", conversation="telegram-4"), arrival("e5", conversation="telegram-5"), most=2)
    assert [group[0].event for group in records.inbox.claim(9)] == ["e2", "e4"]


def test_of_a_talk_that_is_forgotten_what_waits_is_still_answered(records: Records) -> None:
    put(records, arrival("e1"), arrival("e2", conversation="telegram-2"))
    (done,), _ = records.inbox.claim(5)
    finish(records, done)
    put(records, arrival("e3", "wait"))
    records.forget("telegram-1")
    assert [row.conversation for row in rows(records)] == ["", "telegram-2", "telegram-1"]
    assert put(records, arrival("e1")) == [False]
    assert texts(records.inbox.claim(5)) == [["wait"]]


def test_what_was_finished_long_ago_is_erased_and_what_waits_is_not(records: Records, clock: Clock) -> None:
    put(records, arrival("e1"), arrival("e2", conversation="telegram-2"))
    ((first,),) = records.inbox.claim(1)
    finish(records, first)
    for left in (2, 1):
        clock.go(hours=1)
        with writing(records.engine) as connection:
            records.inbox.purge(connection, timedelta(hours=1))
        assert len(rows(records)) == left
    assert rows(records)[0].state == "waiting"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_another_secret_encrypted_comes_without_its_payload(
    records: Records, url: str, clock: Clock
) -> None:
    put(records, arrival("e1"))
    opened = Records.open(url, OtherSecret(), clock)
    ((item,),) = opened.inbox.claim(1)
    opened.close()
    assert item.payload is None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_the_file_neither_text_nor_address_can_be_read(records: Records, url: str) -> None:
    put(records, arrival("e1", "a secret sentence", refused=None), arrival("e2", refused=BUSY))
    held = b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.iterdir())
    assert Backwards().encrypt("a secret sentence") in held
    for readable in (b"secret sentence", b"5550123", b'"busy"'):
        assert readable not in held
