"""Pacing: so many messages a second of an account, and a pause between two to the same user."""

from __future__ import annotations

import asyncio
import time

from connectors.rendering import PlatformLimits

_MANY_CHATS, _FORGET_AFTER_S = 10_000, 60.0


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
        if len(self._chats) > _MANY_CHATS:
            old = time.monotonic() - _FORGET_AFTER_S
            self._chats = {chat: at for chat, at in self._chats.items() if at > old}
        await _slot(self._chats, conversation, self._per_chat)
        # Only then, so that whoever waits for one user holds up no others of the account.
        await _slot(self._accounts, account, self._between)
        self._chats[conversation] = max(self._chats.get(conversation, 0.0), time.monotonic() + self._per_chat)


async def _slot(slots: dict[str, float], name: str, between: float) -> None:
    now = time.monotonic()
    at = max(now, slots.get(name, 0.0))
    slots[name] = at + between
    if at > now:
        await asyncio.sleep(at - now)
