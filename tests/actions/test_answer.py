"""`action_answer`: an answer with its source, a "did you mean", or an honest no; and what it remembers."""

import json
import re

import pytest

from actions.answer import ActionAnswer
from actions.finding import Desk
from tests.actions.playing import MakeTracker, after, play

GOAL = "Chỉ tiêu phân luồng đến năm 2025 là bao nhiêu phần trăm?"


async def test_a_question_is_answered_with_its_source(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionAnswer(desk), tracker(GOAL, "ask_plan_goal"))
    assert outcome.custom["outcome"] == "answered"
    assert "**40%**" in outcome.custom["text"]
    assert "Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b." in outcome.custom["text"]
    assert "đã kết thúc" in outcome.custom["text"]
    (source, *_) = outcome.custom["sources"]
    assert set(source) == {"id", "title", "number", "section", "issued", "valid_to", "url", "quote"}
    assert (source["id"], source["section"]) == ("ke-hoach-126-2019#i-2-b", "mục I.2.b")
    assert (source["number"], source["issued"], source["valid_to"]) == ("126/KH-UBND", "2019-04-24", "2025")
    # It travels to Rasa as JSON.
    assert json.loads(json.dumps(outcome.message)) == outcome.message


async def test_an_answer_offers_at_most_two_other_questions_that_a_user_could_type(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(
        ActionAnswer(desk), tracker("Sở Nội vụ làm gì trong kế hoạch 126?", "ask_responsibility")
    )
    offered = outcome.custom["quick_replies"]
    assert 1 <= len(offered) <= 2
    assert all(reply["title"] == reply["payload"] for reply in offered)
    assert not any(reply["payload"].startswith("/") for reply in offered)


async def test_an_answer_is_remembered_for_what_may_follow(desk: Desk, tracker: MakeTracker) -> None:
    before = tracker(GOAL, "ask_plan_goal", last_question="Học gì?", suggestions=["Một?"])
    slots = (await play(ActionAnswer(desk), before)).slots
    assert slots["last_question"] == GOAL
    assert slots["previous_question"] == "Học gì?"
    assert slots["last_passages"][0] == "ke-hoach-126-2019#i-2-b"
    assert slots["suggestions"] is None
    assert (slots["topic"], slots["year"]) == ("ask_plan_goal", "2025")


async def test_the_same_question_again_leaves_the_one_before_it_in_mind(
    desk: Desk, tracker: MakeTracker
) -> None:
    again = tracker(GOAL, "ask_plan_goal", last_question=GOAL, previous_question="Học gì?")
    assert (await play(ActionAnswer(desk), again)).slots["previous_question"] == "Học gì?"


async def test_a_follow_up_is_remembered_as_the_question_that_it_meant(
    desk: Desk, tracker: MakeTracker
) -> None:
    first = tracker(GOAL, "ask_plan_goal")
    memory = after(first, await play(ActionAnswer(desk), first))
    outcome = await play(ActionAnswer(desk), tracker("thế còn năm 2020?", "follow_up", **memory))
    assert outcome.slots["last_question"] == "Chỉ tiêu phân luồng đến năm 2020 là bao nhiêu phần trăm?"
    assert outcome.slots["previous_question"] == GOAL
    assert outcome.slots["year"] == "2020"
    assert "mục I.2.a" in outcome.custom["text"]
    assert "**30%**" in outcome.custom["text"]


async def test_what_was_refused_is_nothing_to_go_on_from(desk: Desk, tracker: MakeTracker) -> None:
    asked = tracker("cho xin số riêng của cô phụ trách", "ask_institution", last_question=GOAL)
    outcome = await play(ActionAnswer(desk), asked)
    assert "không đưa thông tin liên hệ riêng" in outcome.custom["text"]
    assert outcome.slots == {}


async def test_a_follow_up_before_any_question_is_asked_back(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionAnswer(desk), tracker("thế còn hệ cao đẳng?", "follow_up"))
    assert outcome.message["response"] == "utter_nothing_before"
    assert outcome.slots == {}


async def test_what_is_half_known_is_asked_back_with_topics(unsure_desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionAnswer(unsure_desk), tracker("hỗ trợ", "ask_policy", last_question="Học gì?"))
    assert outcome.message["response"] == "utter_clarify"
    titles = [button["title"] for button in outcome.message["buttons"]]
    assert 1 <= len(titles) <= 3
    assert all(button["payload"] == button["title"] for button in outcome.message["buttons"])
    # What was answered last stays in mind; only the offer is new.
    assert outcome.slots == {"suggestions": titles}


@pytest.mark.parametrize("intent", ["ask_policy", "nlu_fallback"])
async def test_what_no_document_says_is_said_to_be_unknown_with_what_is_near(
    doubting_desk: Desk, tracker: MakeTracker, intent: str
) -> None:
    outcome = await play(ActionAnswer(doubting_desk), tracker("được hỗ trợ gì khi đi học", intent))
    assert outcome.message["response"] == "utter_not_found"
    # Whoever writes the missing answer wants to know what was near.
    assert 1 <= len(outcome.custom["nearest"]) <= 3
    titles = [button["title"] for button in outcome.message["buttons"]]
    assert 1 <= len(titles) <= 3
    assert outcome.slots == {"suggestions": titles}


@pytest.mark.parametrize(
    "text",
    [
        "thời tiết sao Hỏa ngày mai có bão cát không",
        "viết cho em bài văn tả con mèo",
        "thủ đô nước Pháp là gì",
    ],
)
async def test_where_nothing_is_near_no_topic_is_offered(desk: Desk, tracker: MakeTracker, text: str) -> None:
    outcome = await play(ActionAnswer(desk), tracker(text, "nlu_fallback", suggestions=["Một?"]))
    assert outcome.message["response"] == "utter_out_of_scope"
    assert outcome.message["buttons"] == []
    assert outcome.slots == {"suggestions": None}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("học phí trường Cao đẳng Hàng hải năm 2031 là bao nhiêu", "học phí"),
        ("hoc phi truong cao dang hang hai bao nhieu", "học phí"),
        ("điểm chuẩn trường Cao đẳng Hàng hải là bao nhiêu", "điểm chuẩn"),
        ("nghề hàn điểm chuẩn bao nhiêu", "điểm chuẩn"),
        ("học làm phi công ở đâu", "phi công"),
        ("số điện thoại riêng của thầy hiệu trưởng", "cá nhân"),
    ],
)
async def test_what_an_entry_lacks_is_an_honest_no_and_no_answer(
    desk: Desk, tracker: MakeTracker, text: str, what: str
) -> None:
    outcome = await play(ActionAnswer(desk), tracker(text, "nlu_fallback"))
    assert outcome.custom["outcome"] == "no_answer"
    assert what in outcome.custom["text"]
    assert not re.search(r"\d{4,}", outcome.custom["text"].partition("Nguồn")[0])


