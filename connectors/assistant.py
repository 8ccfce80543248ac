"""The assistant as every channel sees it: a message in, a reply out."""

from __future__ import annotations

import asyncio
import re
import secrets
import time

import structlog
from pydantic import BaseModel, ValidationError

from connectors.messages import IncomingMessage, Intent, Outcome, QuickReply, Reply, ReplyMessage, SourceView
from connectors.metrics import TURN_SECONDS, TURNS
from connectors.rasa import RasaClient, RasaTurn, RasaUnavailable
from connectors.sentences import Sentences
from knowledge.encoder import Encoder
from knowledge.privacy import mask_contacts
from knowledge.text import normalise, prepare

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_UNDERSTOOD_NOTHING = Intent(name="none", confidence=0.0)

log = structlog.get_logger()


class Assistant:
    """Prepares a message, lets Rasa conduct the turn, and gives its reply one form."""

    def __init__(self, rasa: RasaClient, encoder: Encoder, sentences: Sentences, longest_text: int) -> None:
        self.rasa = rasa
        self._encoder = encoder
        self._sentences = sentences
        self._longest_text = longest_text

    async def reply(self, message: IncomingMessage) -> Reply:
        """Answers one message.

        Raises:
            RasaUnavailable: the dialogue server is down; the message was not answered.
        """
        started = time.perf_counter()
        conversation_id = message.conversation_id or f"c-{secrets.token_urlsafe(16)}"
        # Rasa keeps what it is told, so contacts are masked before it hears of them.
        fits = len(message.text) <= self._longest_text
        text = prepare(mask_contacts(normalise(message.text))) if fits else ""
        if not _LETTER_OR_DIGIT.search(text):
            messages = [self._sentences.message("utter_empty" if fits else "utter_too_long")]
            reply = Reply(
                conversation_id=conversation_id,
                messages=messages,
                intent=_UNDERSTOOD_NOTHING,
                outcome="clarify",
            )
        else:
            # ONNX Runtime lets go of the interpreter, so other turns go on meanwhile.
            embedding = await asyncio.to_thread(self._encoder.question, text)
            turn = await self.rasa.turn(conversation_id, text, embedding)
            reply = _reply(conversation_id, turn)
        seconds = time.perf_counter() - started
        TURNS.labels(reply.outcome).inc()
        TURN_SECONDS.observe(seconds)
        took = round(seconds * 1000)
        log.debug("turn", intent=reply.intent.name, outcome=reply.outcome, milliseconds=took)
        return reply


class _Metadata(BaseModel):
    outcome: Outcome | None = None


class _Said(BaseModel):
    """What a response of the domain (`buttons`, `metadata`) or an action (the rest) says."""

    text: str = ""
    quick_replies: list[QuickReply] = []
    buttons: list[QuickReply] = []
    sources: list[SourceView] = []
    outcome: Outcome | None = None
    metadata: _Metadata = _Metadata()


class _RasaMessage(_Said):
    """One message of Rasa; an action's words are in `custom`."""

    custom: _Said | None = None


def _reply(conversation_id: str, turn: RasaTurn) -> Reply:
    """Joins what Rasa said into one message: a turn is one answer on every channel."""
    try:
        messages = [_RasaMessage.model_validate(message) for message in turn.messages]
    except ValidationError as error:
        raise RasaUnavailable("Rasa's reply is not what the domain and the actions say") from error
    said = [part for message in messages for part in (message, message.custom) if part]
    texts = [part.text for part in said if part.text]
    if not texts:
        raise RasaUnavailable("Rasa's reply has no text")
    outcomes = [outcome for part in said if (outcome := part.outcome or part.metadata.outcome)]
    return Reply(
        conversation_id=conversation_id,
        messages=[
            ReplyMessage(
                text="\n\n".join(texts),
                quick_replies=[reply for part in said for reply in (*part.quick_replies, *part.buttons)],
                sources=[source for part in said for source in part.sources],
            )
        ],
        intent=turn.intent,
        outcome=outcomes[-1] if outcomes else "flow",
    )
