"""A follow-up is the question before, changed as it says."""

import pytest

from actions.conversation import Turn
from actions.finding import Desk
from actions.follow_up import (
    asks_where_taught,
    complete,
    follows_nothing,
    is_bare_name,
    leans,
    may_lean,
    of_same_entry,
    own_words,
)
from actions.reference import naming
from knowledge.gazetteer import Gazetteer
from tests.actions.playing import MakeTracker

GOAL = "chỉ tiêu phân luồng đến năm 2025 bao nhiêu phần trăm"


@pytest.mark.parametrize(
    ("before", "said", "meant"),
    [
        # what is named takes the place of what was named of its kind
        (GOAL, "thế còn năm 2020?", "chỉ tiêu phân luồng đến năm 2020 bao nhiêu phần trăm"),
        (GOAL, "the con nam 2020 thi sao", "chỉ tiêu phân luồng đến năm 2020 bao nhiêu phần trăm"),
        ("học trung cấp mất mấy năm", "còn cao đẳng thì sao ạ", "học cao đẳng mất mấy năm"),
        ("hoc trung cap mat may nam", "con cao dang", "hoc cao dang mat may nam"),
        ("Sở Nội vụ làm gì?", "thế còn Sở Tài chính?", "Sở Tài chính làm gì?"),
        ("mục tiêu 2020 và 2025", "thế năm 2030", "mục tiêu 2030 và 2030"),
        # what is new is added
        ("mục tiêu phân luồng là gì", "năm 2020", "mục tiêu phân luồng là gì 2020"),
        ("học nghề có được hỗ trợ không", "ở Lạng Sơn thì sao", "học nghề có được hỗ trợ không Lạng Sơn"),
        # what was named already is not said twice
        (GOAL, "thế năm 2025?", GOAL),
        # what names nothing known is added bare
        ("Kế hoạch 126 là gì?", "ai ký", "Kế hoạch 126 ai ký"),
        ("học nghề được gì", "thế còn học sinh nghèo thì sao ạ?", "học nghề được gì học sinh nghèo"),
        ("học nghề được gì", "thì sao?", "học nghề được gì"),
        # what a thing is was told
        ("9+ là gì vậy ạ?", "mấy năm", "9+ vậy ạ mấy năm"),
    ],
)
def test_a_follow_up_is_completed(
    tracker: MakeTracker, gazetteer: Gazetteer, before: str, said: str, meant: str
) -> None:
    assert complete(Turn.of(tracker(said, "follow_up", last_question=before)), gazetteer) == meant


@pytest.mark.parametrize(
    ("before", "said", "meant"),
    [
        ("lương làm bánh có cao không", "học bao lâu", "học bao lâu làm bánh"),
        # who types no diacritics is read so throughout, unless the name is another word without them
        ("lương làm bánh có cao không", "hoc bao lau", "hoc bao lau lam banh"),
        ("lương ngành dược sao ạ", "hoc bao lau", "hoc bao lau ngành dược"),
    ],
)
def test_what_is_asked_goes_on_from_the_trade_named_before(
    tracker: MakeTracker, gazetteer: Gazetteer, before: str, said: str, meant: str
) -> None:
    assert of_same_entry(Turn.of(tracker(said, "nlu_fallback", last_question=before)), gazetteer) == meant


def test_two_things_of_different_kinds_are_both_replaced(tracker: MakeTracker, gazetteer: Gazetteer) -> None:
    turn = Turn.of(
        tracker("còn cao đẳng năm 2020?", "follow_up", last_question="mục tiêu trung cấp năm 2025 là gì")
    )
    assert complete(turn, gazetteer) == "mục tiêu cao đẳng năm 2020 là gì"


