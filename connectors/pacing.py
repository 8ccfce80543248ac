"""Pacing: so many messages a second of an account, and a pause between two to the same user."""

from __future__ import annotations

import asyncio
import time

from connectors.rendering import PlatformLimits

_FORGET_AFTER_S = 60.0


class Pacer:
    """Makes those who send wait for their turn."""

    def __init__(self, limits: PlatformLimits) -> None:
        self._between = 1 / limits.per_second if limits.per_second else 0.0
        self._per_chat = limits.per_chat_s
        # When the next message of an account, and to a user, may go.
        self._accounts: dict[str, float] = {}
        self._chats: dict[str, float] = {}

    async def wait(self, account: str, conversation: str) -> None:
        """Returns when a message may be sent."""
        now = time.monotonic()
        if len(self._chats) > 10_000:
            self._chats = {chat: at for chat, at in self._chats.items() if at > now - _FORGET_AFTER_S}
        at = max(now, self._accounts.get(account, 0.0), self._chats.get(conversation, 0.0))
        self._accounts[account] = at + self._between
        self._chats[conversation] = at + self._per_chat
        if at > now:
            await asyncio.sleep(at - now)
