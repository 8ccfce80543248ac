"""HTTP to a platform, with what can go wrong told apart by whether a message may have been delivered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from connectors.channel import OutcomeUnknown, TryLater

# A platform closes an idle connection after a while; a request that meets the closing would have an unknown outcome.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=4)
_TIMEOUT = httpx.Timeout(10, connect=5)


def retry_after(response: httpx.Response) -> float | None:
    """Returns the seconds that a response asks to wait, if it does (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None


class PlatformClient:
    """A client of one platform's API."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url, limits=_LIMITS, timeout=_TIMEOUT, follow_redirects=False, trust_env=False
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
