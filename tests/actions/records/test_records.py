"""What is kept of a conversation is given, is forgotten without a trace, and grows too old."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.records import Records
from tests.actions.records.conftest import ANSWER, NOW, Clock


def fill(records: Records, conversation: str) -> None:
    records.conversations.record_turn(conversation, "web", ANSWER)
    records.tickets.open_ticket(conversation, "asked", "normal")
    records.tickets.set_contact(conversation, "0912345678")
    records.feedback.rate(conversation, "up")
    records.unanswered.note(conversation, "bí mật của em", [])


def test_forgetting_leaves_nothing_of_one_and_everything_of_another(records: Records) -> None:
    fill(records, "web-1")
    fill(records, "web-2")
    records.forget("web-1")
    assert all(rows == [] for rows in records.export("web-1").values())
    assert not records.conversations.state("web-1").known
    assert all(len(rows) >= 1 for rows in records.export("web-2").values())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_is_forgotten_is_gone_from_the_disk(records: Records, url: str) -> None:
    fill(records, "web-1")
    folder = Path(url.removeprefix("sqlite:///")).parent
    held = [file for file in folder.iterdir() if "bí mật của em".encode() in file.read_bytes()]
    assert held
    records.forget("web-1")
    assert not any("bí mật của em".encode() in file.read_bytes() for file in folder.iterdir())


def test_what_is_exported_is_json_and_holds_the_contact(records: Records) -> None:
    fill(records, "web-1")
    exported = json.loads(json.dumps(records.export("web-1")))
    assert [row["text"] for row in exported["messages"]] == ["học hàn mấy năm", "Hai năm."]
    assert exported["tickets"][0]["contact"] == "0912345678"
    assert exported["conversations"] == [
        {"key": "web-1", "channel": "web", "created": NOW.isoformat(), "last_seen": NOW.isoformat()}
    ]


def test_what_is_old_is_erased_with_all_that_belongs_to_it(records: Records, clock: Clock) -> None:
    fill(records, "web-1")
    clock.go(days=10)
    fill(records, "web-2")
    gone = records.purge(NOW.replace(day=30))
    assert (gone.conversations, gone.messages, gone.tickets) == (1, 2, 1)
    assert all(rows == [] for rows in records.export("web-1").values())
    assert records.conversations.state("web-2").known
    assert records.purge(datetime(2020, 1, 1, tzinfo=UTC)).conversations == 0
