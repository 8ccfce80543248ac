"""The channel through which the app talks to Rasa: one request a turn, one reply with all messages."""

# ruff: noqa: ARG001, ARG002  (Rasa and Sanic prescribe the arguments)
from __future__ import annotations

import hmac
import itertools
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot.components.action_endpoint import (
    KeepAliveEndpoint,
    failed_actions,
    install_cached_validation,
    question_embedding,
)
from bot.components.distress import ALARM, INTENTS
from bot.components.featurizer import EMBEDDING
from bot.components.tracker_store import BoundedTrackerStore
from knowledge.onnx_encoder import unpack

logger = logging.getLogger(__name__)

_LONGEST_TEXT = 10_000
_RANKED_INTENTS = 3
_INTERNAL = {"timestamp", "model_id", "assistant_id"}


class TurnRejected(Exception):
    """The request is not a turn; says why."""


@dataclass(frozen=True)
class Turn:
    """What the app sends: a conversation's id, the prepared text and, if it has them, its embedding and alarm.

    `name` identifies the message in its conversation; `again` says that it may have been answered already. The alarm is
    the grade of distress (`knowledge.safety`) of what the user wrote, which may have been longer.
    """

    sender: str
    text: str
    embedding: str | None = None
    alarm: str | None = None
    name: str | None = None
    again: bool = False

    @classmethod
    def from_request(cls, request: Request) -> Turn:
        """Reads a turn.

        Raises:
            TurnRejected: the body is not a turn.
        """
        try:
            body = request.json
        except SanicException as error:
            raise TurnRejected("the body is not JSON") from error
        if not isinstance(body, dict):
            raise TurnRejected("the body is not an object")
        sender, text, metadata = body.get("sender"), body.get("message"), body.get("metadata")
        if not isinstance(sender, str) or not 0 < len(sender) <= 255:
            raise TurnRejected("'sender' is not a text of 1 to 255 characters")
        # A leading slash would be read by Rasa as the name of an intent, which is not the user's to choose.
        text = text.strip().lstrip("/").strip() if isinstance(text, str) else ""
        if not 0 < len(text) <= _LONGEST_TEXT:
            raise TurnRejected(f"'message' is not a text of 1 to {_LONGEST_TEXT} characters")
        if not isinstance(metadata, dict | None):
            raise TurnRejected("'metadata' is not an object")
        embedding, alarm = ((metadata or {}).get(key) for key in (EMBEDDING, ALARM))
        if embedding is not None:
            try:
                unpack(embedding)
            except ValueError as error:
                raise TurnRejected(str(error)) from error
        if alarm is not None and not (isinstance(alarm, str) and alarm in INTENTS):
            raise TurnRejected(f"'{ALARM}' is none of {', '.join(INTENTS)}")
        name, again = ((metadata or {}).get(key) for key in ("turn", "again"))
        if not isinstance(name, str | None) or not isinstance(again, bool | None):
            raise TurnRejected("'turn' is not a text, or 'again' neither true nor false")
        return cls(sender, text, embedding, alarm, name, bool(again))


class Replies(OutputChannel):
    """Collects a turn's messages as they are; Rasa's own collector cuts a text at its blank lines."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps what the message holds: text, buttons, custom, metadata, utter_action, …"""
        self.messages.append({key: value for key, value in message.items() if value and key not in _INTERNAL})


