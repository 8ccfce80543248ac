"""What somebody says they like is said back and answered with trades; what they only dislike leads to a question."""

import pytest

from actions.finding import Desk
from actions.interests import ActionInterests
from tests.actions.playing import MakeTracker, play


async def test_likings_are_said_back_so_that_they_can_be_corrected(desk: Desk, tracker: MakeTracker) -> None:
    message = "em khéo tay, thích máy móc, ghét ngồi văn phòng, học toán kém"
    outcome = await play(ActionInterests(desk), tracker(message, "tell_interests"))
    first = outcome.custom["text"].split("\n")[0]
    assert "bạn khéo tay, thích máy móc, không thích ngồi văn phòng, chưa giỏi toán" in first
    assert "Chưa đúng" in first
    assert len(outcome.custom["text"]) <= 900
    assert outcome.slots["last_passages"]


async def test_trades_are_proposed_for_the_words_themselves(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionInterests(desk), tracker("e thich sua xe", "tell_interests"))
    assert "- **Công nghệ ô tô** ★: hợp vì bạn thích sua xe." in outcome.custom["text"]
    assert outcome.custom["quick_replies"][0]["title"] == "Công nghệ ô tô"


async def test_a_parent_is_spoken_to_as_one(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionInterests(desk), tracker("con tôi thích vẽ, ít nói", "tell_interests"))
    assert "con anh/chị thích vẽ, không thích nói" in outcome.custom["text"]
    assert "bạn" not in outcome.custom["text"].lower()


async def test_who_likes_nothing_yet_is_asked(desk: Desk, tracker: MakeTracker) -> None:
    outcome = await play(ActionInterests(desk), tracker("em ghét văn phòng", "tell_interests"))
    assert outcome.message["response"] == "utter_ask_interests"
    assert outcome.message["told"] == "không thích văn phòng"


@pytest.mark.parametrize(
    "message", ["nghề hàn là làm gì", "học phí thế nào", "em thích vẽ, học thiết kế đồ họa lương mấy triệu ạ"]
)
async def test_what_tells_no_interests_is_answered_as_a_question(
    desk: Desk, tracker: MakeTracker, message: str
) -> None:
    outcome = await play(ActionInterests(desk), tracker(message, "tell_interests"))
    assert "Mình hiểu là" not in str(outcome.message)
