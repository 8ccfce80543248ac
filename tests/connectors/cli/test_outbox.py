"""`laban outbox`: what is not delivered is listed without its text, and delivered after all on request."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.records import Records
from actions.records.database import writing
from connectors.keys import Keys
from tests.connectors.cli.conftest import Laban

SECRET = "a secret of the tests that is long enough"


@pytest.fixture
def records(tmp_path: Path, laban: Laban, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """A database that the commands use: something failed, something is held, something waits."""
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("LABAN_DATABASE_URL", address)
    monkeypatch.setenv("LABAN_SECRET_KEY", SECRET)
    opened = Records.open(address, Keys(SECRET))
    with writing(opened.engine) as connection:
        for number in range(3):
            payload = {"address": {"chat": "5550123"}, "message": {"text": "chuyện thầm kín"}}
            opened.outbox.put(connection, f"telegram-{number}", "telegram", "bot", payload)
    failed, held, _ = opened.outbox.claim(3)
    opened.outbox.begin(failed.id)
    opened.outbox.fail(failed.id, "HTTP 400 [bad]")
    opened.outbox.hold(held.id, "the user was silent for 50 h")
    yield opened
    opened.close()


def test_what_is_not_delivered_is_listed_with_the_reason_and_without_its_text(
    laban: Laban, records: Records
) -> None:
    code, out, err = laban("outbox", "list")
    assert (code, err) == (0, "")
    for shown in ("HTTP 400 [bad]", "the user was silent for 50 h", "waiting", "telegram"):
        assert shown in out
    for hidden in ("thầm kín", "5550123", "telegram-0"):
        assert hidden not in out
    rows = json.loads(laban("outbox", "list", "--json")[1])
    assert [(row["state"], row["attempts"], row["reason"]) for row in rows] == [
        ("failed", 1, "HTTP 400 [bad]"),
        ("held", 0, "the user was silent for 50 h"),
        ("waiting", 0, None),
    ]
    assert "conversation" not in rows[0]


def test_one_state_can_be_listed(laban: Laban, records: Records) -> None:
    for state, count in (("failed", 1), ("held", 1), ("waiting", 1), ("sent", 0), ("unknown", 0)):
        rows = json.loads(laban("outbox", "list", "--state", state, "--json")[1])
        assert [row["state"] for row in rows] == count * [state]
    code, out, err = laban("outbox", "list", "--state", "lost")
    assert (code, out) == (1, "")
    assert err.startswith("laban: --state lost: there are waiting, sending, held, unknown, failed and sent")


def test_what_failed_or_is_held_is_delivered_on_request(laban: Laban, records: Records) -> None:
    failed, held, waiting = records.outbox.list(["failed", "held", "waiting"])
    for delivery in (failed, held):
        assert laban("outbox", "resend", delivery.id)[:2] == (
            0,
            f"{delivery.id}: will be delivered by laban serve\n",
        )
    assert [delivery.state for delivery in records.outbox.list(["waiting"])] == 3 * ["waiting"]
    for number in (waiting.id, 999):
        assert laban("outbox", "resend", number) == (
            1,
            "",
            f"laban: {number}: nothing of that number is held, unknown or failed\n",
        )
