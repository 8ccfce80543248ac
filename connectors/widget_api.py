"""The widget's API: `/widget/v1/<site>/…`. A visitor is known by a signed token in a header."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Arrival, Rating, Reason, Records
from connectors.channel import WEB
from connectors.fanout import Fanout, Listener
from connectors.intake import Intake, IntakeClosed
from connectors.keys import Keys
from connectors.problems import RETRY_SOON, Problem, described
from connectors.rate_limits import RateLimits
from connectors.sites import KEY, Site
from connectors.widget_messages import recorded

PREFIX = "/widget/v1"
_VISITOR, _VISITOR_LIFETIME_S = "visitor", 30 * 24 * 3600
_PING_S = 15.0
_WHOLE = 2**53
_LONGEST_TEXT = 20_000
_BUSY_S = "30"
_PROBLEMS = described(
    {
        401: "The visitor's token is missing or no longer good",
        403: "The page's origin is not among the site's",
        404: "There is no such site, or no such answer",
        413: "The body is too large",
        415: "The body is not JSON",
        422: "The request cannot be read",
        429: "Too many messages; `Retry-After` says how long to wait",
        503: "Too many messages wait, or they cannot be kept; try again later",
    }
)

router = APIRouter(prefix=f"{PREFIX}/{{site}}", tags=["widget"], responses=_PROBLEMS)

SiteKey = Annotated[str, Path(pattern=KEY)]


class VisitorMessage(BaseModel):
    """What a visitor wrote; `id` is the widget's own, by which a message that is sent again is known."""

    id: str = Field(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    text: str = Field(max_length=_LONGEST_TEXT)


class Taken(BaseModel):
    """The message is kept and will be answered over the stream, to whoever shows this token."""

    visitor: str


class History(BaseModel):
    """Messages in order (docs/widget.md), and whether a person is asked for (`ticket`) or talks (`held`)."""

    messages: list[dict[str, Any]]
    ticket: int | None
    held: bool


class WidgetFeedback(BaseModel):
    """What a visitor thinks of an answer; a reason may be sent later."""

    message_id: int = Field(ge=1, le=_WHOLE)
    rating: Rating
    reason: Reason | None = None


def _visitor(request: Request, site: SiteKey, authorization: Annotated[str, Header()] = "") -> str | None:
    """The visitor whose token is shown; None without one."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    name = cast("Keys", request.app.state.keys).verify(_VISITOR, token, _VISITOR_LIFETIME_S)
    if name is None or not name.startswith(f"{site}:"):
        raise Problem(401, "visitor_unknown")
    if _store(request).conversations.state(_key(request, name)).ended:
        raise Problem(401, "visitor_unknown")
    return name


Visitor = Annotated[str | None, Depends(_visitor)]


def _conversation(request: Request, visitor: Visitor) -> str:
    """What the stores know the visitor's talk by."""
    if visitor is None:
        raise Problem(401, "visitor_unknown")
    return _key(request, visitor)


def _key(request: Request, visitor: str) -> str:
    return cast("Keys", request.app.state.keys).conversation_key(WEB, visitor)


Conversation = Annotated[str, Depends(_conversation)]


@router.post("/messages", status_code=202)
async def send(request: Request, site: SiteKey, message: VisitorMessage, visitor: Visitor) -> Taken:
    """Take a message; its answer comes over the stream. Without a token a talk begins."""
    state, keys = request.app.state, cast("Keys", request.app.state.keys)
    limits, intake = cast("RateLimits", state.rate_limits), cast("Intake", state.intake)
    # Made of the widget's own random id, so that a first message that is sent again stays in the talk it has begun.
    name = visitor or f"{site}:{keys.conversation_key(_VISITOR, message.id)}"
    conversation = _key(request, name)
    address = request.client.host if request.client else ""
    wait = await limits.user_over(conversation) or await limits.address_over(site, address)
    if wait:
        raise Problem(429, "slow_down", headers={"Retry-After": str(int(wait))})
    if await asyncio.to_thread(_store(request).inbox.waiting) >= state.inbox_max:
        raise Problem(503, "busy", headers={"Retry-After": _BUSY_S})
    arrival = Arrival(
        channel=WEB,
        account=site,
        event=hashlib.sha256(f"{name}\0{message.id}".encode()).hexdigest(),
        conversation=conversation,
        kind="text",
        payload={
            "text": message.text,
            "client_id": message.id,
            "address": {"conversation": conversation, "reply_to": message.id},
        },
    )
    try:
        await intake.put(arrival)
    except (IntakeClosed, SQLAlchemyError):
        raise Problem(503, "unavailable", headers=RETRY_SOON) from None
    return Taken(visitor=keys.sign(_VISITOR, name))


@router.get("/messages")
def history(
    request: Request, key: Conversation, after: Annotated[int, Query(ge=0, le=_WHOLE)] = 0
) -> History:
    """Show what was said after a message: the history of a page that was loaded again, or of one that cannot stream."""
    state = _store(request).conversations.state(key)
    found = _store(request).conversations.messages(key, after)
    return History(messages=[recorded(message) for message in found], ticket=state.ticket, held=state.held)


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    request: Request, key: Conversation, after: Annotated[int, Query(ge=0, le=_WHOLE)] = 0
) -> StreamingResponse:
    """Stream what is said after a message, as Server-Sent Events, each once."""
    fanout = cast("Fanout", request.app.state.fanout)
    # Proxies must not gather it, nor compress it.
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(_store(request), fanout, key, after), media_type="text/event-stream", headers=headers
    )


