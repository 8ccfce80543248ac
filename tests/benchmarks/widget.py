"""The widget's bytes beside others', and what many open widgets cost: memory, and the delay of what is said."""

from __future__ import annotations

import asyncio
import gzip
import io
import secrets
import statistics
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from actions.records import Records
from actions.records.database import writing
from connectors.keys import Keys
from connectors.settings import ROOT, Settings
from tests.benchmarks.load import HOST, percentile
from tests.benchmarks.processes import resident_mib
from tests.benchmarks.report import table
from tests.benchmarks.servers import laban

STREAMS, SPOKEN = 500, 40
STATIC = ROOT / "connectors" / "static"
_REGISTRY = "https://registry.npmjs.org"
# The files that a page loads, of the versions that were the newest in November 2026.
_OTHERS = {
    ("rasa-webchat", "1.0.1"): ["lib/index.js"],
    ("deep-chat", "2.4.2"): ["dist/deepChat.bundle.js"],
    ("@botpress/webchat", "4.5.2"): ["dist/index.umd.cjs", "dist/style.css"],
}
_LIMIT_S = 10.0


@dataclass(frozen=True)
class Streams:
    """Memory of the app in MiB before and with the open streams; delays in milliseconds of what a person says."""

    before: float
    after: float
    delays: list[float]


def section() -> str:
    """Measures both and returns the figures as Markdown."""
    return f"{_sizes()}\n\n{_streams()}"


def _sizes() -> str:
    panel = [*sorted(STATIC.glob("chat*.js")), STATIC / "chat.css"]
    rows = [
        ("La Bàn: loader, with the page", _kb([(STATIC / "widget.js").read_bytes()])),
        ("La Bàn: panel with its styles, at the first opening", _kb([file.read_bytes() for file in panel])),
    ]
    for (package, version), files in _OTHERS.items():
        try:
            rows.append((f"{package} {version}", _kb(_package(package, version, files))))
        except httpx.HTTPError as error:
            rows.append((f"{package} {version}", f"not fetched ({type(error).__name__})"))
    return "\n\n".join(
        (
            "## Bytes of the widget",
            "gzip -9 of each file, added up.",
            table(("what", "kB (1000 bytes)"), rows),
        )
    )


def _package(package: str, version: str, files: list[str]) -> list[bytes]:
    name = package.rpartition("/")[2]
    tarball = httpx.get(f"{_REGISTRY}/{package}/-/{name}-{version}.tgz", timeout=60, follow_redirects=True)
    tarball.raise_for_status()
    with tarfile.open(fileobj=io.BytesIO(tarball.content)) as archive:
        found = [archive.extractfile(f"package/{file}") for file in files]
        return [file.read() for file in found if file is not None]


def _kb(files: list[bytes]) -> str:
    return f"{sum(len(gzip.compress(file, 9)) for file in files) / 1000:.1f}"


def _streams() -> str:
    with tempfile.TemporaryDirectory(prefix="laban-bench-") as folder, laban(Path(folder)) as server:
        settings = Settings(_env_file=None, var_dir=Path(folder) / "var")
        keys = Keys.load(settings)
        records = Records.open(settings.records_url, keys)
        found = asyncio.run(_measure(server.port, server.processes()["app"], keys, records))
        records.close()
    per_stream = (found.after - found.before) * 1024 / STREAMS
    return "\n\n".join(
        (
            f"## {STREAMS} open widgets",
            f"Each with its stream; {SPOKEN} of them are told something by a person, from another process.",
            table(
                ("", ""),
                [
                    ("memory of the app, none open", f"{found.before:.0f} MiB"),
                    (
                        f"memory of the app, {STREAMS} open",
                        f"{found.after:.0f} MiB ({per_stream:.0f} KiB each)",
                    ),
                    ("delay, p50", f"{statistics.median(found.delays):.0f} ms"),
                    ("delay, p95", f"{percentile(found.delays, 95):.0f} ms"),
                ],
            ),
        )
    )


async def _measure(port: int, pid: int, keys: Keys, records: Records) -> Streams:
    before = resident_mib(pid)
    names = [f"laban:bench-{secrets.token_hex(8)}" for _ in range(STREAMS)]
    conversations = [keys.conversation_key("web", name) for name in names]
    with writing(records.engine) as connection:
        for conversation in conversations:
            records.conversations.see(connection, conversation)
    streams = [await _open(port, keys.sign("visitor", name)) for name in names]
    await asyncio.sleep(2)
    after = resident_mib(pid)
    delays = []
    for number in range(SPOKEN):
        spoken = time.perf_counter()
        await asyncio.to_thread(_say, records, conversations[number])
        async with asyncio.timeout(_LIMIT_S):
            await _until(streams[number][0], b"event: message")
        delays.append((time.perf_counter() - spoken) * 1000)
    return Streams(before, after, delays)


async def _open(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(HOST, port)
    head = (
        f"GET /widget/v1/laban/stream?after=0 HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
        f"Origin: http://{HOST}:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(_LIMIT_S):
        # The state of the talk comes at once.
        await _until(reader, b"event: state")
    # A writer that nobody keeps closes its connection.
    return reader, writer


async def _until(reader: asyncio.StreamReader, sign: bytes) -> None:
    while line := await reader.readline():
        if sign in line:
            return
    raise RuntimeError("the stream has ended")


def _say(records: Records, conversation: str) -> None:
    with writing(records.engine) as connection:
        records.conversations.tell(connection, conversation, "staff", "Cô nghe em nhé.")
