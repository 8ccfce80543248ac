"""A message becomes a turn, and whatever Rasa says becomes one reply of the contract."""

import asyncio
import os
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from actions.records import Records
from connectors.assistant import Assistant
from connectors.keys import Keys
from connectors.messages import CONVERSATION_ID, IncomingMessage, Reply
from connectors.rasa import RasaClient, RasaUnavailable
from connectors.sentences import Sentences
from knowledge.encoder import Encoder
from knowledge.onnx_encoder import unpack
from tests.connectors.loopback import TOKEN, RasaChannel

LONGEST = 100
SOURCE = {
    "id": "a#i",
    "title": "A",
    "number": "1/KH",
    "section": "mục I",
    "issued": "2024",
    "valid_to": None,
    "url": "/documents/a#i",
    "quote": "Trích",
}


KEYS = Keys("a secret of the tests that is long enough")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records that hold nothing."""
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite'}", KEYS)
    yield opened
    opened.close()


@pytest.fixture
async def assistant(channel: RasaChannel, encoder: Encoder, records: Records) -> AsyncIterator[Assistant]:
    """An assistant whose Rasa is the stand-in."""
    rasa = RasaClient(channel.url, TOKEN, timeout_s=0.5)
    yield Assistant(rasa, encoder, Sentences.load(), records, KEYS, longest_text=LONGEST, retention_days=90)
    await rasa.close()


def key(conversation_id: str = "c-1") -> str:
    """What the stores know a conversation of the web by."""
    return KEYS.conversation_key("web", conversation_id)


async def said(assistant: Assistant, text: str, conversation_id: str | None = "c-1") -> Reply:
    """The reply to one message."""
    return await assistant.reply(IncomingMessage(conversation_id=conversation_id, text=text))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_encoding_gives_way_to_what_is_answered_at_once(
    assistant: Assistant, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    priorities, question = [], encoder.question

    def noting(text: str) -> np.ndarray:
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return question(text)

    monkeypatch.setattr(encoder, "question", noting)
    await said(assistant, "học phí bao nhiêu ạ")
    assert priorities[0] > os.getpriority(os.PRIO_PROCESS, 0)


async def test_text_is_prepared_and_encoded_as_a_question(
    assistant: Assistant, channel: RasaChannel, encoder: Encoder
) -> None:
    await said(assistant, "  HOÀ   oi, hp bao nhiu\u200b ạaaa ")
    (request,) = channel.requests
    prepared = "HÒA oi, học phí bao nhiêu ạ"
    assert request["message"] == prepared
    assert request["sender"] == key("c-1")
    np.testing.assert_array_equal(unpack(request["metadata"]["embedding"]), encoder.question(prepared))


async def test_contacts_are_masked_before_rasa_hears_of_them(
    assistant: Assistant, channel: RasaChannel
) -> None:
    await said(assistant, "em là An, sđt 0912 345\u200b 678, mail an.nguyen@example.vn, cccd 031099001234")
    (text,) = channel.texts
    assert not re.search(r"\d{3}|@|nguyen", text)
    assert text.startswith("em là An")


async def test_custom_message_keeps_text_sources_replies_and_outcome(
    assistant: Assistant, channel: RasaChannel
) -> None:
    quick = {"title": "Hỏi tiếp", "payload": "hỏi gì tiếp?"}
    channel.says(
        {
            "custom": {
                "text": "Có\n\nnhé",
                "quick_replies": [quick],
                "sources": [SOURCE],
                "outcome": "answered",
            }
        }
    )
    reply = await said(assistant, "chào")
    (message,) = reply.messages
    assert message.text == "Có\n\nnhé"
    assert [q.model_dump() for q in message.quick_replies] == [quick]
    assert [s.model_dump() for s in message.sources] == [SOURCE]
    assert (reply.outcome, reply.intent.name, reply.conversation_id) == ("answered", "greet", "c-1")


async def test_several_messages_are_joined_to_one_and_the_last_outcome_counts(
    assistant: Assistant, channel: RasaChannel
) -> None:
    channel.says(
        {"text": "Một", "metadata": {"outcome": "flow"}, "buttons": [{"title": "A", "payload": "a"}]},
        {"custom": {"text": "Hai", "outcome": "clarify", "sources": [SOURCE]}},
        {"custom": {"image": {"url": "/pictures/x.svg", "alt": "Sáu cột"}}},
    )
    reply = await said(assistant, "chào")
    (message,) = reply.messages
    assert message.text == "Một\n\nHai"
    assert [q.payload for q in message.quick_replies] == ["a"]
    assert len(message.sources) == 1
    assert message.image is not None
    assert message.image.alt == "Sáu cột"
    assert reply.outcome == "clarify"


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"text": ""}],
        [{"custom": {"outcome": "answered"}}],
        [{"text": "x", "metadata": {"outcome": "guessed"}}],
        [{"text": "x", "buttons": [{"title": "no payload"}]}],
        [{"custom": {"text": "x", "outcome": "answered", "sources": [{"id": "only"}]}}],
        [{"text": 5}],
    ],
)
async def test_reply_that_breaks_the_contract_is_no_reply(
    assistant: Assistant, channel: RasaChannel, messages: list[dict[str, object]]
) -> None:
    channel.says(*messages)
    with pytest.raises(RasaUnavailable):
        await said(assistant, "chào")


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t\x00\x07", "😀👍🏽", "???!…", "\u200b\u200d\ufeff", "___", "\ud800"]
)
async def test_message_without_a_letter_is_answered_without_rasa(
    assistant: Assistant, channel: RasaChannel, text: str
) -> None:
    reply = await said(assistant, text)
    assert channel.requests == []
    assert reply.outcome == "clarify"
    assert reply.intent.model_dump() == {"name": "none", "confidence": 0.0}
    assert "chưa đọc được" in reply.messages[0].text
    assert reply.messages[0].quick_replies


async def test_longest_message_is_read_and_a_longer_one_is_not(
    assistant: Assistant, channel: RasaChannel
) -> None:
    await said(assistant, ("ab " * LONGEST)[:LONGEST])
    assert len(channel.requests) == 1
    reply = await said(assistant, ("ab " * LONGEST)[: LONGEST + 1])
    assert len(channel.requests) == 1
    assert reply.outcome == "clarify"
    assert "dài" in reply.messages[0].text


async def test_conversations_without_an_id_get_ones_that_cannot_be_guessed(assistant: Assistant) -> None:
    ids = {(await said(assistant, "chào", None)).conversation_id for _ in range(5)}
    assert len(ids) == 5
    assert all(re.match(CONVERSATION_ID, i) and len(i) > 20 for i in ids)


async def test_rasa_that_fails_is_told_to_the_caller(assistant: Assistant, channel: RasaChannel) -> None:
    channel.status = 500
    with pytest.raises(RasaUnavailable, match="500"):
        await said(assistant, "chào")


async def test_turn_is_counted_by_outcome_and_timed(assistant: Assistant) -> None:
    def counted() -> tuple[float, float]:
        turns = REGISTRY.get_sample_value("laban_turns_total", {"outcome": "flow"}) or 0
        return turns, REGISTRY.get_sample_value("laban_turn_seconds_count") or 0

    turns, times = counted()
    await said(assistant, "chào")
    assert counted() == (turns + 1, times + 1)


@pytest.fixture
def every_level() -> Iterator[None]:
    """Lets log lines of every level through, whatever an app has configured before."""
    configuration = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**configuration)


@pytest.mark.usefixtures("every_level")
async def test_log_of_a_turn_is_one_debug_line_without_the_text(assistant: Assistant) -> None:
    with capture_logs() as lines:
        await said(assistant, "chuyện thầm kín", "conversation-7")
    (line,) = lines
    assert line["log_level"] == "debug"
    assert set(line) == {"event", "log_level", "intent", "outcome", "milliseconds"}
    assert "thầm kín" not in str(line)
    assert "conversation-7" not in str(line)


async def test_a_turn_is_kept_masked_under_a_hash(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    channel.says({"custom": {"text": "Hai năm.", "outcome": "answered", "sources": [SOURCE]}})
    reply = await said(assistant, "sđt em 0912345678, học hàn mấy năm")
    asked, answered = records.conversations.messages(key())
    assert "0912" not in asked.text
    assert (answered.outcome, answered.intent, answered.passages) == ("answered", "greet", ("a#i",))
    assert reply.messages[0].id == answered.id
    assert not records.conversations.state("c-1").known


async def test_what_is_kept_is_said_with_the_first_reply_alone(assistant: Assistant) -> None:
    assert "90 ngày" in ((await said(assistant, "chào")).notice or "")
    assert (await said(assistant, "chào")).notice is None


async def test_a_user_is_told_that_something_was_masked(assistant: Assistant) -> None:
    reply = await said(assistant, "em ở số nhà 12 ngõ 34 đường Lạch Tray ạ")
    assert reply.messages[0].text.startswith("(Mình đã ẩn thông tin riêng")
    assert "ẩn thông tin" not in (await said(assistant, "chào")).messages[0].text


async def test_a_question_without_an_answer_is_kept_with_what_is_nearest(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    channel.says({"custom": {"text": "Chưa có.", "outcome": "no_answer", "nearest": ["a#1", "b#2"]}})
    await said(assistant, "giá vàng hôm nay")
    (question,) = records.unanswered.since(datetime(2020, 1, 1, tzinfo=UTC))
    assert (question.text, question.nearest) == ("giá vàng hôm nay", ("a#1", "b#2"))


async def test_a_deletion_leaves_no_record_of_itself(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    channel.says({"text": "Đã xoá.", "metadata": {"outcome": "flow", "recorded": False}})
    reply = await said(assistant, "đồng ý")
    assert not records.conversations.state(key()).known
    assert reply.notice is None


async def test_while_a_person_holds_the_talk_messages_are_kept_and_not_answered(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    ticket = records.tickets.open_ticket(key(), "asked", "normal")
    records.tickets.take(ticket.id, "Hà")
    channel.reset()
    reply = await said(assistant, "dạ em chào chị")
    assert (reply.messages, reply.held, reply.outcome, channel.requests) == ([], True, "handoff", [])
    assert records.conversations.messages(key())[-1].text == "dạ em chào chị"


async def test_a_person_who_takes_over_during_a_turn_is_not_interrupted(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    ticket = records.tickets.open_ticket(key(), "asked", "normal")
    channel.delay_s = 0.2
    turn = asyncio.create_task(said(assistant, "học hàn mấy năm"))
    await asyncio.sleep(0.1)
    records.tickets.take(ticket.id, "Hà")
    reply = await turn
    assert (reply.messages, reply.held) == ([], True)


@pytest.mark.parametrize("text", ["xoá dữ liệu của tôi", "xoa du lieu cua toi", "em không muốn sống nữa"])
async def test_forgetting_and_care_get_through_while_a_person_holds_the_talk(
    assistant: Assistant, channel: RasaChannel, records: Records, text: str
) -> None:
    records.tickets.take(records.tickets.open_ticket(key(), "asked", "normal").id, "Hà")
    assert (await said(assistant, text)).messages
    assert len(channel.requests) == 1


async def test_a_contact_is_kept_encrypted_when_it_was_asked_for(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    ticket = records.tickets.open_ticket(key(), "asked", "normal")
    records.tickets.want_contact(key(), wanted=True)
    reply = await said(assistant, "số mẹ em 0912 345 678 ạ")
    assert "chuyển cách liên hệ" in reply.messages[0].text
    assert channel.requests == []
    assert records.tickets.get(ticket.id).contact == "0912 345 678"


async def test_a_contact_is_asked_for_once(
    assistant: Assistant, channel: RasaChannel, records: Records
) -> None:
    ticket = records.tickets.open_ticket(key(), "asked", "normal")
    records.tickets.want_contact(key(), wanted=True)
    await said(assistant, "không cần ạ")
    await said(assistant, "0912 345 678")
    assert records.tickets.get(ticket.id).contact is None


async def test_of_a_message_too_long_the_sentence_that_alarms_is_read(
    assistant: Assistant, channel: RasaChannel
) -> None:
    story = "Em kể chuyện nhà em ạ. " * 10
    await said(assistant, f"{story}Em không muốn sống nữa. {story}")
    (request,) = channel.requests
    assert "không muốn sống nữa" in request["message"]
    assert len(request["message"]) < len(story)
    assert request["metadata"]["alarm"] == "serious"


@pytest.mark.parametrize(
    ("sign", "words"), [("👍", "hữu ích"), ("👍🏽", "hữu ích"), ("👎", "chưa giúp được")]
)
async def test_a_thumb_is_read_as_words(
    assistant: Assistant, channel: RasaChannel, sign: str, words: str
) -> None:
    await said(assistant, sign)
    assert words in channel.texts[0]
