"""The fixed sentences that the app says without Rasa come from Rasa's own domain."""

from pathlib import Path
from typing import get_args

import pytest

from connectors.messages import Outcome
from connectors.sentences import Sentences

SAID_BY_THE_APP = ("utter_empty", "utter_too_long")


@pytest.mark.parametrize("name", SAID_BY_THE_APP)
def test_what_the_app_says_is_in_the_domain_with_something_to_press(name: str) -> None:
    message = Sentences.load().message(name)
    assert message.text
    assert message.quick_replies
    assert all(not reply.payload.startswith("/") for reply in message.quick_replies)


def test_every_variation_can_be_said_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "responses.yml").write_text(
        'responses: {utter_a: [{text: "Một"}, {text: "Hai", buttons: [{title: T, payload: P}]}]}'
    )
    sentences = Sentences.load(tmp_path)
    said = {sentences.message("utter_a").text for _ in range(100)}
    assert said == {"Một", "Hai"}


def test_every_file_of_the_domain_is_read_whether_it_holds_responses_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text('responses: {utter_a: [{text: "Một"}]}')
    (tmp_path / "b.yml").write_text('responses: {utter_b: [{text: "Hai"}]}')
    (tmp_path / "domain.yml").write_text("intents: [greet]")
    assert set(Sentences.load(tmp_path).responses) == {"utter_a", "utter_b"}


def test_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="utter_nothing_such"):
        Sentences.load().message("utter_nothing_such")


def test_every_response_of_the_domain_has_an_outcome_of_the_contract() -> None:
    responses = Sentences.load().responses
    outcomes = {
        v["metadata"]["outcome"] for variations in responses.values() for v in variations if "metadata" in v
    }
    assert outcomes <= set(get_args(Outcome))
