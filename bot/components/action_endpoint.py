"""Calls the action server over connections that stay open, and checks its replies quickly.

Rasa opens a new TCP connection for each action and calls `jsonschema.validate`, which verifies the schema
itself every time. Both cost more than the action does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from jsonschema import Draft7Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig

# What went wrong in the current turn's actions: Rasa logs a failing action and carries on without its reply.
failed_actions: ContextVar[list[str] | None] = ContextVar("failed_actions", default=None)
# The vector of the current turn's message, which search needs too.
question_embedding: ContextVar[str | None] = ContextVar("question_embedding", default=None)

_FORMAT = RemoteAction.action_response_format_spec()
_REPLY = Draft7Validator(_FORMAT)
# Rasa's format tries each event against the seventeen kinds there are; its name says which one it is.
_EVENTS = {
    kind["properties"]["event"]["const"]: Draft7Validator(kind)
    for kind in _FORMAT["properties"]["events"]["items"]["oneOf"]
}


class KeepAliveEndpoint(EndpointConfig):
    """An action endpoint with a pool of open connections and a timeout of its own.

    `endpoints.yml` may give, in seconds, `timeout` for a whole call and `keep_alive` for how long an idle
    connection is kept, which must be shorter than the server's (uvicorn: 5 s).
    """

    def __init__(self, endpoint: EndpointConfig) -> None:
        """Takes everything from the endpoint that Rasa read from `endpoints.yml`."""
        super().__init__(
            endpoint.url,
            endpoint.params,
            endpoint.headers,
            endpoint.basic_auth,
            endpoint.token,
            endpoint.token_name,
            endpoint.cafile,
            **endpoint.kwargs,
        )
        self._timeout = aiohttp.ClientTimeout(total=float(self.kwargs.get("timeout", 10)))
        self._open: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:  # type: ignore[override]
        """Lends the open session, where Rasa's own opens and closes one."""
        if self._open is None or self._open.closed:
            connector = aiohttp.TCPConnector(keepalive_timeout=float(self.kwargs.get("keep_alive", 4)))
            self._open = aiohttp.ClientSession(headers=self.headers, connector=connector)
        yield self._open

    async def request(self, *args: Any, **kwargs: Any) -> Any | None:
        """Sends one request (see `EndpointConfig.request`), the vector with it; notes a failure in `failed_actions`."""
        kwargs["timeout"] = self._timeout
        if embedding := question_embedding.get():
            kwargs["json"] = {**kwargs["json"], "embedding": embedding}
        try:
            return await super().request(*args, **kwargs)
        except Exception as error:
            _note_failure(type(error).__name__)
            raise

    async def close(self) -> None:
        """Closes the open connections."""
        if self._open is not None:
            await self._open.close()


def validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    """Checks an action server's reply against Rasa's own format, with validators made once.

    Raises:
        ValidationError: the reply breaks the format; the message names the place, not the content.
    """
    if _is_plainly_valid(result):
        return True
    error = next(_REPLY.iter_errors(result), None)
    if error is None:
        return True
    place = "/".join(str(step) for step in error.absolute_path) or "the whole reply"
    _note_failure("InvalidReply")
    raise ValidationError(f"{action.name()}: the reply breaks rule '{error.validator}' at {place}")


def _is_plainly_valid(result: Any) -> bool:
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(_is_valid_event(event) for event in events)
    )


def _is_valid_event(event: Any) -> bool:
    validator = _EVENTS.get(event.get("event")) if isinstance(event, dict) else None
    return validator is not None and bool(validator.is_valid(event))


def install_cached_validation() -> None:
    """Puts `validate_action_result` in the place of Rasa's method, which offers no setting for it."""
    RemoteAction._validate_action_result = validate_action_result


def _note_failure(name: str) -> None:
    failures = failed_actions.get()
    if failures is not None:
        failures.append(name)
