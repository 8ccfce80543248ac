"""The talks of a fake widget API: what was said in each, and how the server is to behave next."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

AT = "2026-01-15T08:00:00Z"


@dataclass
class Talk:
    """One visitor's talk: every message in order, and the ids that were taken already."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    messages: list[dict[str, Any]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    ended: bool = False

    def add(self, author: str, text: str, **more: Any) -> None:
        """Adds a message with the next number."""
        message = {
            "seq": len(self.messages) + 1,
            "author": author,
            "text": text,
            "at": AT,
            "client_id": None,
            "reply_to": None,
            "quick_replies": [],
            "sources": [],
            "image": None,
            "link": None,
            "notice": None,
            "ratable": False,
            "outcome": None,
        }
        self.messages.append({**message, **more})

    def after(self, seq: int) -> list[dict[str, Any]]:
        """What was said after the message with that number."""
        return self.messages[seq:]


@dataclass
class FakeApi:
    """What the server was asked, and how it is to behave next.

    `failures` holds (status, message) pairs, one for each coming message; while `slow`, answers wait, and while
    `stuck`, messages are not even taken. `streams` is "open", "silent" (a proxy holds them back) or "gone" (503).
    `say` and `drop_streams` are for the test to call while a page is open.
    """

    url: str = ""
    embed_url: str = ""
    talks: dict[str, Talk] = field(default_factory=dict)
    received: list[dict[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    failures: deque[tuple[int, str]] = field(default_factory=deque)
    slow: bool = False
    stuck: bool = False
    streams: str = "open"
    generation: int = 0
    allowed: bool = True
    colour: str = "#0b5f57"
    phone: str | None = None
    ticket: int | None = None
    held: bool = False
    typing: bool = False

    def reset(self) -> None:
        """Forgets what was asked, closes what is open, and answers at once from now on."""
        fresh = FakeApi(url=self.url, embed_url=self.embed_url, generation=self.generation + 1)
        self.__dict__.update(fresh.__dict__)

    @property
    def texts(self) -> list[str]:
        """The texts that were received, in order, those of retries too."""
        return [message["text"] for message in self.received]

    @property
    def asked(self) -> list[str]:
        """The texts that were taken, in order, each once."""
        return [m["text"] for talk in self.talks.values() for m in talk.messages if m["author"] == "user"]

    @property
    def talk(self) -> Talk:
        """The latest talk."""
        return list(self.talks.values())[-1]

    def say(self, text: str, author: str = "staff") -> None:
        """Lets somebody write in the latest talk."""
        self.talk.add(author, text)

    def drop_streams(self) -> None:
        """Breaks every open stream."""
        self.generation += 1

    def expire(self) -> None:
        """Makes every token worthless."""
        for talk in self.talks.values():
            talk.ended = True

    def paths(self, word: str) -> list[str]:
        """The requests whose path holds `word`, as "GET /path?query"."""
        return [f"{method} {path}" for method, path in self.requests if word in path]
