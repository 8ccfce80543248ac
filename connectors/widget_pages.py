"""The widget's pages: the loader, the chat alone on a page, and a page that shows administrators how to embed it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from html import escape
from pathlib import Path

import segno
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from actions.records import Sites
from connectors.pages import EMBEDDABLE, REVALIDATE, page
from connectors.security_headers import framed_by
from connectors.sites import Site

LOADER = Path(__file__).parent / "static" / "widget.js"


def widget_pages_router(sites: Sites, base_url: str, verification: Mapping[str, str]) -> APIRouter:
    """Returns the routes.

    Args:
        sites: the records' sites.
        base_url: the address of this app, without a trailing slash.
        verification: files by which a platform proves a domain, and what they hold.
    """
    router = APIRouter(include_in_schema=False)

    def site_or_404(key: str) -> Site:
        site = Site.find(sites, key)
        if site is None:
            raise HTTPException(404)
        return site

    @router.api_route("/widget.js", methods=["GET", "HEAD"])
    def loader() -> Response:
        return FileResponse(LOADER, media_type="text/javascript", headers={**REVALIDATE, **EMBEDDABLE})

    @router.api_route("/chat/{key}", methods=["GET", "HEAD"], response_class=HTMLResponse)
    def chat(request: Request, key: str) -> Response:
        site = site_or_404(key)
        # Pages of the site may show it in a frame; others may not.
        return framed_by(page(request, "chat.html", site=site), site.origins)

    @router.api_route("/sites/{key}", methods=["GET", "HEAD"], response_class=HTMLResponse)
    def embedding(request: Request, key: str) -> Response:
        site = site_or_404(key)
        address = f"{base_url}/chat/{key}"
        return page(
            request, "site.html", site=site, snippet=snippet(site, base_url), chat_url=address, qr=qr(address)
        )

    @router.api_route("/{name}.html", methods=["GET", "HEAD"])
    def verification_file(name: str) -> Response:
        content = verification.get(f"{name}.html")
        if content is None:
            raise HTTPException(404)
        return PlainTextResponse(content, media_type="text/html")

    return router


def snippet(site: Site, base_url: str) -> str:
    """Returns the line that an administrator pastes into a website."""
    looks = {"data-site": site.key, "data-color": site.colour, "data-position": site.position}
    defaults = Site(key=site.key)
    shown = {
        name: value
        for name, value in looks.items()
        if name == "data-site" or value not in (defaults.colour, defaults.position)
    }
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in shown.items())
    return f'<script src="{escape(base_url)}/widget.js" {attributes} async></script>'


def qr(address: str) -> Markup:
    """Returns a QR code of an address as SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=4, xmldecl=False, svgns=True, title=address)
    return Markup(drawn.getvalue().decode())
