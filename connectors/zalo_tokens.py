"""The tokens of Zalo's accounts: kept encrypted, renewed long before they end, each refresh token spent once.

A refresh token is good for one use, so that two refreshers, or one that is broken off, would lose the account: one
works at a time, in all processes, and finishes once it has begun.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.records import Accounts
from connectors.accounts import ZaloAccount
from connectors.background import background
from connectors.logging import failure_of
from connectors.metrics import ZALO_UNAUTHORISED
from connectors.rendering import limits_of
from connectors.zalo_grants import LONGEST_S, Grant, GrantFailed, GrantRefused, ZaloGrants
from connectors.zalo_health import CHANNEL

NOT_CONNECTED = "not connected yet"
_LEASE_S = 3 * LONGEST_S
_LOOK_AGAIN_S = 0.2
_EVERY_S = 60.0
_AFTER_FAILURE = timedelta(minutes=5)
# A token this new that Zalo refuses is refused for another reason than its age: another one would fare no better.
_NEW = timedelta(minutes=5)
# The old pair is spent and nothing else holds the new one, so a database that is busy is asked again.
_PAUSES_S = (0.2, 1.0, 3.0)

log = structlog.get_logger()


class NoToken(Exception):
    """There is no token to call Zalo with; says why."""


@dataclass(frozen=True)
class Pair:
    """The tokens of an account, as they are kept."""

    access_token: str
    refresh_token: str
    obtained: datetime
    expires: datetime

    @classmethod
    def read(cls, secrets: Mapping[str, Any]) -> Pair:
        """Returns what `written` gave."""
        times = {name: datetime.fromisoformat(secrets[name]) for name in ("obtained", "expires")}
        return cls(secrets["access_token"], secrets["refresh_token"], **times)

    def written(self) -> dict[str, str]:
        """Returns the pair, ready for JSON."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "obtained": self.obtained.isoformat(),
            "expires": self.expires.isoformat(),
        }

    def due(self, share: float) -> datetime:
        """Returns when so large a share of its life is over."""
        return self.obtained + (self.expires - self.obtained) * share


