"""The assistant as every channel sees it: a message in, a reply out."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
import structlog

from actions.records import ConversationState, Records, Turn
from connectors.keys import Keys
from connectors.messages import IncomingMessage, Intent, Reply
from connectors.metrics import TURN_SECONDS, TURNS
from connectors.rasa import RasaClient
from connectors.rasa_reply import TurnReply, read_turn
from connectors.sentences import Sentences
from knowledge import safety
from knowledge.encoder import Encoder
from knowledge.privacy import contact_in, mask_personal
from knowledge.question import Phrases, Question
from knowledge.text import normalise, prepare
from knowledge.vocabulary import vocabulary

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
# What follows a sign to colour it or to choose its looks.
_SIGN_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_UNDERSTOOD_NOTHING = Intent(name="none", confidence=0.0)
# A message that gives a contact and hardly anything else has been answered when the contact is kept.
_ONLY_CONTACT_SYLLABLES = 14
# While a person holds the talk, only these get through to the bot: care cannot wait, and neither can forgetting.
_URGENT = frozenset({"serious", "emergency", "abuse"})

# Encoding is most of what a turn computes here; what is to be answered at once goes before.
_NICENESS = 10

log = structlog.get_logger()


@dataclass(frozen=True)
class Reading:
    """A message as it goes on: masked, and prepared for Rasa; what was taken out of it, and what alarms in it."""

    said: str
    prepared: str
    contact: str | None
    masked: bool
    too_long: bool
    alarm: str | None


# What is done with a reply in the transaction that keeps its turn; given too is its number in the talk, if it has one.
Settle = Callable[[sa.Connection, int | None, Reply], None]


@dataclass(frozen=True)
class Delivered:
    """How a message came: what the channel adds to a turn.

    `turn` names the message, so that Rasa knows one that it has answered already (`again`). `mark` is kept with the
    user's message and `reply_to` with the answer, for the sender.
    """

    turn: str
    again: bool
    settle: Settle
    mark: Mapping[str, Any] | None = None
    reply_to: str | None = None


class Assistant:
    """Prepares a message, lets Rasa conduct the turn unless a person does, and keeps what was said."""

    def __init__(
        self,
        rasa: RasaClient,
        encoder: Encoder,
        sentences: Sentences,
        records: Records,
        keys: Keys,
        longest_text: int,
        retention_days: int,
    ) -> None:
        self.rasa = rasa
        self._encoder = encoder
        self._encoding = ThreadPoolExecutor(os.cpu_count(), "encoder", _give_way)
        self._sentences = sentences
        self._records = records
        self._keys = keys
        self._longest_text = longest_text
        self._retention_days = retention_days
        privacy = vocabulary("privacy")
        self._about_data = Phrases((*privacy["delete"], *privacy["export"]))

    def make_ready(self) -> None:
        """Reads every vocabulary; otherwise the first message waits for that, and with it all others."""
        safety.make_ready()
        self._gets_through(self._read(self._notice()))

    async def reply(self, message: IncomingMessage, channel: str = "web") -> Reply:
        """Answers one message of a channel; while a person holds the talk, only keeps it.

        Raises:
            RasaUnavailable: the dialogue server is down; the message was not answered.
        """
        conversation_id = message.conversation_id or f"c-{secrets.token_urlsafe(16)}"
        key = self._keys.conversation_key(channel, conversation_id)
        return await self.answer(key, message.text, channel, conversation_id=conversation_id)

    async def answer(
        self,
        key: str,
        text: str,
        channel: str,
        *,
        conversation_id: str = "",
        delivered: Delivered | None = None,
    ) -> Reply:
        """Answers a message of the conversation that the stores know by `key`; raises as `reply` does."""
        started = time.perf_counter()
        reading = self._read(text)
        state = await asyncio.to_thread(self._records.conversations.state, key)
        turn = await self._turn(key, reading, state, delivered)
        # A person may have taken over meanwhile.
        if turn.messages and not state.held and (state.ticket or turn.outcome == "handoff"):
            state = await asyncio.to_thread(self._records.conversations.state, key)
            if state.held and not self._gets_through(reading):
                turn = _silence(turn.intent)
        reply = Reply(
            conversation_id=conversation_id,
            messages=turn.messages,
            intent=turn.intent,
            outcome=turn.outcome,
            notice=None if state.known or not turn.recorded else self._notice(),
            held=state.held,
        )
        number = await asyncio.to_thread(self._keep, key, channel, reading, turn, reply, delivered)
        if turn.outcome in ("handoff", "safety"):
            state = replace(
                state, ticket=(await asyncio.to_thread(self._records.conversations.state, key)).ticket
            )
        ratable = turn.outcome == "answered"
        messages = [m.model_copy(update={"id": number}) if ratable else m for m in turn.messages]
        reply = reply.model_copy(update={"messages": messages, "ticket": state.ticket})
        TURNS.labels(reply.outcome).inc()
        seconds = time.perf_counter() - started
        TURN_SECONDS.observe(seconds)
        took = round(seconds * 1000)
        log.debug("turn", intent=reply.intent.name, outcome=reply.outcome, milliseconds=took)
        return reply

    def _read(self, text: str) -> Reading:
        typed = normalise(text)
        sign = vocabulary("feedback")["signs"].get(_SIGN_VARIANTS.sub("", text.strip()))
        masked = mask_personal(typed)
        too_long = len(text) > self._longest_text
        alarm = safety.grade(masked)
        # Of a message too long to be read whole, the sentence that alarms is.
        said = alarm.sentence if too_long and alarm else sign or masked
        prepared = "" if too_long and not alarm else prepare(said)
        return Reading(
            said=said if prepared else "",
            prepared=prepared,
            contact=contact_in(typed),
            masked=masked != typed,
            too_long=too_long,
            alarm=alarm.grade if alarm else None,
        )

    async def _turn(
        self, key: str, reading: Reading, state: ConversationState, delivered: Delivered | None
    ) -> TurnReply:
        if state.contact_wanted:
            if reading.contact:
                await asyncio.to_thread(self._records.tickets.set_contact, key, reading.contact)
                if len(reading.prepared.split()) <= _ONLY_CONTACT_SYLLABLES and not reading.alarm:
                    return self._fixed("utter_contact_kept", "handoff")
            else:
                await asyncio.to_thread(self._records.tickets.want_contact, key, wanted=False)
        if state.held and not self._gets_through(reading) and not await self._confirming(key):
            return _silence(_UNDERSTOOD_NOTHING)
        if not _LETTER_OR_DIGIT.search(reading.prepared):
            return self._fixed("utter_too_long" if reading.too_long else "utter_empty", "clarify")
        # ONNX Runtime lets go of the interpreter, so other turns go on meanwhile.
        loop = asyncio.get_running_loop()
        embedding = await loop.run_in_executor(self._encoding, self._encoder.question, reading.prepared)
        name, again = (delivered.turn, delivered.again) if delivered else (None, False)
        said = await self.rasa.turn(key, reading.prepared, embedding, reading.alarm, turn=name, again=again)
        turn = read_turn(said)
        return self._told_of_masking(turn) if reading.masked and not reading.alarm else turn

    def _gets_through(self, reading: Reading) -> bool:
        return reading.alarm in _URGENT or self._about_data.said_in(Question.read(reading.prepared))

    async def _confirming(self, key: str) -> bool:
        """Tells whether the last thing said is the question whether to delete everything."""
        last = await asyncio.to_thread(self._records.conversations.last_message, key)
        return last is not None and last.author == "assistant" and last.intent == "delete_my_data"

    def _told_of_masking(self, turn: TurnReply) -> TurnReply:
        first, *rest = turn.messages
        note = self._sentences.message("utter_masked").text
        return turn.model_copy(
            update={"messages": [first.model_copy(update={"text": f"{note}\n\n{first.text}"}), *rest]}
        )

    def _fixed(self, name: str, outcome: str) -> TurnReply:
        return TurnReply.model_validate(
            {"messages": [self._sentences.message(name)], "intent": _UNDERSTOOD_NOTHING, "outcome": outcome}
        )

    def _keep(
        self,
        key: str,
        channel: str,
        reading: Reading,
        turn: TurnReply,
        reply: Reply,
        delivered: Delivered | None,
    ) -> int | None:
        """Records the turn, and settles its delivery with it; returns the number of its last message."""

        def settle(connection: sa.Connection, number: int | None) -> None:
            if delivered is not None:
                delivered.settle(connection, number, reply)

        if not turn.recorded:
            if delivered is not None:
                self._records.settle(settle)
            return None
        said = Turn(
            reading.said,
            [message.text for message in turn.messages],
            turn.outcome,
            turn.intent.name,
            turn.passages,
            content=_content(reply, delivered),
            mark=delivered.mark if delivered else None,
        )
        also = settle if delivered is not None else None
        kept = self._records.conversations.record_turn(key, channel, said, also)
        if turn.outcome in ("no_answer", "clarify") and reading.said:
            self._records.unanswered.note(key, reading.said, turn.passages)
        return kept

    def _notice(self) -> str:
        return self._sentences.message("utter_privacy_notice").text.format(days=self._retention_days)


def _silence(intent: Intent) -> TurnReply:
    return TurnReply(messages=[], intent=intent, outcome="handoff")


def _content(reply: Reply, delivered: Delivered | None) -> dict[str, Any] | None:
    if not reply.messages:
        return None
    content = reply.messages[-1].model_dump(exclude={"text", "id"}, exclude_defaults=True)
    told = {"notice": reply.notice, "reply_to": delivered.reply_to if delivered else None}
    return (content | {name: value for name, value in told.items() if value}) or None


def _give_way() -> None:
    """Lowers the priority of this thread, where threads have one of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
