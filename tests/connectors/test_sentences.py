"""The fixed sentences that the app says without Rasa come from Rasa's own domain."""

from pathlib import Path
from typing import get_args

import pytest
import yaml

from connectors.messages import Outcome
from connectors.sentences import RESPONSES_FILE, Sentences

SAID_BY_THE_APP = ("utter_empty", "utter_too_long")


@pytest.mark.parametrize("name", SAID_BY_THE_APP)
def test_what_the_app_says_is_in_the_domain_with_something_to_press(name: str) -> None:
    message = Sentences.load().message(name)
    assert message.text
    assert message.quick_replies
    assert all(not reply.payload.startswith("/") for reply in message.quick_replies)


def test_every_variation_can_be_said_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "responses.yml"
    file.write_text('responses: {utter_a: [{text: "Một"}, {text: "Hai", buttons: [{title: T, payload: P}]}]}')
    sentences = Sentences.load(file)
    said = {sentences.message("utter_a").text for _ in range(100)}
    assert said == {"Một", "Hai"}


def test_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="utter_nothing_such"):
        Sentences.load().message("utter_nothing_such")


def test_every_response_of_the_domain_has_an_outcome_of_the_contract() -> None:
    responses = yaml.safe_load(RESPONSES_FILE.read_text(encoding="utf-8"))["responses"]
    outcomes = {v["metadata"]["outcome"] for variations in responses.values() for v in variations}
    assert outcomes <= set(get_args(Outcome))
