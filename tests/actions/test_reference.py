"""A message means what it points at, the year that it calls by its place, and not what it denies."""

from datetime import date

import pytest

from actions.conversation import Turn
from actions.finding import Desk
from actions.reference import about_entry, dated, meant, naming, pointed_out, resolved
from knowledge.gazetteer import Gazetteer
from tests.actions.playing import MakeTracker

GOAL = "chỉ tiêu phân luồng đến năm 2025 bao nhiêu phần trăm"
TODAY = date(2026, 8, 1)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("không phải nghề hàn, em hỏi điều dưỡng cơ", "em hỏi điều dưỡng cơ"),
        ("a khong phai nghe han, dieu duong co", "a dieu duong co"),
        ("ý em là cao đẳng chứ không phải trung cấp", "ý em là cao đẳng "),
        # all that is named is denied, and nothing else said
        ("không phải nghề hàn", "không phải nghề hàn"),
        ("ý em là nghề hàn ấy", "ý em là nghề hàn ấy"),
    ],
)
def test_what_a_correction_denies_is_not_named(tracker: MakeTracker, said: str, left: str) -> None:
    turn = meant(Turn.of(tracker(said, "follow_up", last_question="nghề hàn lương bao nhiêu")))
    assert turn.text == left
    assert all(mention.words in left for mention in turn.mentions)


def test_a_question_may_say_what_is_not_so(tracker: MakeTracker) -> None:
    turn = Turn.of(tracker("không phải lớp 12 thì có được học không", "ask_admission", last_question=GOAL))
    assert meant(turn) == turn


@pytest.mark.parametrize(
    ("said", "in_mind", "meant"),
    [
        ("thế nghề này có dc hp hỗ trợ ko", {"occupation": "han"}, "thế nghề Hàn có dc hp hỗ trợ ko"),
        ("Nganh do luong sao a", {"occupation": "han"}, "nganh Hàn luong sao a"),
        ("trường đó ở đâu", {"institution": "cd-vmu"}, "Trường Cao đẳng VMU ở đâu"),
        # nothing is in mind that is known still, or another is named
        ("nghề này lương sao", {"occupation": "nghe-da-bo"}, "nghề này lương sao"),
        ("nghề này lương sao", {}, "nghề này lương sao"),
        ("nghề này với nghề may", {"occupation": "han"}, "nghề này với nghề may"),
        # points at something else
        ("nghe doi noi the", {"occupation": "han"}, "nghe doi noi the"),
    ],
)
def test_what_is_pointed_at_is_the_trade_or_school_named_last(
    tracker: MakeTracker, gazetteer: Gazetteer, said: str, in_mind: dict[str, str], meant: str
) -> None:
    turn = pointed_out(Turn.of(tracker(said, "ask_policy", **in_mind)), gazetteer)
    assert turn.text == meant
    assert turn.names_entry is (turn.text != said or "may" in said)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("thế còn dược", ["dược"]),
        ("còn hàn thì sao ạ", ["nghề hàn"]),
        ("ý em là hàn cơ", ["nghề hàn"]),
        # only what is nothing but a name
        ("thế còn dược phẩm nhập khẩu", []),
        ("thế còn gì nữa", []),
        ("thì sao", []),
    ],
)
def test_a_name_that_is_an_everyday_word_is_one_when_it_is_all_that_a_follow_up_says(
    tracker: MakeTracker, desk: Desk, said: str, named: list[str]
) -> None:
    desk.store.retriever()  # The facts name the trades.
    turn = Turn.of(tracker(said, "follow_up", last_question="nghề điều dưỡng làm gì"))
    turn = naming(turn, desk.store.gazetteer)
    assert [mention.words for mention in turn.mentions if mention.entity == "occupation"] == named


@pytest.mark.parametrize(
    ("said", "intent", "year"),
    [
        ("thế năm ngoái thì sao", "follow_up", "2025"),
        ("the nam ngoai", "follow_up", "2025"),
        ("còn năm nay ạ", "follow_up", "2026"),
        ("thế năm 2020", "follow_up", "2020"),
        # asked whole, the words themselves are searched for
        ("năm ngoái thi vào 10 có bao nhiêu em", "ask_admission", None),
        ("thì sao", "follow_up", None),
    ],
)
def test_a_follow_up_names_the_year_that_it_calls_by_its_place(
    tracker: MakeTracker, said: str, intent: str, year: str | None
) -> None:
    turn = dated(Turn.of(tracker(said, intent, last_question=GOAL)), TODAY)
    assert next((m.value for m in turn.mentions if m.entity == "year"), None) == year


@pytest.mark.parametrize(
    ("said", "told", "text"),
    [
        (
            "kế hoạch này còn hiệu lực không",
            "ke-hoach-126-2019#i-2-b",
            "Kế hoạch 126/KH-UBND còn hiệu lực không",
        ),
        ("ke hoach do ai ky", "ke-hoach-126-2019#i-2-b", "Kế hoạch 126/KH-UBND ai ky"),
        # a plan is no resolution
        ("nghị quyết này ai ký", "ke-hoach-126-2019#i-2-b", "nghị quyết này ai ký"),
        ("trường đó ở đâu", "institutions#cd-vmu", "Trường Cao đẳng VMU ở đâu"),
        # the school that a passage of a document names
        (
            "trường đó dạy nghề gì",
            "tuyen-truyen-gdnn-2024#doan-6",
            "Trường Cao đẳng Công nghệ, Kinh tế và Thủy sản dạy nghề gì",
        ),
        ("trường đó ở đâu", "khong-con#1", "trường đó ở đâu"),
    ],
)
def test_what_is_pointed_at_is_what_the_last_answer_was_about(
    desk: Desk, tracker: MakeTracker, said: str, told: str, text: str
) -> None:
    desk.store.retriever()
    turn = Turn.of(tracker(said, "ask_document", last_question="hỏi gì đó", last_passages=[told]))
    assert resolved(turn, desk.store, TODAY).text == text


def test_what_the_question_before_named_is_pointed_at_before_what_its_answer_names(
    desk: Desk, tracker: MakeTracker
) -> None:
    turn = Turn.of(
        tracker(
            "trường đó ở đâu",
            "ask_institution",
            last_question="hội giảng có trường cao đẳng vmu không",
            last_passages=["tuyen-truyen-gdnn-2024#doan-6"],
            institution="cd-vmu",
        )
    )
    assert resolved(turn, desk.store, TODAY).text == "Trường Cao đẳng VMU ở đâu"


@pytest.mark.parametrize(
    ("said", "told", "about"),
    [
        ("dạy nghề gì", "institutions#cd-vmu", "có trường nào của vinashin không Trường Cao đẳng VMU"),
        ("lương sao", "occupations#han", "có trường nào của vinashin không nghề Hàn"),
        # asked for schools, one thinks of the trade named last
        ("trường nào dạy", "faq#thoi-gian-hoc", "có trường nào của vinashin không nghề Điều dưỡng"),
        ("mất mấy năm", "faq#thoi-gian-hoc", "có trường nào của vinashin không"),
    ],
)
def test_a_question_that_named_none_was_about_the_card_that_answered_it(
    desk: Desk, tracker: MakeTracker, said: str, told: str, about: str
) -> None:
    desk.store.retriever()
    turn = Turn.of(
        tracker(
            said,
            "nlu_fallback",
            last_question="có trường nào của vinashin không",
            last_passages=[told],
            occupation="dieu-duong",
        )
    )
    assert about_entry(turn, desk.store).last_question == about
