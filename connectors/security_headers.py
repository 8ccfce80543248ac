"""Response headers that keep a page from loading, running or being embedded in anything foreign."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Pages hold no inline script or style and never turn text into markup in the browser (trusted types), so
# that a slip in escaping stays text. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
_POLICY = (
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def framed_by(response: Response, origins: Sequence[str]) -> Response:
    """Lets pages of these origins show a response in a frame."""
    response.headers["Content-Security-Policy"] = _policy(origins)
    return response


def _policy(frame_ancestors: Sequence[str]) -> str:
    ancestors = " ".join(frame_ancestors) or "'none'"
    return "; ".join((*_POLICY, f"frame-ancestors {ancestors}"))


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response which does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {**_HEADERS, "Content-Security-Policy": _policy(())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
