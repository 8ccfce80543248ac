"""The assistant as every channel sees it: a message in, a reply out."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from dataclasses import dataclass, replace

import structlog

from actions.records import ConversationState, Records, Turn
from connectors.keys import Keys
from connectors.messages import IncomingMessage, Intent, Reply, ReplyMessage
from connectors.metrics import TURN_SECONDS, TURNS
from connectors.rasa import RasaClient
from connectors.rasa_reply import TurnReply, read_turn
from connectors.sentences import Sentences
from knowledge.encoder import Encoder
from knowledge.privacy import contact_in, mask_personal
from knowledge.question import Phrases, Question
from knowledge.safety import grade
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
        self._sentences = sentences
        self._records = records
        self._keys = keys
        self._longest_text = longest_text
        self._retention_days = retention_days
        privacy = vocabulary("privacy")
        self._about_data = Phrases((*privacy["delete"], *privacy["export"]))

    async def reply(self, message: IncomingMessage, channel: str = "web") -> Reply:
        """Answers one message of a channel; while a person holds the talk, only keeps it.

        Raises:
            RasaUnavailable: the dialogue server is down; the message was not answered.
        """
        started = time.perf_counter()
        conversation_id = message.conversation_id or f"c-{secrets.token_urlsafe(16)}"
        key = self._keys.conversation_key(channel, conversation_id)
        reading = self._read(message.text)
        state = await asyncio.to_thread(self._records.conversations.state, key)
        turn = await self._turn(key, reading, state)
        # A person may have taken over meanwhile.
        if turn.messages and not state.held and (state.ticket or turn.outcome == "handoff"):
            state = await asyncio.to_thread(self._records.conversations.state, key)
            if state.held and not self._gets_through(reading):
                turn = _silence(turn.intent)
        messages = await asyncio.to_thread(self._keep, key, channel, reading, turn)
        if turn.outcome in ("handoff", "safety"):
            state = replace(
                state, ticket=(await asyncio.to_thread(self._records.conversations.state, key)).ticket
            )
        reply = Reply(
            conversation_id=conversation_id,
            messages=messages,
            intent=turn.intent,
            outcome=turn.outcome,
            notice=None if state.known or not turn.recorded else self._notice(),
            ticket=state.ticket,
            held=state.held,
        )
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
        alarm = grade(masked)
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

    async def _turn(self, key: str, reading: Reading, state: ConversationState) -> TurnReply:
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
        embedding = await asyncio.to_thread(self._encoder.question, reading.prepared)
        turn = read_turn(await self.rasa.turn(key, reading.prepared, embedding, reading.alarm))
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

    def _keep(self, key: str, channel: str, reading: Reading, turn: TurnReply) -> list[ReplyMessage]:
        """Records the turn and returns its messages, with the id under which an answer can be rated."""
        if not turn.recorded:
            return turn.messages
        replies = [message.text for message in turn.messages]
        said = Turn(reading.said, replies, turn.outcome, turn.intent.name, turn.passages)
        kept = self._records.conversations.record_turn(key, channel, said)
        if turn.outcome in ("no_answer", "clarify") and reading.said:
            self._records.unanswered.note(key, reading.said, turn.passages)
        ratable = turn.outcome == "answered"
        return [message.model_copy(update={"id": kept}) if ratable else message for message in turn.messages]

    def _notice(self) -> str:
        return self._sentences.message("utter_privacy_notice").text.format(days=self._retention_days)


def _silence(intent: Intent) -> TurnReply:
    return TurnReply(messages=[], intent=intent, outcome="handoff")
