"""What makes one turn, and that the worker and the delivery end when they are told to, whatever comes meanwhile."""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from actions.records import Item, Kind, Records
from connectors.assistant import Assistant
from connectors.channel import Channels
from connectors.delivery import Delivery
from connectors.greetings import Greetings
from connectors.keys import Keys
from connectors.sentences import Sentences
from connectors.worker import Worker, join, joined

_SOON_S = 3.0


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records in which nothing waits."""
    opened = Records.open(
        f"sqlite:///{tmp_path / 'records.sqlite'}", Keys("a secret of the tests, long enough")
    )
    yield opened
    opened.close()


def item(number: int, text: str, kind: Kind = "text", channel: str = "telegram", attempts: int = 1) -> Item:
    """A waiting event."""
    payload = {"text": text, "address": {}}
    now = datetime.now(UTC)
    return Item(number, channel, "bot", f"e{number}", "telegram-1", kind, now, payload, attempts, False)


def ids(turns: list[list[Item]]) -> list[list[int]]:
    """The numbers of the items of each turn."""
    return [[item.id for item in turn] for turn in turns]


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["em rớt lớp 10", "học hàn mấy năm?"], "em rớt lớp 10. học hàn mấy năm?"),
        (["học phí?", "ở đâu"], "học phí? ở đâu"),
        (["một", " ", "hai"], "một. hai"),
        ([""], ""),
        ([], ""),
    ],
)
def test_messages_that_follow_each_other_stay_utterances_of_their_own(texts: list[str], text: str) -> None:
    assert joined(texts) == text


def test_texts_make_one_turn_and_a_button_one_of_its_own() -> None:
    items = [item(1, "một"), item(2, "hai"), item(3, "nút", "press"), item(4, "ba"), item(5, "bốn")]
    assert ids(join(items, 100)) == [[1, 2], [3], [4, 5]]


def test_no_more_is_joined_than_can_be_read() -> None:
    assert ids(join([item(1, "a" * 6), item(2, "b" * 6), item(3, "c")], 10)) == [[1], [2, 3]]
    assert ids(join([item(1, "a" * 50)], 10)) == [[1]]


def test_a_turn_that_comes_again_stays_the_same_turn() -> None:
    assert ids(join([item(1, "một", attempts=2), item(2, "hai", attempts=2), item(3, "ba")], 100)) == [
        [1, 2],
        [3],
    ]


def test_on_the_web_each_message_is_answered_for_itself() -> None:
    assert ids(join([item(n, str(n), channel="web") for n in range(3)], 100)) == [[0], [1], [2]]


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("part", ["worker", "delivery"])
async def test_what_is_told_to_end_ends_also_when_something_comes_at_that_moment(
    records: Records, part: str, steps: int
) -> None:
    event = asyncio.Event()
    running = asyncio.create_task(_run(part, records, event))
    await asyncio.sleep(0.1)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=_SOON_S)
    assert done
    assert running.cancelled()


def _run(part: str, records: Records, event: asyncio.Event) -> Coroutine[Any, Any, None]:
    if part == "delivery":
        return Delivery(records, Channels(), {}, pressure=lambda: 0, resend_unknown=False).run(event)
    # Nothing waits, so nobody is asked.
    nobody = cast("Assistant", None)
    greetings = Greetings(records, Sentences.load(), 90, {})
    worker = Worker(
        records,
        nobody,
        Channels(),
        greetings,
        spoken=lambda _: None,
        pressure=lambda: 0,
        turns_at_once=1,
        longest_text=10,
    )
    return worker.run(event, asyncio.Event())


@pytest.mark.parametrize(
    ("texts", "turn"),
    [
        (["em chào ạ", "cho em hỏi", "học hàn mấy năm?"], "học hàn mấy năm?"),
        (["AD OI", "cho e hoi chut vs a", "hp bn"], "hp bn"),
        (["alo", "ad ơi"], "alo. ad ơi"),
        (["không", "nhà em ở Hải Phòng"], "không. nhà em ở Hải Phòng"),
        (["em hỏi về nghề hàn", "lương sao?"], "em hỏi về nghề hàn. lương sao?"),
        (["học phí?", " ", "mấy năm"], "học phí? mấy năm"),
    ],
)
def test_a_greeting_does_not_hide_the_question_that_follows(texts: list[str], turn: str) -> None:
    assert joined(texts) == turn
