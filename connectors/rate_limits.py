"""How much one user, or all behind one address on one site, may write."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

# So often somebody who goes on is told that it was too much.
_TOLD = parse_many("1/minute")
# At each hit the storage looks through all that it holds for what has expired, so it is split up.
_SHARDS = 64


class RateLimits:
    """Counts in this process; limits are written as `20/minute; 200/hour`."""

    def __init__(self, user: str, address: str) -> None:
        self._user, self._address = parse_many(user), parse_many(address)
        self._limiters = [SlidingWindowCounterRateLimiter(MemoryStorage()) for _ in range(_SHARDS)]

    async def user_over(self, conversation: str) -> float:
        """Counts a message of a user; returns 0, or the seconds until they may write again."""
        return await self._hit(self._user, "user", conversation)

    async def address_over(self, site: str, address: str) -> float:
        """Counts a message that came to a site from an address; returns 0, or the seconds to wait."""
        return await self._hit(self._address, "address", site, address)

    async def may_tell(self, conversation: str) -> bool:
        """Tells whether a user may be told now that they write too much, which is not repeated each time."""
        return await self._hit(_TOLD, "told", conversation) == 0

    async def _hit(self, items: list[RateLimitItem], *names: str) -> float:
        limiter = self._limiters[hash(names) % _SHARDS]
        for item in items:
            if not await limiter.hit(item, *names):
                window = await limiter.get_window_stats(item, *names)
                return max(1.0, math.ceil(window.reset_time - time.time()))
        return 0
