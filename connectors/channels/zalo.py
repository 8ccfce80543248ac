"""Zalo Official Accounts: signed webhooks and the consultation messages of the OA API (not the Zalo Bot Platform).

https://developers.zalo.me/docs/official-account/webhook/tong-quan and …/tin-nhan/tin-tu-van
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import structlog
from pydantic import ValidationError

from connectors.accounts import ZaloAccount
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    Event,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    OutsideWindow,
    Part,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.zalo_events import Happened
from connectors.metrics import ZALO_REFUSALS
from connectors.platform_client import PlatformClient
from connectors.rendering import button_title, limits_of, picture_address, render
from connectors.zalo_health import UNKNOWN, SignatureHealth
from connectors.zalo_signature import SIGNATURE, TIMESTAMP, Fit, SignatureWrong, fit, too_old_or_early
from connectors.zalo_tokens import NoToken, ZaloTokens

_PATH = "/v3.0/oa/message/cs"
# …/tin-nhan/tin-tu-van/gui-tin-tu-van-trich-dan: without it a reply may count as a message that nobody asked for.
QUOTE = "quote_message_id"
# When a webhook is entered on Zalo's page, this comes unsigned and wants 200.
_PROBES = (b"", b"{}")
# https://developers.zalo.me/docs/official-account/phu-luc/ma-loi; docs differ, see platforms.md, part C
_TOKEN_BAD = frozenset({-124, -216, -220})
_RATE_LIMIT, _RATE_PAUSE_S = -32, 60.0
_PARAMETER_BAD = -201
_QUOTA = frozenset({-211, -218})
_UNREACHABLE = frozenset({-213, -217, -227, -244})
_OUTSIDE_WINDOW = frozenset({-230, -232})
# Refused until an administrator does something: a paid package, verification, a look at the platform's standards.
_ADMINISTRATOR = frozenset({-221, -224, -248})
_TOKEN_RETRY_S = 300.0

log = structlog.get_logger()


class Zalo:
    """The Official Accounts of the settings."""

    name = "zalo"

    def __init__(
        self,
        accounts: Mapping[str, ZaloAccount],
        api_url: str,
        base_url: str,
        tokens: ZaloTokens,
        health: SignatureHealth,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts, self._base_url, self._tokens = accounts, base_url, tokens
        self._health, self._now = health, now
        self._api = PlatformClient(api_url)
        self._limits = limits_of(self.name)
        self._oldest = timedelta(hours=self._limits.replay_hours or 24)

    def open(self, call: WebhookCall) -> Sequence[Event]:
        """Returns the event, if it is something that a user did."""
        if call.body.strip() in _PROBES:
            return []
        signed = self._verified(call)
        try:
            happened = Happened.model_validate_json(call.body)
        except ValidationError as error:
            if error.errors(include_input=False)[0]["type"] == "json_invalid":
                raise CallRefused("the body is not JSON") from None
            return []
        if happened.account not in self._accounts:
            return []
        if happened.account not in signed.accounts:
            raise CallRefused("the event is signed with the secret of another account")
        event = happened.event()
        return [] if event is None else [event]

    def render(self, outgoing: Outgoing, address: Mapping[str, Any]) -> list[Part]:
        """Returns one message, for each counts: a picture is a line with a link, buttons come with the text."""
        buttons = self._buttons(outgoing)
        if outgoing.message.link:
            outgoing = replace(outgoing, message=outgoing.message.model_copy(update={"link": None}))
        picture = self._picture(outgoing)
        room = self._limits.model_copy(update={"text": self._limits.text - len(picture)})
        text = render(outgoing, room, self._base_url).text + picture
        message: Part = {"text": text}
        if buttons:
            payload = {"template_type": "button", "text": text, "buttons": buttons}
            message = {"attachment": {"type": "template", "payload": payload}}
        if outgoing.quote:
            message[QUOTE] = outgoing.quote
        return [{"recipient": _recipient(address), "message": message}]

    async def send(self, account: str, part: Part) -> None:
        """Hands one message to the OA API, with a new token if the old one is not accepted."""
        if account not in self._accounts:
            raise NotDelivered("the account is not among LABAN_ZALO_ACCOUNTS any more")
        code = await self._sent(account, part)
        if code == _PARAMETER_BAD and QUOTE in part["message"]:
            # What is quoted may be gone; the answer counts for more than what it refers to.
            bare = {name: value for name, value in part["message"].items() if name != QUOTE}
            code = await self._sent(account, {**part, "message": bare})
        if code:
            raise _failure(account, code)

    async def acknowledge(self, event: Event) -> None:
        """Does nothing: Zalo wants no more than the 200."""

    async def attend(self, account: str, address: Mapping[str, Any]) -> None:
        """Does nothing: an Official Account cannot show that it writes."""

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()
        self._health.close()

    def _verified(self, call: WebhookCall) -> Fit:
        try:
            signed = fit(self._accounts, call.body, call.headers.get(SIGNATURE), call.headers.get(TIMESTAMP))
            wrong = too_old_or_early(signed.moment, self._now(), self._oldest)
        except SignatureWrong as error:
            wrong = str(error)
        if wrong:
            # Nothing of it is believed: it is only told where an administrator may look.
            said = [oa_id for oa_id in self._accounts if oa_id.encode() in call.body]
            self._health.bad(said[0] if len(said) == 1 else UNKNOWN, wrong)
            raise CallRefused(wrong)
        for oa_id in signed.accounts:
            self._health.good(oa_id)
        return signed

    def _buttons(self, outgoing: Outgoing) -> list[Part]:
        limits, link = self._limits.quick_replies, outgoing.message.link
        most = limits.most - (link is not None)
        buttons: list[Part] = [
            {"type": "oa.query.show", "title": button_title(reply.title, limits), "payload": reply.payload}
            for reply in outgoing.message.quick_replies
            if len(reply.payload) <= limits.payload
        ][:most]
        if link:
            opened = {"url": urljoin(self._base_url, link.url)}
            buttons.append(
                {"type": "oa.open.url", "title": button_title(link.title, limits), "payload": opened}
            )
        return buttons

    def _picture(self, outgoing: Outgoing) -> str:
        image = outgoing.message.image
        if image is None:
            return ""
        return f"\n\n{picture_address(image, self._base_url)}"

    async def _sent(self, account: str, part: Part) -> int:
        """Returns Zalo's error code, 0 for none."""
        try:
            token = await self._tokens.access_token(account)
            code = await self._post(token, part)
            if code in _TOKEN_BAD:
                code = await self._post(await self._tokens.refresh(account, token), part)
        except NoToken as error:
            raise TryLater(f"no token: {error}", _TOKEN_RETRY_S) from None
        if code in _TOKEN_BAD:
            await self._tokens.needs_authorisation(account, f"Zalo's error {code} with a new token")
            raise TryLater(f"Zalo's error {code}: the account must be connected again", _TOKEN_RETRY_S)
        return code

    async def _post(self, token: str, part: Part) -> int:
        response = await self._api.post(_PATH, headers={"access_token": token}, json=part)
        try:
            return int(response.json()["error"])
        except (ValueError, KeyError, TypeError):
            reason = f"HTTP {response.status_code} without an error code"
            # Zalo says what it did in the body; an answer without one leaves that open.
            raise (OutcomeUnknown if response.is_success else NotDelivered)(reason) from None


def _recipient(address: Mapping[str, Any]) -> Part:
    if "conversation" in address:
        return {"anonymous_id": address["id"], "conversation_id": address["conversation"]}
    return {"user_id": address["id"]}


def _failure(account: str, code: int) -> DeliveryFailed:
    ZALO_REFUSALS.labels(str(code)).inc()
    reason = f"Zalo's error {code}"
    if code == _RATE_LIMIT:
        return TryLater(reason, _RATE_PAUSE_S)
    if code in _OUTSIDE_WINDOW:
        return OutsideWindow(reason)
    if code in _UNREACHABLE:
        return UserUnreachable(reason)
    if code in _QUOTA:
        log.error("Zalo quota used up", account=account, code=code)
        return OutsideWindow(f"{reason}: the quota is used up")
    if code in _ADMINISTRATOR:
        log.error("Zalo wants something of the administrator", account=account, code=code)
    else:
        log.error("Zalo did not take a message", account=account, code=code)
    return NotDelivered(reason)
