"""The real pages before a REST API that answers from answers.yml and can be slow or fail on demand."""

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from connectors.pages import error_page, install_pages
from knowledge.documents import Library, read_documents
from knowledge.fact_files import read_facts
from knowledge.facts import FactBase

HERE = Path(__file__).parent
DOCUMENTS = HERE.parents[2] / "knowledge" / "documents"
FACTS = HERE.parents[2] / "knowledge" / "facts"
TODAY = date(2026, 1, 15)
MESSAGE_MAX_CHARS = 2000
_POLL_S = 0.01
_START_LIMIT_S = 10


@dataclass
class FakeApi:
    """What the server was asked, and how it is to behave next.

    `failures` holds (status, message) pairs, one for each coming request; while `held`, answers wait.
    """

    url: str = ""
    received: list[dict[str, str]] = field(default_factory=list)
    failures: deque[tuple[int, str]] = field(default_factory=deque)
    held: bool = False
    # What users thought of answers; the open request for a person, and what that person says next.
    ratings: list[dict[str, Any]] = field(default_factory=list)
    ticket: int | None = None
    told: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        """Forgets what was asked, and answers at once from now on."""
        self.received.clear()
        self.failures.clear()
        self.held = False
        self.ratings.clear()
        self.told.clear()
        self.ticket = None

    @property
    def texts(self) -> list[str]:
        """The texts that were received, in order."""
        return [message["text"] for message in self.received]


class Shelf(Library):
    """Our own documents and facts, read anew."""

    def facts(self) -> FactBase:
        """Returns all facts."""
        return read_facts(FACTS)


def fake_app(api: FakeApi) -> FastAPI:
    """Returns the app: our pages, and DESIGN.md's `POST /api/v1/messages`."""
    app = FastAPI(docs_url=None, redoc_url=None)
    library = Shelf({document.id: document for document in read_documents(DOCUMENTS)})
    install_pages(app, library, today=lambda: TODAY, message_max_chars=MESSAGE_MAX_CHARS, retention_days=90)
    answers = yaml.safe_load((HERE / "answers.yml").read_text(encoding="utf-8"))

    @app.exception_handler(HTTPException)
    async def show_error(request: Request, error: Exception) -> Any:
        assert isinstance(error, HTTPException)
        return error_page(request, error.status_code)

    @app.post("/api/v1/messages")
    async def post_message(message: dict[str, str]) -> JSONResponse:
        api.received.append(message)
        while api.held:
            await asyncio.sleep(_POLL_S)
        if api.failures:
            status, text = api.failures.popleft()
            return JSONResponse({"error": {"code": "fake", "message": text}}, status)
        reply = {"conversation_id": message["conversation_id"], **_answer(answers, message["text"])}
        return JSONResponse(reply if api.ticket is None else {**reply, "ticket": api.ticket})

    @app.post("/api/v1/feedback", status_code=204)
    async def rate(rating: dict[str, Any]) -> None:
        api.ratings.append(rating)

    @app.get("/api/v1/conversations/{conversation_id}/messages")
    async def told(conversation_id: str, after: int) -> dict[str, Any]:
        new = [message for message in api.told if message["id"] > after]
        return {"messages": new, "ticket": api.ticket, "held": bool(api.told)}

    @app.get("/pictures/interests/{name}")
    async def picture(name: str) -> Response:
        return Response(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="520" height="312"><title>{name}</title></svg>',
            media_type="image/svg+xml",
        )

    return app


def _answer(answers: list[dict[str, Any]], text: str) -> dict[str, Any]:
    entry = next(e for e in answers if any(str(word) in text for word in e["words"]))
    return {
        "messages": entry["messages"],
        "intent": {"name": entry["intent"], "confidence": 0.9},
        "outcome": entry["outcome"],
    }


@contextmanager
def serving(api: FakeApi) -> Iterator[FakeApi]:
    """Serves `api` on a free loopback port, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(fake_app(api), log_level="warning", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _START_LIMIT_S
        while not server.started:
            assert time.monotonic() < deadline, "the fake server did not start"
            time.sleep(_POLL_S)
        try:
            yield api
        finally:
            api.held = False
            server.should_exit = True
            thread.join()
