"""The quiz asks eighteen questions, goes back, and ends with letters, a picture and trades."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.finding import Desk
from actions.forms import DONE, REQUESTED
from actions.quiz import ANSWERS, ActionAskQuizAnswer, ActionQuizResult, ValidateQuizForm
from tests.actions.playing import MakeTracker, play


async def says(make: MakeTracker, text: str, intent: str = "nlu_fallback", **slots: object) -> dict[str, Any]:
    """Returns the slots that a message sets."""
    tracker = make(text, intent, **slots)
    tracker.events.append({"event": "user"})
    events = await ValidateQuizForm().run(CollectingDispatcher(), tracker, {})
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


async def test_it_begins_with_no_answer_and_asks(tracker: MakeTracker) -> None:
    values = await says(tracker, "làm trắc nghiệm", "take_quiz")
    assert (values[ANSWERS], values[REQUESTED]) == ([], "quiz_answer")


async def test_an_answer_is_counted_and_the_next_question_asked(tracker: MakeTracker) -> None:
    values = await says(tracker, "Rất thích", requested_slot="quiz_answer", quiz_answers=[1, 2])
    assert (values[ANSWERS], values[REQUESTED]) == ([1, 2, 4], "quiz_answer")


async def test_a_step_back_takes_the_last_answer_away(tracker: MakeTracker) -> None:
    values = await says(tracker, "quay lại", "go_back", requested_slot="quiz_answer", quiz_answers=[1, 2])
    assert values[ANSWERS] == [1]


async def test_a_question_that_is_skipped_counts_for_nothing_in_particular(tracker: MakeTracker) -> None:
    values = await says(tracker, "bỏ qua", "cancel", requested_slot="quiz_answer", quiz_answers=[1])
    assert values[ANSWERS] == [1, 2]


async def test_the_last_answer_ends_it(tracker: MakeTracker) -> None:
    values = await says(tracker, "thích", requested_slot="quiz_answer", quiz_answers=[2] * 17)
    assert (len(values[ANSWERS]), values["form_end"], values[REQUESTED]) == (18, DONE, None)


async def test_what_waits_is_taken_up_and_what_is_finished_begins_anew(tracker: MakeTracker) -> None:
    assert (await says(tracker, "làm tiếp", "resume", quiz_answers=[3] * 5))[ANSWERS] == [3] * 5
    assert (await says(tracker, "làm trắc nghiệm", "take_quiz", quiz_answers=[3] * 18))[ANSWERS] == []


async def test_it_begins_anew_where_that_is_wanted(tracker: MakeTracker) -> None:
    slots = {"requested_slot": "quiz_answer", "quiz_answers": [3] * 5}
    assert (await says(tracker, "làm lại từ đầu", "go_back", **slots))[ANSWERS] == []
    assert (await says(tracker, "làm trắc nghiệm", "take_quiz", quiz_answers=[3] * 5))[ANSWERS] == []
    waiting = {"paused_form": "quiz_form", "quiz_answers": [3] * 5}
    assert (await says(tracker, "làm trắc nghiệm", "take_quiz", **waiting))[ANSWERS] == [3] * 5
    assert (await says(tracker, "làm lại trắc nghiệm", "take_quiz", **waiting))[ANSWERS] == []


@pytest.mark.parametrize(
    ("answers", "asker", "words"),
    [([], "self", "18 câu"), ([], "parent", "anh/chị"), ([3] * 3, "self", "từ câu 4")],
)
async def test_the_beginning_says_what_comes(
    tracker: MakeTracker, answers: list[int], asker: str, words: str
) -> None:
    dispatcher = CollectingDispatcher()
    message = tracker("làm tiếp", "resume", quiz_answers=answers, case_asker=asker)
    await ValidateQuizForm().run(dispatcher, message, {})
    assert words in dispatcher.messages[0]["custom"]["text"]


async def test_a_question_tells_its_place_and_offers_five_answers(tracker: MakeTracker) -> None:
    outcome = await play(ActionAskQuizAnswer(), tracker("thích", quiz_answers=[3] * 4))
    assert "5/18" in outcome.custom["text"]
    assert len(outcome.custom["quick_replies"]) == 5
    parent = await play(ActionAskQuizAnswer(), tracker("thích", quiz_answers=[3] * 4, case_asker="parent"))
    assert "con anh/chị" in parent.custom["text"].lower()


async def test_the_result_has_a_picture_trades_and_says_that_it_is_a_hint(
    desk: Desk, tracker: MakeTracker
) -> None:
    answers = [4, 0, 1] * 6
    outcome = await play(ActionQuizResult(desk), tracker("thích", form_end=DONE, quiz_answers=answers))
    assert outcome.custom["image"]["url"].startswith("/pictures/interests/")
    assert outcome.custom["image"]["alt"]
    assert "gợi ý" in outcome.custom["text"]
    assert len(outcome.custom["text"]) <= 900
    assert len(outcome.custom["quick_replies"]) >= 5
