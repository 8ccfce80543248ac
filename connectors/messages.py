"""What crosses between a channel and the assistant, one message in and one reply out: the REST contract."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CONVERSATION_ID = r"^[A-Za-z0-9_.:-]{1,64}$"

Outcome = Literal["answered", "clarify", "no_answer", "flow", "handoff", "safety"]


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


class ReplyMessage(BaseModel):
    """One message of a reply; `text` may hold **bold**, line breaks and "- " items, nothing else."""

    text: str
    quick_replies: list[QuickReply] = []
    sources: list[SourceView] = []


class Intent(BaseModel):
    """What the message was understood as, and how surely (0 to 1)."""

    name: str
    confidence: float


class Reply(BaseModel):
    """The assistant's reply to one message."""

    conversation_id: str
    messages: list[ReplyMessage]
    intent: Intent
    outcome: Outcome
