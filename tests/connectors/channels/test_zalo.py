"""Zalo Official Accounts: what is believed of a call, what a message becomes, and what Zalo's errors mean."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
    NotDelivered,
    OutcomeUnknown,
    Outgoing,
    OutsideWindow,
    TryLater,
    UserUnreachable,
    WebhookCall,
)
from connectors.channels.zalo import QUOTE, Zalo
from connectors.keys import Keys
from connectors.messages import Image, Link, QuickReply, ReplyMessage
from connectors.rendering import limits_of
from connectors.zalo_health import UNKNOWN, SignatureHealth
from connectors.zalo_tokens import ZaloTokens
from tests.connectors.loopback import serving
from tests.fakes.zalo import ACCOUNTS, APP, OA, OA_SECRET, USER, FakeZalo, followed, happened, said, zalo_app

BASE = "https://laban.example.vn"
TO_USER = {"id": USER}


@pytest.fixture(scope="module")
def served() -> Iterator[FakeZalo]:
    """Zalo, started once."""
    fake = FakeZalo()
    with serving(zalo_app(fake)) as fake.url:
        yield fake


@pytest.fixture
def fake(served: FakeZalo) -> FakeZalo:
    """Zalo, as new for each test."""
    url = served.url
    served.__init__(url=url)  # type: ignore[misc]  # the app holds this very object
    return served


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records that the test owns."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", Keys("k" * 40))
    yield opened
    opened.close()


@pytest.fixture
async def zalo(fake: FakeZalo, records: Records) -> AsyncIterator[Zalo]:
    """The channel, its account connected an hour ago."""
    keep_tokens(records, fake)
    tokens = ZaloTokens(ACCOUNTS, records.accounts, fake.url)
    channel = Zalo(ACCOUNTS, fake.url, BASE, tokens, SignatureHealth(records.accounts))
    yield channel
    await channel.close()
    await tokens.close()


def keep_tokens(records: Records, fake: FakeZalo) -> None:
    pair = fake.pair()
    now = datetime.now(UTC)
    pair["obtained"], pair["expires"] = (
        (now - timedelta(hours=1)).isoformat(),
        (now + timedelta(hours=24)).isoformat(),
    )
    records.accounts.keep_secrets("zalo", OA, pair)


def call(fake: FakeZalo, event: dict[str, Any], **how: Any) -> WebhookCall:
    return WebhookCall(*fake.signed(event, **how))


def one(zalo: Zalo, fake: FakeZalo, event: dict[str, Any]) -> Event:
    (event_,) = zalo.open(call(fake, event))
    return event_


async def test_a_message_is_a_turn_with_ids_that_stay_strings(zalo: Zalo, fake: FakeZalo) -> None:
    event = one(zalo, fake, said("Học nghề điện có được miễn học phí không ạ?"))
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
async def test_the_timestamp_is_in_a_header_or_in_the_body(zalo: Zalo, fake: FakeZalo, header: bool) -> None:
    assert len(zalo.open(call(fake, said("chào"), header=header))) == 1


async def test_the_signature_may_lack_its_prefix_and_be_in_capitals(zalo: Zalo, fake: FakeZalo) -> None:
    body, headers = fake.signed(said("chào"))
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
    zalo: Zalo, fake: FakeZalo, event: dict[str, Any], kind: str
) -> None:
    assert one(zalo, fake, event).kind == kind


async def test_a_command_of_the_menu_is_asked_without_its_mark(zalo: Zalo, fake: FakeZalo) -> None:
    event = one(zalo, fake, said("#Gặp người tư vấn"))
    assert (event.kind, event.text) == ("press", "Gặp người tư vấn")
    assert one(zalo, fake, said("#")).kind == "text"


async def test_an_event_without_a_number_has_the_same_id_when_sent_again(zalo: Zalo, fake: FakeZalo) -> None:
    moment = int(time.time() * 1000)
    ids = {zalo.open(call(fake, followed(), timestamp=moment))[0].id for _ in range(2)}
    assert ids == {f"follow:{USER}:{moment}"}


async def test_somebody_without_an_account_is_answered_in_their_conversation(
    zalo: Zalo, fake: FakeZalo
) -> None:
    asked = {"text": "chào", "msg_id": "m", "conversation_id": "c-1"}
    event = one(zalo, fake, happened("anonymous_send_text", message=asked))
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
    zalo: Zalo, fake: FakeZalo, event: dict[str, Any]
) -> None:
    assert zalo.open(call(fake, event)) == []


@pytest.mark.parametrize("body", [b"", b"{}", b" {} \n"])
async def test_the_unsigned_probe_is_taken_and_not_noted(
    zalo: Zalo, fake: FakeZalo, records: Records, body: bytes
) -> None:
    assert zalo.open(WebhookCall(body, {})) == []
    await zalo.close()
    assert records.accounts.state("zalo", UNKNOWN) == {}


async def test_a_forged_call_is_refused_and_the_reason_kept_for_the_operator(
    zalo: Zalo, fake: FakeZalo, records: Records
) -> None:
    body, headers = fake.signed(said("chào"))
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


async def test_exchanged_secrets_and_another_app_are_told_apart(zalo: Zalo, fake: FakeZalo) -> None:
    fake.oa_secret = ACCOUNTS[OA].app_secret.get_secret_value()
    with pytest.raises(CallRefused, match="are exchanged"):
        zalo.open(call(fake, said("chào")))
    fake.app_id = "1"
    with pytest.raises(CallRefused, match="of another app"):
        zalo.open(call(fake, {**said("chào"), "app_id": "1"}))


async def test_an_hmac_is_no_signature_of_zalo(zalo: Zalo, fake: FakeZalo) -> None:
    import hmac

    body, headers = fake.signed(said("chào"))
    signed = hmac.new(OA_SECRET.encode(), body, hashlib.sha256).hexdigest()
    with pytest.raises(CallRefused):
        zalo.open(WebhookCall(body, {**headers, "x-zevent-signature": f"mac={signed}"}))


@pytest.mark.parametrize(("hours", "why"), [(-13.2, "older than 13 h"), (0.2, "from the future")])
async def test_an_old_or_early_event_is_refused(zalo: Zalo, fake: FakeZalo, hours: float, why: str) -> None:
    moment = int((time.time() + hours * 3600) * 1000)
    with pytest.raises(CallRefused, match=why):
        zalo.open(call(fake, said("chào"), timestamp=moment))


async def test_what_zalo_sends_again_after_half_a_day_is_taken(zalo: Zalo, fake: FakeZalo) -> None:
    moment = int((time.time() - 12 * 3600) * 1000)
    assert len(zalo.open(call(fake, said("chào"), timestamp=moment))) == 1


async def test_one_account_cannot_speak_for_another(fake: FakeZalo, records: Records) -> None:
    other = ZaloAccount(app_id="77", app_secret=SecretStr("a"), oa_secret=SecretStr("b"))
    tokens = ZaloTokens(ACCOUNTS, records.accounts, fake.url)
    zalo = Zalo({**ACCOUNTS, "88": other}, fake.url, BASE, tokens, SignatureHealth(records.accounts))
    fake.app_id, fake.oa_secret = "77", "b"
    with pytest.raises(CallRefused, match="another account"):
        zalo.open(call(fake, said("chào")))
    assert len(zalo.open(call(fake, {**said("chào"), "recipient": {"id": "88"}}))) == 1
    await zalo.close()
    await tokens.close()


async def test_health_is_written_once_a_minute_unless_it_changes(fake: FakeZalo, records: Records) -> None:
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


async def test_success_is_what_the_body_says(zalo: Zalo, fake: FakeZalo) -> None:
    await zalo.send(OA, part_of(zalo))
    assert fake.messages == [{"recipient": {"user_id": USER}, "message": {"text": "Chào bạn."}}]


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
    zalo: Zalo, fake: FakeZalo, code: int, failure: type[Exception]
) -> None:
    fake.errors = [code]
    with pytest.raises(failure, match=str(code)):
        await zalo.send(OA, part_of(zalo))
    assert fake.messages == []
    assert fake.oauth_calls == 0


@pytest.mark.parametrize("code", [-124, -216, -220])
async def test_a_bad_token_is_renewed_once_and_the_message_sent(
    zalo: Zalo, fake: FakeZalo, code: int
) -> None:
    fake.errors = [code]
    await zalo.send(OA, part_of(zalo))
    assert len(fake.messages) == 1
    assert fake.oauth_calls == 1


async def test_a_new_token_that_is_not_accepted_raises_the_alarm_and_is_not_renewed_again(
    zalo: Zalo, fake: FakeZalo, records: Records
) -> None:
    fake.errors = [-216] * 4
    for _ in range(2):
        with pytest.raises(TryLater) as failed:
            await zalo.send(OA, part_of(zalo))
        assert failed.value.after_s == 300
    assert "-216" in records.accounts.state("zalo", OA)["needs_authorisation"]
    assert fake.oauth_calls == 1


async def test_without_a_renewed_token_a_message_waits(zalo: Zalo, fake: FakeZalo, records: Records) -> None:
    fake.errors = [-216]
    fake.oauth_errors = [{"error_name": "Invalid refresh token", "error": -14014}]
    with pytest.raises(TryLater):
        await zalo.send(OA, part_of(zalo))
    assert "Invalid refresh token" in records.accounts.state("zalo", OA)["needs_authorisation"]


async def test_messages_sent_at_once_spend_one_refresh_token(zalo: Zalo, fake: FakeZalo) -> None:
    fake.access_tokens.clear()
    fake.oauth_delay_s = 0.2
    await asyncio.gather(*(zalo.send(OA, part_of(zalo)) for _ in range(10)))
    assert len(fake.messages) == 10
    assert fake.oauth_calls == 1


async def test_what_is_quoted_may_be_gone(zalo: Zalo, fake: FakeZalo) -> None:
    fake.errors = [-201]
    await zalo.send(OA, part_of(zalo, quote="m-1"))
    assert fake.messages[0]["message"] == {"text": "Chào bạn."}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_is_busy_is_asked_later(zalo: Zalo, fake: FakeZalo, status: int) -> None:
    fake.statuses = [status]
    with pytest.raises(TryLater, match=str(status)):
        await zalo.send(OA, part_of(zalo))


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"error": null}', "{}"])
async def test_an_answer_that_says_nothing_leaves_the_outcome_open(
    zalo: Zalo, fake: FakeZalo, answer: str
) -> None:
    fake.answers = [answer]
    with pytest.raises(OutcomeUnknown):
        await zalo.send(OA, part_of(zalo))


async def test_an_account_that_was_removed_sends_nothing(zalo: Zalo) -> None:
    with pytest.raises(NotDelivered, match="LABAN_ZALO_ACCOUNTS"):
        await zalo.send("999", part_of(zalo))


async def test_zalo_sends_again_until_the_webhook_answers(zalo: Zalo, fake: FakeZalo) -> None:
    calls, app = [], FastAPI()

    @app.post("/webhooks/zalo")
    async def webhook(request: Request) -> Response:
        calls.append(WebhookCall(await request.body(), dict(request.headers)))
        return Response(status_code=503 if len(calls) < 3 else 200)

    with serving(app) as url:
        assert await fake.deliver(f"{url}/webhooks/zalo", said("chào")) == 3
    assert len({zalo.open(one)[0].id for one in calls}) == 1
