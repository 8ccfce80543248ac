"""Ratings of answers are kept with their reasons, and met with a fitting word."""

import pytest
import sqlalchemy as sa
import yaml

from actions.feedback import ActionComplain, ActionRateDown, ActionRateUp, reason_of
from actions.records import Records, Turn
from actions.records.schema import feedback
from knowledge.vocabulary import vocabulary
from tests.actions.playing import MakeTracker, play
from tests.actions.test_registry import ROOT


def answered(records: Records) -> None:
    turn = Turn("học hàn mấy năm", ["Hai năm."], "answered", "ask_pathway", ["occupations#han"])
    records.conversations.record_turn("someone", "web", turn)


def kept(records: Records) -> list[tuple[str, str | None, str]]:
    with records.engine.connect() as connection:
        columns = (feedback.c.rating, feedback.c.reason, feedback.c.question)
        return [tuple(row) for row in connection.execute(sa.select(*columns))]


async def test_a_thumb_up_is_kept_and_thanked_for(tracker: MakeTracker, records: Records) -> None:
    answered(records)
    outcome = await play(ActionRateUp(records.feedback), tracker("câu trả lời hữu ích", "rate_up"))
    assert outcome.message["response"] == "utter_rated_up"
    assert kept(records) == [("up", None, "học hàn mấy năm")]


async def test_after_a_thumb_down_one_question_is_asked_and_its_answer_completes_the_rating(
    tracker: MakeTracker, records: Records
) -> None:
    answered(records)
    down = await play(ActionRateDown(records.feedback), tracker("👎", "rate_down"))
    assert down.message["response"] == "utter_ask_reason"
    why = await play(ActionComplain(records.feedback), tracker("Câu trả lời còn thiếu", "complain"))
    assert why.message["response"] == "utter_reason_kept"
    assert kept(records) == [("down", "missing", "học hàn mấy năm")]


async def test_without_an_answer_a_thumb_down_is_a_complaint(tracker: MakeTracker, records: Records) -> None:
    outcome = await play(ActionRateDown(records.feedback), tracker("👎", "rate_down"))
    assert outcome.message["response"] == "utter_complain"
    assert kept(records) == []


async def test_a_complaint_counts_as_a_rating_and_is_apologised_for(
    tracker: MakeTracker, records: Records
) -> None:
    answered(records)
    outcome = await play(ActionComplain(records.feedback), tracker("sai bét rồi", "complain"))
    assert outcome.message["response"] == "utter_complain"
    assert kept(records) == [("down", "wrong", "học hàn mấy năm")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Câu trả lời sai", "wrong"),
        ("cau tra loi sai", "wrong"),
        ("thông tin cũ rồi", "wrong"),
        ("CÂU TRẢ LỜI CÒN THIẾU", "missing"),
        ("em không hiểu", "unclear"),
        ("Câu trả lời khó hiểu", "unclear"),
        ("Vì lý do khác", "other"),
        ("chán quá", None),
    ],
)
def test_the_reason_is_read_in_every_spelling(text: str, reason: str | None) -> None:
    assert reason_of(text) == reason


def test_the_buttons_send_what_is_understood_as_a_reason() -> None:
    people = yaml.safe_load((ROOT / "bot" / "domain" / "people.yml").read_text(encoding="utf-8"))
    (asked,) = people["responses"]["utter_ask_reason"]
    assert [button["payload"] for button in asked["buttons"]] == vocabulary("feedback")["offered"]
    assert all(reason_of(button["payload"]) for button in asked["buttons"])
