"""Secrets of accounts are kept encrypted, what is known of them in the open, and one at a time renews them."""

from pathlib import Path

import pytest

from actions.records import Records
from tests.actions.records.conftest import Clock, OtherSecret, at_once

SECRETS = {"access_token": "token-123", "refresh_token": "token-456"}


def test_secrets_are_kept_and_replaced(records: Records) -> None:
    assert records.accounts.secrets("zalo", "1") is None
    records.accounts.keep_secrets("zalo", "1", SECRETS)
    records.accounts.keep_secrets("zalo", "1", {"access_token": "new"})
    assert records.accounts.secrets("zalo", "1") == {"access_token": "new"}
    assert records.accounts.secrets("zalo", "2") is None
    assert records.accounts.secrets("telegram", "1") is None


def test_state_is_changed_in_parts_and_apart_from_secrets(records: Records) -> None:
    assert records.accounts.state("zalo", "1") == {}
    records.accounts.note("zalo", "1", refused=2, seen="today")
    assert records.accounts.secrets("zalo", "1") is None
    records.accounts.keep_secrets("zalo", "1", SECRETS)
    records.accounts.note("zalo", "1", refused=3)
    assert records.accounts.state("zalo", "1") == {"refused": 3, "seen": "today"}
    assert records.accounts.secrets("zalo", "1") == SECRETS


def test_parts_that_many_change_at_once_are_all_kept(records: Records) -> None:
    at_once(lambda number: records.accounts.note("zalo", "1", **{f"part{number}": number}))
    assert records.accounts.state("zalo", "1") == {f"part{number}": number for number in range(4)}


def test_an_account_is_lent_to_one_until_the_time_is_over_or_it_is_given_back(
    records: Records, clock: Clock
) -> None:
    assert sorted(at_once(lambda _: records.accounts.lease("zalo", "1", 30))) == [  # type: ignore[type-var]
        False,
        False,
        False,
        True,
    ]
    assert records.accounts.lease("zalo", "2", 30)
    clock.go(seconds=29)
    assert not records.accounts.lease("zalo", "1", 30)
    clock.go(seconds=1)
    assert records.accounts.lease("zalo", "1", 30)
    assert records.accounts.lease("zalo", "1", 0)
    assert records.accounts.lease("zalo", "1", 30)


def test_what_another_secret_encrypted_is_as_if_it_were_not_there(
    records: Records, url: str, clock: Clock
) -> None:
    records.accounts.keep_secrets("zalo", "1", SECRETS)
    opened = Records.open(url, OtherSecret(), clock)
    assert opened.accounts.secrets("zalo", "1") is None
    opened.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_the_file_no_secret_can_be_read(records: Records, url: str) -> None:
    records.accounts.keep_secrets("zalo", "1", SECRETS)
    held = b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.iterdir())
    assert b"321-nekot" in held
    assert b"token-123" not in held
