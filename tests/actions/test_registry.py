"""The actions that are registered are those that the domain names, and what they utter and set is defined there."""

import re
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import ActionExecutor

from actions.conversation import ENTITIES
from actions.finding import Desk
from actions.registry import executor
from tests.actions.playing import MakeTracker

ROOT = Path(__file__).resolve().parents[2]


def domain(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "domain" / name).read_text(encoding="utf-8"))
    return content


def test_exactly_the_actions_of_the_domain_are_registered(desk: Desk) -> None:
    registered = executor(desk)
    assert isinstance(registered, ActionExecutor)
    assert sorted(registered.actions) == sorted(domain("domain.yml")["actions"])


def test_every_response_that_an_action_utters_exists() -> None:
    uttered = {
        name
        for file in (ROOT / "actions").glob("*.py")
        for name in re.findall(r'"(utter_\w+)"', file.read_text(encoding="utf-8"))
    }
    assert len(uttered) >= 8
    assert uttered <= set(domain("responses.yml")["responses"])


def test_every_kind_of_thing_has_a_slot_and_is_found_by_the_bot() -> None:
    said = domain("domain.yml")
    assert set(ENTITIES) == {next(iter(entity)) for entity in said["entities"]}
    assert set(ENTITIES) <= set(said["slots"])


async def test_rasa_can_run_a_registered_action(desk: Desk, tracker: MakeTracker) -> None:
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
    result = await executor(desk).run(call)
    assert result is not None
    assert result.responses[0]["custom"]["outcome"] == "answered"
    slots = {event["name"] for event in result.events if event["event"] == "slot"}
    assert slots <= set(domain("domain.yml")["slots"])
