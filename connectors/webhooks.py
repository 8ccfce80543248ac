"""The addresses that platforms call, `/webhooks/<channel>`: 200 is answered when what came is on the disk.

Plain ASGI in front of everything else: platforms send in bursts and wait for the answer, so nothing that only pages and
the REST API need may stand in the way.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import structlog
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.channel import CallRefused, Channel, Channels, Event, WebhookCall
from connectors.intake import Intake, IntakeClosed
from connectors.metrics import REFUSED_CALLS
from connectors.problems import RETRY_SOON

PREFIX = "/webhooks/"
_LONGEST_CHALLENGE = 200
# Meta gathers up to a thousand events in one call.
_LONGEST_BODY = 2 * 1024**2
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

log = structlog.get_logger()


class Webhooks:
    """ASGI middleware that serves `/webhooks/<channel>` and `/webhooks/<channel>/<account>` itself."""

    def __init__(
        self,
        app: ASGIApp,
        channels: Channels,
        intake: Intake,
        *,
        verify_token: SecretStr | None,
    ) -> None:
        self._app, self._channels, self._intake = app, channels, intake
        self._verify_token = verify_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        name, _, account = scope["path"].removeprefix(PREFIX).partition("/")
        channel = self._channels.get(name)
        request = Request(scope, receive)
        try:
            if channel is None:
                response: Response = PlainTextResponse("not found", 404)
            elif scope["method"] == "POST":
                response = await self._receive(channel, account or None, request)
            elif scope["method"] == "GET" and name == "messenger":
                response = self._confirm(request)
            else:
                response = PlainTextResponse("POST only", 405, headers={"Allow": "POST"})
        except ClientDisconnect:
            return
        response.headers.update(_HEADERS)
        await response(scope, receive, send)

    async def _receive(self, channel: Channel, account: str | None, request: Request) -> Response:
        try:
            # The body is read raw: a signature is over its very bytes.
            call = WebhookCall(await self._body(request), dict(request.headers), account)
            events = channel.open(call)
            await self._intake.take(channel, events)
        except HTTPException as error:
            return PlainTextResponse("too large", error.status_code, headers={"Connection": "close"})
        except CallRefused as error:
            REFUSED_CALLS.labels(channel.name).inc()
            log.warning("call refused", channel=channel.name, reason=str(error))
            return PlainTextResponse("refused", 403)
        except (IntakeClosed, SQLAlchemyError):
            return PlainTextResponse("try again", 503, headers=RETRY_SOON)
        pressed = [event for event in events if event.receipt is not None]
        background = BackgroundTask(_acknowledge, channel, pressed) if pressed else None
        return PlainTextResponse("ok", background=background)

    async def _body(self, request: Request) -> bytes:
        chunks, length = [], 0
        async for chunk in request.stream():
            length += len(chunk)
            if length > _LONGEST_BODY:
                raise HTTPException(413)
            chunks.append(chunk)
        return b"".join(chunks)

    def _confirm(self, request: Request) -> Response:
        """Answers Meta's question whether this webhook is ours."""
        asked = request.query_params
        if self._verify_token is None or asked.get("hub.mode") != "subscribe":
            return PlainTextResponse("not found", 404)
        expected = self._verify_token.get_secret_value().encode()
        if not hmac.compare_digest(asked.get("hub.verify_token", "").encode(), expected):
            return PlainTextResponse("the verify token is wrong (LABAN_MESSENGER_VERIFY_TOKEN)", 403)
        return PlainTextResponse(asked.get("hub.challenge", "")[:_LONGEST_CHALLENGE])


async def _acknowledge(channel: Channel, events: Sequence[Event]) -> None:
    for event in events:
        await channel.acknowledge(event)
