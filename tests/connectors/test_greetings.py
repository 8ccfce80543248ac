"""Who opens a talk is met by the site that the link names, else by the account's own, else with the common words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.records import Records
from connectors.greetings import Greetings
from connectors.keys import Keys
from connectors.sentences import Sentences


@pytest.fixture
def greetings(tmp_path: Path) -> Iterator[Greetings]:
    """Greetings where one school has a bot of its own, and another only a site."""
    records = Records.open(
        f"sqlite:///{tmp_path / 'records.sqlite'}", Keys("a secret of the tests, long enough")
    )
    records.sites.put(
        "truong-a", {"greeting": "Chào em đến với trường A!", "questions": ["Học phí?", "Ở đâu?"]}
    )
    records.sites.put("truong-b", {"greeting": "Chào em đến với trường B!"})
    yield Greetings(records, Sentences.load(), 90, {("telegram", "bot-a"): "truong-a"})
    records.close()


def test_the_common_greeting_tells_how_long_a_talk_is_kept(greetings: Greetings) -> None:
    message = greetings.message("telegram", "other", "")
    assert "90 ngày" in message.text
    assert "{days}" not in message.text
    assert message.quick_replies
    assert greetings.message("telegram", "other", "truong-khong-co") == message


def test_a_schools_own_bot_greets_for_it(greetings: Greetings) -> None:
    message = greetings.message("telegram", "bot-a", "")
    assert message.text.startswith("Chào em đến với trường A!\n\n")
    assert "90 ngày" in message.text
    assert [(reply.title, reply.payload) for reply in message.quick_replies] == [
        ("Học phí?", "Học phí?"),
        ("Ở đâu?", "Ở đâu?"),
    ]


def test_the_site_that_the_link_names_goes_first(greetings: Greetings) -> None:
    message = greetings.message("telegram", "bot-a", "truong-b")
    assert message.text.startswith("Chào em đến với trường B!")
    assert message.quick_replies == greetings.message("telegram", "other", "").quick_replies


@pytest.mark.parametrize("asked", ["<script>", "../laban", "a\x00b", "x" * 500, "/start truong-a"])
def test_what_names_no_site_does_not_matter(greetings: Greetings, asked: str) -> None:
    assert greetings.message("telegram", "other", asked) == greetings.message("telegram", "other", "")
