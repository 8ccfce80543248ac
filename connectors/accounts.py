"""The accounts on platforms that the settings name: what each needs to be reached and believed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Account(BaseModel):
    """What every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    # The site (`laban sites`) whose greeting its users are met with.
    site: str | None = None


class TelegramBot(Account):
    """A bot of Telegram, with the token that BotFather gave."""

    token: SecretStr = Field(min_length=1)


class ZaloAccount(Account):
    """A Zalo Official Account: the app that speaks for it, and the two secrets, which are easily mistaken.

    `app_secret` opens OAuth; `oa_secret` ("OA Secret Key", on the webhook's page) signs what Zalo sends.
    """

    app_id: str = Field(min_length=1)
    app_secret: SecretStr
    oa_secret: SecretStr


class MessengerPage(Account):
    """A Facebook page, with its access token."""

    token: SecretStr = Field(min_length=1)
