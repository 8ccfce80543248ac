"""Zalo's OAuth server: a pair of tokens for a code or for a refresh token, believed only when it is whole.

https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen-cho-ung-dung-new
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.accounts import ZaloAccount

# Less than the lease under which a refresh token is spent (`connectors.zalo_tokens`).
LONGEST_S = 20.0
_PATH = "/v4/oa/access_token"


class GrantFailed(Exception):
    """There are no new tokens; says why, without a secret. Nobody knows whether the refresh token was spent."""


class GrantRefused(GrantFailed):
    """Zalo's word that there will be none."""


@dataclass(frozen=True)
class Grant:
    """A pair of tokens; the refresh token is good for one use."""

    access_token: str
    refresh_token: str
    lifetime_s: float


class _Reply(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    # Zalo sends it as a string.
    expires_in: float = Field(gt=0, le=10 * 365 * 86400)


class ZaloGrants:
    """Asks for tokens."""

    def __init__(self, oauth_url: str) -> None:
        self.url = oauth_url
        self._client = httpx.AsyncClient(base_url=oauth_url, timeout=LONGEST_S, trust_env=False)

    async def by_code(self, account: ZaloAccount, code: str, verifier: str) -> Grant:
        """Returns the tokens for the code that a consent brought."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return await self._ask(account, form)

    async def by_refresh_token(self, account: ZaloAccount, refresh_token: str) -> Grant:
        """Returns the next tokens; the refresh token is spent."""
        return await self._ask(account, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _ask(self, account: ZaloAccount, form: Mapping[str, str]) -> Grant:
        secret = {"secret_key": account.app_secret.get_secret_value()}
        try:
            async with asyncio.timeout(LONGEST_S):
                response = await self._client.post(
                    _PATH, data={"app_id": account.app_id, **form}, headers=secret
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise GrantFailed(f"Zalo's OAuth server does not answer ({type(error).__name__})") from None
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise GrantFailed(f"Zalo's OAuth server answers HTTP {response.status_code}")
        return _grant(response)


def _grant(response: httpx.Response) -> Grant:
    try:
        body: Any = response.json()
    except ValueError:
        raise GrantFailed(f"Zalo's OAuth server answers HTTP {response.status_code} without JSON") from None
    try:
        reply = _Reply.model_validate(body)
    except ValidationError:
        raise GrantRefused(_reason(body, response.status_code)) from None
    return Grant(reply.access_token, reply.refresh_token, reply.expires_in)


def _reason(body: Any, status: int) -> str:
    """What Zalo says of an error, which may come with HTTP 200."""
    if not isinstance(body, dict):
        return f"HTTP {status} with something else than tokens"
    said = [str(body[name])[:200] for name in ("error", "error_name", "error_reason") if body.get(name)]
    return "; ".join(said) or f"HTTP {status} without tokens"
