"""The Rasa project's YAML hangs together: what one file names, another defines."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.text import fold

BOT = Path(__file__).parents[2] / "bot"


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((BOT / name).read_text(encoding="utf-8"))
    return content


def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((BOT / "data" / "nlu").glob("*.yml")):
        for block in read(f"data/nlu/{file.name}")["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            found.setdefault(block["intent"], []).extend(line[2:] for line in lines if line.startswith("- "))
    return found


def merged(part: str) -> Any:
    """Returns a part of the domain, out of all its files, as Rasa merges them."""
    parts = [
        content[part]
        for file in sorted((BOT / "domain").glob("*.yml"))
        if part in (content := read(f"domain/{file.name}"))
    ]
    if isinstance(parts[0], list):
        return [row for rows in parts for row in rows]
    return {name: value for rows in parts for name, value in rows.items()}


DOMAIN, RESPONSES = read("domain/domain.yml"), merged("responses")
INTENTS, ACTIONS, SLOTS, FORMS = merged("intents"), merged("actions"), merged("slots"), merged("forms")
RULES = [
    rule
    for file in (BOT / "data" / "rules.yml", *sorted((BOT / "data" / "rules").glob("*.yml")))
    for rule in read(str(file.relative_to(BOT)))["rules"]
]
# What runs without a rule: a form its validation, and a pause its end.
_BY_FORMS = {f"validate_{form}" for form in FORMS} | {
    f"action_ask_{form}_{slot}" for form, parts in FORMS.items() for slot in parts["required_slots"]
}


def test_every_intent_has_a_rule_and_every_rule_a_known_intent() -> None:
    ruled = {step["intent"] for rule in RULES for step in rule["steps"] if "intent" in step}
    assert ruled == {*INTENTS, "nlu_fallback"}


def test_every_action_of_a_rule_is_defined_and_every_custom_action_used() -> None:
    used = {step["action"] for rule in RULES for step in rule["steps"] if "action" in step}
    assert used <= {*ACTIONS, *RESPONSES, *FORMS}
    assert set(ACTIONS) <= used | _BY_FORMS


def test_what_the_classifier_is_unsure_of_goes_to_search() -> None:
    rule = next(rule for rule in RULES if rule["rule"] == "nlu_fallback")
    assert rule["steps"][-1] == {"action": "action_answer"}


def test_deleting_needs_a_yes_right_after_the_question() -> None:
    (rule,) = [rule for rule in RULES if {"action": "action_delete_my_data"} in rule["steps"]]
    assert rule["condition"] == [{"slot_was_set": [{"confirming": "delete_my_data"}]}]
    assert rule["steps"][0] == {"intent": "affirm"}


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_at_least_25_different_examples(intent: str) -> None:
    assert len({fold(example) for example in examples()[intent]}) >= 25


def test_slots_are_set_by_actions_and_only_deletion_and_distress_depend_on_one() -> None:
    for name, slot in SLOTS.items():
        assert slot["influence_conversation"] is (name in ("confirming", "in_distress")), name
        if name != "confirming":
            assert slot["mappings"] == [{"type": "custom"}], name


def test_nothing_stands_between_distress_and_care() -> None:
    grave = ("distress_mild", "distress_serious", "distress_emergency", "abuse", "insult")
    for intent in grave:
        (rule,) = [rule for rule in RULES if {"intent": intent} in rule["steps"]]
        assert "condition" not in rule
        assert rule["steps"] == [{"intent": intent}, {"action": "action_care"}]
    after = [rule for rule in RULES if {"action": "action_stay"} in rule["steps"]]
    states = [rule["condition"][0]["slot_was_set"][0]["in_distress"] for rule in after]
    assert states == SLOTS["in_distress"]["values"]


def test_a_session_ends_and_leaves_nothing_to_the_next_user() -> None:
    assert DOMAIN["session_config"] == {
        "session_expiration_time": 30,
        "carry_over_slots_to_new_session": False,
    }


def test_secrets_and_addresses_come_from_the_environment() -> None:
    endpoint = read("endpoints.yml")["action_endpoint"]
    assert endpoint["url"] == "${LABAN_ACTION_URL}"
    assert endpoint["headers"] == {"Authorization": "Bearer ${LABAN_ACTION_TOKEN}"}
    channels = read("credentials.yml")
    assert list(channels) == ["bot.components.channel.LabanInput"]
    assert channels["bot.components.channel.LabanInput"]["token"] == "${LABAN_RASA_TOKEN}"
