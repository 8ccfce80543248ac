"""Long polling of Telegram, for a machine that has no public address: updates are fetched instead of sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from telegram.error import Conflict, RetryAfter

from connectors.background import background
from connectors.channel import CallRefused, Channels
from connectors.channels.telegram import Telegram
from connectors.channels.telegram_api import seconds_of
from connectors.intake import Intake

# What is asked for; Telegram leaves out changes of members unless they are named.
UPDATES = ("message", "callback_query", "my_chat_member")
_WAIT_S = 25
_LONGEST_PAUSE_S = 60.0

log = structlog.get_logger()


@asynccontextmanager
async def telegram(channels: Channels, intake: Intake, *, polled: bool) -> AsyncIterator[None]:
    """Learns what the bots are called, and fetches their updates if they are `polled`, while the context lasts."""
    channel = channels.get(Telegram.name)
    if not isinstance(channel, Telegram):
        yield
        return
    fetched = channel.accounts if polled else ()
    async with background(channel.learn_names(), *(_poll(channel, account, intake) for account in fetched)):
        yield


async def _poll(channel: Telegram, account: str, intake: Intake) -> None:
    offset: int | None = None
    failures, offered = 0, False
    while True:
        try:
            offset = await _fetch(channel, account, intake, offset)
            failures = 0
            if not offered:
                # Only once Telegram answers, and once: a menu that is refused does not stop the talks.
                offered = True
                await channel.offer_commands(account)
        except Exception as error:  # noqa: BLE001  # the edge of the polling: whatever fails, a bot goes on
            failures += 1
            await asyncio.sleep(_pause(account, error, failures))


async def _fetch(channel: Telegram, account: str, intake: Intake, offset: int | None) -> int | None:
    """Fetches some updates; returns the number from which to go on, which confirms those before to Telegram."""
    updates = await channel.bot(account).get_updates(
        offset=offset, timeout=_WAIT_S, allowed_updates=list(UPDATES)
    )
    for update in updates:
        try:
            events = channel.read(update.to_dict(), account)
        except CallRefused as error:
            log.warning("update refused", bot=account, reason=str(error))
            events = []
        # On the disk before it is confirmed: what is cut short here comes again.
        await intake.take(channel, events)
        for event in events:
            if event.receipt is not None:
                await channel.acknowledge(event)
        offset = update.update_id + 1
    return offset


def _pause(account: str, error: Exception, failures: int) -> float:
    if isinstance(error, Conflict):
        log.error(
            "telegram polling refused: a webhook is set, or another process polls this bot; "
            "remove it with: laban telegram delete-webhook",
            bot=account,
        )
        return _LONGEST_PAUSE_S
    log.warning("telegram polling failed", bot=account, reason=type(error).__name__)
    if isinstance(error, RetryAfter):
        return seconds_of(error)
    return min(_LONGEST_PAUSE_S, 2.0 ** min(failures, 6))
