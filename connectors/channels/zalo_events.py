"""What Zalo's events say: which of them are something that a user did, and what it was.

https://developers.zalo.me/docs/official-account/webhook/tin-nhan
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from actions.records import Kind
from connectors.channel import Event

# With a link comes what was written around it.
_WORDS = frozenset({"user_send_text", "anonymous_send_text", "user_send_link", "anonymous_send_link"})
_UNREADABLE = frozenset(
    f"{who}_send_{what}"
    for who in ("user", "anonymous")
    for what in ("image", "file", "sticker", "gif", "audio", "video", "location", "business_card")
)
_KINDS: Mapping[str, Kind] = {
    "follow": "welcome",
    "unfollow": "left",
    **dict.fromkeys(_WORDS, "text"),
    **dict.fromkeys(_UNREADABLE, "unreadable"),
}
# Where an account's menu or a filter of Zalo's settings has people write a mark before a command.
_COMMAND = "#"


class _Model(BaseModel):
    # Ids exceed what a double can hold; here they are strings whatever they come as.
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Party(_Model):
    id: str = Field(min_length=1)


class _Message(_Model):
    msg_id: str | None = None
    text: str | None = None
    conversation_id: str | None = None


class Happened(_Model):
    """An event, as far as it is of interest here."""

    event_name: str
    timestamp: str = ""
    sender: _Party | None = None
    recipient: _Party | None = None
    # `follow` and `unfollow` name these two instead.
    follower: _Party | None = None
    oa_id: str | None = None
    message: _Message = _Message()

    @property
    def account(self) -> str:
        """The Official Account that it is about; of the account's own messages the user, who is none of ours."""
        return self.oa_id or (self.recipient.id if self.recipient else "")

    def event(self) -> Event | None:
        """Returns what the user did; None of what is no act of a user."""
        user = self.follower or self.sender
        if user is None or self.event_name not in _KINDS:
            return None
        kind, text = self._said()
        # Somebody without an account, or who has not allowed the app to know it, is answered in that conversation.
        anonymous = self.message.conversation_id if self.event_name.startswith("anonymous_") else None
        return Event(
            account=self.account,
            id=self.message.msg_id or f"{self.event_name}:{user.id}:{self.timestamp}",
            user=user.id,
            kind=kind,
            address={"id": user.id} | ({"conversation": anonymous} if anonymous else {}),
            text=text,
            quote=self.message.msg_id or None,
        )

    def _said(self) -> tuple[Kind, str]:
        said = (self.message.text or "").strip()
        if self.event_name not in _WORDS:
            return _KINDS[self.event_name], ""
        command = said.lstrip(_COMMAND).strip()
        if said.startswith(_COMMAND) and command:
            return "press", command
        return ("text", said) if said else ("unreadable", "")
