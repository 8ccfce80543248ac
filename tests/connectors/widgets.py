"""A widget as a program: it says something, and reads the stream that the answers come over."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from actions.records import Records
from connectors.fanout import WEB
from connectors.keys import Keys
from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import serving

WITHIN_S = 10.0


@dataclass(frozen=True)
class ServedApp:
    """An app that is served, and its insides, where a person of the office acts."""

    url: str
    app: FastAPI
    settings: Settings

    @property
    def records(self) -> Records:
        """The app's own records."""
        records: Records = self.app.state.records
        return records

    def conversation(self, token: str) -> str:
        """The key of a visitor's talk."""
        keys: Keys = self.app.state.keys
        return keys.conversation_key(WEB, keys.verify("visitor", token, 60) or "")


@contextmanager
def served(settings: Settings) -> Iterator[ServedApp]:
    """Serves an app with these settings."""
    app = app_of(settings)
    with serving(app) as url:
        yield ServedApp(url, app, settings)


@dataclass(frozen=True)
class StreamEvent:
    """An event as it came."""

    name: str
    id: int | None
    data: dict[str, Any]


class Stream:
    """What comes over an open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._events = _events(response)
        self._passed_over: list[StreamEvent] = []

    async def next(self, name: str = "message", within_s: float = WITHIN_S) -> StreamEvent:
        """The next event of this name, whatever comes between; TimeoutError when there is none."""
        for event in self._passed_over:
            if event.name == name:
                self._passed_over.remove(event)
                return event
        async with asyncio.timeout(within_s):
            async for event in self._events:
                if event.name == name:
                    return event
                self._passed_over.append(event)
        raise AssertionError("the stream has ended")

    async def ended(self, within_s: float = WITHIN_S) -> list[StreamEvent]:
        """What still comes before the server ends it; TimeoutError when it does not."""
        async with asyncio.timeout(within_s):
            return [event async for event in self._events]


class Widget:
    """One visitor of a site's page."""

    def __init__(self, client: httpx.AsyncClient, origin: str | None, site: str = "laban") -> None:
        self.client, self.origin, self.site = client, origin, site
        self.token: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What a browser on that page sends along."""
        headers = {"Origin": self.origin} if self.origin else {}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request to the site's API."""
        headers = self.headers | more.pop("headers", {})
        return await self.client.request(method, f"/widget/v1/{self.site}/{path}", headers=headers, **more)

    async def say(self, text: str, name: str | None = None) -> httpx.Response:
        """Hands a message over, and keeps the token."""
        answer = await self.request("POST", "messages", json={"id": name or str(uuid.uuid4()), "text": text})
        if answer.is_success:
            self.token = answer.json()["visitor"]
        return answer

    async def history(self, after: int = 0) -> dict[str, Any]:
        """What was said."""
        answer = await self.request("GET", "messages", params={"after": after})
        history: dict[str, Any] = answer.raise_for_status().json()
        return history

    async def answered(self, count: int = 2) -> list[dict[str, Any]]:
        """The talk, when it has so many messages."""
        async with asyncio.timeout(WITHIN_S):
            while len(messages := (await self.history())["messages"]) < count:
                await asyncio.sleep(0.05)
        return messages

    @asynccontextmanager
    async def stream(self, after: int = 0) -> AsyncIterator[Stream]:
        """Opens the stream."""
        address = f"/widget/v1/{self.site}/stream"
        async with self.client.stream(
            "GET", address, params={"after": after}, headers=self.headers
        ) as response:
            response.raise_for_status()
            yield Stream(response)


@asynccontextmanager
async def visiting(
    served: ServedApp, site: str = "laban", origin: str | None = None
) -> AsyncIterator[Widget]:
    """Lends the widget of a visitor; the page is one of ours unless its origin is named."""
    async with httpx.AsyncClient(base_url=served.url, timeout=2 * WITHIN_S, trust_env=False) as client:
        yield Widget(client, origin or served.settings.base_url, site)


async def _events(response: httpx.Response) -> AsyncIterator[StreamEvent]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if not line and "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield StreamEvent(fields.get("event", "message"), number, json.loads(fields["data"]))
        if not line:
            fields = {}
            continue
        name, _, value = line.partition(": ")
        fields[name] = value