@router.post("/feedback", status_code=204)
def rate(request: Request, key: Conversation, feedback: WidgetFeedback) -> Response:
    """Rate an answer."""
    rated = _store(request).feedback.rate(
        key, feedback.rating, message=feedback.message_id, reason=feedback.reason
    )
    if not rated:
        raise Problem(404, "nothing_to_rate")
    return Response(status_code=204)


@router.post("/end", status_code=204)
async def end(request: Request, key: Conversation) -> Response:
    """End a talk for good: its streams close, and its token opens it no more."""
    await asyncio.to_thread(_store(request).conversations.end, key)
    cast("Fanout", request.app.state.fanout).close(key)
    return Response(status_code=204)


@router.get("/panel.js", include_in_schema=False)
def panel(request: Request, site: SiteKey) -> Response:
    """Give the widget its looks at this site, and the modules that it is made of."""
    found = Site.find(_store(request).sites, site)
    if found is None:
        raise Problem(404, "no_site")
    settings = {
        "site": found.key,
        **found.model_dump(include={"title", "greeting", "colour", "position", "questions", "phone"}),
        "idle_minutes": found.idle_minutes,
        "max_length": request.app.state.message_max_chars,
        "retention_days": request.app.state.retention_days,
    }
    script = f'import "/static/chat.js";\nexport default {json.dumps(settings, ensure_ascii=False)};\n'
    return Response(
        script, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


async def _events(records: Records, fanout: Fanout, key: str, after: int) -> AsyncIterator[str]:
    told: dict[str, Any] | None = None
    with fanout.listening(key) as listener:
        while not listener.closed:
            listener.spoken.clear()
            new = await asyncio.to_thread(records.conversations.messages, key, after)
            for message in new:
                after = message.id
                yield _event("message", recorded(message), number=message.id)
            while listener.unkept:
                yield _event("message", listener.unkept.pop(0))
            state = await asyncio.to_thread(records.conversations.state, key)
            if state.ended:
                return
            if told != (told := {"ticket": state.ticket, "held": state.held}):
                yield _event("state", told)
            yield await _silence(listener)


async def _silence(listener: Listener) -> str:
    """Waits for something to be said; a comment now and then keeps the connection open."""
    try:
        async with asyncio.timeout(_PING_S):
            await listener.spoken.wait()
    except TimeoutError:
        return ": ping\n\n"
    return ""


def _event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _store(request: Request) -> Records:
    return cast("Records", request.app.state.records)
