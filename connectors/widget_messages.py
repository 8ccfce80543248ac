"""A message as the widget shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actions.records import RecordedMessage


def shown(
    seq: int | None,
    author: str,
    text: str,
    content: Mapping[str, Any] | None,
    *,
    at: datetime | None = None,
    outcome: str | None = None,
) -> dict[str, Any]:
    """Returns a message for the stream; `seq` is None of one that is kept nowhere and comes once."""
    more = content or {}
    return {
        "seq": seq,
        "author": author,
        "text": text,
        "at": (at or datetime.now(UTC)).isoformat(),
        "client_id": more.get("client_id") if author == "user" else None,
        "reply_to": more.get("reply_to"),
        "quick_replies": more.get("quick_replies", []),
        "sources": more.get("sources", []),
        "image": more.get("image"),
        "link": more.get("link"),
        "notice": more.get("notice"),
        "ratable": outcome == "answered",
        "outcome": outcome if author == "assistant" else None,
    }


def recorded(message: RecordedMessage) -> dict[str, Any]:
    """Returns a message of the records for the stream."""
    return shown(
        message.id, message.author, message.text, message.content, at=message.at, outcome=message.outcome
    )
