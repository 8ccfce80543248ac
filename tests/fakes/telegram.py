"""A stand-in for Telegram's Bot API server, which also calls webhooks, again until they answer 2xx."""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.requests import ClientDisconnect

TOKEN, USERNAME = "123456:ABC-token-of-the-fake", "laban_thu_bot"
_NUMBERS = count(1)
_UPDATES = count(870_000_000)
Failure = tuple[int, dict[str, Any] | str | None]


@dataclass
class FakeTelegram:
    """What the server was asked, and how it answers.

    `calls` holds (method, parameters); `failures` the next answers of methods that send, `refusals` those of any other
    method by its name, as (status, body): a body of text is a proxy's page, and no body a connection that breaks
    off. `updates` waits to be fetched. `webhook` is what was set.
    """

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    failures: deque[Failure] = field(default_factory=deque)
    refusals: dict[str, deque[Failure]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    delay_s: float = 0.0

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of a method."""
        return [parameters for name, parameters in self.calls if name == method]

    def texts(self, chat: int) -> list[str]:
        """What a chat has got, in order."""
        return [call["text"] for call in self.of("sendMessage") if int(call["chat_id"]) == chat]


def refusal(code: int, description: str, **parameters: Any) -> Failure:
    """An answer that says no, as Telegram words it."""
    body = {"ok": False, "error_code": code, "description": description}
    return code, {**body, "parameters": parameters} if parameters else body


def telegram_app(fake: FakeTelegram) -> FastAPI:
    """Returns the server."""
    app = FastAPI()

    @app.post("/bot{token}/{method}")
    async def call(token: str, method: str, request: Request) -> Response:
        try:
            given = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        except ClientDisconnect:
            return Response(status_code=400)
        parameters = {name: _read(value) for name, value in given.items()}
        if token != TOKEN:
            return _failed(refusal(401, "Unauthorized"))
        fake.calls.append((method, parameters))
        if method.startswith("send") and method != "sendChatAction":
            await asyncio.sleep(fake.delay_s)
            if fake.failures:
                fake.calls.pop()
                return _failed(fake.failures.popleft())
            fake.at.append(time.monotonic())
        elif fake.refusals.get(method):
            return _failed(fake.refusals[method].popleft())
        if method == "getUpdates" and fake.webhook:
            return _failed(refusal(409, "Conflict: can't use getUpdates method while webhook is active"))
        return JSONResponse({"ok": True, "result": await _result(fake, method, parameters)})

    return app


def _failed(failure: Failure) -> Response:
    status, body = failure
    if isinstance(body, dict):
        return JSONResponse(body, status)
    # Less than was promised: the server closes the connection.
    return HTMLResponse(body, status) if body else Response(b"{", status, {"Content-Length": "99"})


async def _result(fake: FakeTelegram, method: str, parameters: dict[str, Any]) -> Any:
    if method == "getMe":
        return {"id": 123456, "is_bot": True, "first_name": "La Bàn", "username": USERNAME}
    if method in ("sendMessage", "sendPhoto"):
        chat = {"id": int(parameters["chat_id"]), "type": "private"}
        return {
            "message_id": next(_NUMBERS),
            "date": int(time.time()),
            "chat": chat,
            "text": parameters.get("text"),
        }
    if method == "setWebhook":
        fake.webhook = parameters
    if method == "deleteWebhook":
        fake.webhook = {}
    if method == "getWebhookInfo":
        url = fake.webhook.get("url", "")
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(fake.updates)}
    if method == "getUpdates":
        offset = int(parameters.get("offset", 0))
        fake.updates = [update for update in fake.updates if update["update_id"] >= offset]
        if not fake.updates:
            await asyncio.sleep(0.05)
        return fake.updates
    return True


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def message(chat: int, text: str | None, *, kind: str = "private", **more: Any) -> dict[str, Any]:
    """An update with a message."""
    entities = []
    if text is not None and text.startswith("/"):
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    body = {
        "message_id": next(_NUMBERS),
        "from": {"id": abs(chat) + 1, "is_bot": False, "first_name": "An"},
        "chat": {"id": chat, "type": kind}
        | ({"title": "Lớp 9A"} if kind != "private" else {"first_name": "An"}),
        "date": int(time.time()),
        **({"text": text, "entities": entities} if text is not None else {}),
        **more,
    }
    return {"update_id": next(_UPDATES), "message": body}


def pressed(chat: int, data: str | None) -> dict[str, Any]:
    """An update with a button that was pressed."""
    query = {
        "id": str(next(_NUMBERS)),
        "from": {"id": chat, "is_bot": False, "first_name": "An"},
        "chat_instance": "1",
        "message": {"message_id": 5, "date": int(time.time()), "chat": {"id": chat, "type": "private"}},
        **({"data": data} if data is not None else {}),
    }
    return {"update_id": next(_UPDATES), "callback_query": query}


async def deliver(
    url: str, update: dict[str, Any], secret: str, *, every_s: float = 0.2, tries: int = 100
) -> int:
    """Calls a webhook until it answers 2xx; returns how many calls that took."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    body = json.dumps(update)
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for number in range(1, tries + 1):
            try:
                if (await client.post(url, content=body, headers=headers)).is_success:
                    return number
            except httpx.TransportError:
                pass
            await asyncio.sleep(every_s)
    raise AssertionError(f"the webhook at {url} does not take it")
