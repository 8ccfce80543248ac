"""The settings of the channels: accounts on platforms, and how much is taken, joined and answered at a time."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from connectors.accounts import MessengerPage, TelegramBot, ZaloAccount


def web_address(value: str) -> str:
    """Returns an address as it is used, without a slash at its end; ValueError if it is none or holds too much."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://laban.example.vn, without ? and #")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or a password")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]


class ChannelSettings(BaseSettings):
    """The part of `connectors.settings.Settings` that channels need."""

    telegram_bots: dict[str, TelegramBot] = Field(
        {},
        description="Telegram bots as JSON, by a name of small letters, digits and hyphens: "
        '`{"truong-a": {"token": "123:ABC", "site": "truong-a"}}`.',
    )
    telegram_api_url: WebAddress = Field(
        "https://api.telegram.org", description="Address of Telegram's Bot API server."
    )
    telegram_polling: bool = Field(
        False,
        description="Fetch Telegram's updates instead of being called, on a machine without a public address; "
        "`laban serve --telegram-polling` does so too.",
    )
    zalo_accounts: dict[str, ZaloAccount] = Field(
        {},
        description="Zalo Official Accounts as JSON, by the account's id: "
        '`{"4318…": {"app_id": "…", "app_secret": "…", "oa_secret": "…", "site": "truong-a"}}`.',
    )
    zalo_api_url: WebAddress = Field("https://openapi.zalo.me", description="Address of Zalo's API.")
    zalo_oauth_url: WebAddress = Field(
        "https://oauth.zaloapp.com", description="Address of Zalo's OAuth server."
    )
    zalo_verification: dict[str, str] = Field(
        {},
        description="Files by which Zalo proves a domain, as JSON: "
        '`{"zalo_verifierABC.html": "what it holds"}`; served at the address `/zalo_verifierABC.html`.',
    )
    messenger_pages: dict[str, MessengerPage] = Field(
        {},
        description="Facebook pages as JSON, by the page's id: "
        '`{"1029…": {"token": "EAAG…", "site": "truong-a"}}`.',
    )
    messenger_app_secret: SecretStr | None = Field(
        None, description="Secret of the Meta app, by which its calls are verified."
    )
    messenger_verify_token: SecretStr | None = Field(
        None, description="Word of your own that Meta repeats when the webhook is set up."
    )
    messenger_api_url: WebAddress = Field(
        "https://graph.facebook.com/v23.0", description="Address of Meta's Graph API, with its version."
    )
    join_messages_s: float = Field(
        1.2,
        ge=0,
        le=5,
        description="Messages of a messenger's user that follow each other within so many seconds make one turn.",
    )
    turns_at_once: int = Field(
        6, ge=1, le=64, description="How many conversations of messengers and widgets are answered at a time."
    )
    inbox_max: int = Field(
        2000,
        ge=1,
        le=1_000_000,
        description="How many messages may wait for an answer; whoever writes then is told that there are many.",
    )
    resend_unknown: bool = Field(
        False,
        description="Deliver again what may have arrived already (the connection or this app broke while it was "
        "delivered): nothing is lost then, but some answers come twice.",
    )
    user_limit: str = Field(
        "20/minute; 200/hour", description="How much one user may write, as `N/second`, `minute` or `hour`."
    )
    address_limit: str = Field(
        "600/minute",
        description="How much may be written on one site from one address, behind which a whole school may be.",
    )

    @field_validator("telegram_bots")
    @classmethod
    def _plain_names(cls, value: dict[str, TelegramBot]) -> dict[str, TelegramBot]:
        if wrong := [name for name in value if not re.fullmatch(r"[a-z0-9-]{1,40}", name)]:
            raise ValueError(f"the name {wrong[0]!r} may hold small letters, digits and hyphens only")
        return value

    @field_validator("user_limit", "address_limit")
    @classmethod
    def _readable_limit(cls, value: str) -> str:
        try:
            parse_many(value)
        except ValueError:
            raise ValueError("must be limits such as 20/minute; 200/hour") from None
        return value

    @model_validator(mode="after")
    def _messenger_complete(self) -> Self:
        if self.messenger_pages and not (self.messenger_app_secret and self.messenger_verify_token):
            raise ValueError(
                "LABAN_MESSENGER_PAGES needs LABAN_MESSENGER_APP_SECRET and LABAN_MESSENGER_VERIFY_TOKEN too"
            )
        return self
