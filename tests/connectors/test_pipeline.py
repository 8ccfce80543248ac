"""From a platform's event to the delivered reply: in order, joined, once, late with a word, refused politely."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from actions.records import Records
from actions.records.database import writing
from actions.records.schema import conversations
from connectors.accounts import MessengerPage
from connectors.keys import Keys
from connectors.settings import Settings
from tests.connectors.apps import app_of
from tests.connectors.loopback import RasaChannel, serving
from tests.connectors.processes import until
from tests.fakes.meta import (
    APP_SECRET,
    PAGE,
    PAGE_TOKEN,
    VERIFY_TOKEN,
    FakeMeta,
    batch,
    deliver,
    error,
    meta_app,
    signed,
    text_message,
)

JOIN_S = 0.3


@pytest.fixture(scope="module")
def running_meta() -> Iterator[FakeMeta]:
    """Meta's server, started once."""
    fake = FakeMeta()
    with serving(meta_app(fake)) as fake.url:
        yield fake


@pytest.fixture
def meta(running_meta: FakeMeta, channel: RasaChannel) -> FakeMeta:
    """Meta's server, as new, before a Rasa that is as new."""
    running_meta.sent.clear()
    running_meta.failures.clear()
    running_meta.delay_s = 0
    return running_meta


@pytest.fixture(scope="module")
def with_messenger(
    settings: Settings, running_meta: FakeMeta, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings with a Facebook page."""
    return settings.model_copy(
        update={
            "var_dir": tmp_path_factory.mktemp("pipeline"),
            "messenger_pages": {PAGE: MessengerPage(token=SecretStr(PAGE_TOKEN))},
            "messenger_app_secret": SecretStr(APP_SECRET),
            "messenger_verify_token": SecretStr(VERIFY_TOKEN),
            "messenger_api_url": f"{running_meta.url}/graph",
            "join_messages_s": JOIN_S,
            "user_limit": "12/minute",
        }
    )


@pytest.fixture(scope="module")
def app_url(with_messenger: Settings) -> Iterator[str]:
    """The address of an app with that page."""
    with serving(app_of(with_messenger)) as url:
        yield url


@pytest.fixture
def webhook(app_url: str) -> str:
    """Where Meta calls."""
    return f"{app_url}/webhooks/messenger"


async def test_a_message_is_answered_by_the_platform_once_however_often_it_is_sent(
    webhook: str, meta: FakeMeta, channel: RasaChannel
) -> None:
    body = batch(text_message("once", "học phí bao nhiêu", mid="same"))
    for _ in range(3):
        assert await deliver(webhook, body) == 1
    await until(lambda: meta.texts("once"))
    assert await deliver(webhook, body) == 1
    await asyncio.sleep(2 * JOIN_S)
    assert len(meta.texts("once")) == 1
    assert meta.texts("once")[0].startswith("Chào bạn!")
    assert channel.texts == ["học phí bao nhiêu"]
    # What is stored is said with the first reply.
    assert "Quyền riêng tư" in meta.texts("once")[0]


async def test_messages_that_follow_each_other_are_one_turn(
    webhook: str, meta: FakeMeta, channel: RasaChannel
) -> None:
    for text in ("em chào ạ", "e rớt lớp 10 rồi", "học hàn mấy năm?"):
        await deliver(webhook, batch(text_message("burst", text)))
    await until(lambda: meta.texts("burst"))
    assert channel.texts == ["e rớt lớp 10 rồi. học hàn mấy năm?"]
    assert len(meta.texts("burst")) == 1


async def test_one_conversation_is_answered_in_order_while_others_go_on(
    webhook: str, meta: FakeMeta, channel: RasaChannel
) -> None:
    channel.delay_s = 0.3
    presses = [text_message("a", "x", quick_reply={"payload": f"câu {n}"}) for n in range(3)]
    await deliver(webhook, batch(*presses, text_message("b", "x", quick_reply={"payload": "khác"})))
    await until(lambda: len(meta.texts("a")) == 3 and meta.texts("b"))
    mine = [text for text in channel.texts if text.startswith("câu")]
    assert mine == ["câu 0", "câu 1", "câu 2"]
    assert channel.texts.index("khác") < 3


async def test_stickers_and_the_first_opening_get_a_friendly_word(webhook: str, meta: FakeMeta) -> None:
    sticker = text_message("kind", "")
    sticker["message"] = {"mid": "s1", "attachments": [{"type": "image", "payload": {"url": "https://x"}}]}
    await deliver(webhook, batch(sticker))
    await until(lambda: meta.texts("kind"))
    assert "chỉ đọc được chữ" in meta.texts("kind")[0]
    assert meta.sent[-1]["message"]["quick_replies"]
    begun = {
        "sender": {"id": "new"},
        "recipient": {"id": PAGE},
        "timestamp": 1,
        "postback": {"payload": "GET_STARTED"},
    }
    await deliver(webhook, batch(begun))
    await until(lambda: meta.texts("new"))
    assert "90 ngày" in meta.texts("new")[0]


async def test_while_rasa_is_down_the_user_hears_of_it_once_and_is_answered_later(
    webhook: str, meta: FakeMeta, channel: RasaChannel
) -> None:
    channel.status = 500
    await deliver(webhook, batch(text_message("patient", "học phí?")))
    await until(lambda: meta.texts("patient"))
    assert "trục trặc" in meta.texts("patient")[0]
    await asyncio.sleep(1)
    assert len(meta.texts("patient")) == 1
    channel.status = 200
    await until(lambda: len(meta.texts("patient")) == 2)
    assert "Chào bạn!" in meta.texts("patient")[1]
    first, again = channel.requests[0]["metadata"], channel.requests[-1]["metadata"]
    assert "again" not in first
    assert again["again"] is True
    assert first["turn"] == again["turn"]


async def test_a_busy_platform_is_tried_again_and_a_refusal_is_kept_with_its_reason(
    webhook: str, meta: FakeMeta, with_messenger: Settings
) -> None:
    meta.failures.extend([(429, error(4)), (500, {})])
    await deliver(webhook, batch(text_message("busy", "chào")))
    await until(lambda: meta.texts("busy"))
    assert len(meta.texts("busy")) == 1
    meta.failures.append((400, error(100)))
    await deliver(webhook, batch(text_message("refused", "chào")))
    await until(lambda: not meta.failures)
    await asyncio.sleep(0.3)
    assert meta.texts("refused") == []


async def test_what_came_too_late_for_the_platform_goes_out_when_its_user_writes_again(
    webhook: str, meta: FakeMeta, with_messenger: Settings
) -> None:
    await deliver(webhook, batch(text_message("late", "chào")))
    await until(lambda: meta.texts("late"))
    silent_since = datetime.now(UTC) - timedelta(hours=30)
    keys = Keys.load(with_messenger)
    key = keys.conversation_key("messenger", f"{PAGE}:late")
    with closing(Records.open(with_messenger.records_url, keys)) as records:
        with writing(records.engine) as connection:
            mine = conversations.c.key == key
            connection.execute(sa.update(conversations).where(mine).values(acted=silent_since))
            records.conversations.tell(connection, key, "staff", "Cô đã hỏi giúp em rồi nhé.")
        await until(lambda: records.outbox.list(["held"]))
        assert len(meta.texts("late")) == 1
        await deliver(webhook, batch(text_message("late", "em cảm ơn cô")))
        await until(lambda: len(meta.texts("late")) == 3)
        assert "Cô đã hỏi giúp em rồi nhé." in meta.texts("late")[1]
        assert records.outbox.list(["held"]) == []


async def test_whoever_floods_is_told_once_and_does_not_slow_others(
    webhook: str, meta: FakeMeta, channel: RasaChannel
) -> None:
    channel.delay_s = 0.05
    flood = [text_message("flood", "x", quick_reply={"payload": f"lũ {n}"}) for n in range(40)]
    await deliver(webhook, batch(*flood))
    await deliver(webhook, batch(text_message("calm", "em hỏi chút")))
    await until(lambda: meta.texts("calm") and len(meta.texts("flood")) == 13)
    told = [text for text in meta.texts("flood") if "nhanh quá" in text]
    assert len(told) == 1


async def test_a_forged_call_has_no_effect(webhook: str, meta: FakeMeta, channel: RasaChannel) -> None:
    body = batch(text_message("forged", "chào"))
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [
            await client.post(webhook, content=body),
            await client.post(webhook, content=body, headers=signed(body, "wrong")),
            await client.post(webhook.replace("messenger", "icq"), content=body, headers=signed(body)),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 404]
    await asyncio.sleep(2 * JOIN_S)
    assert channel.requests == []


async def test_meta_is_told_the_challenge_only_with_our_word(webhook: str) -> None:
    asked: dict[str, Any] = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    async with httpx.AsyncClient(trust_env=False) as client:
        right = await client.get(webhook, params={**asked, "hub.verify_token": VERIFY_TOKEN})
        wrong = await client.get(webhook, params={**asked, "hub.verify_token": "guess"})
    assert (right.status_code, right.text) == (200, "1158201444")
    assert wrong.status_code == 403
