"""The REST API: `POST /api/v1/messages`."""

from __future__ import annotations

from typing import cast

import structlog
from fastapi import APIRouter, Request

from connectors.assistant import Assistant
from connectors.messages import IncomingMessage, Reply
from connectors.metrics import TURN_FAILURES
from connectors.problems import RETRY_SOON, Problem, described
from connectors.rasa import RasaUnavailable

log = structlog.get_logger()

VERSION = "0.1.0"
_PROBLEMS = described(
    {
        413: "The body is too large",
        415: "The body is not JSON",
        422: "The body is not a message",
        503: "The assistant cannot answer just now; try again",
    }
)

_PROBLEMS[503]["headers"] = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait before the next try"}
}

router = APIRouter(prefix="/api/v1", tags=["messages"])


@router.post("/messages", responses=_PROBLEMS)
async def post_message(message: IncomingMessage, request: Request) -> Reply:
    """Answer one message of a conversation. An unknown `conversation_id` begins a conversation."""
    assistant = cast("Assistant", request.app.state.assistant)
    try:
        return await assistant.reply(message)
    except RasaUnavailable as error:
        TURN_FAILURES.inc()
        log.warning("turn failed", reason=str(error))
        raise Problem(503, "unavailable", headers=RETRY_SOON) from error
