"""What was said is said again: the source, the answer, the one before, and a yes to an offer."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.finding import Desk
from actions.recall import ActionAffirm, ActionGoBack, ActionRepeat, ActionShowSource
from knowledge.facts import Fact
from tests.actions.playing import MakeTracker, after, play

GOAL = "Chỉ tiêu phân luồng đến năm 2025 là bao nhiêu phần trăm?"
INTERIOR = "Sở Nội vụ làm gì trong kế hoạch 126?"


async def test_the_source_of_the_last_answer_is_shown_word_for_word(desk: Desk, tracker: MakeTracker) -> None:
    first = tracker(GOAL, "ask_plan_goal")
    memory = after(first, await play(ActionAnswer(desk), first))
    outcome = await play(ActionShowSource(desk), tracker("nguồn ở đâu vậy ad", "ask_source", **memory))
    assert outcome.custom["outcome"] == "answered"
    assert "Triển khai thực hiện Đề án" in outcome.custom["text"]
    assert "Nguồn: Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b." in outcome.custom["text"]
    assert outcome.custom["sources"][0]["id"] == "ke-hoach-126-2019#i-2-b"
    assert outcome.custom["quick_replies"] == []
    assert outcome.events == []


async def test_a_source_that_the_documents_no_longer_hold_is_not_invented(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(
        ActionShowSource(desk), tracker("trích ở đâu", "ask_source", last_passages=["cu#i-1"])
    )
    assert outcome.message["response"] == "utter_no_source"
    assert outcome.events == []


async def test_the_source_of_a_fact_is_shown_with_its_date(desk: Desk, tracker: MakeTracker) -> None:
    (fact, *_) = [
        entry
        for entry in desk.store.retriever().index.facts.by_id.values()
        if isinstance(entry, Fact) and entry.source and entry.source.kind == "press" and entry.source.date
    ]
    assert fact.source is not None
    outcome = await play(
        ActionShowSource(desk), tracker("nguồn đâu", "ask_source", last_passages=[fact.passage_id])
    )
    assert outcome.custom["outcome"] == "answered"
    assert f"“{fact.statement}”" in outcome.custom["text"]
    assert f"Nguồn: {fact.source.name} (báo chí, " in outcome.custom["text"]
    assert outcome.custom["sources"][0]["url"] == f"/facts/{fact.passage_id}"


async def test_before_any_answer_a_question_about_documents_is_answered(
    desk: Desk, tracker: MakeTracker
) -> None:
    text = "Văn bản nào giao nhiệm vụ cho Sở Nội vụ trong kế hoạch 126?"
    outcome = await play(ActionShowSource(desk), tracker(text, "ask_source"))
    assert outcome.custom["outcome"] == "answered"
    assert outcome.slots["last_question"] == text


async def test_repeating_says_the_last_answer_again(desk: Desk, tracker: MakeTracker) -> None:
    first = tracker(GOAL, "ask_plan_goal", last_question=INTERIOR)
    said = await play(ActionAnswer(desk), first)
    again = await play(ActionRepeat(desk), tracker("nói lại đi", "repeat", **after(first, said)))
    assert again.custom["text"] == said.custom["text"]
    assert again.slots["last_question"] == GOAL
    assert again.slots["previous_question"] == INTERIOR


async def test_going_back_answers_the_question_before_the_last_one(desk: Desk, tracker: MakeTracker) -> None:
    memory = {"last_question": GOAL, "previous_question": INTERIOR}
    outcome = await play(ActionGoBack(desk), tracker("quay lại", "go_back", **memory))
    assert outcome.custom["sources"][0]["id"] == "ke-hoach-126-2019#iv-5"
    assert outcome.slots["last_question"] == INTERIOR
    assert outcome.slots["previous_question"] == GOAL


async def test_a_yes_takes_the_first_offer(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(
        ActionAffirm(desk), tracker("ừ", "affirm", suggestions=[INTERIOR, GOAL], last_question=GOAL)
    )
    assert outcome.custom["sources"][0]["id"] == "ke-hoach-126-2019#iv-5"
    assert outcome.slots["last_question"] == INTERIOR
    assert outcome.slots["suggestions"] is None


@pytest.mark.parametrize(
    ("action", "response"),
    [
        (ActionShowSource, "utter_no_source"),
        (ActionRepeat, "utter_nothing_to_repeat"),
        (ActionGoBack, "utter_nothing_to_go_back"),
        (ActionAffirm, "utter_nothing_to_affirm"),
    ],
)
async def test_with_nothing_to_look_back_to_it_is_said_so(
    desk: Desk, tracker: MakeTracker, action: type[Action], response: str
) -> None:
    outcome = await play(action(desk), tracker("ừ ạ", "affirm"))
    assert outcome.message["response"] == response
    assert outcome.events == []
