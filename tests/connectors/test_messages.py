"""The types of the REST contract take what it allows and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.messages import IncomingMessage, Intent, Reply, ReplyMessage, SourceView


@given(st.from_regex(r"[A-Za-z0-9_.:-]{1,64}", fullmatch=True), st.text())
def test_every_conversation_id_of_the_contract_is_taken(conversation_id: str, text: str) -> None:
    message = IncomingMessage(conversation_id=conversation_id, text=text)
    assert (message.conversation_id, message.text) == (conversation_id, text)


@pytest.mark.parametrize(
    "conversation_id",
    ["", "a" * 65, "có dấu", "a b", "a\n", "a/b", "../etc/passwd", "<b>", "a\x00", "٣"],
)
def test_other_conversation_ids_are_refused(conversation_id: str) -> None:
    with pytest.raises(ValidationError, match="conversation_id"):
        IncomingMessage(conversation_id=conversation_id, text="chào")


def test_conversation_id_may_be_left_out_and_unknown_fields_are_ignored() -> None:
    message = IncomingMessage.model_validate({"text": "chào", "channel": "thử"})
    assert message.model_dump() == {"conversation_id": None, "text": "chào"}


@pytest.mark.parametrize("text", [None, 5, ["chào"], {"a": 1}, True])
def test_text_must_be_a_string(text: object) -> None:
    with pytest.raises(ValidationError, match="text"):
        IncomingMessage.model_validate({"text": text})


def test_reply_has_the_fields_of_the_contract() -> None:
    source = SourceView(
        id="a#i",
        title="A",
        number=None,
        section="mục I",
        issued="2024",
        valid_to=None,
        url="/documents/a#i",
        quote="Trích",
    )
    reply = Reply(
        conversation_id="c",
        messages=[ReplyMessage(text="Chào", sources=[source])],
        intent=Intent(name="greet", confidence=0.5),
        outcome="answered",
    )
    body = reply.model_dump()
    assert set(body) == {"conversation_id", "messages", "intent", "outcome"}
    assert set(body["messages"][0]) == {"text", "quick_replies", "sources"}
    assert set(body["messages"][0]["sources"][0]) == {
        *("id", "title", "number", "section", "issued", "valid_to", "url", "quote")
    }


def test_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValidationError, match="outcome"):
        Reply(
            conversation_id="c",
            messages=[],
            intent=Intent(name="greet", confidence=1),
            outcome="guessed",
        )
