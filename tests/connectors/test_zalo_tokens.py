"""Zalo's tokens: a refresh token is spent once, whoever asks, and a pair is replaced only by a whole one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records import Accounts, Records
from connectors.keys import Keys
from connectors.metrics import ZALO_UNAUTHORISED
from connectors.zalo_tokens import NOT_CONNECTED, NoToken, Pair, ZaloTokens
from tests.connectors.loopback import serving
from tests.fakes.zalo import ACCOUNTS, OA, FakeZalo, zalo_app

START = datetime(2026, 11, 27, 8, tzinfo=UTC)
KEYS = Keys("k" * 40)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def fake() -> Iterator[FakeZalo]:
    """Zalo."""
    state = FakeZalo()
    with serving(zalo_app(state)) as state.url:
        yield state


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def records(tmp_path: Path, fake: FakeZalo) -> Iterator[Records]:
    """Records that hold the account's first pair."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", KEYS)
    pair = fake.pair()
    kept = Pair(pair["access_token"], pair["refresh_token"], START, START + timedelta(hours=25))
    opened.accounts.keep_secrets("zalo", OA, kept.written())
    yield opened
    opened.close()


@pytest.fixture
async def tokens(fake: FakeZalo, records: Records, clock: Clock) -> AsyncIterator[ZaloTokens]:
    """The tokens of this process."""
    ours = ZaloTokens(ACCOUNTS, records.accounts, fake.url, now=clock)
    yield ours
    await ours.close()


def kept(records: Records) -> dict[str, Any]:
    return records.accounts.secrets("zalo", OA) or {}


def alarm(records: Records) -> Any:
    return records.accounts.state("zalo", OA).get("needs_authorisation")


async def test_a_token_is_used_until_half_its_life_is_over_and_then_renewed(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records
) -> None:
    clock.go(hours=12.4)
    await tokens.refresh_due()
    assert fake.oauth_calls == 0
    clock.go(hours=0.1)
    await tokens.refresh_due()
    assert fake.spent == ["refresh-1"]
    assert await tokens.access_token(OA) == "access-2"
    assert records.accounts.state("zalo", OA)["valid_until"] == (clock.now + timedelta(hours=25)).isoformat()
    clock.go(hours=12.5)
    await tokens.refresh_due()
    assert fake.spent == ["refresh-1", "refresh-2"]


async def test_the_loop_renews_by_itself(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records
) -> None:
    clock.go(hours=13)
    async with tokens.keep_fresh(every_s=0.01):
        while kept(records)["access_token"] != "access-2":
            await asyncio.sleep(0.01)
    assert fake.spent == ["refresh-1"]


async def test_a_token_that_has_ended_is_renewed_when_it_is_needed(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock
) -> None:
    clock.go(hours=26)
    assert await tokens.access_token(OA) == "access-2"


async def test_two_processes_and_many_tasks_spend_a_token_once(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records
) -> None:
    clock.go(hours=13)
    fake.oauth_delay_s = 0.3
    theirs = Records.open(str(records.engine.url), KEYS)
    others = ZaloTokens(ACCOUNTS, theirs.accounts, fake.url, now=clock)
    got = await asyncio.gather(
        *(each.refresh(OA, "access-1") for each in (tokens, others) * 5), others.refresh_due()
    )
    assert set(got[:-1]) == {"access-2"}
    assert fake.spent == ["refresh-1"]
    await others.close()
    theirs.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"error_name": "Invalid refresh token", "error_reason": "It was used", "error": -14014},
        {"access_token": "half", "expires_in": "90000"},
        {"access_token": "a", "refresh_token": "", "expires_in": "90000"},
        {"access_token": "a", "refresh_token": "b", "expires_in": "soon"},
        {"access_token": None, "refresh_token": None, "expires_in": None},
        {},
    ],
)
async def test_an_error_with_http_200_keeps_the_old_pair_and_raises_the_alarm(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records, answer: dict[str, Any]
) -> None:
    clock.go(hours=13)
    fake.oauth_errors = [answer]
    before = kept(records)
    await tokens.refresh_due()
    assert kept(records) == before
    assert alarm(records)
    assert ZALO_UNAUTHORISED.labels(OA)._value.get() == 1
    # What is left of the old token's life is used, and it is tried again after a while.
    assert await tokens.access_token(OA) == "access-1"
    await tokens.refresh_due()
    assert fake.oauth_calls == 1
    clock.go(minutes=6)
    await tokens.refresh_due()
    assert await tokens.access_token(OA) == "access-2"
    assert alarm(records) is None
    assert ZALO_UNAUTHORISED.labels(OA)._value.get() == 0


