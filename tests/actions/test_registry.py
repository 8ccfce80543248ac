"""The actions that are registered are those that the domain names, and what they utter and set is defined there."""

import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.conversation import ENTITIES
from actions.finding import Desk
from actions.records import Records
from actions.registry import executor
from tests.actions.playing import MakeTracker

ROOT = Path(__file__).resolve().parents[2]


def domain(part: str) -> set[str]:
    """Returns the names that all files of the domain give to a part."""
    files = sorted((ROOT / "bot" / "domain").glob("*.yml"))
    contents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    names = [name for content in contents for name in content.get(part) or ()]
    return {name if isinstance(name, str) else next(iter(name)) for name in names}


@pytest.fixture
def registered(desk: Desk, records: Records) -> ActionExecutor:
    """All actions as the app registers them."""
    return executor(
        desk, records, now=lambda: datetime(2026, 11, 27, 9), data_link="/data/{}".format, retention_days=90
    )


def test_exactly_the_actions_of_the_domain_are_registered(registered: ActionExecutor) -> None:
    assert sorted(registered.actions) == sorted(domain("actions"))


def test_every_response_that_an_action_utters_exists() -> None:
    uttered = {
        name
        for file in (ROOT / "actions").glob("*.py")
        for name in re.findall(r'"(utter_\w+)"', file.read_text(encoding="utf-8"))
    }
    assert len(uttered) >= 8
    assert uttered <= domain("responses")


def test_every_kind_of_thing_has_a_slot_and_is_found_by_the_bot() -> None:
    assert set(ENTITIES) == domain("entities")
    assert set(ENTITIES) <= domain("slots")


async def test_rasa_can_run_a_registered_action(registered: ActionExecutor, tracker: MakeTracker) -> None:
    state = {
        **tracker("Sở Nội vụ làm gì trong kế hoạch 126?", "ask_responsibility").current_state(),
        "paused": False,
    }
    call = {
        "next_action": "action_answer",
        "sender_id": "someone",
        "tracker": state,
        "domain": {"responses": {}},
    }
    result = await registered.run(call)
    assert result is not None
    assert result.responses[0]["custom"]["outcome"] == "answered"
    slots = {event["name"] for event in result.events if event["event"] == "slot"}
    assert slots <= domain("slots")
