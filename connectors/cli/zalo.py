"""`laban zalo`: Official Accounts: their consent, how they fare, and what is wrong with a signature."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.cli.options import JSON
from connectors.cli.store import local_time, opened_records, show_row, show_rows
from connectors.errors import StartError
from connectors.settings import Settings, load_settings

if TYPE_CHECKING:
    from actions.records import Records

app = typer.Typer(no_args_is_help=True, help="Connect Zalo Official Accounts, and see how they fare.")

_FIELDS = (
    "account",
    "valid_until",
    "needs_authorisation",
    "signature_good",
    "signature_bad",
    "signature_reason",
    "waiting_for_user",
    "not_delivered",
)
_TIMES = ("valid_until", "signature_good", "signature_bad")
OA_ID = typer.Argument(help="The Official Account's id, as in LABAN_ZALO_ACCOUNTS.")
EVENT = typer.Argument(help="A file with the event's body, byte for byte.", exists=True, dir_okay=False)
TIMESTAMP = typer.Option("--timestamp", help="The header X-ZEvent-Timestamp; the body's when left out.")
SIGNATURE = typer.Option("--signature", help="The header X-ZEvent-Signature, with or without mac=.")


@app.command()
def connect(oa_id: Annotated[str, OA_ID]) -> None:
    """Print the address at which an administrator of the account lets the app speak for it."""
    from connectors.keys import Keys
    from connectors.zalo_consent import ZaloConsent
    from connectors.zalo_tokens import ZaloTokens

    settings = _settings()
    if oa_id not in settings.zalo_accounts:
        known = ", ".join(settings.zalo_accounts)
        raise StartError(f"LABAN_ZALO_ACCOUNTS holds no account {oa_id}; there are {known}")
    # A stand-in on this machine (`laban dev fakes`) comes back to this machine.
    if not settings.base_url.startswith("https://") and "127.0.0.1" not in settings.zalo_oauth_url:
        raise StartError(
            f"Zalo comes back to LABAN_PUBLIC_URL, which must begin with https://, not {settings.base_url}"
        )
    with opened_records() as records:
        tokens = ZaloTokens(settings.zalo_accounts, records.accounts, settings.zalo_oauth_url)
        consent = ZaloConsent(tokens, Keys.load(settings), settings.base_url)
        address = consent.authorisation_url(oa_id)
    print(f"1. At developers.zalo.me, set the app's Official Account callback URL to {consent.callback}")
    print("2. Within an hour, open this as an administrator of the account, and allow it:")
    print(address)


@app.command()
def status(as_json: Annotated[bool, JSON] = False) -> None:
    """Show each account's token, the signatures of its calls, and what could not be delivered."""
    from connectors.zalo_health import UNKNOWN

    settings = _settings()
    with opened_records() as records:
        rows = [_row(records, account) for account in (*settings.zalo_accounts, UNKNOWN)]
    if as_json:
        show_rows(_FIELDS, rows, as_json)
        return
    for row in rows:
        # Of calls that name no account of ours there is something to tell only if there were any.
        if row["account"] != UNKNOWN or row["signature_bad"]:
            show_row(_FIELDS, {**row, **{name: _shown(row[name]) for name in _TIMES}})


@app.command(name="check-event")
def check_event(
    file: Annotated[Path, EVENT],
    signature: Annotated[str, SIGNATURE],
    timestamp: Annotated[str | None, TIMESTAMP] = None,
) -> None:
    """Say which account's secret made the signature of a captured event, or what is wrong with it."""
    from connectors.rendering import limits_of
    from connectors.zalo_signature import SignatureWrong, fit, too_old_or_early

    accounts, body = _settings().zalo_accounts, file.read_bytes()
    try:
        signed = fit(accounts, body, signature, timestamp)
    except SignatureWrong as error:
        # Editors end a file with a line break that was not signed.
        try:
            signed = fit(accounts, body.rstrip(b"\r\n"), signature, timestamp)
        except SignatureWrong:
            raise StartError(str(error)) from None
    print(f"signed with the secret of {', '.join(sorted(signed.accounts))}, timestamp {signed.timestamp}")
    oldest = timedelta(hours=limits_of("zalo").replay_hours or 24)
    aged = too_old_or_early(signed.moment, datetime.now(UTC), oldest)
    print(f"it would be refused now: {aged}" if aged else "it would be accepted")


def _settings() -> Settings:
    settings = load_settings()
    if not settings.zalo_accounts:
        raise StartError("LABAN_ZALO_ACCOUNTS is not set")
    return settings


def _row(records: Records, account: str) -> dict[str, Any]:
    from connectors.zalo_health import CHANNEL, UNKNOWN
    from connectors.zalo_tokens import NOT_CONNECTED

    state = records.accounts.state(CHANNEL, account)
    undelivered = records.outbox.list(("held", "failed", "unknown"))
    states = Counter(
        each.state == "held" for each in undelivered if (each.channel, each.account) == (CHANNEL, account)
    )
    if account != UNKNOWN and records.accounts.secrets(CHANNEL, account) is None:
        state.setdefault("needs_authorisation", NOT_CONNECTED)
    return {
        **dict.fromkeys(_FIELDS),
        **{name: value for name, value in state.items() if name in _FIELDS},
        "account": account,
        "waiting_for_user": states[True],
        "not_delivered": states[False],
    }


def _shown(moment: str | None) -> str | None:
    return local_time(None if moment is None else datetime.fromisoformat(moment))
