"""What a turn asks is looked up alone or together with the question before, whichever is surer."""

import pytest

from actions.conversation import Turn
from actions.finding import Desk, Finding
from tests.actions.playing import MakeTracker

GOAL = "chỉ tiêu phân luồng đến năm 2025 bao nhiêu phần trăm"


def best(finding: Finding) -> str:
    return finding.hits[0].passage.id


def test_a_whole_question_is_read_alone(desk: Desk, tracker: MakeTracker) -> None:
    text = "Sở Nội vụ làm gì trong kế hoạch 126?"
    finding = desk.find(Turn.of(tracker(text, "ask_responsibility", last_question=GOAL)))
    assert finding.question == text
    assert best(finding) == "ke-hoach-126-2019#iv-5"
    assert finding.score == finding.hits[0].score > 0.9


@pytest.mark.parametrize("said", ["thế còn năm 2020?", "the con nam 2020", "năm 2020 thì sao ạ"])
def test_a_follow_up_is_read_with_the_question_before(desk: Desk, tracker: MakeTracker, said: str) -> None:
    finding = desk.find(Turn.of(tracker(said, "follow_up", last_question=GOAL)))
    assert finding.question == "chỉ tiêu phân luồng đến năm 2020 bao nhiêu phần trăm"
    assert best(finding) == "ke-hoach-126-2019#i-2-a"


def test_a_few_words_that_name_nothing_are_read_with_the_question_before(
    desk: Desk, tracker: MakeTracker
) -> None:
    finding = desk.find(Turn.of(tracker("ai ký", "ask_document", last_question="Kế hoạch 126 là gì?")))
    assert finding.question == "Kế hoạch 126 là gì? ai ký"
    assert finding.hits[0].passage.document.id == "ke-hoach-126-2019"


def test_a_follow_up_to_nothing_is_read_alone(desk: Desk, tracker: MakeTracker) -> None:
    assert desk.find(Turn.of(tracker("thế còn năm 2020?", "follow_up"))).question == "thế còn năm 2020?"


def test_what_is_none_of_our_business_is_read_alone(desk: Desk, tracker: MakeTracker) -> None:
    finding = desk.find(Turn.of(tracker("thủ đô nước Pháp", "out_of_scope", last_question=GOAL)))
    assert finding.question == "thủ đô nước Pháp"
    assert finding.score < desk.store.retriever().ranking.suggest


@pytest.mark.parametrize("intent", ["nlu_fallback", "ask_labour_market", "ask_admission"])
@pytest.mark.parametrize(
    "said",
    [
        "giá vàng hôm nay",
        "giá vàng ở Hải Phòng",
        "thủ đô nước Pháp là gì",
        "nộp hồ sơ ở đâu",
        "lương bao nhiêu",
        "mấy giờ rồi",
        "asdf",
        "😀",
    ],
)
def test_what_has_nothing_to_do_with_the_question_before_does_not_get_its_answer_again(
    desk: Desk, tracker: MakeTracker, said: str, intent: str
) -> None:
    finding = desk.find(Turn.of(tracker(said, intent, last_question=GOAL)))
    assert finding.question == said
    assert finding.score < desk.store.retriever().ranking.answer


@pytest.mark.parametrize(
    ("before", "said", "passage"),
    [
        ("Hội giảng nhà giáo 2024 tổ chức ngày nào?", "địa chỉ ở đâu ạ", "tuyen-truyen-gdnn-2024#doan-6"),
        ("Hội giảng nhà giáo 2024 tổ chức ở đâu?", "hôm nào", "tuyen-truyen-gdnn-2024#doan-6"),
        ("Kinh phí tuyên truyền ở Lạng Sơn", "lấy từ đâu", "ke-hoach-tuyen-truyen-lang-son-2023#iv"),
        ("Mục tiêu phân luồng năm 2025 là gì?", "còn hiệu lực không", "ke-hoach-126-2019#i-2-b"),
    ],
)
def test_what_asks_more_of_the_same_leans_however_it_was_understood(
    desk: Desk, tracker: MakeTracker, before: str, said: str, passage: str
) -> None:
    assert best(desk.find(Turn.of(tracker(said, "nlu_fallback", last_question=before)))) == passage


def test_a_short_question_that_is_sure_by_itself_does_not_lean(desk: Desk, tracker: MakeTracker) -> None:
    finding = desk.find(Turn.of(tracker("Sở Nội vụ làm gì?", "ask_responsibility", last_question=GOAL)))
    assert best(finding) == "ke-hoach-126-2019#iv-5"


def test_of_a_life_story_the_part_that_asks_is_looked_up(desk: Desk) -> None:
    asking = "Vậy Sở Nội vụ làm gì trong Kế hoạch 126?"
    story = (
        "Em chào ad ạ. Em năm nay học lớp 9 ở nhà quê, nhà em có bốn anh chị em, bố mẹ em đi làm công nhân từ sáng tới "
        f"tối nên em phải tự nấu cơm và trông em bé mỗi ngày, em thích vẽ và nghe nhạc. {asking}"
    )
    finding = desk.search(story)
    assert finding.question == asking
    assert best(finding) == "ke-hoach-126-2019#iv-5"


@pytest.mark.parametrize("text", ["", "😀", "   "])
def test_what_says_nothing_has_no_score(desk: Desk, text: str) -> None:
    assert desk.search(text).score == 0.0
