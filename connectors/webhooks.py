"""The addresses that platforms call: `/webhooks/<channel>`; 200 is answered when what came is on the disk."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Annotated, cast

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask

from connectors.channel import CallRefused, Channel, Channels, Event, WebhookCall
from connectors.intake import Intake, IntakeClosed
from connectors.metrics import REFUSED_CALLS

router = APIRouter(prefix="/webhooks", include_in_schema=False)

log = structlog.get_logger()


@router.get("/messenger")
def confirm_messenger(
    request: Request,
    mode: Annotated[str, Query(alias="hub.mode")] = "",
    token: Annotated[str, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=200)] = "",
) -> Response:
    """Answer Meta's question whether this webhook is ours."""
    expected = request.app.state.messenger_verify_token
    if expected is None or mode != "subscribe":
        return PlainTextResponse("not found", 404)
    if not hmac.compare_digest(token.encode(), expected.get_secret_value().encode()):
        return PlainTextResponse("the verify token is wrong (LABAN_MESSENGER_VERIFY_TOKEN)", 403)
    return PlainTextResponse(challenge)


@router.post("/{name}")
@router.post("/{name}/{account}")
async def receive(request: Request, name: str, account: str | None = None) -> Response:
    """Take what a platform hands over."""
    channel = cast("Channels", request.app.state.channels).get(name)
    if channel is None:
        return PlainTextResponse("not found", 404)
    # The body is read raw: a signature is over its very bytes.
    call = WebhookCall(await request.body(), dict(request.headers), account)
    try:
        events = channel.open(call)
        await cast("Intake", request.app.state.intake).take(channel, events)
    except CallRefused as error:
        REFUSED_CALLS.labels(name).inc()
        log.warning("call refused", channel=name, reason=str(error))
        return PlainTextResponse("refused", 403)
    except (IntakeClosed, SQLAlchemyError):
        return PlainTextResponse("try again", 503, headers={"Retry-After": "5"})
    pressed = [event for event in events if event.receipt is not None]
    return PlainTextResponse("ok", background=BackgroundTask(_acknowledge, channel, pressed))


async def _acknowledge(channel: Channel, events: Sequence[Event]) -> None:
    for event in events:
        await channel.acknowledge(event)
