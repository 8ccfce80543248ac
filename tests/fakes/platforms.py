"""All stand-ins on one port: Telegram below /telegram, Zalo below /zalo, Meta below /meta."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from fastapi import FastAPI

from connectors.keys import Keys
from tests.fakes import meta, telegram, zalo

BOT = "thu"
_NUMBERS = count(1)


@dataclass
class Platforms:
    """The three, and the settings with which an app talks to them."""

    telegram: telegram.FakeTelegram = field(default_factory=telegram.FakeTelegram)
    zalo: zalo.FakeZalo = field(default_factory=zalo.FakeZalo)
    meta: meta.FakeMeta = field(default_factory=meta.FakeMeta)

    def app(self) -> FastAPI:
        """Returns the server."""
        app = FastAPI()
        app.mount("/telegram", telegram.telegram_app(self.telegram))
        app.mount("/zalo", zalo.zalo_app(self.zalo))
        app.mount("/meta", meta.meta_app(self.meta))
        return app

    @staticmethod
    def environment(url: str) -> dict[str, str]:
        """Returns the variables of an app that is to use them."""
        account = {"app_id": zalo.APP, "app_secret": zalo.APP_SECRET, "oa_secret": zalo.OA_SECRET}
        return {
            "LABAN_TELEGRAM_BOTS": json.dumps({BOT: {"token": telegram.TOKEN}}),
            "LABAN_TELEGRAM_API_URL": f"{url}/telegram",
            "LABAN_ZALO_ACCOUNTS": json.dumps({zalo.OA: account}),
            "LABAN_ZALO_API_URL": f"{url}/zalo",
            "LABAN_ZALO_OAUTH_URL": f"{url}/zalo",
            "LABAN_MESSENGER_PAGES": json.dumps({meta.PAGE: {"token": meta.PAGE_TOKEN}}),
            "LABAN_MESSENGER_APP_SECRET": meta.APP_SECRET,
            "LABAN_MESSENGER_VERIFY_TOKEN": meta.VERIFY_TOKEN,
            "LABAN_MESSENGER_API_URL": f"{url}/meta/graph",
        }

    def speakers(self, app_url: str, keys: Keys) -> dict[str, Callable[[str], Awaitable[int]]]:
        """Returns, by channel, how a user of it says something to the app."""

        async def by_telegram(text: str) -> int:
            update = telegram.message(77, text)
            return await telegram.deliver(
                f"{app_url}/webhooks/telegram/{BOT}", update, keys.telegram_secret(BOT)
            )

        async def by_zalo(text: str) -> int:
            return await self.zalo.deliver(f"{app_url}/webhooks/zalo", zalo.said(text, f"z-{next(_NUMBERS)}"))

        async def by_messenger(text: str) -> int:
            body = meta.batch(meta.text_message("7", text))
            return await meta.deliver(f"{app_url}/webhooks/messenger", body)

        return {"telegram": by_telegram, "zalo": by_zalo, "messenger": by_messenger}

    def answers(self) -> dict[str, list[Any]]:
        """Returns what was sent to users so far, by channel."""
        by_telegram = [call for method, call in self.telegram.calls if method in ("sendMessage", "sendPhoto")]
        return {"telegram": by_telegram, "zalo": self.zalo.messages, "messenger": self.meta.sent}