async def test_an_answer_from_the_facts_leads_on_with_its_own_questions(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(ActionAnswer(desk), tracker("nghề hàn lương bao nhiêu", "ask_labour_market"))
    assert outcome.custom["outcome"] == "answered"
    assert "Lương (tham khảo)" in outcome.custom["text"]
    assert 1 <= len(outcome.custom["quick_replies"]) <= 3
    assert all("Hàn" in reply["payload"] for reply in outcome.custom["quick_replies"])
    assert all(source["url"].startswith("/facts/occupations#han") for source in outcome.custom["sources"])
    assert json.loads(json.dumps(outcome.message)) == outcome.message


async def test_what_is_none_of_our_business_is_refused(desk: Desk, tracker: MakeTracker) -> None:
    before = tracker("thủ đô nước Pháp là gì", "out_of_scope", last_question=GOAL, suggestions=["Một?"])
    outcome = await play(ActionAnswer(desk), before)
    assert outcome.message["response"] == "utter_out_of_scope"
    assert outcome.message["buttons"] == []
    assert outcome.slots == {"suggestions": None}


async def test_a_question_taken_for_none_of_our_business_is_answered_when_search_is_very_sure(
    desk: Desk, tracker: MakeTracker
) -> None:
    outcome = await play(ActionAnswer(desk), tracker("Sở Nội vụ làm gì trong kế hoạch 126?", "out_of_scope"))
    assert outcome.custom["outcome"] == "answered"


async def test_in_the_middle_of_a_form_an_answer_offers_nothing_of_its_own(
    desk: Desk, tracker: MakeTracker
) -> None:
    asking = tracker(GOAL, "ask_policy")
    assert "Kiểm tra xem mình được hỗ trợ gì" in [
        reply["payload"] for reply in (await play(ActionAnswer(desk), asking)).custom["quick_replies"]
    ]
    asking.active_loop = {"name": "support_form"}
    assert (await play(ActionAnswer(desk), asking)).custom["quick_replies"] == []


@pytest.mark.parametrize("text", ["", "😀", "<script>alert(1)</script>", "%s %d {citation}", "\x00\u200b"])
async def test_odd_messages_are_met_politely(desk: Desk, tracker: MakeTracker, text: str) -> None:
    outcome = await play(ActionAnswer(desk), tracker(text, "nlu_fallback"))
    assert outcome.message["response"] == "utter_out_of_scope"


@pytest.mark.parametrize("text", [GOAL, "hỗ trợ", "thời tiết sao Hỏa"])
async def test_the_action_says_nothing_of_its_own(desk: Desk, tracker: MakeTracker, text: str) -> None:
    """Sentences are in `bot/domain/responses.yml` and the vocabulary, so a message has a response or a custom part."""
    message = (await play(ActionAnswer(desk), tracker(text))).message
    assert message["text"] is None
    assert bool(message["response"]) != ("text" in message["custom"])
