"""`laban telegram`: tells Telegram where the bots' webhooks are, and how they fare."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.cli.options import JSON
from connectors.cli.store import show_rows
from connectors.errors import StartError
from connectors.keys import Keys
from connectors.settings import Settings, load_settings

if TYPE_CHECKING:
    from connectors.channels.telegram import Telegram

app = typer.Typer(no_args_is_help=True, help="Set, show and remove the webhooks of the Telegram bots.")

BOT = typer.Argument(help="The bot's name in LABAN_TELEGRAM_BOTS; all when left out.")
_FIELDS = ("bot", "username", "webhook", "pending", "last_error")
_CONNECTIONS = 40


@app.command(name="set-webhook")
def set_webhook(bot: Annotated[str | None, BOT] = None) -> None:
    """Tell Telegram to send updates to LABAN_PUBLIC_URL, and what commands the bots have."""
    settings = load_settings()
    if settings.public_url is None or not settings.public_url.startswith("https://"):
        raise StartError(
            "Telegram calls https addresses only: set LABAN_PUBLIC_URL, or use --telegram-polling"
        )
    keys = Keys.load(settings)

    async def set_one(name: str, channel: Telegram) -> None:
        from connectors.telegram_polling import UPDATES

        await channel.bot(name).set_webhook(
            f"{settings.public_url}/webhooks/telegram/{name}",
            secret_token=keys.telegram_secret(name),
            allowed_updates=list(UPDATES),
            max_connections=_CONNECTIONS,
        )
        await channel.offer_commands(name)
        print(f"{name}: {settings.public_url}/webhooks/telegram/{name}")

    _each(settings, bot, set_one)


@app.command(name="delete-webhook")
def delete_webhook(bot: Annotated[str | None, BOT] = None) -> None:
    """Tell Telegram to send nothing more; what waits there stays, for polling."""

    async def delete_one(name: str, channel: Telegram) -> None:
        await channel.bot(name).delete_webhook(drop_pending_updates=False)
        print(f"{name}: no webhook")

    _each(load_settings(), bot, delete_one)


@app.command()
def status(bot: Annotated[str | None, BOT] = None, as_json: Annotated[bool, JSON] = False) -> None:
    """Show who the bots are, where their updates go, how many wait, and what went wrong last."""
    rows: list[dict[str, Any]] = []

    async def ask(name: str, channel: Telegram) -> None:
        telegram = channel.bot(name)
        me, webhook = await telegram.get_me(), await telegram.get_webhook_info()
        rows.append(
            {
                "bot": name,
                "username": me.username,
                "webhook": webhook.url or None,
                "pending": webhook.pending_update_count,
                "last_error": webhook.last_error_message,
            }
        )

    _each(load_settings(), bot, ask)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        show_rows(_FIELDS, [{**row, "pending": str(row["pending"])} for row in rows], as_json=False)


def _each(settings: Settings, bot: str | None, step: Callable[[str, Telegram], Awaitable[None]]) -> None:
    names = _chosen(settings, bot)

    async def run() -> None:
        from telegram.error import TelegramError

        from connectors.channels.telegram import Telegram
        from connectors.channels.telegram_api import reason_of

        channel = Telegram(
            settings.telegram_bots, settings.telegram_api_url, settings.base_url, lambda name: name
        )
        try:
            for name in names:
                try:
                    await step(name, channel)
                except TelegramError as error:
                    raise StartError(f"{name}: Telegram says: {reason_of(error)}") from None
        finally:
            await channel.close()

    asyncio.run(run())


def _chosen(settings: Settings, bot: str | None) -> Sequence[str]:
    known = list(settings.telegram_bots)
    if not known:
        raise StartError("there is no bot: name one in LABAN_TELEGRAM_BOTS (docs/huong-dan-quan-tri.md)")
    if bot is not None and bot not in known:
        raise StartError(f"{bot}: there are {', '.join(known)} in LABAN_TELEGRAM_BOTS")
    return known if bot is None else [bot]