@pytest.mark.parametrize(
    ("said", "intent", "must", "may"),
    [
        ("thế còn năm 2020?", "follow_up", True, True),
        # however long it is
        ("thế còn các bạn học sinh nghèo ở vùng cao muốn học nghề xa nhà thì sao", "follow_up", True, True),
        # with few words that name nothing it hangs on the question before
        ("ai ký", "ask_document", True, True),
        ("hôm nào vậy ạ", "ask_event", True, True),
        # with a few more, or naming something, it may
        ("năm 2020 là bao nhiêu", "ask_plan_goal", False, True),
        ("Sở Nội vụ làm gì", "ask_responsibility", False, True),
        # what asks what a thing is names it, unless it only points at it
        ("9+ là gì", "ask_pathway", False, False),
        ("gdtx la gi a", "ask_pathway", False, False),
        ("cái đó là gì ạ", "ask_pathway", True, True),
        # a whole question stands for itself
        ("học sinh tốt nghiệp lớp 9 học trung cấp có được miễn học phí không", "ask_policy", False, False),
    ],
)
def test_whether_a_message_hangs_on_the_question_before(
    tracker: MakeTracker, said: str, intent: str, must: bool, may: bool
) -> None:
    turn = Turn.of(tracker(said, intent, last_question=GOAL))
    assert (leans(turn), may_lean(turn)) == (must, may)


@pytest.mark.parametrize(
    ("said", "nothing"),
    [
        ("thế còn hệ cao đẳng?", True),
        ("the con he cao dang a", True),
        ("còn lạng sơn thì sao ạ", True),
        ("thì sao", True),
        # these can be read by themselves
        ("thế còn nghề hàn?", False),
        ("con nghe han thi sao", False),
        ("thế còn học sinh nghèo ở vùng cao muốn học nghề thì sao", False),
    ],
)
def test_whether_a_follow_up_at_the_start_of_a_talk_says_enough(
    tracker: MakeTracker, said: str, nothing: bool
) -> None:
    assert follows_nothing(Turn.of(tracker(said, "follow_up"))) is nothing
    assert not follows_nothing(Turn.of(tracker(said, "follow_up", last_question=GOAL)))
    assert not follows_nothing(Turn.of(tracker(said, "ask_policy")))


@pytest.mark.parametrize("intent", ["out_of_scope", "greet", "goodbye", "thanks"])
@pytest.mark.parametrize("said", ["giá vàng", "năm 2020", "kể chuyện cười đi"])
def test_what_is_none_of_our_business_never_hangs_on_a_question(
    tracker: MakeTracker, said: str, intent: str
) -> None:
    turn = Turn.of(tracker(said, intent, last_question=GOAL))
    assert not leans(turn)
    assert not may_lean(turn)


@pytest.mark.parametrize("intent", ["follow_up", "ask_policy"])
def test_with_no_question_before_nothing_hangs_on_it(tracker: MakeTracker, intent: str) -> None:
    turn = Turn.of(tracker("thế còn năm 2020?", intent))
    assert not leans(turn)
    assert not may_lean(turn)


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("giá vàng ở Hải Phòng bao nhiêu?", "giá vàng ở"),
        ("thế còn hệ cao đẳng thì sao", ""),
        ("hôm nào", ""),
        ("ai ký", ""),
        ("nop ho so o dau", "nop ho so o"),
    ],
)
def test_a_messages_own_words_are_what_it_neither_names_nor_asks(
    tracker: MakeTracker, said: str, own: str
) -> None:
    assert own_words(Turn.of(tracker(said, "ask_policy"))) == own


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("có may thời trang không ạ", True),
        ("the con dieu duong thi sao", True),
        ("khách sạn?", True),
        ("nghề hàn lương bao nhiêu", False),
        ("điều dưỡng có vất vả không", False),
        ("thì sao", False),
    ],
)
def test_whether_a_message_says_a_name_and_nothing_else(
    desk: Desk, tracker: MakeTracker, said: str, bare: bool
) -> None:
    desk.store.retriever()  # The facts name the trades.
    turn = naming(Turn.of(tracker(said, "follow_up", last_question=GOAL)), desk.store.gazetteer)
    assert is_bare_name(turn) is bare


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("trường nào ở hp dạy", True),
        ("hoc o dau a", True),
        # of all trades
        ("học nghề ở đâu", False),
        ("lương sao", False),
    ],
)
def test_whether_schools_are_asked_for_as_of_a_trade(tracker: MakeTracker, said: str, asks: bool) -> None:
    assert asks_where_taught(Turn.of(tracker(said, "ask_institution"))) is asks
