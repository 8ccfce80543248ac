"""The consent of an Official Account: from the link through Zalo's page to the tokens, and what may go wrong there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from actions.records import Records
from actions.records.database import writing
from connectors.keys import Keys
from connectors.zalo_consent import CALLBACK, ZaloConsent
from connectors.zalo_oauth import router
from connectors.zalo_tokens import ZaloTokens
from tests.connectors.loopback import serving
from tests.fakes.zalo import ACCOUNTS, OA, FakeZalo, zalo_app

BASE = "https://laban.example.vn"
KEYS = Keys("k" * 40)


@pytest.fixture
def fake() -> Iterator[FakeZalo]:
    """Zalo."""
    state = FakeZalo()
    with serving(zalo_app(state)) as state.url:
        yield state


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records without any token."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", KEYS)
    yield opened
    opened.close()


@pytest.fixture
def tokens(fake: FakeZalo, records: Records) -> ZaloTokens:
    """The tokens of our account."""
    return ZaloTokens(ACCOUNTS, records.accounts, fake.url)


@pytest.fixture
def consent(tokens: ZaloTokens) -> ZaloConsent:
    """The consent to our account."""
    return ZaloConsent(tokens, KEYS, BASE)


@pytest.fixture
def client(consent: ZaloConsent, tokens: ZaloTokens, records: Records) -> Iterator[TestClient]:
    """A browser that comes back from Zalo."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await tokens.close()

    app = FastAPI(lifespan=lifespan)
    app.state.zalo_consent, app.state.records = consent, records
    app.include_router(router)
    with TestClient(app) as running:
        yield running


def agreed(address: str) -> dict[str, str]:
    """Returns what Zalo sends along when an administrator opens the link and agrees."""
    back = urlsplit(httpx.get(address, trust_env=False).headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BASE + CALLBACK
    return {name: value for name, (value,) in parse_qs(back.query).items()}


def test_a_consent_connects_the_account(client: TestClient, consent: ZaloConsent, records: Records) -> None:
    back = agreed(consent.authorisation_url(OA))
    page = client.get(CALLBACK, params=back)
    assert page.status_code == 200
    assert "Đã kết nối" in page.text
    assert OA in page.text
    assert (records.accounts.secrets("zalo", OA) or {})["access_token"].startswith("access-")
    assert records.accounts.state("zalo", OA)["needs_authorisation"] is None


def test_what_waited_for_the_consent_goes_out_at_once(
    client: TestClient, consent: ZaloConsent, records: Records
) -> None:
    with writing(records.engine) as connection:
        for account in (OA, "another"):
            records.outbox.put(connection, f"zalo-{account}", "zalo", account, {"message": {"text": "chào"}})
    for parcel in records.outbox.claim(9):
        records.outbox.retry(parcel.id, 300, "the account is not connected")
    assert records.outbox.claim(9) == []
    assert client.get(CALLBACK, params=agreed(consent.authorisation_url(OA))).status_code == 200
    assert [parcel.account for parcel in records.outbox.claim(9)] == [OA]


def test_a_link_is_good_for_one_use(client: TestClient, consent: ZaloConsent, fake: FakeZalo) -> None:
    back = agreed(consent.authorisation_url(OA))
    assert client.get(CALLBACK, params=back).status_code == 200
    again = client.get(CALLBACK, params=back)
    assert (again.status_code, fake.oauth_calls) == (400, 1)
    assert "Liên kết đã hết hạn" in again.text


def test_an_older_link_is_no_longer_good(client: TestClient, consent: ZaloConsent, fake: FakeZalo) -> None:
    back = agreed(consent.authorisation_url(OA))
    consent.authorisation_url(OA)
    assert client.get(CALLBACK, params=back).status_code == 400
    assert fake.oauth_calls == 0


@pytest.mark.parametrize("state", ["", "forged", KEYS.sign("another purpose", OA)])
def test_a_state_that_is_not_ours_is_refused(
    client: TestClient, consent: ZaloConsent, fake: FakeZalo, state: str
) -> None:
    back = agreed(consent.authorisation_url(OA))
    page = client.get(CALLBACK, params={**back, "state": state})
    assert page.status_code == 400
    assert "laban zalo connect" in page.text
    assert fake.oauth_calls == 0


def test_a_link_is_good_for_an_hour(
    client: TestClient, consent: ZaloConsent, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = agreed(consent.authorisation_url(OA))
    monkeypatch.setattr("connectors.zalo_consent.LIFETIME_S", -1)
    assert client.get(CALLBACK, params=back).status_code == 400


def test_the_consent_for_another_account_is_told(client: TestClient, consent: ZaloConsent) -> None:
    back = agreed(consent.authorisation_url(OA))
    page = client.get(CALLBACK, params={**back, "oa_id": "999"})
    assert page.status_code == 400
    assert "Chọn nhầm Official Account" in page.text


def test_a_declined_consent_is_told(client: TestClient, consent: ZaloConsent) -> None:
    back = agreed(consent.authorisation_url(OA))
    del back["code"]
    assert "Chưa kết nối được" in client.get(CALLBACK, params=back).text


def test_an_error_with_http_200_leaves_the_account_as_it_was(
    client: TestClient, consent: ZaloConsent, fake: FakeZalo, records: Records
) -> None:
    back = agreed(consent.authorisation_url(OA))
    fake.oauth_errors = [{"error_name": "Invalid code", "error": -14003}]
    page = client.get(CALLBACK, params=back)
    assert page.status_code == 502
    assert "Zalo chưa cấp quyền" in page.text
    assert records.accounts.secrets("zalo", OA) is None
    # Opened once more, with the same code, it works.
    assert client.get(CALLBACK, params=back).status_code == 200


def test_where_no_account_is_set_up_there_is_no_such_page() -> None:
    app = FastAPI()
    app.state.zalo_consent = None
    app.include_router(router)
    with TestClient(app) as running:
        assert running.get(CALLBACK).status_code == 404


def test_neither_the_link_nor_the_disk_shows_the_verifier(
    consent: ZaloConsent, records: Records, tmp_path: Path
) -> None:
    address = consent.authorisation_url(OA)
    verifier = (records.accounts.secrets("zalo consent", OA) or {})["verifier"]
    assert len(verifier) == 43
    assert verifier not in address
    assert verifier.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
