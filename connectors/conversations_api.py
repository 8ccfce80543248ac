"""The REST API of a conversation besides its turns: what was told outside them, ratings, and the user's own data."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.records import Rating, Reason, Records
from connectors.keys import Keys
from connectors.messages import CONVERSATION_ID
from connectors.problems import Problem, described

EXPORT, EXPORT_LIFETIME_S = "export", 15 * 60
_PROBLEMS = described({404: "There is no such thing", 422: "The request cannot be read"})
_WHOLE = 2**53

router = APIRouter(prefix="/api/v1", tags=["conversations"], responses=_PROBLEMS)


class ToldMessage(BaseModel):
    """A message that was kept; `author` is user, assistant or staff."""

    id: int
    author: Literal["user", "assistant", "staff"]
    text: str
    at: datetime


class ToldMessages(BaseModel):
    """Messages in order, and whether a person is asked for (`ticket`) or talks (`held`)."""

    messages: list[ToldMessage]
    ticket: int | None
    held: bool


class FeedbackRequest(BaseModel):
    """What a user thinks of an answer, the last one unless it is named; a reason may be sent later."""

    conversation_id: str = Field(pattern=CONVERSATION_ID)
    message_id: int | None = Field(None, ge=1, le=_WHOLE)
    rating: Rating
    reason: Reason | None = None


@router.get("/conversations/{conversation_id}/messages")
def read_messages(
    request: Request,
    conversation_id: Annotated[str, Path(pattern=CONVERSATION_ID)],
    after: Annotated[int, Query(ge=0, le=_WHOLE)] = 0,
    told: bool = False,
) -> ToldMessages:
    """Show a conversation's messages after the one with id `after`; with `told` only those outside its turns."""
    records, key = _records(request), _keys(request).conversation_key("web", conversation_id)
    state = records.conversations.state(key)
    found = records.conversations.messages(key, after, only_told=told)
    messages = [ToldMessage(id=m.id, author=m.author, text=m.text, at=m.at) for m in found]
    return ToldMessages(messages=messages, ticket=state.ticket, held=state.held)


@router.post("/feedback", status_code=204)
def give_feedback(request: Request, body: FeedbackRequest) -> Response:
    """Rate an answer."""
    key = _keys(request).conversation_key("web", body.conversation_id)
    if not _records(request).feedback.rate(key, body.rating, message=body.message_id, reason=body.reason):
        raise Problem(404, "nothing_to_rate")
    return Response(status_code=204)


@router.get("/data/{token}", response_class=Response)
def download_data(request: Request, token: Annotated[str, Path(max_length=400)]) -> Response:
    """Download what is kept of a conversation, with a link that the assistant has given."""
    key = _keys(request).verify(EXPORT, token, EXPORT_LIFETIME_S)
    if key is None:
        raise Problem(404, "link_expired")
    return Response(
        json.dumps(_records(request).export(key), ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="la-ban.json"',
        },
    )


def _records(request: Request) -> Records:
    return cast("Records", request.app.state.records)


def _keys(request: Request) -> Keys:
    return cast("Keys", request.app.state.keys)
