"""From the inbox to the outbox: conversations are answered side by side, the messages of each in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Item, Place, Records, Turn
from connectors.assistant import Assistant, Delivered
from connectors.channel import WEB, Channels
from connectors.greetings import Greetings
from connectors.logging import failure_of, place_of
from connectors.messages import Reply, ReplyMessage
from connectors.metrics import TURN_FAILURES
from connectors.rasa import RasaUnavailable
from connectors.rendering import channel_words
from knowledge.text import fold, prepare, tokens

# After so many seconds without an answer the user hears that it will be late, once.
TELL_AFTER_S = 8.0
# An answer this late comes with an apology; a message that Rasa fails at for so long is given up.
LATE_AFTER = timedelta(minutes=10)
_LONGEST_PAUSE_S = 15.0
_ATTEND_AFTER_S = 0.7
_IDLE_S = 1.0
# While more comes in than can be answered, one turn at a time, and a rest after it: times the square of the events a
# second, so that it is short where answers can nearly keep up, and long (0.8 s at 200) where they cannot.
_WHILE_PRESSED, _REST_S = 1, 0.00002
_BUSY_S = 0.1
# Ends a message that is joined with the next, so that two questions stay two.
_ENDINGS = (".", "?", "!", "…", ":", ",", ";")

log = structlog.get_logger()


class Worker:
    """Takes what waits in the inbox and sees that it is answered."""

    def __init__(  # noqa: PLR0913  # what it works with, and how much at a time
        self,
        records: Records,
        assistant: Assistant,
        channels: Channels,
        greetings: Greetings,
        *,
        spoken: Callable[[str], None],
        pressure: Callable[[], int],
        turns_at_once: int,
        longest_text: int,
    ) -> None:
        self._records, self._assistant, self._channels = records, assistant, channels
        self._sentences, self._greetings, self._spoken = greetings.sentences, greetings, spoken
        self._pressure = pressure
        self._turns_at_once, self._longest_text = turns_at_once, longest_text
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, arrived: asyncio.Event, answered: asyncio.Event) -> None:
        """Works until cancelled; waits for `arrived`, sets `answered` when there is something to deliver."""
        while True:
            arrived.clear()
            pressure = self._pressure()
            if pressure:
                await asyncio.sleep(pressure**2 * _REST_S)
            room = (_WHILE_PRESSED if pressure else self._turns_at_once) - len(self._running)
            try:
                groups = await asyncio.to_thread(self._records.inbox.claim, room) if room > 0 else []
                waiting = bool(groups) or await asyncio.to_thread(self._records.inbox.waiting) > 0
            except SQLAlchemyError as error:
                log.error("inbox failed", error=failure_of(error))
                groups, waiting = [], False
            for group in groups:
                task = asyncio.create_task(self._work(group, answered))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                task.add_done_callback(lambda _: arrived.set())
            # Not wait_for, which forgets that it was cancelled when the event comes at that moment (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(_BUSY_S if waiting else _IDLE_S):
                    await arrived.wait()

    async def drain(self) -> None:
        """Waits for the turns that are under way."""
        if self._running:
            await asyncio.wait(self._running)

    async def _work(self, group: Sequence[Item], answered: asyncio.Event) -> None:
        done: list[int] = []
        try:
            for together in join(group, self._longest_text):
                if done:
                    others = [item.id for item in group if item.id not in done]
                    await asyncio.to_thread(self._records.inbox.renew, others)
                await self._answer(together)
                done += [item.id for item in together]
                self._spoken(together[-1].conversation)
                answered.set()
        except RasaUnavailable as error:
            TURN_FAILURES.inc()
            log.warning("turn failed", reason=str(error))
            await self._wait_for_rasa([item for item in group if item.id not in done], error)
            self._spoken(group[-1].conversation)
            answered.set()
        except Exception as error:  # noqa: BLE001  # the edge of the worker: nothing may be lost by any failure
            log.error("turn failed", error=type(error).__name__, place=place_of(error))
            with suppress(SQLAlchemyError):
                left = [item for item in group if item.id not in done]
                await self._put_off(left, told=None)

    async def _answer(self, items: Sequence[Item]) -> None:
        first, last = items[0], items[-1]
        if last.payload is None:
            await asyncio.to_thread(self._note, items, "encrypted with another LABAN_SECRET_KEY")
        elif last.kind in ("left", "seen"):
            await asyncio.to_thread(self._note, items)
        elif last.kind in ("welcome", "unreadable"):
            await asyncio.to_thread(self._say, items, self._fixed(last))
        elif (text := await self._text(items)) is not None:
            await self._turn(items, text, late=datetime.now(UTC) - first.received > LATE_AFTER)
        else:
            await asyncio.to_thread(self._say, items, self._sentences.message("utter_old_button"))

    async def _turn(self, items: Sequence[Item], text: str, *, late: bool) -> None:
        last = items[-1]
        payload = last.payload or {}

        def settle(connection: sa.Connection, number: int | None, reply: Reply) -> None:
            for message in reply.messages:
                said = self._late(message) if late else message
                self._send(connection, last, said, number=number, notice=reply.notice)
            self._finish(connection, items)

        client_id = payload.get("client_id")
        delivered = Delivered(
            turn=last.event,
            again=last.attempts > 1,
            settle=settle,
            mark={"client_id": client_id} if client_id else None,
            reply_to=client_id,
        )
        turn = asyncio.create_task(
            self._assistant.answer(last.conversation, text, last.channel, delivered=delivered)
        )
        try:
            await asyncio.wait({turn}, timeout=_ATTEND_AFTER_S)
            if not turn.done():
                await self._attend(last)
            await turn
        finally:
            turn.cancel()

    async def _attend(self, item: Item) -> None:
        channel = self._channels.get(item.channel)
        if channel is not None and item.payload is not None:
            await channel.attend(item.account, item.payload["address"])

    async def _text(self, items: Sequence[Item]) -> str | None:
        """What was asked, of a button what is behind it; None of a button that nothing is known of any more."""
        payload = items[-1].payload or {}
        if payload.get("button") is None:
            return joined([_text_of(item) for item in items])
        number, index = payload["button"]
        content = await asyncio.to_thread(self._records.conversations.content, items[-1].conversation, number)
        replies = (content or {}).get("quick_replies", [])
        return str(replies[index]["payload"]) if 0 <= index < len(replies) else None

    def _fixed(self, item: Item) -> ReplyMessage:
        if item.kind == "welcome":
            return self._greetings.message(item.channel, item.account, _text_of(item))
        return self._sentences.message("utter_text_only")

    def _late(self, message: ReplyMessage) -> ReplyMessage:
        apology = self._sentences.message("utter_late").text
        return message.model_copy(update={"text": f"{apology}\n\n{message.text}"})

    def _say(self, items: Sequence[Item], message: ReplyMessage, *, failed: str | None = None) -> None:
        """Answers with a fixed sentence, kept like a turn."""
        last = items[-1]
        client_id = (last.payload or {}).get("client_id")
        content = message.model_dump(exclude={"text"}, exclude_defaults=True)
        if client_id:
            content["reply_to"] = client_id
        turn = Turn("", [message.text], "clarify" if failed else "flow", "none", [], content=content)

        def settle(connection: sa.Connection, number: int | None) -> None:
            self._send(connection, last, message, number=number)
            self._finish(connection, items, failed)

        self._records.conversations.record_turn(last.conversation, last.channel, turn, settle)

    def _note(self, items: Sequence[Item], failed: str | None = None) -> None:
        """Finishes what gets no answer."""
        self._records.settle(lambda connection, _: self._finish(connection, items, failed))
        if items[-1].kind == "left":
            self._records.outbox.unreachable(items[-1].conversation, "the user left")

    def _send(
        self,
        connection: sa.Connection,
        item: Item,
        message: ReplyMessage,
        *,
        number: int | None,
        notice: str | None = None,
    ) -> None:
        """Puts a message into the outbox; on the web what is kept in the talk is shown from there."""
        if item.channel == WEB and number is not None:
            return
        payload = {
            "address": (item.payload or {})["address"],
            "message": message.model_dump(exclude_defaults=True, exclude={"id"}),
            "quote": (item.payload or {}).get("quote"),
            "notice": notice,
        }
        self._records.outbox.put(
            connection, item.conversation, item.channel, item.account, payload, message=number
        )

    def _finish(self, connection: sa.Connection, items: Sequence[Item], failed: str | None = None) -> None:
        last = items[-1]
        if last.channel != WEB and last.payload is not None and last.kind != "left":
            place = Place(last.account, last.payload["address"])
            self._records.conversations.reached_at(connection, last.conversation, place, last.received)
            # Not sooner: the platform's window is open again from this act on.
            self._records.outbox.release(connection, last.conversation)
        self._records.inbox.finish(connection, [item.id for item in items], reason=failed)

    async def _wait_for_rasa(self, items: Sequence[Item], error: RasaUnavailable) -> None:
        age = datetime.now(UTC) - items[0].received
        try:
            if error.answered and age > LATE_AFTER:
                gave_up = self._sentences.message("utter_gave_up")
                await asyncio.to_thread(self._say, items, gave_up, failed=str(error))
                return
            tell = age.total_seconds() >= TELL_AFTER_S and not any(item.told for item in items)
            if tell:
                await asyncio.to_thread(self._tell_of_trouble, items[-1])
            await self._put_off(items, told=True if tell else None)
        except SQLAlchemyError as failure:
            # The lease runs out, and they are taken again.
            log.error("inbox failed", error=failure_of(failure))

    async def _put_off(self, items: Sequence[Item], told: bool | None) -> None:
        pause = min(_LONGEST_PAUSE_S, 2.0 ** min(items[0].attempts - 1, 6))
        untold = not told and not any(item.told for item in items)
        if untold:
            age = (datetime.now(UTC) - items[0].received).total_seconds()
            pause = min(pause, max(0.5, TELL_AFTER_S - age))
        ids = [item.id for item in items]
        await asyncio.to_thread(self._records.inbox.release, ids, pause, told=told)

    def _tell_of_trouble(self, item: Item) -> None:
        message = self._sentences.message("utter_trouble")

        def tell(connection: sa.Connection, _: int | None) -> None:
            if item.channel == WEB:
                conversations = self._records.conversations
                conversations.see(connection, item.conversation)
                conversations.tell(connection, item.conversation, "assistant", message.text)
            else:
                self._send(connection, item, message, number=None)

        self._records.settle(tell)


def join(items: Sequence[Item], longest: int) -> list[list[Item]]:
    """Returns the items as turns: texts that follow each other make one, as long as all of it can be read.

    What was tried before stays what it was: a turn that comes again must be the same turn.
    """
    turns: list[list[Item]] = []
    for item in items:
        before = turns[-1] if turns else []
        if before and _belongs(item, before[-1]):
            texts = [_text_of(other) for other in (*before, item)]
            if len(joined(texts)) <= longest:
                before.append(item)
                continue
        turns.append([item])
    return turns


def _belongs(item: Item, before: Item) -> bool:
    texts = item.kind == "text" and before.kind == "text"
    return texts and item.channel != WEB and item.attempts == before.attempts


def joined(texts: Sequence[str]) -> str:
    """Returns messages that followed each other as one text, each an utterance of its own.

    A greeting before a question would be all that is understood of both, so it is left out.
    """
    said = [text.strip() for text in texts if text.strip()]
    said = [text for text in said if not _only_opens(text)] or said
    ended = [text if text.endswith(_ENDINGS) else f"{text}." for text in said[:-1]]
    return " ".join((*ended, *said[-1:]))


def _only_opens(text: str) -> bool:
    openings, words = channel_words().openings, set(tokens(fold(prepare(text))))
    return bool(words & openings.signs) and words <= openings.signs | openings.words


def _text_of(item: Item) -> str:
    return str((item.payload or {}).get("text", ""))
