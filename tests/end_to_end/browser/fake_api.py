"""The real pages before a widget API that answers from answers.yml and can be slow, break off or fail on demand."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from connectors.pages import error_page, install_pages
from knowledge.documents import Library, read_documents
from knowledge.fact_files import read_facts
from knowledge.facts import FactBase
from tests.end_to_end.browser.fake_sites import embedding_app, install_sites
from tests.end_to_end.browser.fake_talks import FakeApi, Talk

HERE = Path(__file__).parent
DOCUMENTS = HERE.parents[2] / "knowledge" / "documents"
FACTS = HERE.parents[2] / "knowledge" / "facts"
TODAY = date(2026, 1, 15)
MESSAGE_MAX_CHARS = 2000
_POLL_S = 0.01
_START_LIMIT_S = 10
_STOP_LIMIT_S = 1


class Shelf(Library):
    """Our own documents and facts, read anew."""

    def facts(self) -> FactBase:
        """Returns all facts."""
        return read_facts(FACTS)


class Foreign(CORSMiddleware):
    """CORS for the page of another origin, whose port is known only once it is served."""

    def __init__(self, app: ASGIApp, api: FakeApi) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )
        self._api = api

    def is_allowed_origin(self, origin: str) -> bool:
        """Tells whether a page of `origin` may use the API."""
        return origin == self._api.embed_url


def fake_app(api: FakeApi) -> FastAPI:
    """Returns the app: our pages, and the API of the widget."""
    app = FastAPI(docs_url=None, redoc_url=None)
    library = Shelf({document.id: document for document in read_documents(DOCUMENTS)})
    app.add_middleware(Foreign, api=api)

    @app.middleware("http")
    async def note(request: Request, call_next: Any) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        api.requests.append((request.method, request.url.path + query))
        response: Response = await call_next(request)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    install_sites(app, api, MESSAGE_MAX_CHARS)
    install_pages(app, library, today=lambda: TODAY, message_max_chars=MESSAGE_MAX_CHARS, retention_days=90)
    answers = yaml.safe_load((HERE / "answers.yml").read_text(encoding="utf-8"))
    _install_messages(app, api, answers)
    _install_listening(app, api)

    @app.exception_handler(HTTPException)
    async def show_error(request: Request, error: Exception) -> Any:
        assert isinstance(error, HTTPException)
        return error_page(request, error.status_code)

    @app.get("/pictures/interests/{name}")
    async def picture(name: str) -> Response:
        return Response(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="520" height="312"><title>{name}</title></svg>',
            media_type="image/svg+xml",
        )

    return app


def _failure(status: int, text: str) -> JSONResponse:
    headers = {"Retry-After": "1"} if status in {429, 503} else {}
    return JSONResponse({"error": {"code": "fake", "message": text}}, status, headers)


def _visitor(api: FakeApi, request: Request) -> Talk | None:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    talk = api.talks.get(token)
    return None if talk is None or talk.ended else talk


def _install_messages(app: FastAPI, api: FakeApi, answers: list[dict[str, Any]]) -> None:
    running = set()

    @app.post("/widget/v1/{site}/messages", status_code=202)
    async def post_message(request: Request, message: dict[str, str]) -> JSONResponse:
        api.received.append(message)
        while api.stuck:
            await asyncio.sleep(_POLL_S)
        if api.failures:
            return _failure(*api.failures.popleft())
        talk = _visitor(api, request)
        if talk is None:
            if "authorization" in request.headers:
                return _failure(401, "Cuộc trò chuyện đã hết hạn.")
            talk = Talk()
            api.talks[talk.token] = talk
        if message["id"] not in talk.taken:
            talk.taken.add(message["id"])
            talk.add("user", message["text"], client_id=message["id"])
            task = asyncio.create_task(_reply(api, talk, message, answers))
            running.add(task)
            task.add_done_callback(running.discard)
        return JSONResponse({"visitor": talk.token}, 202)

    @app.post("/widget/v1/{site}/feedback", status_code=204)
    async def rate(rating: dict[str, Any]) -> None:
        api.ratings.append(rating)

    @app.post("/widget/v1/{site}/end", status_code=204)
    async def end(request: Request) -> None:
        talk = _visitor(api, request)
        if talk is not None:
            talk.ended = True


async def _reply(api: FakeApi, talk: Talk, message: dict[str, str], answers: list[dict[str, Any]]) -> None:
    while api.slow:
        await asyncio.sleep(_POLL_S)
    if api.held:
        return
    entry = next(e for e in answers if any(str(word) in message["text"] for word in e["words"]))
    for answer in entry["messages"]:
        talk.add("assistant", **{"outcome": entry["outcome"], **answer}, reply_to=message["id"])


def _install_listening(app: FastAPI, api: FakeApi) -> None:
    @app.get("/widget/v1/{site}/messages")
    async def history(request: Request, after: int) -> JSONResponse:
        talk = _visitor(api, request)
        if talk is None:
            return _failure(401, "Cuộc trò chuyện đã hết hạn.")
        return JSONResponse({"messages": talk.after(after), "ticket": api.ticket, "held": api.held})

    @app.get("/widget/v1/{site}/stream")
    async def stream(request: Request, after: int) -> Response:
        talk = _visitor(api, request)
        if talk is None:
            return _failure(401, "Cuộc trò chuyện đã hết hạn.")
        if api.streams == "gone":
            return _failure(503, "")
        # One message comes a second time, as may happen around a break.
        return StreamingResponse(_events(api, talk, max(0, after - 1)), media_type="text/event-stream")


async def _events(api: FakeApi, talk: Talk, after: int) -> AsyncIterator[str]:
    generation, told, typing = api.generation, None, False
    while generation == api.generation:
        if api.streams == "silent":
            await asyncio.sleep(_POLL_S)
            continue
        state = {"ticket": api.ticket, "held": api.held}
        if state != told:
            told = state
            yield _event("state", state)
        for message in talk.after(after):
            after = message["seq"]
            yield _event("message", message, after)
        if typing != api.typing:
            typing = api.typing
            yield _event("typing", {"on": typing})
        await asyncio.sleep(_POLL_S)


def _event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    line = f"id: {number}\n" if number else ""
    return f"{line}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@contextmanager
def _listening(app: Any) -> Iterator[str]:
    """Serves `app` on a free loopback port, in a thread; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        limit = _STOP_LIMIT_S
        config = uvicorn.Config(
            app, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=limit
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _START_LIMIT_S
        while not server.started:
            assert time.monotonic() < deadline, "the fake server did not start"
            time.sleep(_POLL_S)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def serving(api: FakeApi) -> Iterator[FakeApi]:
    """Serves `api`, and on another port the page of somebody who embeds the widget."""
    with ExitStack() as stack:
        api.url = stack.enter_context(_listening(fake_app(api)))
        api.embed_url = stack.enter_context(_listening(embedding_app(api)))
        yield api
        api.reset()
