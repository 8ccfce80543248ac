"""`/zalo/callback`: where an administrator comes back to from Zalo's page of consent."""

from __future__ import annotations

import asyncio
from typing import Annotated, cast

import structlog
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from actions.records import Records
from connectors.logging import failure_of
from connectors.pages import page
from connectors.zalo_consent import CALLBACK, ConsentInvalid, WrongAccount, ZaloConsent
from connectors.zalo_grants import GrantFailed
from connectors.zalo_health import CHANNEL
from connectors.zalo_tokens import NoToken

_LONGEST = 4000

router = APIRouter(include_in_schema=False)

log = structlog.get_logger()


@router.get(CALLBACK)
async def connected(
    request: Request,
    code: Annotated[str, Query(max_length=_LONGEST)] = "",
    state: Annotated[str, Query(max_length=_LONGEST)] = "",
    oa_id: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Keep the tokens that the consent is good for, and say in Vietnamese whether that went well."""
    consent = cast("ZaloConsent | None", request.app.state.zalo_consent)
    if consent is None:
        raise HTTPException(404)
    status, outcome = await _outcome(consent, code, state, oa_id)
    if outcome == "connected":
        await _deliver_what_waited(cast("Records", request.app.state.records), oa_id)
    else:
        log.warning("Zalo account not connected", outcome=outcome)
    return page(request, "zalo.html", status, outcome=outcome, oa_id=oa_id)


async def _deliver_what_waited(records: Records, oa_id: str) -> None:
    try:
        await asyncio.to_thread(records.outbox.hurry, CHANNEL, oa_id)
    except SQLAlchemyError as error:
        # It goes out a few minutes later by itself.
        log.error("outbox failed", error=failure_of(error))


async def _outcome(consent: ZaloConsent, code: str, state: str, oa_id: str) -> tuple[int, str]:
    if not code:
        return 400, "declined"
    try:
        await consent.exchange(code, state, oa_id)
    except ConsentInvalid:
        return 400, "expired"
    except WrongAccount:
        return 400, "other_account"
    except GrantFailed as error:
        log.error("Zalo gives no tokens", account=oa_id, reason=str(error))
        return 502, "refused"
    except (NoToken, SQLAlchemyError) as error:
        log.error("Zalo tokens not kept", account=oa_id, error=failure_of(error))
        return 503, "not_kept"
    return 200, "connected"
