"""A stand-in for Meta's servers: the Send API, and webhook calls, signed, and sent again until they are taken."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

APP_SECRET = "app-secret-of-the-fake"
VERIFY_TOKEN = "verify-token-of-the-fake"
PAGE, PAGE_TOKEN = "102900", "EAAG-token-of-the-page"
_NUMBERS = count(1)


@dataclass
class FakeMeta:
    """What was sent to users, and how the next requests are answered: (status, body) each; `delay_s` before all."""

    url: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    failures: deque[tuple[int, dict[str, Any]]] = field(default_factory=deque)
    delay_s: float = 0.0
    # Requests whose caller vanished before they were read.
    broken_off: int = 0

    def texts(self, user: str) -> list[str]:
        """What a user has got, in order."""
        return [
            body["message"]["text"]
            for body in self.sent
            if body["recipient"]["id"] == user and "text" in body["message"]
        ]


def meta_app(fake: FakeMeta) -> FastAPI:
    """Returns the server; its Graph API is below /graph."""
    app = FastAPI()

    @app.post("/graph/{page}/messages")
    async def send(page: str, request: Request) -> Response:
        try:
            body = await request.json()
        except ClientDisconnect:
            # uvicorn hands over no body once the caller is gone, although all of it may have come.
            fake.broken_off += 1
            return Response(status_code=400)
        await asyncio.sleep(fake.delay_s)
        if request.headers.get("authorization") != f"Bearer {PAGE_TOKEN}":
            return JSONResponse(
                {"error": {"message": "Bad token", "type": "OAuthException", "code": 190}}, 400
            )
        if fake.failures:
            status, told = fake.failures.popleft()
            return JSONResponse(told, status, headers={"Retry-After": "1"} if status == 429 else {})
        if "sender_action" in body:
            fake.actions.append(body["sender_action"])
            return JSONResponse({"recipient_id": body["recipient"]["id"]})
        fake.sent.append(body)
        return JSONResponse({"recipient_id": body["recipient"]["id"], "message_id": f"m_{next(_NUMBERS)}"})

    return app


def error(code: int, subcode: int | None = None) -> dict[str, Any]:
    """An error as the Graph API gives it."""
    told: dict[str, Any] = {
        "message": "An error",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A1b2",
    }
    return {"error": told if subcode is None else {**told, "error_subcode": subcode}}


def text_message(user: str, text: str, mid: str | None = None, **more: Any) -> dict[str, Any]:
    """A message of a user, as an element of `messaging`."""
    return {
        "sender": {"id": user},
        "recipient": {"id": PAGE},
        "timestamp": int(time.time() * 1000),
        "message": {"mid": mid or f"m_in_{next(_NUMBERS)}", "text": text, **more},
    }


def batch(*messaging: dict[str, Any]) -> bytes:
    """A webhook's body."""
    entry = {"id": PAGE, "time": int(time.time() * 1000), "messaging": list(messaging)}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """The headers of a call with this body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


async def deliver(url: str, body: bytes, *, every_s: float = 0.2, tries: int = 100) -> int:
    """Calls a webhook until it answers 2xx, as Meta does; returns how many calls that took."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for number in range(1, tries + 1):
            try:
                if (await client.post(url, content=body, headers=signed(body))).is_success:
                    return number
            except httpx.TransportError:
                pass
            await asyncio.sleep(every_s)
    raise AssertionError(f"the webhook at {url} does not take it")
