"""What is sent keeps the platform's pace: so many a second of an account, and a pause between two to one user."""

import asyncio
import time

from connectors.pacing import Pacer
from connectors.rendering import PlatformLimits

_ALLOWED_S = 0.2


def limits(per_second: float | None = None, per_chat_s: float = 0) -> PlatformLimits:
    """A platform's limits with this pace."""
    return PlatformLimits.model_validate(
        {
            "text": 100,
            "units": "characters",
            "quick_replies": {"most": 1, "title": 1, "payload": 1},
            "per_second": per_second,
            "per_chat_s": per_chat_s,
        }
    )


async def seconds(pacer: Pacer, *sent: tuple[str, str]) -> list[float]:
    """After how many seconds each of several that wait at once may go."""
    start = time.monotonic()

    async def wait(account: str, conversation: str) -> float:
        await pacer.wait(account, conversation)
        return time.monotonic() - start

    return await asyncio.gather(*(wait(*one) for one in sent))


async def test_an_account_sends_so_many_a_second() -> None:
    pacer = Pacer(limits(per_second=20))
    times = await seconds(pacer, *(("bot", f"telegram-{n}") for n in range(5)))
    for number, passed in enumerate(times):
        assert number * 0.05 - 0.01 <= passed < number * 0.05 + _ALLOWED_S


async def test_accounts_do_not_wait_for_each_other() -> None:
    pacer = Pacer(limits(per_second=1))
    assert max(await seconds(pacer, ("one", "telegram-1"), ("two", "telegram-2"))) < _ALLOWED_S


async def test_two_messages_to_one_user_have_a_pause_between_and_other_users_do_not_wait() -> None:
    pacer = Pacer(limits(per_chat_s=0.3))
    first, second, other = await seconds(
        pacer, ("bot", "telegram-1"), ("bot", "telegram-1"), ("bot", "telegram-2")
    )
    assert max(first, other) < _ALLOWED_S
    assert 0.29 <= second < 0.3 + _ALLOWED_S


async def test_without_limits_nobody_waits() -> None:
    assert max(await seconds(Pacer(limits()), *(20 * [("bot", "telegram-1")]))) < _ALLOWED_S
