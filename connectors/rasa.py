"""Talks to Rasa over loopback: one request a turn (see bot/components/channel.py for the other end)."""

from __future__ import annotations

from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from connectors.messages import Intent
from knowledge.onnx_encoder import Vectors, pack

# Rasa's server closes a connection that was idle for 5 s.
_KEEP_ALIVE_S = 4
_HEALTH_TIMEOUT = aiohttp.ClientTimeout(2)


class RasaUnavailable(Exception):
    """Rasa did not answer, or could not answer this turn; says why, without the user's text.

    `answered`: it did answer, but not with a reply, so that this message may be the reason.
    """

    def __init__(self, reason: str, *, answered: bool = False) -> None:
        super().__init__(reason)
        self.answered = answered


class RasaTurn(BaseModel):
    """Rasa's reply: its messages as the domain and the actions gave them, and what was understood."""

    messages: list[dict[str, Any]]
    intent: Intent


class RasaClient:
    """A connection to one Rasa server."""

    def __init__(self, url: str, token: str, timeout_s: float) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = aiohttp.ClientTimeout(timeout_s)
        self._open: aiohttp.ClientSession | None = None

    async def turn(
        self,
        conversation_id: str,
        text: str,
        embedding: Vectors,
        alarm: str | None = None,
        *,
        turn: str | None = None,
        again: bool = False,
    ) -> RasaTurn:
        """Sends one message.

        Args:
            conversation_id: Rasa's sender.
            text: the prepared text.
            embedding: its vector as a question, so that neither Rasa nor the actions need to encode it again.
            alarm: the grade of distress that the app has read in it (`knowledge.safety`), if any.
            turn: a name of this message in its conversation.
            again: it may have been answered already; then the same reply is given, and nothing happens twice.

        Raises:
            RasaUnavailable: there is no answer, or not one of ours.
        """
        known = {"alarm": alarm, "turn": turn, "again": again or None}
        metadata = {"embedding": pack(embedding), **{name: value for name, value in known.items() if value}}
        body = {"sender": conversation_id, "message": text, "metadata": metadata}
        try:
            async with self._session().post(f"{self._url}/webhooks/laban/webhook", json=body) as response:
                response.raise_for_status()
                return RasaTurn.model_validate_json(await response.read())
        except aiohttp.ClientResponseError as error:
            raise RasaUnavailable(f"Rasa answered {error.status}", answered=True) from error
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            raise RasaUnavailable(f"Rasa gave no answer ({type(error).__name__})") from error

    async def ready(self) -> bool:
        """Tells whether Rasa serves a model."""
        try:
            async with self._session().get(
                f"{self._url}/webhooks/laban/", timeout=_HEALTH_TIMEOUT
            ) as response:
                return response.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Closes the connections."""
        if self._open is not None:
            await self._open.close()

    def _session(self) -> aiohttp.ClientSession:
        # Made when it is first needed, because it belongs to the event loop that runs then.
        if self._open is None:
            self._open = aiohttp.ClientSession(
                headers=self._headers,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE_S),
            )
        return self._open
