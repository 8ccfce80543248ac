"""`laban ask` answers one question, for people and for programs."""

import json

import pytest

from connectors.listening import free_port
from tests.connectors.cli.conftest import Laban
from tests.connectors.loopback import RasaChannel


def test_question_is_answered_for_a_reader(laban: Laban, served_port: int, channel: RasaChannel) -> None:
    code, out, err = laban("ask", "xin chào")
    assert (code, err) == (0, "")
    assert "Chào bạn!" in out
    assert channel.texts == ["xin chào"]


def test_question_is_answered_for_a_program(laban: Laban, served_port: int, channel: RasaChannel) -> None:
    code, out, _ = laban("ask", "--json", "xin chào")
    reply = json.loads(out)
    assert code == 0
    assert reply["outcome"] == "flow"
    assert reply["messages"] == [{"text": "Chào bạn!", "quick_replies": [], "sources": []}]
    assert "Chào bạn!" in out


def test_each_question_is_a_conversation_of_its_own(
    laban: Laban, served_port: int, channel: RasaChannel
) -> None:
    laban("ask", "xin chào")
    laban("ask", "xin chào")
    first, second = (request["sender"] for request in channel.requests)
    assert first != second


def test_assistant_that_is_not_there_is_one_line_and_exit_code_1(
    laban: Laban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABAN_PORT", str(free_port()))
    code, out, err = laban("ask", "xin chào")
    assert (code, out) == (1, "")
    assert err.startswith("laban: no assistant answers")
    assert err.count("\n") == 1


def test_assistant_that_cannot_answer_is_told_politely(
    laban: Laban, served_port: int, channel: RasaChannel
) -> None:
    channel.status = 500
    code, _, err = laban("ask", "xin chào")
    assert code == 1
    assert "thử lại sau ít phút" in err
