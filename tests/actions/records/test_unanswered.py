"""Questions without an answer are kept, and grow too old with their conversation."""

from actions.records import Records
from tests.actions.records.conftest import NOW, Clock


def test_questions_without_an_answer_are_kept_since_when(records: Records, clock: Clock) -> None:
    records.unanswered.note("web-1", "giá vàng", ["a#1"])
    clock.go(days=1)
    records.unanswered.note("web-1", "giá bạc", [])
    assert [q.text for q in records.unanswered.since(NOW)] == ["giá vàng", "giá bạc"]
    assert [q.text for q in records.unanswered.since(clock.now)] == ["giá bạc"]


def test_a_question_of_a_conversation_without_a_turn_grows_too_old_as_well(
    records: Records, clock: Clock
) -> None:
    records.unanswered.note("web-1", "giá vàng", [])
    clock.go(days=10)
    records.purge(clock.now)
    assert records.unanswered.since(NOW) == []
