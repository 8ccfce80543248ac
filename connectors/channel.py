"""What a channel is: it reads a platform's events and hands a reply to the platform; all else is done once, for all.

docs/them-kenh.md tells how to add one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.records import Kind
from connectors.messages import ReplyMessage

# The channel of the pages and the widget: what is said there is shown from the talk itself.
WEB = "web"


@dataclass(frozen=True)
class WebhookCall:
    """A platform's call as it came in, nothing of it believed yet; header names are in lower case."""

    body: bytes
    headers: Mapping[str, str]
    # Which of several bots is called, where the platform's address says so.
    account: str | None = None


@dataclass(frozen=True)
class Event:
    """What a user did.

    `id` identifies it in its account, also when it is sent again; `user` is whom the talk is with; `address` is what
    the platform needs to reach them, ready for JSON; `quote` the message that a reply refers to.
    """

    account: str
    id: str
    user: str
    kind: Kind
    address: Mapping[str, Any]
    text: str = ""
    quote: str | None = None
    # A button that was pressed: the number of the message it belongs to, and which of its buttons it is.
    button: tuple[int, int] | None = None
    # What the platform wants to be told of a button at once, that it was pressed.
    receipt: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A message to deliver. `number` is its number in the talk, where it is kept there."""

    message: ReplyMessage
    author: str = "assistant"
    quote: str | None = None
    notice: str | None = None
    number: int | None = None


class CallRefused(Exception):
    """The call is not from the platform, or is not one of its events; says why, for the operator."""


class DeliveryFailed(Exception):
    """A message was not delivered; says why, without its text."""


class TryLater(DeliveryFailed):
    """It was certainly not delivered, and may be tried again, after so many seconds if the platform says so."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class OutcomeUnknown(DeliveryFailed):
    """It may have been delivered: the connection broke after it was sent."""


class UserUnreachable(DeliveryFailed):
    """The user has blocked or left the account."""


class OutsideWindow(DeliveryFailed):
    """The platform lets nothing through until the user writes again."""


class NotDelivered(DeliveryFailed):
    """The platform will never take it."""


Part = dict[str, Any]


class Channel(Protocol):
    """One platform. Its limits are in `connectors/channels/limits.yml`."""

    name: str

    def open(self, call: WebhookCall) -> Sequence[Event]:
        """Returns the events of a call whose signature is right.

        Raises:
            CallRefused: it is not, or the body is none of the platform's.
        """

    def render(self, outgoing: Outgoing, address: Mapping[str, Any]) -> list[Part]:
        """Returns a message as the platform's own requests, usually one."""

    async def send(self, account: str, part: Part) -> None:
        """Hands one request to the platform.

        Raises:
            DeliveryFailed: it was not taken, or nobody knows.
        """

    async def acknowledge(self, event: Event) -> None:
        """Tells the platform of an event with a `receipt` that it has come; never fails."""

    async def attend(self, account: str, address: Mapping[str, Any]) -> None:
        """Shows the user that an answer is under way, where the platform can; never fails."""

    async def close(self) -> None:
        """Closes the connections."""


@dataclass(frozen=True)
class Channels:
    """The channels that are set up, by name."""

    by_name: Mapping[str, Channel] = field(default_factory=dict)

    def get(self, name: str) -> Channel | None:
        """Returns a channel, or None if it is not set up."""
        return self.by_name.get(name)

    async def close(self) -> None:
        """Closes all."""
        for channel in self.by_name.values():
            await channel.close()
