"""HTTP to a platform, with what can go wrong told apart by whether a message may have been delivered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx

from connectors.channel import OutcomeUnknown, TryLater

# A platform closes an idle connection after a while; a request that meets the closing would have an unknown outcome.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=4)
_TIMEOUT = httpx.Timeout(10, connect=5)

Announcement = Callable[[], Awaitable[None]]
_announcement: ContextVar[Announcement | None] = ContextVar("announcement", default=None)
# httpcore's name for the moment when the connection stands and the first byte is about to be written
# (https://www.encode.io/httpcore/extensions/#trace).
_ABOUT_TO_SEND = "http11.send_request_headers.started"


@contextmanager
def announced(announcement: Announcement) -> Iterator[None]:
    """Has `announcement` awaited just before a request is written to a platform, within the context.

    What is noted there divides what was certainly not sent from what may have been, as closely as can be.
    """
    token = _announcement.set(announcement)
    try:
        yield
    finally:
        _announcement.reset(token)


class AnnouncingTransport(httpx.AsyncHTTPTransport):
    """HTTP/1.1 that makes the announcement of its context."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request."""
        announcement = _announcement.get()
        if announcement is not None:

            async def trace(event: str, _: Mapping[str, Any]) -> None:
                if event == _ABOUT_TO_SEND:
                    await announcement()

            request.extensions = {**request.extensions, "trace": trace}
        return await super().handle_async_request(request)


def retry_after(response: httpx.Response) -> float | None:
    """Returns the seconds that a response asks to wait, if it does (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None


class PlatformClient:
    """A client of one platform's API."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=AnnouncingTransport(limits=LIMITS, trust_env=False),
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    async def post(self, path: str, *, headers: Mapping[str, str], **body: Any) -> httpx.Response:
        """Posts, and returns an answer that is not 429 and not 5xx.

        Args:
            path: below the base address.
            headers: besides the usual ones.
            body: `json=` or `data=`.

        Raises:
            TryLater: nothing was done.
            OutcomeUnknown: the connection broke after the request was sent.
        """
        try:
            response = await self._client.post(path, headers=dict(headers), **body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryLater(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(type(error).__name__) from None
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise TryLater(f"HTTP {response.status_code}", retry_after(response))
        return response

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
