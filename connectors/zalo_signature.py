"""The signature of Zalo's events: SHA-256 of app id, raw body, timestamp and OA secret key, which is no HMAC.

https://developers.zalo.me/docs/official-account/webhook/tong-quan
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.accounts import ZaloAccount

SIGNATURE = "x-zevent-signature"
TIMESTAMP = "x-zevent-timestamp"
CLOCK_SLIP = timedelta(minutes=5)
_SIGNATURE = re.compile(r"\s*(?:mac\s*=\s*)?([0-9a-fA-F]{64})\s*")
_MOMENT = re.compile(r"[0-9]{1,14}")
# Read before anything is believed, and so before anything is parsed; an object within may have a time of its own.
_IN_BODY = re.compile(rb'"timestamp"\s*:\s*"?([0-9]{1,14})"?\s*[,}]')
_MOST_TIMES = 4
# Above this a timestamp counts milliseconds.
_SECONDS_UNTIL = 10**11


class SignatureWrong(Exception):
    """The signature fits none of our accounts; says why as far as that can be told, without a secret."""


@dataclass(frozen=True)
class Fit:
    """Which accounts' secret made a signature, and the timestamp that went into it."""

    accounts: frozenset[str]
    timestamp: str

    @property
    def moment(self) -> datetime:
        """When the event was signed."""
        number = int(self.timestamp)
        seconds = number if number < _SECONDS_UNTIL else number / 1000
        return datetime.fromtimestamp(seconds, UTC)


def sign(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Returns the signature of an event, in lower-case hexadecimal digits."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def fit(
    accounts: Mapping[str, ZaloAccount], body: bytes, signature: str | None, timestamp: str | None
) -> Fit:
    """Returns whose secret made a signature.

    Args:
        accounts: the accounts of the settings, by OA id.
        body: as it came.
        signature: the header of that name.
        timestamp: the header of that name; the one in the body is tried too, as older events have no other.

    Raises:
        SignatureWrong: nobody's.
    """
    found = _SIGNATURE.fullmatch(signature or "")
    if found is None:
        raise SignatureWrong("there is no signature" if not signature else "the signature is not of its form")
    times = _timestamps(body, timestamp)
    if not times:
        raise SignatureWrong("there is no timestamp, neither in a header nor in the body")
    given = found[1].lower()
    for moment in times:
        if fitting := frozenset(_fitting(accounts, body, moment, given)):
            return Fit(fitting, moment)
    raise SignatureWrong(_why(accounts, body, times, given))


def too_old_or_early(moment: datetime, now: datetime, oldest: timedelta) -> str | None:
    """Returns what is wrong with the age of an event; None if it is right."""
    if now - moment > oldest:
        return f"the event is older than {oldest.total_seconds() / 3600:.0f} h"
    if moment - now > CLOCK_SLIP:
        return "the event is from the future: is this machine's clock right?"
    return None


def _timestamps(body: bytes, header: str | None) -> list[str]:
    times = [header.strip()] if header and _MOMENT.fullmatch(header.strip()) else []
    times += [found.decode() for found in _IN_BODY.findall(body)[:_MOST_TIMES]]
    return list(dict.fromkeys(times))


def _fitting(
    accounts: Mapping[str, ZaloAccount], body: bytes, timestamp: str, signature: str
) -> Iterable[str]:
    for oa_id, account in accounts.items():
        expected = sign(account.app_id, body, timestamp, account.oa_secret.get_secret_value())
        if hmac.compare_digest(expected, signature):
            yield oa_id


def _why(accounts: Mapping[str, ZaloAccount], body: bytes, times: Iterable[str], signature: str) -> str:
    for moment in times:
        for oa_id, account in accounts.items():
            confused = sign(account.app_id, body, moment, account.app_secret.get_secret_value())
            if hmac.compare_digest(confused, signature):
                return f"app_secret and oa_secret of account {oa_id} are exchanged in LABAN_ZALO_ACCOUNTS"
    if not any(account.app_id.encode() in body for account in accounts.values()):
        return "the event is of another app than those in LABAN_ZALO_ACCOUNTS (app_id)"
    return "the signature is wrong: oa_secret must be the OA Secret Key of the app's webhook page"
