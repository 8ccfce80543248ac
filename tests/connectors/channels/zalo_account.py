"""A Zalo Official Account as the tests have it."""

from datetime import UTC, datetime, timedelta

from actions.records import Records
from tests.fakes.zalo import OA, USER, FakeZalo

BASE = "https://laban.example.vn"
TO_USER = {"id": USER}


def keep_tokens(records: Records, fake: FakeZalo) -> None:
    """Keeps tokens that were obtained an hour ago."""
    pair = fake.pair()
    now = datetime.now(UTC)
    pair["obtained"], pair["expires"] = (
        (now - timedelta(hours=1)).isoformat(),
        (now + timedelta(hours=24)).isoformat(),
    )
    records.accounts.keep_secrets("zalo", OA, pair)
