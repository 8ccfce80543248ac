"""A compacted conversation goes on as the whole one would."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.compaction import KEPT_TURNS, compact
from bot.components.tracker_store import URL_VARIABLE, BoundedTrackerStore

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [ask, affirm, inform]
slots:
  mood: {type: categorical, values: [good, bad], mappings: [{type: custom}]}
  city: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  answer: {type: any, mappings: [{type: custom}]}
  requested_slot: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms:
  city_form: {required_slots: [city]}
actions: [action_answer]
"""
)
START: list[Event] = [
    ActionExecuted("action_session_start"),
    SessionStarted(),
    ActionExecuted("action_listen"),
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BoundedTrackerStore:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return BoundedTrackerStore(DOMAIN, host=f"sqlite:///{tmp_path}/new/conversations.sqlite")


def turn(number: int, *events: Event, action: str = "action_answer") -> list[Event]:
    said = UserUttered(f"câu {number}", {"name": "ask", "confidence": 1.0}, metadata={"model_id": "m"})
    return [
        said,
        ActionExecuted(action),
        *events,
        BotUttered(f"đáp {number}"),
        ActionExecuted("action_listen"),
    ]


def tracker(*events: Event, sender: str = "a") -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, list(events), DOMAIN.slots)


def reload(store: BoundedTrackerStore, whole: DialogueStateTracker) -> DialogueStateTracker | None:
    async def there_and_back() -> DialogueStateTracker | None:
        await store.save(whole)
        return await store.retrieve(whole.sender_id)

    return asyncio.run(there_and_back())


def state(of: DialogueStateTracker) -> dict[str, Any]:
    current = of.current_state()
    current.pop("latest_message")
    if current["active_loop"]:
        current["active_loop"].pop("trigger_message")  # Of an old turn; nothing here reads it.
    return {**current, "said": of.latest_message.text if of.latest_message else None}


def talk(turns: int) -> list[Event]:
    events = [*START]
    for number in range(turns):
        events += turn(number, SlotSet("city", f"nơi {number}"), SlotSet("mood", ("good", "bad")[number % 2]))
    return events


@pytest.mark.parametrize("turns", [1, 2, 3, 4, 5, 30])
def test_the_state_and_the_last_turns_are_those_of_the_whole_conversation(
    store: BoundedTrackerStore, turns: int
) -> None:
    whole = tracker(*talk(turns))
    kept = reload(store, whole)
    assert kept is not None
    assert state(kept) == state(whole)
    recent = KEPT_TURNS * 2
    assert kept.past_states(DOMAIN)[-recent:] == whole.past_states(DOMAIN)[-recent:]
    assert sum(isinstance(event, UserUttered) for event in kept.events) == min(turns, KEPT_TURNS)


def test_a_conversation_saved_after_each_turn_does_not_grow(store: BoundedTrackerStore) -> None:
    current, sizes = tracker(*START), []
    for number in range(50):
        for event in turn(number, SlotSet("city", str(number)), SlotSet("answer", {"text": "x"})):
            current.update(event, DOMAIN)
        current = reload(store, current) or pytest.fail("the conversation is gone")
        sizes.append(len(current.events))
    assert max(sizes) == sizes[KEPT_TURNS] == sizes[-1]
    assert current.get_slot("city") == "49"


@pytest.mark.parametrize("more", [[], [LoopInterrupted(True)], [ActionExecutionRejected("city_form")]])
def test_a_form_survives_its_digressions(store: BoundedTrackerStore, more: list[Event]) -> None:
    began = turn(0, ActiveLoop("city_form"), SlotSet("requested_slot", "city"), *more, action="city_form")
    events = [*START, *turn(9), *began]
    for number in range(1, 8):
        events += turn(number)
    whole = tracker(*events)
    kept = reload(store, whole)
    assert kept is not None
    assert kept.active_loop_name == "city_form"
    assert kept.get_slot("requested_slot") == "city"
    assert state(kept) == state(whole)


def test_a_finished_form_stays_finished(store: BoundedTrackerStore) -> None:
    events = [*START, *turn(0, ActiveLoop("city_form"), action="city_form"), *turn(1, ActiveLoop(None))]
    for number in range(2, 8):
        events += turn(number)
    kept = reload(store, tracker(*events))
    assert kept is not None
    assert kept.active_loop_name is None


def test_a_new_session_leaves_the_old_one_behind(store: BoundedTrackerStore) -> None:
    kept = reload(store, tracker(*talk(5), *START, *turn(9)))
    assert kept is not None
    assert kept.get_slot("city") is None
    assert [event.text for event in kept.events if isinstance(event, UserUttered)] == ["câu 9"]


def test_a_restart_wipes_the_row(store: BoundedTrackerStore) -> None:
    assert reload(store, tracker(*talk(5))) is not None
    assert reload(store, tracker(*talk(5), Restarted(), *START)) is None
    assert list(asyncio.run(store.keys())) == []


def test_a_new_tracker_is_not_written(store: BoundedTrackerStore) -> None:
    created = asyncio.run(store.get_or_create_tracker("new", append_action_listen=False))
    assert not created.events
    assert list(asyncio.run(store.keys())) == []


def test_conversations_are_apart_and_can_be_deleted(store: BoundedTrackerStore) -> None:
    for sender in ("một", "hai"):
        reload(store, tracker(*talk(2), sender=sender))
    assert sorted(asyncio.run(store.keys())) == ["hai", "một"]
    assert store.delete("hai")
    assert not store.delete("hai")
    assert list(asyncio.run(store.keys())) == ["một"]


def test_ids_of_model_and_assistant_are_not_kept_with_each_event(store: BoundedTrackerStore) -> None:
    kept = reload(store, tracker(*talk(1)))
    assert kept is not None
    assert all("model_id" not in event.metadata for event in kept.events)


def test_what_rested_too_long_is_swept_away(store: BoundedTrackerStore) -> None:
    reload(store, tracker(*talk(1), sender="old"))
    with store._engine.begin() as connection:
        connection.execute(
            sa.text("update rasa_conversations set updated = :then"), {"then": time.time() - 25 * 3600}
        )
    store._swept = 0.0
    reload(store, tracker(*talk(1), sender="fresh"))
    assert list(asyncio.run(store.keys())) == ["fresh"]


def test_sqlite_does_not_wait_for_the_disk_at_each_turn(store: BoundedTrackerStore) -> None:
    with store._engine.connect() as connection:
        assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("pragma synchronous")).scalar() == 1


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/named.sqlite")
    BoundedTrackerStore(DOMAIN, host="sqlite:////nowhere/at/all.sqlite")
    assert (tmp_path / "named.sqlite").exists()


def test_an_error_of_the_database_does_not_quote_what_was_said(store: BoundedTrackerStore) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text("drop table rasa_conversations"))
    with pytest.raises(sa.exc.OperationalError) as raised:
        reload(store, tracker(*talk(1)))
    assert "câu 0" not in str(raised.value)


def test_rasa_takes_it_for_an_asynchronous_store(store: BoundedTrackerStore) -> None:
    assert check_if_tracker_store_async(store)


def test_nothing_is_kept_of_a_session_in_which_nothing_was_said() -> None:
    assert compact(tracker(*START), DOMAIN) == []
