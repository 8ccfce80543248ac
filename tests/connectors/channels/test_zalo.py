"""Zalo Official Accounts: what is believed of a call, and what a user's act becomes."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from actions.records import Records
from connectors.accounts import ZaloAccount
from connectors.channel import (
    CallRefused,
    Event,
    Outgoing,
    WebhookCall,
)
from connectors.channels.zalo import Zalo
from connectors.messages import ReplyMessage
from connectors.zalo_health import UNKNOWN, SignatureHealth
from connectors.zalo_tokens import ZaloTokens
from tests.connectors.channels.zalo_account import BASE
from tests.connectors.loopback import serving
from tests.fakes.zalo import ACCOUNTS, APP, OA, OA_SECRET, USER, FakeZalo, followed, happened, said


def call(zalo_server: FakeZalo, event: dict[str, Any], **how: Any) -> WebhookCall:
    return WebhookCall(*zalo_server.signed(event, **how))


def one(zalo: Zalo, zalo_server: FakeZalo, event: dict[str, Any]) -> Event:
    (event_,) = zalo.open(call(zalo_server, event))
    return event_


async def test_a_message_is_a_turn_with_ids_that_stay_strings(zalo: Zalo, zalo_server: FakeZalo) -> None:
    event = one(zalo, zalo_server, said("Học nghề điện có được miễn học phí không ạ?"))
    assert event == Event(
        account=OA,
        id="96d3cdf3af150460909",
        user=USER,
        kind="text",
        address={"id": USER},
        text="Học nghề điện có được miễn học phí không ạ?",
        quote="96d3cdf3af150460909",
    )


@pytest.mark.parametrize("header", [True, False])
async def test_the_timestamp_is_in_a_header_or_in_the_body(
    zalo: Zalo, zalo_server: FakeZalo, header: bool
) -> None:
    assert len(zalo.open(call(zalo_server, said("chào"), header=header))) == 1


async def test_the_signature_may_lack_its_prefix_and_be_in_capitals(
    zalo: Zalo, zalo_server: FakeZalo
) -> None:
    body, headers = zalo_server.signed(said("chào"))
    headers["x-zevent-signature"] = headers["x-zevent-signature"].removeprefix("mac=").upper()
    assert len(zalo.open(WebhookCall(body, headers))) == 1


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (followed(), "welcome"),
        (followed("unfollow"), "left"),
        *[
            (happened(f"user_send_{what}", message={"msg_id": "m", "attachments": [{}]}), "unreadable")
            for what in (
                "image",
                "file",
                "sticker",
                "gif",
                "audio",
                "video",
                "location",
                "business_card",
                "link",
            )
        ],
        (said("  "), "unreadable"),
        (happened("user_send_link", message={"msg_id": "m", "text": "trường này ạ? https://a.vn"}), "text"),
    ],
)
async def test_what_a_user_does_has_a_kind(
    zalo: Zalo, zalo_server: FakeZalo, event: dict[str, Any], kind: str
) -> None:
    assert one(zalo, zalo_server, event).kind == kind


async def test_a_command_of_the_menu_is_asked_without_its_mark(zalo: Zalo, zalo_server: FakeZalo) -> None:
    event = one(zalo, zalo_server, said("#Gặp người tư vấn"))
    assert (event.kind, event.text) == ("press", "Gặp người tư vấn")
    assert one(zalo, zalo_server, said("#")).kind == "text"


async def test_an_event_without_a_number_has_the_same_id_when_sent_again(
    zalo: Zalo, zalo_server: FakeZalo
) -> None:
    moment = int(time.time() * 1000)
    ids = {zalo.open(call(zalo_server, followed(), timestamp=moment))[0].id for _ in range(2)}
    assert ids == {f"follow:{USER}:{moment}"}


async def test_somebody_without_an_account_is_answered_in_their_conversation(
    zalo: Zalo, zalo_server: FakeZalo
) -> None:
    asked = {"text": "chào", "msg_id": "m", "conversation_id": "c-1"}
    event = one(zalo, zalo_server, happened("anonymous_send_text", message=asked))
    assert event.address == {"id": USER, "conversation": "c-1"}
    (part,) = zalo.render(Outgoing(ReplyMessage(text="Chào bạn.")), event.address)
    assert part["recipient"] == {"anonymous_id": USER, "conversation_id": "c-1"}


@pytest.mark.parametrize(
    "event",
    [
        happened("user_seen_message", message={"msg_ids": ["m"]}),
        happened("user_received_message", message={"msg_id": "m"}),
        {**said("echo"), "event_name": "oa_send_text", "sender": {"id": OA}, "recipient": {"id": USER}},
        {**said("nhóm"), "event_name": "user_send_group_text"},
        happened("something_new"),
        {**said("của người khác"), "recipient": {"id": "999"}},
        {"event_name": "user_send_text", "app_id": APP, "recipient": {"id": OA}},
        {**said("x"), "message": [1]},
        {"app_id": APP},
    ],
)
async def test_what_is_no_act_of_a_user_of_ours_is_no_event(
    zalo: Zalo, zalo_server: FakeZalo, event: dict[str, Any]
) -> None:
    assert zalo.open(call(zalo_server, event)) == []


@pytest.mark.parametrize("body", [b"", b"{}", b" {} \n"])
async def test_the_unsigned_probe_is_taken_and_not_noted(
    zalo: Zalo, zalo_server: FakeZalo, records: Records, body: bytes
) -> None:
    assert zalo.open(WebhookCall(body, {})) == []
    await zalo.close()
    assert records.accounts.state("zalo", UNKNOWN) == {}


async def test_a_forged_call_is_refused_and_the_reason_kept_for_the_operator(
    zalo: Zalo, zalo_server: FakeZalo, records: Records
) -> None:
    body, headers = zalo_server.signed(said("chào"))
    with pytest.raises(CallRefused, match="signature is wrong"):
        zalo.open(WebhookCall(body.replace("chào".encode(), b"hello"), headers))
    with pytest.raises(CallRefused, match="no signature"):
        zalo.open(WebhookCall(body, {}))
    with pytest.raises(CallRefused, match="not of its form"):
        zalo.open(WebhookCall(body, {**headers, "x-zevent-signature": "mac=é²"}))
    with pytest.raises(CallRefused, match="no timestamp"):
        zalo.open(WebhookCall(b'{"a":1}', {**headers, "x-zevent-timestamp": "²"}))
    await zalo.close()
    state = records.accounts.state("zalo", OA)
    assert state["signature_reason"] == "the signature is not of its form"
    assert "signature_good" not in state
    assert records.accounts.state("zalo", UNKNOWN)["signature_reason"].startswith("there is no timestamp")


async def test_exchanged_secrets_and_another_app_are_told_apart(zalo: Zalo, zalo_server: FakeZalo) -> None:
    zalo_server.oa_secret = ACCOUNTS[OA].app_secret.get_secret_value()
    with pytest.raises(CallRefused, match="are exchanged"):
        zalo.open(call(zalo_server, said("chào")))
    zalo_server.app_id = "1"
    with pytest.raises(CallRefused, match="of another app"):
        zalo.open(call(zalo_server, {**said("chào"), "app_id": "1"}))


async def test_an_hmac_is_no_signature_of_zalo(zalo: Zalo, zalo_server: FakeZalo) -> None:
    import hmac

    body, headers = zalo_server.signed(said("chào"))
    signed = hmac.new(OA_SECRET.encode(), body, hashlib.sha256).hexdigest()
    with pytest.raises(CallRefused):
        zalo.open(WebhookCall(body, {**headers, "x-zevent-signature": f"mac={signed}"}))


@pytest.mark.parametrize(("hours", "why"), [(-13.2, "older than 13 h"), (0.2, "from the future")])
async def test_an_old_or_early_event_is_refused(
    zalo: Zalo, zalo_server: FakeZalo, hours: float, why: str
) -> None:
    moment = int((time.time() + hours * 3600) * 1000)
    with pytest.raises(CallRefused, match=why):
        zalo.open(call(zalo_server, said("chào"), timestamp=moment))


async def test_what_zalo_sends_again_after_half_a_day_is_taken(zalo: Zalo, zalo_server: FakeZalo) -> None:
    moment = int((time.time() - 12 * 3600) * 1000)
    assert len(zalo.open(call(zalo_server, said("chào"), timestamp=moment))) == 1


async def test_one_account_cannot_speak_for_another(zalo_server: FakeZalo, records: Records) -> None:
    other = ZaloAccount(app_id="77", app_secret=SecretStr("a"), oa_secret=SecretStr("b"))
    tokens = ZaloTokens(ACCOUNTS, records.accounts, zalo_server.url)
    zalo = Zalo({**ACCOUNTS, "88": other}, zalo_server.url, BASE, tokens, SignatureHealth(records.accounts))
    zalo_server.app_id, zalo_server.oa_secret = "77", "b"
    with pytest.raises(CallRefused, match="another account"):
        zalo.open(call(zalo_server, said("chào")))
    assert len(zalo.open(call(zalo_server, {**said("chào"), "recipient": {"id": "88"}}))) == 1
    await zalo.close()
    await tokens.close()


async def test_health_is_written_once_a_minute_unless_it_changes(
    zalo_server: FakeZalo, records: Records
) -> None:
    moments = iter(datetime(2026, 11, 27, 8, 0, second, tzinfo=UTC) for second in (0, 30, 40))
    health = SignatureHealth(records.accounts, now=lambda: next(moments))
    health.good(OA)
    health.good(OA)
    health.bad(OA, "why")
    health.close()
    state = records.accounts.state("zalo", OA)
    assert state["signature_good"].endswith("08:00:00+00:00")
    assert state["signature_bad"].endswith("08:00:40+00:00")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["user_send_text", "follow", "user_send_image", "anonymous_send_text"]) | st.text()
BROKEN = st.fixed_dictionaries(
    {"event_name": NAMES | JSON},
    optional={
        "sender": JSON,
        "recipient": JSON | st.just({"id": OA}),
        "follower": JSON,
        "oa_id": JSON,
        "message": JSON,
        "app_id": st.just(APP),
    },
)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    signature=st.text(max_size=80) | st.just(f"mac={'0' * 64}"),
    timestamp=st.text(max_size=20) | st.just(str(int(time.time() * 1000))),
)
async def test_a_thousand_forged_calls_are_refused(
    zalo: Zalo, body: bytes, signature: str, timestamp: str
) -> None:
    headers = {"x-zevent-signature": signature, "x-zevent-timestamp": timestamp}
    try:
        assert zalo.open(WebhookCall(body, headers)) == []
    except CallRefused:
        return
    assert body.strip() in (b"", b"{}")


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=BROKEN, cut=st.integers(0, 30))
async def test_a_thousand_signed_but_malformed_events_do_no_harm(
    zalo: Zalo, event: dict[str, Any], cut: int
) -> None:
    moment = str(int(time.time() * 1000))
    body = json.dumps(event).encode()
    body = body[: len(body) - cut] if cut > 20 else body
    signed = hashlib.sha256(APP.encode() + body + moment.encode() + OA_SECRET.encode()).hexdigest()
    headers = {"x-zevent-signature": signed, "x-zevent-timestamp": moment}
    try:
        events = zalo.open(WebhookCall(body, headers))
    except CallRefused:
        return
    for found in events:
        assert found.account == OA
        # What is put down must survive being hashed and written.
        json.dumps([found.id, found.user, found.text, found.address]).encode()
        found.id.encode()


async def test_zalo_sends_again_until_the_webhook_answers(zalo: Zalo, zalo_server: FakeZalo) -> None:
    calls, app = [], FastAPI()

    @app.post("/webhooks/zalo")
    async def webhook(request: Request) -> Response:
        calls.append(WebhookCall(await request.body(), dict(request.headers)))
        return Response(status_code=503 if len(calls) < 3 else 200)

    with serving(app) as url:
        assert await zalo_server.deliver(f"{url}/webhooks/zalo", said("chào")) == 3
    assert len({zalo.open(one)[0].id for one in calls}) == 1
