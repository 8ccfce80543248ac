"""Sets up the channels that the settings name, and the pipeline that serves them."""

from __future__ import annotations

from collections.abc import Mapping

from actions.records import Records
from connectors.accounts import Account
from connectors.assistant import Assistant
from connectors.channel import Channel, Channels
from connectors.channels.messenger import Messenger
from connectors.channels.telegram import Telegram
from connectors.channels.web import Web
from connectors.channels.zalo import Zalo
from connectors.delivery import Delivery
from connectors.fanout import Fanout
from connectors.greetings import Greetings
from connectors.intake import Intake
from connectors.keys import Keys
from connectors.pipeline import Pipeline
from connectors.rate_limits import RateLimits
from connectors.rendering import limits_of
from connectors.sentences import Sentences
from connectors.settings import Settings
from connectors.worker import Worker
from connectors.zalo_health import SignatureHealth
from connectors.zalo_tokens import ZaloTokens


def set_up_channels(
    settings: Settings, records: Records, keys: Keys, fanout: Fanout, tokens: ZaloTokens
) -> Channels:
    """Returns the widget and the platforms for which there are accounts."""
    channels: list[Channel] = [Web(fanout)]
    if settings.telegram_bots:
        channels.append(
            Telegram(
                settings.telegram_bots,
                settings.telegram_api_url,
                settings.base_url,
                keys.telegram_secret,
            )
        )
    if settings.zalo_accounts:
        health = SignatureHealth(records.accounts)
        channels.append(
            Zalo(settings.zalo_accounts, settings.zalo_api_url, settings.base_url, tokens, health)
        )
    if settings.messenger_pages and settings.messenger_app_secret:
        secret = settings.messenger_app_secret.get_secret_value()
        channels.append(
            Messenger(settings.messenger_pages, secret, settings.messenger_api_url, settings.base_url)
        )
    return Channels({channel.name: channel for channel in channels})


def set_up_pipeline(
    settings: Settings,
    assistant: Assistant,
    records: Records,
    keys: Keys,
    sentences: Sentences,
    tokens: ZaloTokens,
) -> Pipeline:
    """Returns the pipeline, not running yet."""
    fanout, limits = Fanout(records), RateLimits(settings.user_limit, settings.address_limit)
    channels = set_up_channels(settings, records, keys, fanout, tokens)
    intake = Intake(
        records,
        keys,
        sentences,
        limits,
        joins_for_s=settings.join_messages_s,
        most_waiting=settings.inbox_max,
    )
    worker = Worker(
        records,
        assistant,
        channels,
        Greetings(records, sentences, settings.retention_days, sites_of(settings)),
        spoken=fanout.spoken,
        pressure=lambda: intake.pressure,
        turns_at_once=settings.turns_at_once,
        longest_text=settings.message_max_chars,
    )
    platforms = {name: limits_of(name) for name in channels.by_name if name != Web.name}
    delivery = Delivery(
        records, channels, platforms, pressure=lambda: intake.pressure, resend_unknown=settings.resend_unknown
    )
    return Pipeline(records, channels, intake, worker, delivery, fanout, settings.resend_unknown)


def sites_of(settings: Settings) -> dict[tuple[str, str], str]:
    """Returns the site of each account that has one, by channel and account."""
    named: dict[str, Mapping[str, Account]] = {
        "telegram": settings.telegram_bots,
        "zalo": settings.zalo_accounts,
        "messenger": settings.messenger_pages,
    }
    return {
        (channel, name): account.site
        for channel, accounts in named.items()
        for name, account in accounts.items()
        if account.site
    }
