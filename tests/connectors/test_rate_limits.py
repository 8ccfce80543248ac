"""Each counts for itself: a user, and an address on a site; who goes on is told once a minute."""

import pytest

from connectors.rate_limits import RateLimits


async def test_a_user_who_writes_too_much_is_told_how_long_to_wait() -> None:
    limits = RateLimits("3/minute", "100/minute")
    assert [await limits.user_over("web-1") for _ in range(3)] == [0, 0, 0]
    assert 1 <= await limits.user_over("web-1") <= 120
    assert await limits.user_over("web-2") == 0


async def test_the_narrowest_of_several_limits_counts() -> None:
    limits = RateLimits("2/second; 3/hour", "100/minute")
    counted = [await limits.user_over("web-1") for _ in range(3)]
    assert counted[:2] == [0, 0]
    assert 1 <= counted[2] <= 2


async def test_an_address_counts_for_each_site_apart() -> None:
    limits = RateLimits("100/minute", "2/minute")
    assert [await limits.address_over("a", "192.0.2.1") for _ in range(2)] == [0, 0]
    assert await limits.address_over("a", "192.0.2.1") > 0
    assert await limits.address_over("b", "192.0.2.1") == 0
    assert await limits.address_over("a", "192.0.2.2") == 0


async def test_a_user_is_told_once_and_not_each_time() -> None:
    limits = RateLimits("1/minute", "1/minute")
    assert [await limits.may_tell("web-1") for _ in range(3)] == [True, False, False]
    assert await limits.may_tell("web-2")


def test_a_limit_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="parse"):
        RateLimits("many", "600/minute")
