"""Zalo's servers as a stand-in: the OA API, OAuth v4 with single-use refresh tokens, and signed calls of a webhook."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import SecretStr

from connectors.accounts import ZaloAccount

OA, APP, APP_SECRET, OA_SECRET = "4318352873128213", "360846524940903967", "app-secret-1", "oa-secret-1"
USER = "246845883529197922"
ACCOUNTS = {
    OA: ZaloAccount(app_id=APP, app_secret=SecretStr(APP_SECRET), oa_secret=SecretStr(OA_SECRET)),
}
# Zalo waits half a minute and more; the tests have no such patience.
RESEND_AFTER_S = (0.05, 0.1, 0.2, 0.4, 0.8)


@dataclass
class FakeZalo:
    """What the stand-in was asked, and how it answers.

    `errors` are the next error codes of the API, `statuses` its next HTTP statuses; `oauth_errors` the next errors of
    OAuth, sent with HTTP 200 as Zalo does. OAuth spends a refresh token before it waits `oauth_delay_s`.
    """

    app_id: str = APP
    app_secret: str = APP_SECRET
    oa_secret: str = OA_SECRET
    url: str = ""
    access_tokens: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=set)
    spent: list[str] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    arrived_at: list[float] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    oauth_errors: list[dict[str, Any]] = field(default_factory=list)
    oauth_statuses: list[int] = field(default_factory=list)
    oauth_calls: int = 0
    delay_s: float = 0.0
    oauth_delay_s: float = 0.0
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pair(self) -> dict[str, str]:
        """Issues tokens; the access tokens before are no longer good."""
        number = next(self.numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.access_tokens = {access}
        self.refresh_tokens.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "expires_in": "90000"}

    def signed(
        self, event: Mapping[str, Any], *, timestamp: int | None = None, header: bool = True
    ) -> tuple[bytes, dict[str, str]]:
        """Returns an event's body and headers as Zalo sends them."""
        moment = str(int(time.time() * 1000) if timestamp is None else timestamp)
        body = json.dumps({**event, "timestamp": moment}, ensure_ascii=False, separators=(",", ":")).encode()
        mac = hashlib.sha256(self.app_id.encode() + body + moment.encode() + self.oa_secret.encode())
        headers = {"content-type": "application/json", "x-zevent-signature": f"mac={mac.hexdigest()}"}
        return body, headers | ({"x-zevent-timestamp": moment} if header else {})

    async def deliver(self, webhook: str, event: Mapping[str, Any]) -> int:
        """Calls a webhook until it answers 200; returns how often it was called."""
        body, headers = self.signed(event)
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            for number, pause in enumerate((*RESEND_AFTER_S, None), 1):
                again = {"num_retry": str(number - 1)} if number > 1 else {}
                try:
                    if (await client.post(webhook, content=body, headers={**headers, **again})).is_success:
                        return number
                except httpx.HTTPError:
                    pass
                if pause is not None:
                    await asyncio.sleep(pause)
        raise AssertionError("the webhook never answered 200: Zalo switches it off")


def said(text: str, number: str = "96d3cdf3af150460909", **more: Any) -> dict[str, Any]:
    """Returns the event of a message."""
    return happened("user_send_text", message={"text": text, "msg_id": number}, **more)


def happened(name: str, **more: Any) -> dict[str, Any]:
    """Returns an event of a user's that is not about following."""
    return {
        "app_id": APP,
        "sender": {"id": USER},
        "user_id_by_app": "552177279717587730",
        "recipient": {"id": OA},
        "event_name": name,
        **more,
    }


def followed(name: str = "follow") -> dict[str, Any]:
    """Returns the event of a user who begins, or ends, to follow the account."""
    follower = {"id": USER}
    return {"oa_id": OA, "follower": follower, "event_name": name, "source": "oa_profile", "app_id": APP}


def zalo_app(fake: FakeZalo) -> FastAPI:
    """Returns the app that answers as `fake` says."""
    app = FastAPI()

    @app.post("/v3.0/oa/message/cs")
    async def send(
        request: Request, access_token: Annotated[str, Header(convert_underscores=False)]
    ) -> Response:
        await asyncio.sleep(fake.delay_s)
        if fake.statuses and (status := fake.statuses.pop(0)) != 200:
            return Response("busy", status)
        if fake.answers:
            return Response(fake.answers.pop(0))
        if access_token not in fake.access_tokens:
            return JSONResponse({"error": -216, "message": "Access token is invalid"})
        if fake.errors and (code := fake.errors.pop(0)):
            return JSONResponse({"error": code, "message": "as the test wants"})
        fake.messages.append(await request.json())
        fake.arrived_at.append(time.monotonic())
        done = {"message_id": f"m-{next(fake.numbers)}", "user_id": USER}
        return JSONResponse({"data": done, "error": 0, "message": "Success"})

    @app.post("/v4/oa/access_token")
    async def grant(
        request: Request, secret_key: Annotated[str, Header(convert_underscores=False)]
    ) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        with fake.lock:
            fake.oauth_calls += 1
            if fake.oauth_statuses:
                return Response("busy", fake.oauth_statuses.pop(0))
            answer = _granted(fake, form, secret_key)
        await asyncio.sleep(fake.oauth_delay_s)
        return JSONResponse(answer)

    @app.get("/v4/oa/permission")
    async def permission(app_id: str, redirect_uri: str, code_challenge: str, state: str) -> Response:
        code = f"code-{next(fake.numbers)}"
        fake.challenges[code] = code_challenge
        return RedirectResponse(f"{redirect_uri}?code={code}&oa_id={OA}&state={state}", 302)

    return app


def _granted(fake: FakeZalo, form: Mapping[str, str], secret: str) -> dict[str, Any]:
    if fake.oauth_errors:
        return fake.oauth_errors.pop(0)
    if (form["app_id"], secret) != (fake.app_id, fake.app_secret):
        return _error(-14002, "Invalid app secret")
    if form["grant_type"] == "authorization_code":
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = fake.challenges.pop(form["code"], None)
        return fake.pair() if known == challenge else _error(-14003, "Invalid code")
    if form["refresh_token"] not in fake.refresh_tokens:
        return _error(-14014, "Invalid refresh token")
    fake.refresh_tokens.remove(form["refresh_token"])
    fake.spent.append(form["refresh_token"])
    return fake.pair()


def _error(code: int, name: str) -> dict[str, Any]:
    return {"error_name": name, "error_reason": name, "ref_doc": "", "error_description": name, "error": code}
