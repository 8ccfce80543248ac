"""An answer is rated once, the last one or the one that is named."""

from actions.records import Records, Turn
from tests.actions.records.conftest import ANSWER, at_once


def test_the_last_answer_or_a_named_one_is_rated_once(records: Records) -> None:
    assert not records.feedback.rate("web-1", "up")
    first = records.conversations.record_turn("web-1", "web", ANSWER)
    records.conversations.record_turn("web-1", "web", Turn("cảm ơn", ["Không có gì."], "flow", "thanks", []))
    assert records.feedback.rate("web-1", "down")
    assert records.feedback.rate("web-1", "down", message=first, reason="missing")
    assert not records.feedback.rate("web-2", "down", message=first)
    (row,) = records.export("web-1")["feedback"]
    assert (row["rating"], row["reason"], row["question"]) == ("down", "missing", "học hàn mấy năm")
    assert row["passages"] == ["occupations#han"]


def test_an_answer_that_is_rated_many_times_at_once_has_one_rating(records: Records) -> None:
    for number in range(10):
        records.conversations.record_turn(f"web-{number}", "web", ANSWER)
        assert at_once(lambda _, name=f"web-{number}": records.feedback.rate(name, "up")) == 4 * [True]
        assert len(records.export(f"web-{number}")["feedback"]) == 1