async def test_the_reason_is_zalos_own(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records
) -> None:
    fake.refresh_tokens.clear()
    clock.go(hours=26)
    with pytest.raises(NoToken, match="Invalid refresh token"):
        await tokens.access_token(OA)
    assert alarm(records) == "-14014; Invalid refresh token; Invalid refresh token"


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_a_server_that_is_busy_is_no_reason_for_an_alarm(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records, status: int
) -> None:
    clock.go(hours=13)
    fake.oauth_statuses = [status]
    await tokens.refresh_due()
    assert alarm(records) is None
    assert kept(records)["access_token"] == "access-1"


async def test_a_server_out_of_reach_is_no_reason_for_an_alarm(clock: Clock, records: Records) -> None:
    tokens = ZaloTokens(ACCOUNTS, records.accounts, "http://127.0.0.1:1", now=clock)
    clock.go(hours=26)
    with pytest.raises(NoToken, match="ConnectError"):
        await tokens.access_token(OA)
    assert alarm(records) is None
    await tokens.close()


async def test_an_answer_that_is_lost_with_the_new_tokens_ends_in_an_alarm_and_not_in_silence(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.zalo_grants.LONGEST_S", 0.1)
    fake.oauth_delay_s = 0.3
    clock.go(hours=13)
    await tokens.refresh_due()
    assert (fake.spent, alarm(records)) == (["refresh-1"], None)
    monkeypatch.undo()
    clock.go(minutes=6)
    await tokens.refresh_due()
    assert "Invalid refresh token" in alarm(records)
    assert await tokens.access_token(OA) == "access-1"


async def test_a_refresh_that_has_begun_is_finished_although_the_app_stops(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records
) -> None:
    clock.go(hours=13)
    fake.oauth_delay_s = 0.3
    async with tokens.keep_fresh():
        while not fake.spent:
            await asyncio.sleep(0.01)
    assert kept(records)["access_token"] == "access-2"


async def test_new_tokens_are_kept_although_the_database_is_busy(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, failures = Accounts.keep_secrets, [sa.exc.OperationalError("", {}, Exception("busy"))]

    def busy_once(self: Accounts, *arguments: Any) -> None:
        if failures:
            raise failures.pop()
        keep(self, *arguments)

    monkeypatch.setattr(Accounts, "keep_secrets", busy_once)
    clock.go(hours=13)
    assert await tokens.refresh(OA, "access-1") == "access-2"
    assert kept(records)["refresh_token"] == "refresh-2"


async def test_a_new_token_is_not_exchanged_for_another(
    tokens: ZaloTokens, fake: FakeZalo, clock: Clock
) -> None:
    clock.go(minutes=4)
    with pytest.raises(NoToken, match="is new"):
        await tokens.refresh(OA, "access-1")
    assert fake.oauth_calls == 0


async def test_an_account_that_was_never_connected_raises_the_alarm(
    tokens: ZaloTokens, fake: FakeZalo, records: Records
) -> None:
    records.accounts.keep_secrets("zalo", OA, {})
    with pytest.raises(NoToken, match=NOT_CONNECTED):
        await tokens.access_token(OA)
    await tokens.refresh_due()
    assert alarm(records) == NOT_CONNECTED
    assert fake.oauth_calls == 0


def test_no_token_lies_readable_on_the_disk(records: Records, tmp_path: Path) -> None:
    assert kept(records)["refresh_token"] == "refresh-1"
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"refresh-1" not in held
