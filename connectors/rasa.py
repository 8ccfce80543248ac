"""Talks to Rasa over loopback: one request a turn (see bot/components/channel.py for the other end)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ValidationError

from connectors.messages import Intent


class RasaUnavailable(Exception):
    """Rasa did not answer, or could not answer this turn; says why, without the user's text."""


class RasaTurn(BaseModel):
    """Rasa's reply: its messages as the domain and the actions gave them, and what was understood."""

    messages: list[dict[str, Any]]
    intent: Intent


class RasaClient:
    """A connection to one Rasa server."""

    def __init__(self, url: str, token: str, timeout_s: float) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_s,
            trust_env=False,  # a proxy named in the environment is not for loopback
        )

    async def turn(self, conversation_id: str, text: str, embedding: npt.NDArray[np.float32]) -> RasaTurn:
        """Sends one message.

        Args:
            conversation_id: Rasa's sender.
            text: the prepared text.
            embedding: its vector as a question, so that Rasa need not encode it again.

        Raises:
            RasaUnavailable: there is no answer, or not one of ours.
        """
        vector = base64.b64encode(embedding.astype(np.float16).tobytes()).decode()
        body = {"sender": conversation_id, "message": text, "metadata": {"embedding": vector}}
        try:
            response = await self._client.post("/webhooks/laban/webhook", json=body)
            response.raise_for_status()
            return RasaTurn.model_validate_json(response.content)
        except httpx.HTTPStatusError as error:
            raise RasaUnavailable(f"Rasa answered {error.response.status_code}") from error
        except (httpx.HTTPError, ValidationError) as error:
            raise RasaUnavailable(f"Rasa gave no answer ({type(error).__name__})") from error

    async def ready(self) -> bool:
        """Tells whether Rasa serves a model."""
        try:
            return (await self._client.get("/webhooks/laban/", timeout=2)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()
