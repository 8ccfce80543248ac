"""What Rasa said in a turn, joined into one message: a turn is one answer on every channel."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from connectors.messages import Image, Intent, Link, Outcome, QuickReply, ReplyMessage, SourceView
from connectors.rasa import RasaTurn, RasaUnavailable


class TurnReply(BaseModel):
    """The messages of a turn (none when the assistant keeps silent) and what is to be recorded with them.

    `passages` are the ids of the passages that answered, or, where none did, of the nearest. `recorded` is False after
    a deletion, which must leave nothing.
    """

    messages: list[ReplyMessage]
    intent: Intent
    outcome: Outcome
    passages: list[str] = []
    recorded: bool = True


class _Metadata(BaseModel):
    outcome: Outcome | None = None
    recorded: bool = True


class _Said(BaseModel):
    """What a response of the domain (`buttons`, `metadata`) or an action (the rest) says."""

    text: str = ""
    quick_replies: list[QuickReply] = []
    buttons: list[QuickReply] = []
    sources: list[SourceView] = []
    image: Image | None = None
    link: Link | None = None
    nearest: list[str] = []
    outcome: Outcome | None = None
    metadata: _Metadata = _Metadata()


class _RasaMessage(_Said):
    """One message of Rasa; an action's words are in `custom`."""

    custom: _Said | None = None


def read_turn(turn: RasaTurn) -> TurnReply:
    """Returns what Rasa said, as one message.

    Raises:
        RasaUnavailable: it is not what the domain and the actions say, or it is nothing.
    """
    try:
        messages = [_RasaMessage.model_validate(message) for message in turn.messages]
    except ValidationError as error:
        raise RasaUnavailable(
            "Rasa's reply is not what the domain and the actions say", answered=True
        ) from error
    said = [part for message in messages for part in (message, message.custom) if part]
    texts = [part.text for part in said if part.text]
    if not texts:
        raise RasaUnavailable("Rasa's reply has no text", answered=True)
    outcomes = [outcome for part in said if (outcome := part.outcome or part.metadata.outcome)]
    sources = [source for part in said for source in part.sources]
    joined = ReplyMessage(
        text="\n\n".join(texts),
        quick_replies=[reply for part in said for reply in (*part.quick_replies, *part.buttons)],
        sources=sources,
        image=next((part.image for part in said if part.image), None),
        link=next((part.link for part in said if part.link), None),
    )
    return TurnReply(
        messages=[joined],
        intent=turn.intent,
        outcome=outcomes[-1] if outcomes else "flow",
        passages=[source.id for source in sources] or [near for part in said for near in part.nearest],
        recorded=all(part.metadata.recorded for part in said),
    )