class ZaloTokens:
    """Gives access tokens, and renews them."""

    def __init__(
        self,
        accounts: Mapping[str, ZaloAccount],
        kept: Accounts,
        oauth_url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.accounts, self.kept, self.grants = accounts, kept, ZaloGrants(oauth_url)
        self._now = now
        self._first_refresh = limits_of(CHANNEL).first_refresh or 0.5
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[str]] = set()
        self._not_before: dict[str, datetime] = {}

    async def access_token(self, oa_id: str) -> str:
        """Returns an account's token, renewed first if it has ended.

        Raises:
            NoToken: there is none.
        """
        pair = await self._pair(oa_id)
        if pair is None:
            await self.needs_authorisation(oa_id, NOT_CONNECTED)
            raise NoToken(NOT_CONNECTED)
        return (
            await self.refresh(oa_id, pair.access_token) if pair.expires <= self._now() else pair.access_token
        )

    async def refresh(self, oa_id: str, spent: str) -> str:
        """Returns the token that follows `spent`; whoever asks while it is being fetched gets the same.

        Raises:
            NoToken: there is none; the old pair is kept.
        """
        return await self._finished(self._refreshed(oa_id, spent))

    async def obtain(self, oa_id: str, ask: Callable[[], Awaitable[Grant]]) -> None:
        """Keeps the first tokens, for which `ask` asks, in place of whatever there was.

        Raises:
            GrantFailed: there are none.
        """
        await self._finished(self._obtained(oa_id, ask))

    async def needs_authorisation(self, oa_id: str, reason: str) -> None:
        """Raises the alarm: an administrator has to connect the account (again)."""
        ZALO_UNAUTHORISED.labels(oa_id).set(1)
        with suppress(SQLAlchemyError):
            known = (await asyncio.to_thread(self.kept.state, CHANNEL, oa_id)).get("needs_authorisation")
            if known == reason:
                return
            await asyncio.to_thread(self.kept.note, CHANNEL, oa_id, needs_authorisation=reason)
        log.error("Zalo account must be connected", account=oa_id, reason=reason, remedy="laban zalo connect")

    @asynccontextmanager
    async def keep_fresh(self, every_s: float = _EVERY_S) -> AsyncIterator[None]:
        """Renews what is due for as long as the context lasts."""
        try:
            async with background(self._keep_refreshing(every_s)):
                yield
        finally:
            await self.close()

    async def close(self) -> None:
        """Finishes what has begun, and closes the connections."""
        if self._running:
            await asyncio.wait(self._running)
        await self.grants.close()

    async def refresh_due(self) -> None:
        """Renews the tokens whose time has come."""
        for oa_id in self.accounts:
            if self._not_before.get(oa_id, self._now()) > self._now():
                continue
            try:
                await self._refresh_if_due(oa_id)
            except NoToken:
                self._not_before[oa_id] = self._now() + _AFTER_FAILURE

    async def _keep_refreshing(self, every_s: float) -> None:
        while True:
            await self.refresh_due()
            await asyncio.sleep(every_s)

    async def _refresh_if_due(self, oa_id: str) -> None:
        pair = await self._pair(oa_id)
        if pair is None:
            await self.needs_authorisation(oa_id, NOT_CONNECTED)
        elif pair.due(self._first_refresh) <= self._now():
            await self.refresh(oa_id, pair.access_token)
        with suppress(SQLAlchemyError):
            state = await asyncio.to_thread(self.kept.state, CHANNEL, oa_id)
            ZALO_UNAUTHORISED.labels(oa_id).set(bool(state.get("needs_authorisation")))

    async def _refreshed(self, oa_id: str, spent: str) -> str:
        async with self._alone(oa_id):
            pair = await self._pair(oa_id)
            if pair is None:
                raise NoToken(NOT_CONNECTED)
            if pair.access_token != spent:
                return pair.access_token
            if self._now() - pair.obtained < _NEW and self._now() < pair.expires:
                raise NoToken("Zalo does not accept a token that is new")
            try:
                grant = await self.grants.by_refresh_token(self.accounts[oa_id], pair.refresh_token)
            except GrantRefused as error:
                await self.needs_authorisation(oa_id, str(error))
                raise NoToken(str(error)) from None
            except GrantFailed as error:
                log.warning("Zalo token not renewed", account=oa_id, reason=str(error))
                raise NoToken(str(error)) from None
            return await self._keep(oa_id, grant)

    async def _obtained(self, oa_id: str, ask: Callable[[], Awaitable[Grant]]) -> str:
        async with self._alone(oa_id):
            return await self._keep(oa_id, await ask())

    async def _finished(self, work: Any) -> str:
        """Waits for work that goes on to its end also when nobody waits any more."""
        task: asyncio.Task[str] = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[str]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Looked at here: whoever asked may be gone.
            task.exception()

    @asynccontextmanager
    async def _alone(self, oa_id: str) -> AsyncIterator[None]:
        async with self._locks[oa_id]:
            try:
                while not await asyncio.to_thread(self.kept.lease, CHANNEL, oa_id, _LEASE_S):
                    await asyncio.sleep(_LOOK_AGAIN_S)
            except SQLAlchemyError as error:
                raise NoToken(f"the records cannot be used ({failure_of(error)})") from None
            try:
                yield
            finally:
                with suppress(SQLAlchemyError):
                    await asyncio.to_thread(self.kept.lease, CHANNEL, oa_id, 0)

    async def _pair(self, oa_id: str) -> Pair | None:
        try:
            secrets = await asyncio.to_thread(self.kept.secrets, CHANNEL, oa_id)
        except SQLAlchemyError as error:
            raise NoToken(f"the records cannot be used ({failure_of(error)})") from None
        return Pair.read(secrets) if secrets and "refresh_token" in secrets else None

    async def _keep(self, oa_id: str, grant: Grant) -> str:
        now = self._now()
        expires = now + timedelta(seconds=grant.lifetime_s)
        written = Pair(grant.access_token, grant.refresh_token, now, expires).written()
        for pause in (*_PAUSES_S, None):
            try:
                await asyncio.to_thread(self.kept.keep_secrets, CHANNEL, oa_id, written)
                break
            except SQLAlchemyError as error:
                log.error("Zalo tokens not kept", account=oa_id, error=failure_of(error))
                if pause is None:
                    raise NoToken("the new tokens could not be kept") from None
                await asyncio.sleep(pause)
        self._not_before.pop(oa_id, None)
        ZALO_UNAUTHORISED.labels(oa_id).set(0)
        with suppress(SQLAlchemyError):
            await asyncio.to_thread(
                self.kept.note, CHANNEL, oa_id, needs_authorisation=None, valid_until=expires.isoformat()
            )
        log.info("Zalo token renewed", account=oa_id)
        return grant.access_token
