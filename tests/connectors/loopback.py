"""ASGI apps served on loopback, and a stand-in for Rasa's channel that records what it is asked."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp

TOKEN = "token-of-the-stand-in"
ANSWER = {
    "messages": [{"text": "Chào bạn!", "metadata": {"outcome": "flow"}}],
    "intent": {"name": "greet", "confidence": 0.9},
    "entities": [],
}
_START_LIMIT_S = 10.0


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serves an app from a thread and yields its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        limit = time.monotonic() + _START_LIMIT_S
        while not server.started:
            assert thread.is_alive(), "the server has ended"
            assert time.monotonic() < limit, "the server does not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_START_LIMIT_S)
        listener.close()


@dataclass
class RasaChannel:
    """What the stand-in was asked, and how it answers next: `status`, `answer`, after `delay_s` seconds."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=lambda: dict(ANSWER))
    delay_s: float = 0.0

    def reset(self) -> None:
        """Forgets what it was asked and greets again."""
        self.requests.clear()
        self.status, self.answer, self.delay_s = 200, dict(ANSWER), 0.0

    def says(self, *messages: dict[str, Any]) -> None:
        """Makes these messages the next answers."""
        self.answer = {**ANSWER, "messages": list(messages)}

    @property
    def texts(self) -> list[str]:
        """The texts it was sent, in order."""
        return [request["message"] for request in self.requests]


def channel_app(channel: RasaChannel) -> FastAPI:
    """Returns the app that answers as `channel` says; see bot/components/channel.py for the real one."""
    app = FastAPI()

    @app.get("/webhooks/laban/")
    async def health() -> Response:
        return JSONResponse({"status": "ok"}, channel.status)

    @app.post("/webhooks/laban/webhook")
    async def receive(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "unauthorised"}, 401)
        channel.requests.append(await request.json())
        await asyncio.sleep(channel.delay_s)
        if isinstance(channel.answer, str):
            return Response(channel.answer, channel.status)
        return JSONResponse(channel.answer, channel.status)

    return app
