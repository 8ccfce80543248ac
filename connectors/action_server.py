"""The endpoint that Rasa calls for custom actions: rasa-sdk's executor behind a route of its own.

It listens on loopback only, on another port than the public one, and wants a shared secret.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from typing import Any

import structlog
from pydantic_core import from_json
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import (
    ActionExecutionRejection,
    ActionMissingDomainException,
    ActionNotFoundException,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.logging import place_of
from knowledge.encoder import Encoder
from knowledge.onnx_encoder import unpack

log = structlog.get_logger()


def create_action_app(executor: ActionExecutor, encoder: Encoder, token: str) -> Starlette:
    """Returns the app that serves `POST /webhook` in Rasa's action protocol.

    Args:
        executor: the registered actions.
        encoder: what they search with; it is spared the message, whose vector comes along as `embedding`.
        token: what the caller must show as `Authorization: Bearer …`.
    """
    expected = f"Bearer {token}".encode()

    async def webhook(request: Request) -> JSONResponse:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return JSONResponse({"error": "the shared secret is missing or wrong"}, 401)
        try:
            call = from_json(await request.body())
        except ValueError:
            call = None
        if not isinstance(call, dict):
            return JSONResponse({"error": "the body is not a call of an action"}, 400)
        _remember(encoder, call)
        return await _run(executor, call)

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"]), Route("/health", health)])


def _remember(encoder: Encoder, call: dict[str, Any]) -> None:
    # What does not fit is no failure: the message is encoded again.
    with suppress(ValueError, KeyError, TypeError):
        encoder.remember(call["tracker"]["latest_message"]["text"], unpack(call.pop("embedding")))


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> JSONResponse:
    """Runs an action; its failures get the statuses that Rasa's action protocol gives them."""
    name = call.get("next_action")
    # Rasa 3.6 leaves the domain out (bot/endpoints.yml); rasa-sdk takes that for an error of the newer Rasa, which then
    # sends a digest. No action of ours reads the domain.
    call.setdefault("domain", {})
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": str(error), "action_name": error.action_name}, 400)
    except ActionNotFoundException as error:
        return JSONResponse({"error": str(error), "action_name": error.action_name}, 404)
    except ActionMissingDomainException as error:
        return JSONResponse({"error": str(error), "action_name": error.action_name}, 449)
    except Exception as error:  # noqa: BLE001  # the edge of the process: Rasa must hear of any failure
        # The traceback may quote what a user wrote; Rasa logs the failure and the app answers 503.
        log.error("action failed", action=name, error=type(error).__name__, place=place_of(error))
        return JSONResponse({"error": type(error).__name__, "action_name": name}, 500)
    return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})
