"""How the signatures of Zalo's calls fare: a wrong secret refuses everything, and of that Zalo says little."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Accounts
from connectors.logging import failure_of

CHANNEL = "zalo"
# The account of a call that does not say whose it is.
UNKNOWN = "*"
_AGAIN_AFTER = timedelta(minutes=1)

log = structlog.get_logger()


class SignatureHealth:
    """Keeps when a signature was right last, and when and why one was not; it never makes a webhook wait."""

    def __init__(self, kept: Accounts, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._kept, self._now = kept, now
        self._noted: dict[tuple[str, str | None], datetime] = {}
        self._writer = ThreadPoolExecutor(1, "zalo-health")

    def good(self, account: str) -> None:
        """Says that a call of an account was signed rightly."""
        moment = self._worth_noting(account, None)
        if moment is not None:
            self._writer.submit(self._note, account, signature_good=moment.isoformat())

    def bad(self, account: str, why: str) -> None:
        """Says that a call was refused."""
        moment = self._worth_noting(account, why)
        if moment is not None:
            self._writer.submit(self._note, account, signature_bad=moment.isoformat(), signature_reason=why)

    def close(self) -> None:
        """Writes what is to be written."""
        self._writer.shutdown()

    def _worth_noting(self, account: str, why: str | None) -> datetime | None:
        now = self._now()
        before = self._noted.get((account, why))
        if before is not None and now - before < _AGAIN_AFTER:
            return None
        self._noted[account, why] = now
        return now

    def _note(self, account: str, **changes: str) -> None:
        try:
            self._kept.note(CHANNEL, account, **changes)
        except SQLAlchemyError as error:
            log.error("signature health not noted", error=failure_of(error))