class LabanInput(InputChannel):
    """`POST /webhooks/laban/webhook`, `DELETE /webhooks/laban/conversations/<id>`, `GET /webhooks/laban/`."""

    def __init__(self, token: str, check_text: str, check_intent: str) -> None:
        """Takes the shared secret, and a sentence whose intent proves at start-up that the model is whole."""
        self._token = token.encode()
        self._check_text, self._check_intent = check_text, check_intent
        self._agent: Agent | None = None

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa and in its address."""
        return "laban"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LabanInput:
        """Reads `token` and `check` (`text`, `intent`) from `credentials.yml`."""
        given = credentials or {}
        check = given.get("check") or {}
        if not given.get("token") or not check.get("text") or not check.get("intent"):
            raise RasaException("credentials.yml: the channel needs 'token' (LABAN_RASA_TOKEN) and 'check'")
        return cls(str(given["token"]), check["text"], check["intent"])

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Returns the routes."""
        routes = Blueprint("laban", "laban")

        @routes.listener("after_server_start")
        async def check(app: Sanic, _: Any) -> None:
            await self._check_model(self._ready_agent(app))

        @routes.listener("before_server_stop")
        async def close(app: Sanic, _: Any) -> None:
            if self._agent is not None and isinstance(self._agent.action_endpoint, KeepAliveEndpoint):
                await self._agent.action_endpoint.close()

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return json({"error": "unauthorised"}, 401)
            try:
                turn = Turn.from_request(request)
            except TurnRejected as error:
                return json({"error": str(error)}, 400)
            return await self._answer(turn, request.app)

        @routes.route("/conversations/<sender>", methods=["DELETE"])
        async def forget(request: Request, sender: str) -> HTTPResponse:
            if not self._authorised(request):
                return json({"error": "unauthorised"}, 401)
            return await self._forget(unquote(sender), request.app)

        return routes

    def _authorised(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, b"Bearer " + self._token)

    async def _answer(self, turn: Turn, app: Sanic) -> HTTPResponse:
        failures: list[str] = []
        failed_actions.set(failures)
        question_embedding.set(turn.embedding)
        try:
            agent = self._ready_agent(app)
            if turn.again and (before := await _answered_before(turn, agent)):
                return json(before)
            understood = await _understand(turn, agent)
            replies = Replies()
            message = UserMessage(
                turn.text,
                replies,
                turn.sender,
                parse_data=understood,
                input_channel=self.name(),
                message_id=turn.name,
            )
            await agent.handle_message(message)
        except Exception as error:  # noqa: BLE001  # the edge of the process: the app must hear of any failure
            log_failure("turn", error)
            return json({"error": type(error).__name__}, 500)
        if failures or not replies.messages:
            return json({"error": failures[0] if failures else "NoReply"}, 500)
        intent = {key: understood["intent"][key] for key in ("name", "confidence")}
        return json({"messages": replies.messages, "intent": intent, "entities": understood["entities"]})

    async def _forget(self, sender: str, app: Sanic) -> HTTPResponse:
        try:
            agent = self._ready_agent(app)
            async with agent.lock_store.lock(sender):
                # A tracker without events is what a store deletes.
                await agent.tracker_store.save(DialogueStateTracker(sender, None))
        except Exception as error:  # noqa: BLE001  # as above
            log_failure("forget", error)
            return json({"error": type(error).__name__}, 500)
        return empty()

    def _ready_agent(self, app: Sanic) -> Agent:
        agent: Agent = app.ctx.agent
        if agent is not self._agent:
            prepare(agent)
            self._agent = agent
        return agent

    async def _check_model(self, agent: Agent) -> None:
        # LogisticRegressionClassifier swallows an error in loading and would fail, or guess, at every turn.
        understood = await _understand(Turn("check", self._check_text), agent)
        if understood["intent"]["name"] != self._check_intent:
            raise RasaException(
                f"the model is not whole: it reads the check sentence as {understood['intent']}, "
                f"not as {self._check_intent}; train it again"
            )


def prepare(agent: Agent) -> None:
    """Fits an agent for short turns: open connections to the actions, a store whose errors are errors."""
    install_cached_validation()
    if agent.action_endpoint is not None and agent.processor is not None:
        agent.action_endpoint = agent.processor.action_endpoint = KeepAliveEndpoint(agent.action_endpoint)
    # Rasa wraps each store so that on an error it forgets the conversation and says nothing to the caller.
    store = getattr(agent.tracker_store, "_tracker_store", None)
    if isinstance(store, BoundedTrackerStore) and agent.processor is not None:
        agent.tracker_store = agent.processor.tracker_store = store


async def _understand(turn: Turn, agent: Agent) -> dict[str, Any]:
    """Returns the parse data that the conversation keeps: intent, its rivals, entities; no embedding."""
    if agent.processor is None:
        raise RasaException("no model is loaded")
    metadata = {EMBEDDING: turn.embedding, ALARM: turn.alarm}
    parsed = await agent.processor.parse_message(
        UserMessage(turn.text, sender_id=turn.sender, metadata=metadata)
    )
    return {
        "text": turn.text,
        "intent": parsed["intent"],
        "entities": parsed["entities"],
        "intent_ranking": parsed.get("intent_ranking", [])[:_RANKED_INTENTS],
    }


async def _answered_before(turn: Turn, agent: Agent) -> dict[str, Any] | None:
    """Returns the reply that a message has got already, if the conversation remembers it.

    A conversation is stored when its turn is over, so a turn that was cut short is not found here.
    """
    tracker = await agent.tracker_store.retrieve(turn.sender)
    events = list(tracker.events) if tracker else []
    asked = [place for place, event in enumerate(events) if _names(event, turn.name)]
    if turn.name is None or not asked:
        return None
    said = events[asked[-1]]
    after = itertools.takewhile(lambda event: not isinstance(event, UserUttered), events[asked[-1] + 1 :])
    replies = Replies()
    for event in after:
        if isinstance(event, BotUttered):
            whole = {**event.metadata, **event.data, "text": event.text}
            await replies.send_response(turn.sender, whole)
    if not replies.messages:
        return None
    intent = {key: said.intent.get(key) for key in ("name", "confidence")}
    return {"messages": replies.messages, "intent": intent, "entities": said.entities}


def _names(event: Event, name: str | None) -> bool:
    return isinstance(event, UserUttered) and event.message_id == name


def log_failure(what: str, error: Exception) -> None:
    """Logs where `error` arose and its type; not its message, which may quote what someone wrote."""
    place = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__name__, place)
