"""A load generator: so many clients, each with one open connection and one request at a time.

It speaks just enough HTTP/1.1 for a JSON API, over plain asyncio streams: a full client library takes milliseconds of
CPU a request, which on a small machine would be taken from the server that is measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

HOST = "127.0.0.1"
_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Exchange:
    """One request's answer and the seconds it took."""

    seconds: float
    status: int
    body: bytes

    def json(self) -> Any:
        """Returns the body's content."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Load:
    """What came of a load: the exchanges, the seconds from first to last, and the generator's own CPU seconds."""

    exchanges: list[Exchange]
    seconds: float
    own_cpu_seconds: float

    @property
    def p50(self) -> float:
        """The median latency in milliseconds."""
        return statistics.median(e.seconds for e in self.exchanges) * 1000

    @property
    def p95(self) -> float:
        """The latency in milliseconds that 95 % do not exceed."""
        return percentile([e.seconds for e in self.exchanges], 95) * 1000

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.exchanges) / self.seconds

    @property
    def own_share(self) -> float:
        """The share (0 to 1) of one core that the generator used; near 1 it would be what is measured."""
        return self.own_cpu_seconds / self.seconds


class Connection:
    """An open connection to a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connects to a port of this machine."""
        return cls(*await asyncio.open_connection(HOST, port))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Exchange:
        """Sends a JSON body and waits for the answer."""
        more = {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(body))}
        fields_sent = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{fields_sent}\r\n"
        started = time.perf_counter()
        self._writer.write(head.encode() + body)
        async with asyncio.timeout(_TIMEOUT_S):
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            answer = await self._reader.readexactly(int(fields["content-length"]))
        return Exchange(time.perf_counter() - started, int(lines[0].split()[1]), answer)

    async def close(self) -> None:
        """Closes the connection."""
        self._writer.close()
        await self._writer.wait_closed()


async def put_load(port: int, path: str, bodies: Sequence[bytes], clients: int, limit_s: float) -> Load:
    """Sends every body once, `clients` at a time; begins no request after `limit_s` seconds.

    Raises:
        RuntimeError: an answer's status is not 200.
    """
    waiting = iter(bodies)
    exchanges: list[Exchange] = []
    connections = [await Connection.open(port) for _ in range(clients)]
    started, cpu = time.perf_counter(), time.process_time()
    try:
        await asyncio.gather(*(_ask(c, path, waiting, exchanges, started + limit_s) for c in connections))
        return Load(exchanges, time.perf_counter() - started, time.process_time() - cpu)
    finally:
        for connection in connections:
            await connection.close()


async def _ask(
    connection: Connection, path: str, waiting: Iterator[bytes], exchanges: list[Exchange], end: float
) -> None:
    for body in waiting:
        exchange = await connection.post(path, body)
        if exchange.status != 200:
            raise RuntimeError(f"{path} answered {exchange.status}: {exchange.body[:300]!r}")
        exchanges.append(exchange)
        if time.perf_counter() > end:
            return


def percentile(values: Sequence[float], share: int) -> float:
    """Returns the smallest of `values` that `share` per cent of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * share // 100) - 1, 0)]
