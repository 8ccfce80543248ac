"""Facebook Messenger: pages' webhooks and the Send API.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks and …/reference/send-api
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from actions.records import Kind
from connectors.accounts import MessengerPage
from connectors.channel import (
    CallRefused,
    DeliveryFailed,
    Event,
    NotDelivered,
    Outgoing,
    OutsideWindow,
    Part,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.platform_client import PlatformClient
from connectors.rendering import button_title, limits_of, picture_address, render

SIGNATURE = "x-hub-signature-256"
# The payload of the button that begins a talk, set by the administrator as the guide says.
GET_STARTED = "GET_STARTED"
# https://developers.facebook.com/docs/messenger-platform/error-codes
_RATE_LIMITS = frozenset({4, 17, 32, 613})
_TEMPORARY = frozenset({1, 2, 1200})
_TOKEN_BAD = 190
_UNAVAILABLE = frozenset({551, 200})
_OUTSIDE_WINDOW = frozenset({10, 2018278})
_TOKEN_RETRY_S = 300.0


class _QuickReply(BaseModel):
    payload: str


class _Message(BaseModel):
    mid: str = Field(min_length=1)
    text: str | None = None
    is_echo: bool = False
    quick_reply: _QuickReply | None = None


class _Postback(BaseModel):
    mid: str | None = None
    payload: str | None = None
    title: str | None = None


class _Party(BaseModel):
    id: str = Field(min_length=1)


class _Messaging(BaseModel):
    sender: _Party
    timestamp: int = 0
    message: _Message | None = None
    postback: _Postback | None = None


class _Entry(BaseModel):
    id: str
    messaging: list[_Messaging] = []


class _Batch(BaseModel):
    object: str
    entry: list[_Entry]


class Messenger:
    """The pages of one Meta app."""

    name = "messenger"

    def __init__(
        self, pages: Mapping[str, MessengerPage], app_secret: str, api_url: str, base_url: str
    ) -> None:
        self._pages, self._secret, self._base_url = pages, app_secret.encode(), base_url
        self._api = PlatformClient(api_url)
        self._limits = limits_of(self.name)

    def open(self, call: WebhookCall) -> Sequence[Event]:
        """Returns the events of a batch, echoes and receipts left out."""
        expected = "sha256=" + hmac.new(self._secret, call.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(call.headers.get(SIGNATURE, "").encode(), expected.encode()):
            raise CallRefused("the signature is missing or wrong (LABAN_MESSENGER_APP_SECRET)")
        try:
            batch = _Batch.model_validate_json(call.body)
        except ValidationError:
            raise CallRefused("the body is not a batch of events") from None
        if batch.object != "page":
            raise CallRefused("the events are not of a page")
        ours = [entry for entry in batch.entry if entry.id in self._pages]
        return [event for entry in ours for event in _events(entry)]

    def render(self, outgoing: Outgoing, address: Mapping[str, Any]) -> list[Part]:
        """Returns the message, after its picture if it has one."""
        limits = self._limits.quick_replies
        replies = [
            {"content_type": "text", "title": button_title(reply.title, limits), "payload": reply.payload}
            for reply in outgoing.message.quick_replies[: limits.most]
            if len(reply.payload) <= limits.payload
        ]
        text = render(outgoing, self._limits, self._base_url).text
        to = {"recipient": {"id": address["id"]}, "messaging_type": "RESPONSE"}
        parts: list[Part] = []
        if outgoing.message.image:
            picture = picture_address(outgoing.message.image, self._base_url)
            attachment = {"type": "image", "payload": {"url": picture, "is_reusable": True}}
            parts.append({**to, "message": {"attachment": attachment}})
        parts.append({**to, "message": {"text": text} | ({"quick_replies": replies} if replies else {})})
        return parts

    async def send(self, account: str, part: Part) -> None:
        """Hands one message to the Send API."""
        response = await self._post(account, part)
        if not response.is_success:
            raise _failure(response)

    async def acknowledge(self, event: Event) -> None:
        """Does nothing: Messenger wants no more than the 200."""

    async def attend(self, account: str, address: Mapping[str, Any]) -> None:
        """Shows the typing indicator."""
        try:
            await self._post(account, {"recipient": {"id": address["id"]}, "sender_action": "typing_on"})
        except DeliveryFailed:
            return

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()

    async def _post(self, account: str, body: Part) -> httpx.Response:
        page = self._pages.get(account)
        if page is None:
            raise NotDelivered("the page is not among LABAN_MESSENGER_PAGES any more")
        headers = {"Authorization": f"Bearer {page.token.get_secret_value()}"}
        return await self._api.post(f"/{account}/messages", headers=headers, json=body)


def _events(entry: _Entry) -> Iterator[Event]:
    for happened in entry.messaging:
        if happened.message is not None and not happened.message.is_echo:
            kind, text = _read(happened.message)
            yield _event(entry, happened, happened.message.mid, kind, text)
        elif happened.postback is not None:
            pressed = happened.postback.payload or happened.postback.title or ""
            number = happened.postback.mid or f"{happened.sender.id}:{happened.timestamp}"
            yield _event(entry, happened, number, "welcome" if pressed == GET_STARTED else "press", pressed)


def _read(message: _Message) -> tuple[Kind, str]:
    if message.quick_reply is not None:
        return "press", message.quick_reply.payload
    return ("text", message.text) if message.text else ("unreadable", "")


def _event(entry: _Entry, happened: _Messaging, number: str, kind: Kind, text: str) -> Event:
    user = happened.sender.id
    return Event(account=entry.id, id=number, user=user, kind=kind, address={"id": user}, text=text)


def _failure(response: httpx.Response) -> DeliveryFailed:
    try:
        error = response.json()["error"]
        code, subcode = int(error["code"]), int(error.get("error_subcode") or 0)
    except (ValueError, KeyError, TypeError):
        return NotDelivered(f"HTTP {response.status_code}")
    reason = f"Messenger's error {code}" + (f"/{subcode}" if subcode else "")
    if code == _TOKEN_BAD:
        return TryLater(f"{reason}: the page's token is no longer good", _TOKEN_RETRY_S)
    if code in _RATE_LIMITS or code in _TEMPORARY:
        return TryLater(reason)
    if {code, subcode} & _OUTSIDE_WINDOW:
        return OutsideWindow(reason)
    return UserUnreachable(reason) if code in _UNAVAILABLE else NotDelivered(reason)
