"""How soon a platform is told 200, while the app answers what came before, and how many answers reach users."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from actions.records import Records
from connectors.keys import Keys
from connectors.listening import free_port
from connectors.settings import ROOT, Settings
from tests.benchmarks.load import Connection, percentile
from tests.benchmarks.questions import questions
from tests.benchmarks.report import table
from tests.benchmarks.servers import laban
from tests.fakes import meta, telegram, zalo
from tests.fakes.platforms import BOT, Platforms

PER_SECOND, SECONDS, CONNECTIONS = 200, 30, 40
AIM_MS = 20.0
_USERS = 2000
_START_LIMIT_S = 30.0


@dataclass(frozen=True)
class Acknowledged:
    """Latencies in milliseconds of the 200s of one channel, what was not 200, and the answers delivered meanwhile."""

    channel: str
    latencies: list[float]
    refused: int
    answered: int = 0


Call = tuple[str, bytes, dict[str, str]]


def section() -> str:
    """Measures all channels and returns the figures as Markdown."""
    port = free_port()
    with _platforms(port), tempfile.TemporaryDirectory(prefix="laban-bench-") as folder:
        environment = {
            **Platforms.environment(f"http://127.0.0.1:{port}"),
            "LABAN_USER_LIMIT": "10000/minute",
        }
        with laban(Path(folder), environment) as server:
            settings = Settings(_env_file=None, var_dir=Path(folder) / "var")
            _connect_zalo({**environment, "LABAN_VAR_DIR": folder + "/var", "LABAN_PORT": str(server.port)})
            keys = Keys.load(settings)
            records = Records.open(settings.records_url, keys)
            found = []
            for channel in ("messenger", "telegram", "zalo"):
                measured = asyncio.run(_measure(server.port, channel, _calls(channel, keys)))
                found.append(replace(measured, answered=len(records.outbox.list(["sent"]))))
                # What waits is dropped, so that the next channel begins like the first.
                _drain(records)
            records.close()
    with _started([sys.executable, "-m", "tests.benchmarks.bare_server", str(port)], port):
        calls = _calls("messenger", keys)
        found.append(asyncio.run(_measure(port, "nothing but 200", calls)))
    return "\n\n".join(
        (
            "## Acknowledgement of platforms",
            f"{PER_SECOND} events a second for {SECONDS} s a channel, of {_USERS:,} users, over {CONNECTIONS} "
            f"connections, sent at their times whether or not those before are answered; the app answers what it can "
            f"meanwhile, Rasa, the platforms' stand-ins and the generator on the same cores. Milliseconds until the "
            f"200, which is sent when the event is on the disk (aim: p95 below {AIM_MS:.0f}). The last row is a server "
            "that answers 200 and does nothing else, with nothing beside it.",
            table(
                ("channel", "p50", "p95", "p99", "not 200", "answered meanwhile"),
                [
                    (
                        one.channel,
                        f"{statistics.median(one.latencies):.1f}",
                        f"{percentile(one.latencies, 95):.1f}",
                        f"{percentile(one.latencies, 99):.1f}",
                        str(one.refused),
                        str(one.answered),
                    )
                    for one in found
                ],
            ),
        )
    )


def _connect_zalo(environment: dict[str, str]) -> None:
    """Consents in the administrator's place, so that answers are delivered."""
    command = [Path(sys.executable).with_name("laban"), "zalo", "connect", zalo.OA]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True, text=True
    )
    address = done.stdout.splitlines()[-1]
    httpx.get(address, follow_redirects=True, trust_env=False).raise_for_status()


async def _measure(port: int, channel: str, calls: Iterator[Call]) -> Acknowledged:
    connections: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        connections.put_nowait(await Connection.open(port))
    latencies: list[float] = []
    refused = 0

    async def call(due: float) -> None:
        nonlocal refused
        path, body, headers = next(calls)
        connection = await connections.get()
        exchange = await connection.post(path, body, headers)
        connections.put_nowait(connection)
        # From when it was due, so that waiting for a connection counts too.
        latencies.append((time.perf_counter() - due) * 1000)
        refused += exchange.status != 200

    begun, tasks = time.perf_counter(), []
    for number in range(PER_SECOND * SECONDS):
        due = begun + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(call(due)))
    await asyncio.gather(*tasks)
    while not connections.empty():
        await connections.get_nowait().close()
    return Acknowledged(channel, latencies, refused)


def _calls(channel: str, keys: Keys) -> Iterator[Call]:
    fake = zalo.FakeZalo()
    for number, text in enumerate(cycle(list(_texts()))):
        user = str(10_000 + number % _USERS)
        if channel == "messenger":
            body = meta.batch(meta.text_message(user, text))
            yield "/webhooks/messenger", body, meta.signed(body)
        elif channel == "telegram":
            body = json.dumps(telegram.message(int(user), text)).encode()
            secret = {"X-Telegram-Bot-Api-Secret-Token": keys.telegram_secret(BOT)}
            yield f"/webhooks/telegram/{BOT}", body, secret
        else:
            event = zalo.said(text, f"z-{number}", sender={"id": user})
            body, headers = fake.signed(event)
            yield "/webhooks/zalo", body, headers


def _texts() -> Iterator[str]:
    for number, text in enumerate(questions()):
        if number >= 500:
            return
        yield text


def _drain(records: Records) -> None:
    from actions.records.database import writing
    from actions.records.schema import inbox, outbox

    with writing(records.engine) as connection:
        connection.execute(inbox.delete())
        connection.execute(outbox.delete())
    time.sleep(1)


@contextmanager
def _platforms(port: int) -> Iterator[None]:
    """Runs the stand-ins in a process of their own."""
    with _started([Path(sys.executable).with_name("laban"), "dev", "fakes", "--port", str(port)], port):
        yield


@contextmanager
def _started(command: list[Any], port: int) -> Iterator[None]:
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=nowhere, stderr=nowhere) as running:
        limit = time.monotonic() + _START_LIMIT_S
        while not _listens(port):
            if time.monotonic() > limit:
                raise RuntimeError(f"does not start: {command}")
            time.sleep(0.1)
        try:
            yield
        finally:
            running.terminate()


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
