"""What crosses between a channel and the assistant, one message in and one reply out: the REST contract."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CONVERSATION_ID = r"^[A-Za-z0-9_.:-]{1,64}$"

Outcome = Literal["answered", "clarify", "no_answer", "flow", "handoff", "safety"]


def _only_if_there() -> Any:
    """Returns a field that is None, and then left out, in most replies."""
    return Field(None, exclude_if=lambda value: value is None)


class IncomingMessage(BaseModel):
    """What a user wrote. `conversation_id` is the channel's; leave it out to begin a conversation."""

    model_config = ConfigDict(extra="ignore")

    conversation_id: str | None = Field(None, pattern=CONVERSATION_ID)
    text: str


class QuickReply(BaseModel):
    """A button: `title` is shown, `payload` is the text that is sent when it is pressed."""

    title: str
    payload: str


class SourceView(BaseModel):
    """Where an answer comes from. Dates may be partial ("2024"); `url` opens the very paragraph."""

    id: str
    title: str
    number: str | None
    section: str
    issued: str | None
    valid_to: str | None
    url: str
    quote: str


class Image(BaseModel):
    """A picture: `url` ends in `.svg` and gives a PNG when it ends in `.png` instead; `alt` says it in words."""

    url: str
    alt: str


class Link(BaseModel):
    """Something to open or to download."""

    url: str
    title: str


class ReplyMessage(BaseModel):
    """One message of a reply; `text` may hold **bold**, line breaks and "- " items, nothing else.

    `id` names an answer that can be rated (`POST /api/v1/feedback`).
    """

    text: str
    quick_replies: list[QuickReply] = []
    sources: list[SourceView] = []
    image: Image | None = _only_if_there()
    link: Link | None = _only_if_there()
    id: int | None = _only_if_there()


class Intent(BaseModel):
    """What the message was understood as, and how surely (0 to 1)."""

    name: str
    confidence: float


class Reply(BaseModel):
    """The assistant's reply to one message.

    While a person holds the talk (`held`), there are no messages; the person's come from
    `GET /api/v1/conversations/{conversation_id}/messages`, as long as there is a `ticket`. `notice` says what is stored
    and comes with the first reply of a conversation.
    """

    conversation_id: str
    messages: list[ReplyMessage]
    intent: Intent
    outcome: Outcome
    notice: str | None = _only_if_there()
    ticket: int | None = _only_if_there()
    held: bool = Field(False, exclude_if=lambda held: not held)
