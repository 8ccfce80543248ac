"""An administrator's consent that the app speaks for an Official Account: OAuth with PKCE (RFC 7636).

https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen-cho-ung-dung-new
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from urllib.parse import urlencode

from connectors.keys import Keys
from connectors.zalo_tokens import ZaloTokens

CALLBACK = "/zalo/callback"
LIFETIME_S = 3600
_PURPOSE = "zalo consent"
# Apart from the account's tokens, which may be renewed while somebody reads the page of consent.
_KEPT_AS = "zalo consent"


class ConsentInvalid(Exception):
    """The page of consent was not opened by our link, or too long ago."""


class WrongAccount(Exception):
    """The consent was given for another account than the link was for."""


class ZaloConsent:
    """Makes the link to the page of consent, and takes what comes back from there."""

    def __init__(self, tokens: ZaloTokens, keys: Keys, base_url: str) -> None:
        self._tokens, self._keys = tokens, keys
        self.callback = base_url + CALLBACK

    def authorisation_url(self, oa_id: str) -> str:
        """Returns the address at which the administrator of an account consents; good for an hour, and for one use.

        Args:
            oa_id: one of the accounts of the settings.
        """
        # 43 characters, letters and digits alone: Zalo asks for that, where RFC 7636 allows more.
        verifier = "".join(secrets.choice(_LETTERS) for _ in range(43))
        attempt = secrets.token_urlsafe(12)
        self._tokens.kept.keep_secrets(_KEPT_AS, oa_id, {"verifier": verifier, "attempt": attempt})
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "app_id": self._tokens.accounts[oa_id].app_id,
            "redirect_uri": self.callback,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "state": self._keys.sign(_PURPOSE, f"{oa_id} {attempt}"),
        }
        return f"{self._tokens.grants.url}/v4/oa/permission?{urlencode(asked)}"

    async def exchange(self, code: str, state: str, oa_id: str) -> None:
        """Fetches and keeps the tokens for a consent.

        Raises:
            ConsentInvalid: it does not come from a link of ours, or the link is too old or used up.
            WrongAccount: it is for another account.
            GrantFailed: Zalo gives no tokens for it.
            NoToken: they could not be kept.
        """
        asked, _, attempt = (self._keys.verify(_PURPOSE, state, LIFETIME_S) or "").partition(" ")
        account = self._tokens.accounts.get(asked)
        if account is None:
            raise ConsentInvalid
        if oa_id != asked:
            raise WrongAccount
        kept = await asyncio.to_thread(self._tokens.kept.secrets, _KEPT_AS, oa_id)
        if not kept or kept.get("attempt") != attempt:
            raise ConsentInvalid
        verifier = str(kept["verifier"])
        await self._tokens.obtain(oa_id, lambda: self._tokens.grants.by_code(account, code, verifier))
        await asyncio.to_thread(self._tokens.kept.keep_secrets, _KEPT_AS, oa_id, {})


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
