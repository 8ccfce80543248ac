"""The terminal as a channel: asks the running assistant over its REST API and shows replies with Rich."""

from __future__ import annotations

import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

import httpx
import yaml
from rich.console import Console, Group
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from connectors.errors import StartError
from connectors.messages import Reply
from connectors.settings import Settings

_BOLD = re.compile(r"\*\*(.+?)\*\*")
# A question is answered in milliseconds; a minute covers a Rasa that is being restarted.
_TIMEOUT_S = 60


class Unreachable(StartError):
    """The assistant is not running, or cannot answer just now."""


class TerminalClient:
    """One conversation with the running assistant."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.local_url}/api/v1/messages"
        self._conversation_id = f"cli-{secrets.token_hex(8)}"
        self._client = httpx.Client(timeout=_TIMEOUT_S, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, text: str) -> Reply:
        """Sends one message and returns the reply.

        Raises:
            Unreachable: with the remedy.
        """
        body = {"conversation_id": self._conversation_id, "text": text}
        try:
            response = self._client.post(self._url, json=body)
        except httpx.TransportError as error:
            raise Unreachable(
                f"no assistant answers at {self._url} ({type(error).__name__}); start it with: make run"
            ) from error
        if response.is_error:
            raise Unreachable(_complaint(response))
        return Reply.model_validate(response.json())


def show(reply: Reply, base_url: str, console: Console | None = None) -> None:
    """Prints a reply: the text, its sources with addresses below `base_url`, and numbered suggestions."""
    console = console or Console()
    words = sentences()
    for message in reply.messages:
        parts = [_styled(message.text)]
        for source in message.sources:
            parts.append(Text(f"\n{words['sources']}: {source.title} · {source.section}", style="dim"))
            address = urljoin(base_url, source.url)
            parts.append(Text(address, style=Style(dim=True, link=address)))
        if message.quick_replies:
            parts.append(Text(f"\n{words['suggestions']}:", style="cyan"))
            numbered = enumerate(message.quick_replies, 1)
            parts += [Text(f"{n}. {quick.title}", style="cyan") for n, quick in numbered]
        console.print(Panel(Group(*parts), title=words["assistant"], title_align="left"))


@cache
def sentences() -> dict[str, str]:
    """Returns the words of `terminal.yml`."""
    words: dict[str, str] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return words


def _styled(text: str) -> Text:
    styled = Text()
    for number, part in enumerate(_BOLD.split(text)):
        styled.append(part, style="bold" if number % 2 else "")
    return styled


def _complaint(response: httpx.Response) -> str:
    try:
        problem: dict[str, Any] = response.json()["error"]
        return f"{problem['message']} ({response.status_code} {problem['code']})"
    except (ValueError, KeyError, TypeError):
        return f"the server answered {response.status_code}"
