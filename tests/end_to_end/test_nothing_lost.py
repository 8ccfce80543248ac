"""Killed at a hundred random moments under load, while the platform re-sends: each message is answered once."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from actions.records import Records
from connectors.keys import Keys
from connectors.listening import free_port
from connectors.settings import ROOT, Settings
from tests.connectors.loopback import TOKEN, serving
from tests.fakes.meta import (
    APP_SECRET,
    PAGE,
    PAGE_TOKEN,
    VERIFY_TOKEN,
    FakeMeta,
    batch,
    deliver,
    meta_app,
    text_message,
)

KILLS = 100
USERS = 8
_NUMBER = re.compile(r"số (\d+)")
_DRAIN_LIMIT_S = 60.0


@dataclass
class RememberingRasa:
    """Rasa as far as this matters: it repeats what was said, and knows a turn that it has answered already."""

    replies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    def app(self) -> FastAPI:
        """Its channel."""
        app = FastAPI()

        @app.post("/webhooks/laban/webhook")
        async def turn(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return JSONResponse({"error": "unauthorised"}, 401)
            body = await request.json()
            name = (body["sender"], body["metadata"]["turn"])
            await asyncio.sleep(random.uniform(0, 0.02))
            if not (body["metadata"].get("again") and name in self.replies):
                self.happened.update(_NUMBER.findall(body["message"]))
                self.replies[name] = {
                    "messages": [{"text": f"Đáp {body['message']}", "metadata": {"outcome": "flow"}}],
                    "intent": {"name": "greet", "confidence": 0.9},
                }
            return JSONResponse(self.replies[name])

        return app


class Killable:
    """The app of killable_app.py."""

    def __init__(self, settings: dict[str, Any]) -> None:
        with (Path(settings["var_dir"]) / "app.log").open("wb") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.killable_app", json.dumps(settings)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._line() == "ready"
        self._child = 0

    def _line(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()

    def start(self) -> None:
        """Begins anew."""
        assert self._parent.stdin is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        self._child = int(self._line())

    def kill(self) -> None:
        """Ends it without a warning."""
        os.kill(self._child, signal.SIGKILL)

    def stop(self) -> None:
        """Asks it to end, which it does when all that is under way is finished."""
        os.kill(self._child, signal.SIGTERM)
        with self._parent:
            self._parent.stdin.close()  # type: ignore[union-attr]


@pytest.fixture
def meta() -> Iterator[FakeMeta]:
    """Meta's server, which takes a moment for each message."""
    fake = FakeMeta(delay_s=0.01)
    with serving(meta_app(fake)) as fake.url:
        yield fake


async def _write(url: str, user: str, numbers: Iterator[int], done: asyncio.Event, sent: list[int]) -> None:
    """Writes as a user who sends one message after the other, some twice."""
    while not done.is_set():
        number = next(numbers)
        body = batch(text_message(user, f"số {number}", mid=f"mid-{number}"))
        await deliver(url, body, every_s=0.05, tries=2000)
        sent.append(number)
        if number % 5 == 0:
            await deliver(url, body, every_s=0.05, tries=2000)
        await asyncio.sleep(random.uniform(0, 0.1))


@pytest.mark.slow
async def test_whatever_is_killed_each_message_is_answered_once(tmp_path: Path, meta: FakeMeta) -> None:
    rasa = RememberingRasa()
    with serving(rasa.app()) as rasa_url:
        settings = {
            "port": free_port(),
            "var_dir": str(tmp_path),
            "rasa_url": rasa_url,
            "rasa_token": TOKEN,
            "action_token": "token-of-the-actions",
            "action_port": free_port(),
            "messenger_pages": {PAGE: {"token": PAGE_TOKEN}},
            "messenger_app_secret": APP_SECRET,
            "messenger_verify_token": VERIFY_TOKEN,
            "messenger_api_url": f"{meta.url}/graph",
            "join_messages_s": 0.05,
            "user_limit": "100000/minute",
        }
        app = await asyncio.to_thread(Killable, settings)
        url = f"http://127.0.0.1:{settings['port']}/webhooks/messenger"
        numbers, done, sent = iter(range(10**6)), asyncio.Event(), []  # type: ignore[var-annotated]
        app.start()
        writers = [asyncio.create_task(_write(url, f"user-{n}", numbers, done, sent)) for n in range(USERS)]
        for _ in range(KILLS):
            acknowledged = len(sent)
            while len(sent) == acknowledged:
                await asyncio.sleep(0.005)
            await asyncio.sleep(random.uniform(0, 0.25))
            app.kill()
            app.start()
        done.set()
        await asyncio.gather(*writers)
        loaded = Settings(_env_file=None, **settings)  # type: ignore[arg-type]
        keys = Keys.load(loaded)
        records = Records.open(loaded.records_url, keys)
        limit = time.monotonic() + _DRAIN_LIMIT_S
        while records.inbox.waiting() or records.outbox.waiting():
            assert time.monotonic() < limit, "not everything is answered"
            await asyncio.sleep(0.1)
        await asyncio.to_thread(app.stop)
    answered = Counter(int(n) for body in meta.sent for n in _NUMBER.findall(body["message"]["text"]))
    unknown = records.outbox.list(["unknown"])
    lost = set(sent) - set(answered)
    records.close()
    arrived = f"{len(lost)} of {len(unknown)} interrupted deliveries did not arrive"
    print(f"{len(sent)} messages, {KILLS} kills: {arrived} ({meta.broken_off} broken off unread)")
    assert [number for number, times in answered.items() if times > 1] == []
    assert [number for number, times in rasa.happened.items() if times > 1] == []
    assert set(answered) <= set(sent)
    # What was under way to the platform when the app was killed is kept and listed, and never sent twice.
    assert len(lost) <= len(unknown)
