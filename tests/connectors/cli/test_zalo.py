"""`laban zalo`: the link to the consent, how the accounts fare, and what is wrong with a signature."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.records import Records
from connectors.keys import Keys
from connectors.zalo_health import UNKNOWN, SignatureHealth
from tests.connectors.cli.conftest import Laban
from tests.fakes.zalo import APP, APP_SECRET, OA, OA_SECRET, FakeZalo, said

SECRET = "a secret of the tests that is long enough"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, laban: Laban, monkeypatch: pytest.MonkeyPatch) -> str:
    """An account in the settings, and a database that the commands use."""
    account = {"app_id": APP, "app_secret": APP_SECRET, "oa_secret": OA_SECRET}
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("LABAN_ZALO_ACCOUNTS", json.dumps({OA: account}))
    monkeypatch.setenv("LABAN_DATABASE_URL", address)
    monkeypatch.setenv("LABAN_SECRET_KEY", SECRET)
    monkeypatch.setenv("LABAN_PUBLIC_URL", "https://laban.example.vn")
    return address


@pytest.fixture
def records(environment: str) -> Iterator[Records]:
    """The same database, opened by the test."""
    opened = Records.open(environment, Keys(SECRET))
    yield opened
    opened.close()


@pytest.fixture
def event(tmp_path: Path) -> tuple[Path, str, str]:
    """A captured event: its file, signature and timestamp."""
    body, headers = FakeZalo().signed(said("chào"))
    file = tmp_path / "event.json"
    file.write_bytes(body)
    return file, headers["x-zevent-signature"], headers["x-zevent-timestamp"]


def test_connect_prints_the_link_and_where_it_leads_back(laban: Laban) -> None:
    code, out, _ = laban("zalo", "connect", OA)
    assert code == 0
    assert "https://laban.example.vn/zalo/callback" in out
    assert f"https://oauth.zaloapp.com/v4/oa/permission?app_id={APP}&" in out
    assert APP_SECRET not in out


def test_connect_names_the_accounts_there_are(laban: Laban) -> None:
    message = f"laban: LABAN_ZALO_ACCOUNTS holds no account 1; there are {OA}\n"
    assert laban("zalo", "connect", 1) == (1, "", message)


def test_connect_wants_an_address_that_zalo_can_come_back_to(
    laban: Laban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABAN_PUBLIC_URL")
    code, _, err = laban("zalo", "connect", OA)
    assert code == 1
    assert "LABAN_PUBLIC_URL, which must begin with https://" in err


@pytest.mark.parametrize("arguments", [("status",), ("connect", OA)])
def test_without_accounts_there_is_nothing_to_show(
    laban: Laban, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.delenv("LABAN_ZALO_ACCOUNTS")
    assert laban("zalo", *arguments) == (1, "", "laban: LABAN_ZALO_ACCOUNTS is not set\n")


def test_status_of_a_new_account_says_that_it_must_be_connected(laban: Laban) -> None:
    ours, unknown = json.loads(laban("zalo", "status", "--json")[1])
    assert (ours["account"], ours["needs_authorisation"]) == (OA, "not connected yet")
    assert (unknown["account"], unknown["needs_authorisation"]) == (UNKNOWN, None)


def test_status_tells_of_tokens_signatures_and_deliveries(
    laban: Laban, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = SignatureHealth(records.accounts)
    health.good(OA)
    health.bad(UNKNOWN, "there is no signature")
    health.close()
    until = datetime.now(UTC) + timedelta(hours=20)
    records.accounts.keep_secrets("zalo", OA, {"refresh_token": "geheim"})
    records.accounts.note("zalo", OA, needs_authorisation=None, valid_until=until.isoformat())
    with records.engine.begin() as connection:
        for account in (OA, OA, "other"):
            records.outbox.put(connection, "c", "zalo", account, {"message": {}})
    records.outbox.hold(1, "Zalo's error -230")
    records.outbox.fail(2, "Zalo's error -224")
    ours, unknown = json.loads(laban("zalo", "status", "--json")[1])
    assert (ours["waiting_for_user"], ours["not_delivered"]) == (1, 1)
    assert ours["valid_until"] == until.isoformat()
    assert ours["signature_good"]
    assert unknown["signature_reason"] == "there is no signature"
    monkeypatch.setenv("COLUMNS", "80")
    shown = laban("zalo", "status")[1]
    assert "geheim" not in shown
    # The longest there is, whole on a narrow window.
    for told in (OA, "needs_authorisation", "signature_reason", "there is no signature"):
        assert told in shown


def test_a_captured_event_that_fits_is_told_with_its_secret(
    laban: Laban, event: tuple[Path, str, str]
) -> None:
    file, signature, timestamp = event
    code, out, _ = laban("zalo", "check-event", file, "--timestamp", timestamp, "--signature", signature)
    assert code == 0
    assert out == f"signed with the secret of {OA}, timestamp {timestamp}\nit would be accepted\n"
    file.write_bytes(file.read_bytes() + b"\n")
    assert laban("zalo", "check-event", file, "--signature", signature)[0] == 0


def test_an_old_event_would_be_refused(laban: Laban, tmp_path: Path) -> None:
    body, headers = FakeZalo().signed(said("chào"), timestamp=1_677_721_200_000)
    (tmp_path / "event.json").write_bytes(body)
    signature = headers["x-zevent-signature"]
    out = laban("zalo", "check-event", tmp_path / "event.json", "--signature", signature)[1]
    assert "it would be refused now: the event is older than 13 h" in out


def test_what_is_wrong_with_a_captured_event_is_told(laban: Laban, event: tuple[Path, str, str]) -> None:
    file, _, timestamp = event
    code, _, err = laban("zalo", "check-event", file, "--timestamp", timestamp, "--signature", "0" * 64)
    assert code == 1
    assert "oa_secret must be the OA Secret Key" in err
    body, headers = FakeZalo(oa_secret=APP_SECRET).signed(said("chào"))
    file.write_bytes(body)
    err = laban("zalo", "check-event", file, "--signature", headers["x-zevent-signature"])[2]
    assert "are exchanged in LABAN_ZALO_ACCOUNTS" in err
