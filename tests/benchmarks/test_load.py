"""The load generator sends what it was given, measures every exchange, and fails loudly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from tests.benchmarks.load import HOST, percentile, put_load


@dataclass
class Echo:
    """A server that answers each request with its own body after a while, and counts its connections."""

    status: int = 200
    delay_s: float = 0.0
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.bodies.append(body)
                await asyncio.sleep(self.delay_s)
                writer.write(
                    b"HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n" % (self.status, length) + body
                )
        except asyncio.IncompleteReadError:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """A running server."""
    made = Echo()
    server = await asyncio.start_server(made.serve, HOST, 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


async def test_every_body_is_sent_once_over_as_many_connections_as_clients(echo: Echo) -> None:
    bodies = [b"%d" % number for number in range(50)]
    load = await put_load(echo.port, "/x", bodies, clients=4, limit_s=10)
    assert sorted(echo.bodies) == sorted(bodies)
    assert sorted(exchange.body for exchange in load.exchanges) == sorted(bodies)
    assert echo.connections == 4


async def test_latency_and_rate_are_those_of_the_server(echo: Echo) -> None:
    echo.delay_s = 0.05
    load = await put_load(echo.port, "/x", [b"x"] * 8, clients=4, limit_s=10)
    assert 50 <= load.p50 <= load.p95
    assert load.seconds >= 0.1
    assert load.per_second == pytest.approx(8 / load.seconds)


async def test_no_request_is_begun_after_the_limit(echo: Echo) -> None:
    echo.delay_s = 0.05
    load = await put_load(echo.port, "/x", [b"x"] * 100, clients=2, limit_s=0.12)
    assert 2 <= len(load.exchanges) < 20


async def test_error_of_the_server_ends_the_load(echo: Echo) -> None:
    echo.status = 503
    with pytest.raises(RuntimeError, match="503"):
        await put_load(echo.port, "/x", [b"x"], clients=1, limit_s=10)


@pytest.mark.parametrize(("share", "expected"), [(50, 2), (75, 3), (76, 4), (95, 4), (1, 1), (100, 4)])
def test_percentile_is_the_nearest_rank(share: int, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected
