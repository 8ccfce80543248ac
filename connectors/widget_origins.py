"""Who may use the widget's API from a browser: the pages of a site's own origins, and ours (CORS by site)."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.records import Sites
from connectors.problems import problem_response
from connectors.sites import Site
from connectors.widget_api import PREFIX

# A change by `laban sites` counts everywhere after so long.
_REMEMBERED_S = 10.0
_REMEMBERED_SITES = 1000
_ALLOWED = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Max-Age": "600",
}


class WidgetOrigins:
    """ASGI middleware: answers preflights, lets a site's pages read the answers, refuses the pages of others."""

    def __init__(self, app: ASGIApp, sites: Sites, own_origin: str) -> None:
        self._app, self._sites, self._own_origin = app, sites, own_origin
        self._known: dict[str, tuple[float, Site | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{PREFIX}/"):
            await self._app(scope, receive, send)
            return
        site = await self._site(scope["path"].removeprefix(f"{PREFIX}/").partition("/")[0])
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if site is None:
            await problem_response(404, "no_site")(scope, receive, send)
            return
        # A browser names no origin where a page of ours reads from us; what changes something always has one.
        asks_only = origin is None and scope["method"] in ("GET", "HEAD")
        # The address by which this very page was opened is ours too, whatever LABAN_PUBLIC_URL says.
        opened_at = f"{scope['scheme']}://{headers.get('host', '').lower()}"
        if not asks_only and not site.allows(origin, self._own_origin, opened_at):
            await problem_response(403, "origin_refused")(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers={**_ALLOWED, **_readable(origin)})(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_readable(origin))
            await send(message)

        await self._app(scope, receive, send_readable)

    async def _site(self, key: str) -> Site | None:
        now = time.monotonic()
        remembered = self._known.get(key)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        site = await asyncio.to_thread(Site.find, self._sites, key)
        if len(self._known) >= _REMEMBERED_SITES:
            self._known.clear()
        self._known[key] = (now + _REMEMBERED_S, site)
        return site


def _readable(origin: str | None) -> dict[str, str]:
    headers = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
    readable = {"Access-Control-Allow-Origin": origin or "", "Access-Control-Expose-Headers": "Retry-After"}
    return {**headers, **readable} if origin else headers
