"""Zalo Official Accounts: what a reply becomes, and what Zalo's errors mean for it."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.records import Records
from connectors.channel import (
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    OutsideWindow,
    TryLater,
    UserUnreachable,
)
from connectors.channels.zalo import QUOTE, Zalo
from connectors.messages import Image, Link, QuickReply, ReplyMessage
from connectors.rendering import limits_of
from tests.connectors.channels.zalo_account import BASE, TO_USER
from tests.fakes.zalo import OA, USER, FakeZalo


async def test_an_answer_is_one_message_with_its_buttons(zalo: Zalo) -> None:
    replies = [QuickReply(title=f"Câu {number}", payload=f"câu hỏi {number}") for number in range(7)]
    replies[1] = QuickReply(title="dài", payload="d" * 1001)
    message = ReplyMessage(
        text="**Có.** Con được hỗ trợ.",
        quick_replies=replies,
        link=Link(url="/api/v1/data/x", title="Tải dữ liệu của bạn"),
        image=Image(url="/pictures/interests/3-1.svg", alt="Kỹ thuật 3"),
    )
    (part,) = zalo.render(Outgoing(message, quote="m-1"), TO_USER)
    assert part["recipient"] == {"user_id": USER}
    assert part["message"][QUOTE] == "m-1"
    payload = part["message"]["attachment"]["payload"]
    assert payload["text"] == f"Có. Con được hỗ trợ.\n\n{BASE}/pictures/interests/3-1.png"
    assert [button["title"] for button in payload["buttons"]] == [
        "Câu 0",
        "Câu 2",
        "Câu 3",
        "Câu 4",
        "Tải dữ liệu của bạn",
    ]
    assert payload["buttons"][0] == {"type": "oa.query.show", "title": "Câu 0", "payload": "câu hỏi 0"}
    assert payload["buttons"][-1]["payload"] == {"url": f"{BASE}/api/v1/data/x"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=5000), picture=st.booleans(), staff=st.booleans())
async def test_a_message_is_never_longer_than_zalo_takes(
    zalo: Zalo, text: str, picture: bool, staff: bool
) -> None:
    image = Image(url="/pictures/interests/3-1.svg", alt="Kỹ thuật 3") if picture else None
    author = "staff" if staff else "assistant"
    (part,) = zalo.render(Outgoing(ReplyMessage(text=text, image=image), author), TO_USER)
    assert len(part["message"]["text"]) <= limits_of("zalo").text


def part_of(zalo: Zalo, quote: str | None = None) -> dict[str, Any]:
    return zalo.render(Outgoing(ReplyMessage(text="Chào bạn."), quote=quote), TO_USER)[0]


async def test_success_is_what_the_body_says(zalo: Zalo, zalo_server: FakeZalo) -> None:
    await zalo.send(OA, part_of(zalo))
    assert zalo_server.messages == [{"recipient": {"user_id": USER}, "message": {"text": "Chào bạn."}}]


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (-32, TryLater),
        *[(code, NotDelivered) for code in (-201, -210, -224, -221, -233, -240, -248, -99999)],
        *[(code, OutsideWindow) for code in (-230, -232, -211, -218)],
        *[(code, UserUnreachable) for code in (-213, -217, -227, -244)],
    ],
)
async def test_an_error_code_says_what_becomes_of_a_message(
    zalo: Zalo, zalo_server: FakeZalo, code: int, failure: type[Exception]
) -> None:
    zalo_server.errors = [code]
    with pytest.raises(failure, match=str(code)):
        await zalo.send(OA, part_of(zalo))
    assert zalo_server.messages == []
    assert zalo_server.oauth_calls == 0


@pytest.mark.parametrize("code", [-124, -216, -220])
async def test_a_bad_token_is_renewed_once_and_the_message_sent(
    zalo: Zalo, zalo_server: FakeZalo, code: int
) -> None:
    zalo_server.errors = [code]
    await zalo.send(OA, part_of(zalo))
    assert len(zalo_server.messages) == 1
    assert zalo_server.oauth_calls == 1


async def test_a_new_token_that_is_not_accepted_raises_the_alarm_and_is_not_renewed_again(
    zalo: Zalo, zalo_server: FakeZalo, records: Records
) -> None:
    zalo_server.errors = [-216] * 4
    for _ in range(2):
        with pytest.raises(TryLater) as failed:
            await zalo.send(OA, part_of(zalo))
        assert failed.value.after_s == 300
    assert "-216" in records.accounts.state("zalo", OA)["needs_authorisation"]
    assert zalo_server.oauth_calls == 1


async def test_without_a_renewed_token_a_message_waits(
    zalo: Zalo, zalo_server: FakeZalo, records: Records
) -> None:
    zalo_server.errors = [-216]
    zalo_server.oauth_errors = [{"error_name": "Invalid refresh token", "error": -14014}]
    with pytest.raises(TryLater):
        await zalo.send(OA, part_of(zalo))
    assert "Invalid refresh token" in records.accounts.state("zalo", OA)["needs_authorisation"]


async def test_messages_sent_at_once_spend_one_refresh_token(zalo: Zalo, zalo_server: FakeZalo) -> None:
    zalo_server.access_tokens.clear()
    zalo_server.oauth_delay_s = 0.2
    await asyncio.gather(*(zalo.send(OA, part_of(zalo)) for _ in range(10)))
    assert len(zalo_server.messages) == 10
    assert zalo_server.oauth_calls == 1


async def test_what_is_quoted_may_be_gone(zalo: Zalo, zalo_server: FakeZalo) -> None:
    zalo_server.errors = [-201]
    await zalo.send(OA, part_of(zalo, quote="m-1"))
    assert zalo_server.messages[0]["message"] == {"text": "Chào bạn."}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_is_busy_is_asked_later(zalo: Zalo, zalo_server: FakeZalo, status: int) -> None:
    zalo_server.statuses = [status]
    with pytest.raises(TryLater, match=str(status)):
        await zalo.send(OA, part_of(zalo))


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"error": null}', "{}"])
async def test_an_answer_that_says_nothing_leaves_the_outcome_open(
    zalo: Zalo, zalo_server: FakeZalo, answer: str
) -> None:
    zalo_server.answers = [answer]
    with pytest.raises(OutcomeUnknown):
        await zalo.send(OA, part_of(zalo))


async def test_an_account_that_was_removed_sends_nothing(zalo: Zalo) -> None:
    with pytest.raises(NotDelivered, match="LABAN_ZALO_ACCOUNTS"):
        await zalo.send("999", part_of(zalo))
