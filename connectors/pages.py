"""The pages a browser shows: landing page with the chat, documents and facts with their reading pages, errors."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response
from starlette.types import Scope

from connectors.fact_pages import Links, Shelf, blocks_of, dialled, groups_of, web_address
from connectors.security_headers import SecurityHeaders
from knowledge.documents import Document
from knowledge.facts import KINDS
from knowledge.structure import Block
from knowledge.vocabulary import vocabulary

_HERE = Path(__file__).parent
# A document's text holds **bold**, *italic* and backslash escapes; everything else in it is text.
_INLINE = MarkdownIt("zero", {"html": False}).enable(["emphasis", "escape"])
# Pages and scripts change with a release only, and a revalidation is answered 304.
REVALIDATE = {"Cache-Control": "no-cache"}
# The widget's scripts and styles are loaded by the pages that embed it.
EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
_API_PREFIX = "/api/"


class Documents(Shelf, Protocol):
    """Where the reading pages come from."""

    def documents(self) -> Sequence[Document]:
        """Returns all documents in order."""


class RevalidatedFiles(StaticFiles):
    """Static files that a browser asks about before it uses its copy, so that no release is shown half."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Returns the file at `path`, or a 304 answer."""
        response = await super().get_response(path, scope)
        response.headers.update({**REVALIDATE, **EMBEDDABLE})
        return response


def inline_markdown(text: str) -> Markup:
    """Renders `text` with emphasis as HTML; any HTML in it is shown, not obeyed."""
    return Markup(_INLINE.renderInline(text))


def runs(blocks: Iterable[Block]) -> list[tuple[str, list[Block]]]:
    """Groups neighbouring blocks of one kind, so that items which follow each other make one list."""
    return [(kind, list(run)) for kind, run in groupby(blocks, key=lambda block: block.kind)]


def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        inline=inline_markdown, runs=runs, blocks=blocks_of, web_address=web_address, dialled=dialled
    )
    return Jinja2Templates(env=environment)


_TEMPLATES = _templates()


def install_pages(
    app: FastAPI,
    library: Documents,
    *,
    today: Callable[[], date],
    message_max_chars: int,
    retention_days: int,
) -> None:
    """Adds the pages, `/static` and the security headers; `error_page` is for the error handlers of `app`."""
    app.include_router(
        pages_router(library, today=today, message_max_chars=message_max_chars, retention_days=retention_days)
    )
    app.mount("/static", RevalidatedFiles(directory=_HERE / "static"), name="static")
    app.add_middleware(SecurityHeaders)


def pages_router(
    library: Documents, *, today: Callable[[], date], message_max_chars: int, retention_days: int
) -> APIRouter:
    """Returns the routes of the pages.

    Args:
        library: the documents and facts that can be read.
        today: tells the date against which the period of a document or a fact is held.
        message_max_chars: the longest message that the REST API takes, in characters.
        retention_days: after how many days a conversation is erased.
    """
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.api_route("/", methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        limits = {"message_max_chars": message_max_chars, "retention_days": retention_days}
        return page(request, "home.html", **limits, documents=library.documents())

    @router.api_route("/documents", methods=["GET", "HEAD"])
    def document_list(request: Request) -> Response:
        return page(request, "documents.html", documents=library.documents(), today=today())

    @router.api_route("/documents/{document_id}", methods=["GET", "HEAD"])
    def reading_page(request: Request, document_id: str) -> Response:
        document = library.document(document_id)
        if document is None:
            return error_page(request, 404)
        return page(request, "document.html", document=document, ended=document.ended(today()))

    @router.api_route("/facts", methods=["GET", "HEAD"])
    def fact_overview(request: Request) -> Response:
        facts = library.facts()
        counts = {collection: len(facts.of(collection)) for collection in KINDS}
        return page(request, "facts.html", counts=counts, collections=vocabulary("topics"))

    @router.api_route("/facts/{collection}", methods=["GET", "HEAD"])
    def fact_page(request: Request, collection: str) -> Response:
        if collection not in KINDS:
            return error_page(request, 404)
        return page(
            request,
            "collection.html",
            collection=vocabulary("topics")[collection],
            groups=groups_of(collection, library.facts().of(collection)),
            links=Links(library),
            aspects=vocabulary("aspects"),
            today=today(),
        )

    return router


def wants_page(request: Request) -> bool:
    """Tells whether an error of this request is for a reader's eyes rather than for a program."""
    return not request.url.path.startswith(_API_PREFIX) and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, status: int) -> Response:
    """Returns the page that says in Vietnamese what is wrong and where to go on."""
    return page(request, "error.html", status=status)


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """Returns a page made from a template."""
    return _TEMPLATES.TemplateResponse(
        request, template, {**context, "status": status}, status_code=status, headers=REVALIDATE
    )
