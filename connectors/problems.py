"""Errors of the HTTP side: one JSON form, a stable code for programs, a Vietnamese sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import yaml
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.logging import failure_of, place_of
from connectors.pages import error_page, wants_page
from knowledge.errors import IndexUnusable

SENTENCES_FILE = Path(__file__).parent / "problems.yml"
# With 503: the seconds to wait before the next try.
RETRY_SOON = {"Retry-After": "5"}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_type"}

log = structlog.get_logger()


class ProblemDetail(BaseModel):
    """A stable `code`, and a `message` fit to show to a user."""

    code: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error."""

    error: ProblemDetail


class Problem(HTTPException):
    """An error to answer with: the status, and a code of `problems.yml`."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code, dict(headers or {}))
        self.code = code


def described(meanings: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Returns errors by status, each with its meaning, as FastAPI's `responses` takes them."""
    return {status: {"model": ProblemBody, "description": meaning} for status, meaning in meanings.items()}


@cache
def sentence(code: str) -> str:
    """Returns what `problems.yml` says for a code."""
    return str(yaml.safe_load(SENTENCES_FILE.read_text(encoding="utf-8"))[code])


def problem_response(status: int, code: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Returns an error as JSON."""
    body = ProblemBody(error=ProblemDetail(code=code, message=sentence(code)))
    return JSONResponse(body.model_dump(), status, headers=headers)


def install(app: FastAPI) -> None:
    """Makes every error of `app` a `ProblemBody`."""

    @app.exception_handler(HTTPException)
    async def known(request: Request, error: HTTPException) -> Response:
        if wants_page(request):
            return error_page(request, error.status_code)
        # FastAPI says 400 of a body that is not even text, which for the caller is no other fault than 422.
        status = 422 if error.status_code == 400 else error.status_code
        code = error.code if isinstance(error, Problem) else _CODES.get(status, "invalid")
        return problem_response(status, code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, _: RequestValidationError) -> JSONResponse:
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if request.method == "POST" and not (
            content_type == "application/json" or content_type.endswith("+json")
        ):
            return problem_response(415, "unsupported_type")
        return problem_response(422, "invalid")

    @app.exception_handler(IndexUnusable)
    async def without_index(request: Request, error: IndexUnusable) -> Response:
        log.error("index unusable", reason=str(error))
        return error_page(request, 503) if wants_page(request) else problem_response(503, "unavailable")

    @app.exception_handler(SQLAlchemyError)
    async def without_records(request: Request, error: SQLAlchemyError) -> Response:
        log.error("records failed", error=failure_of(error))
        if wants_page(request):
            return error_page(request, 503)
        return problem_response(503, "unavailable", RETRY_SOON)


class UnexpectedErrors:
    """Answers 500 for whatever nobody handled.

    A middleware and not a handler of `Exception`: Starlette runs that one outside of all middleware, so its
    answer would lack the security headers, and the server would log the traceback, which may quote a user.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            log.error("unhandled", error=type(error).__name__, place=place_of(error))
            request = Request(scope)
            page = wants_page(request)
            response = error_page(request, 500) if page else problem_response(500, "internal")
            await response(scope, receive, send)


class BodyLimit:
    """Refuses a request body longer than `limit` bytes, told by its header or counted as it comes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._limit:
            await problem_response(413, "too_large", {"Connection": "close"})(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise Problem(413, "too_large", headers={"Connection": "close"})
            return message

        await self._app(scope, counted, send)
