"""Each failure of the Bot API becomes what is to be done; the token is told to nobody."""

import logging

import pytest
import structlog

from connectors.channel import (
    DeliveryFailed,
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    TryLater,
    UserUnreachable,
)
from connectors.channels import telegram as telegram_module
from connectors.channels.telegram import Telegram
from connectors.messages import ReplyMessage
from tests.connectors.channels.telegram_bots import OFFLINE, channel_at, only
from tests.fakes.telegram import TOKEN, USERNAME, Failure, FakeTelegram, pressed, refusal

WORDS = "chuyện thầm kín"
(PART,) = OFFLINE.render(Outgoing(ReplyMessage(text=WORDS)), {"chat": 77})
# A page that quotes the address it was asked for, as some proxies' do.
PAGE = f"<html>Cannot POST /bot{TOKEN}/sendMessage</html>"
FAILURES: list[tuple[Failure, type[DeliveryFailed]]] = [
    (refusal(429, "Too Many Requests: retry after 7", retry_after=7), TryLater),
    (refusal(403, "Forbidden: bot was blocked by the user"), UserUnreachable),
    (refusal(403, "Forbidden: user is deactivated"), UserUnreachable),
    (refusal(400, "Bad Request: chat not found"), UserUnreachable),
    (
        refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100),
        UserUnreachable,
    ),
    (refusal(400, "Bad Request: message is too long"), NotDelivered),
    (refusal(500, "Internal Server Error"), TryLater),
    (refusal(502, "Bad Gateway"), TryLater),
    (refusal(401, "Unauthorized"), TryLater),
    # A proxy knows nothing of the user, and whether it has passed the message on only its 200 leaves open.
    ((403, PAGE), TryLater),
    ((404, PAGE), TryLater),
    ((502, PAGE), TryLater),
    ((200, PAGE), OutcomeUnknown),
    ((200, {"status": "fine"}), OutcomeUnknown),
    ((200, None), OutcomeUnknown),
]


@pytest.mark.parametrize(("failure", "expected"), FAILURES)
async def test_each_error_becomes_what_is_to_be_done_and_names_neither_words_nor_token(
    telegram: Telegram,
    telegram_server: FakeTelegram,
    caplog: pytest.LogCaptureFixture,
    failure: Failure,
    expected: type[DeliveryFailed],
) -> None:
    caplog.set_level(logging.WARNING)
    telegram_server.failures.append(failure)
    with pytest.raises(expected) as raised:
        await telegram.send("truong-a", PART)
    told = f"{raised.value!r} {caplog.text}"
    assert WORDS not in told
    assert TOKEN not in told
    # The error that is shown with a traceback stands alone: what it came from may hold an address.
    assert raised.value.__suppress_context__


async def test_telegram_says_how_long_to_wait(telegram: Telegram, telegram_server: FakeTelegram) -> None:
    telegram_server.failures.append(refusal(429, "Too Many Requests: retry after 7", retry_after=7))
    with pytest.raises(TryLater) as raised:
        await telegram.send("truong-a", PART)
    assert raised.value.after_s == 7


async def test_a_server_that_is_not_there_is_tried_later_one_that_is_too_slow_leaves_it_open(
    telegram_server: FakeTelegram,
) -> None:
    with pytest.raises(TryLater):
        await OFFLINE.send("truong-a", PART)
    channel = channel_at(telegram_server.url)
    channel._requests[0]._client.timeout = 0.2
    telegram_server.delay_s = 1
    with pytest.raises(OutcomeUnknown):
        await channel.send("truong-a", PART)
    await channel.close()


async def test_a_bot_that_is_not_in_the_settings_any_more_sends_nothing() -> None:
    with pytest.raises(NotDelivered):
        await OFFLINE.send("truong-b", PART)


async def test_what_only_helps_fails_silently() -> None:
    await OFFLINE.attend("truong-a", {"chat": 77})
    await OFFLINE.attend("truong-b", {"chat": 77})
    await OFFLINE.acknowledge(only(pressed(77, "b1.0")))


async def test_a_bot_asks_for_its_name_until_it_knows_it(
    telegram: Telegram, telegram_server: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_module, "_FIRST_PAUSE_S", 0.01)
    telegram_server.refusals["getMe"] = FakeTelegram().failures
    telegram_server.refusals["getMe"] += [refusal(500, "Internal Server Error"), (502, PAGE)]
    with structlog.testing.capture_logs() as lines:
        await telegram.learn_names()
    assert telegram._usernames == {"truong-a": USERNAME}
    assert [line["event"] for line in lines] == ["telegram bot unknown"] * 2
    assert TOKEN not in str(lines)
