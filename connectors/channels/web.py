"""The widget as a channel: its stream shows what is kept in the talk, so only what is not goes through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.channel import WEB, CallRefused, Event, Outgoing, Part, TryLater, WebhookCall
from connectors.fanout import Fanout
from connectors.widget_messages import shown

_LISTENS_SOON_S = 1.0


class Web:
    """The widgets of all sites."""

    name = WEB

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    def open(self, call: WebhookCall) -> Sequence[Event]:
        """Refuses: the widget has an address of its own."""
        raise CallRefused(f"a call of {len(call.body)} bytes: widgets do not call here")

    def render(self, outgoing: Outgoing, address: Mapping[str, Any]) -> list[Part]:
        """Returns the message as the widget's stream gives it."""
        content = outgoing.message.model_dump(exclude={"text", "id"}, exclude_defaults=True)
        message = shown(None, "assistant", outgoing.message.text, {**content, **address})
        return [{"conversation": address["conversation"], "message": message}]

    async def send(self, account: str, part: Part) -> None:
        """Shows it to the widgets that listen."""
        if not self._fanout.show(part["conversation"], part["message"]):
            raise TryLater(f"no widget of {account} listens", _LISTENS_SOON_S)

    async def acknowledge(self, event: Event) -> None:
        """Does nothing: the answer to the request was enough."""

    async def attend(self, account: str, address: Mapping[str, Any]) -> None:
        """Does nothing: the widget shows by itself that it waits."""

    async def close(self) -> None:
        """Has nothing to close."""
