"""What a turn asks is looked up alone or together with the question before, whichever is surer."""

import pytest

from actions.conversation import Turn
from actions.finding import Desk, Finding
from knowledge.answers import ANSWER_CHARACTERS
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
    assert finding.question == "Kế hoạch 126 ai ký"
    assert best(finding).startswith("ke-hoach-126-2019#")


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


@pytest.mark.parametrize("intent", ["nlu_fallback", "ask_labour_market", "ask_admission"])
@pytest.mark.parametrize("said", ["nộp hồ sơ ở đâu", "lương bao nhiêu"])
def test_what_the_facts_answer_by_itself_is_not_leaned_on_a_question_about_something_else(
    desk: Desk, tracker: MakeTracker, said: str, intent: str
) -> None:
    finding = desk.find(Turn.of(tracker(said, intent, last_question=GOAL)))
    assert finding.question == said
    assert not best(finding).startswith("ke-hoach-126-2019#")


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


@pytest.mark.parametrize(
    "text",
    [
        "Nghề hàn lương bao nhiêu? Học mấy năm?",
        "Nghề hàn lương bao nhiêu. Học mấy năm vậy ạ?",
        "nghe han luong bao nhieu? hoc may nam?",
    ],
)
def test_two_questions_of_one_message_are_both_answered_the_second_of_the_trade_of_the_first(
    desk: Desk, text: str
) -> None:
    finding = desk.search(text)
    answer = desk.compose(finding)
    first, second = answer.text.split("**2.** ")
    assert first.startswith("**1.** **Hàn**")
    assert "Lương (tham khảo)" in first
    assert second.startswith("**Hàn**")
    assert "sơ cấp" in second
    assert answer.known
    assert len(answer.text) <= ANSWER_CHARACTERS


def test_three_questions_are_answered_in_the_order_asked(desk: Desk) -> None:
    text = "Sở Nội vụ làm gì trong Kế hoạch 126? Nghề hàn lương bao nhiêu? Chương trình 9+ là gì?"
    answer = desk.compose(desk.search(text))
    places = [
        answer.text.index(words) for words in ("**1.** ", "Sở Nội vụ", "**2.** ", "**Hàn**", "**3.** ", "9+")
    ]
    assert places == sorted(places)
    assert len(answer.text) <= ANSWER_CHARACTERS
    assert answer.text.count("Nguồn") >= 3


STORY = (
    "con tôi năm nay học lớp 9 học lực trung bình, hai vợ chồng làm công nhân, xin hỏi nên cho cháu học nghề gì, "
    "có được miễn học phí không, trường có ký túc xá không ạ"
)
# How the answer to "học trung cấp sau lớp 9 có mất học phí" begins.
DUE_AFTER_GRADE_9 = "Học trung cấp sau lớp 9 thì thuộc diện được miễn"


def test_what_is_told_of_schooling_counts_for_a_question_that_says_nothing_of_it(desk: Desk) -> None:
    answer = desk.compose(desk.search(STORY))
    told = answer.text.partition("**2.** ")[2].partition("**3.** ")[0]
    assert "sau lớp 9" in told
    assert DUE_AFTER_GRADE_9 in told
    alone = desk.compose(desk.search("có được miễn học phí không"))
    assert DUE_AFTER_GRADE_9 not in alone.text


def test_a_question_behind_a_story_is_answered_without_the_story(desk: Desk) -> None:
    answer = desk.compose(desk.search(STORY))
    first, third = answer.text.partition("**2.** ")[0], answer.text.partition("**3.** ")[2]
    assert "sở thích" in first
    assert "ký túc xá" in third


@pytest.mark.parametrize(
    "text",
    [
        "học hàn mấy năm và lương bao nhiêu",
        "hoc han may nam va luong bao nhieu a",
        "Em thích nghề hàn. Cho em hỏi học mấy năm và lương bao nhiêu ạ",
    ],
)
def test_two_questions_joined_by_and_are_two(desk: Desk, text: str) -> None:
    first, second = desk.compose(desk.search(text)).text.split("**2.** ")
    assert "Sơ cấp nghề hàn" in first
    assert "Lương (tham khảo)" in second


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("hoc cntt co duoc vay stem khong", "faq#vay-stem"),
        ("em học điện có được vay tiền không ạ", "faq#vay-von"),
        ("em muốn đi nhật làm điều dưỡng", "faq#xuat-khau-lao-dong"),
        ("hoc dieu duong co duoc di duc khong", "faq#"),
        ("trường dạy điều dưỡng có ký túc xá không", "faq#ky-tuc-xa"),
    ],
)
def test_what_is_the_same_for_every_trade_is_not_answered_with_the_card_of_one(
    desk: Desk, text: str, passage: str
) -> None:
    finding = desk.search(text)
    assert finding.answer is None
    assert (best(finding) or "").startswith(passage)
    assert finding.question == text


def test_where_a_card_does_not_say_it_what_is_known_in_general_answers(desk: Desk) -> None:
    finding = desk.search("học hàn mẹ không cho thì làm sao")
    assert best(finding) in ("guidance#noi-voi-bo-me", "faq#bo-me-khong-dong-y")


def test_what_is_asked_of_a_trade_at_a_school_is_answered_of_the_trade(desk: Desk) -> None:
    answer = desk.compose(desk.search("học điều dưỡng ở cao đẳng y tế hải phòng mấy năm"))
    assert answer.passages == ("occupations#dieu-duong",)
    assert "Trung cấp thường" in answer.text
    answer = desk.compose(desk.search("cao đẳng y tế hải phòng địa chỉ ở đâu, em học điều dưỡng"))
    assert answer.passages == ("institutions#cd-y-te-hai-phong",)


def test_that_no_school_is_known_to_teach_a_trade_is_an_answer_to_a_part_too(desk: Desk) -> None:
    answer = desk.compose(desk.search("em muốn học làm tóc, học mấy tháng ạ, học ở đâu ạ"))
    assert "chưa có thông tin trường nào dạy Làm tóc" in answer.text.partition("**2.** ")[2]


@pytest.mark.parametrize(
    "text", ["dieu duong la lam gi vay a", "hoc dien cong nghiep sau nay lam viec gi vay ad"]
)
def test_a_filler_that_is_a_loan_without_its_diacritics_asks_for_none(desk: Desk, text: str) -> None:
    assert (best(desk.search(text)) or "").startswith("occupations#")


def test_a_part_that_names_nothing_leans_on_the_first(desk: Desk) -> None:
    answer = desk.compose(desk.search("Chương trình 9+ là gì? Học xong có bằng gì?"))
    assert answer.text.startswith("**1.** ")
    assert "bằng" in answer.text.partition("**2.** ")[2]


def test_a_message_of_which_only_one_part_is_answered_gets_that_answer_whole(desk: Desk) -> None:
    answer = desk.compose(desk.search("Sở Nội vụ làm gì trong kế hoạch 126? thủ đô nước Pháp là gì?"))
    assert not answer.text.startswith("**1.**")
    assert "Nguồn: Kế hoạch 126/KH-UBND" in answer.text


@pytest.mark.parametrize("intent", ["follow_up", "nlu_fallback", "ask_labour_market"])
@pytest.mark.parametrize(
    ("before", "said", "told"),
    [
        ("nghề hàn là làm gì", "lương bao nhiêu", "Lương (tham khảo)"),
        ("nghe han la lam gi", "luong bao nhieu", "Lương (tham khảo)"),
        ("nghề hàn lương bao nhiêu", "học mấy năm ạ", "sơ cấp"),
        ("nghề hàn lương bao nhiêu", "có được hỗ trợ không", "trong danh sách"),
        ("nghề hàn lương bao nhiêu", "trường nào dạy vậy ad", "**Hàn**"),
    ],
)
def test_a_trade_that_was_named_before_is_meant_by_what_names_none(
    desk: Desk, tracker: MakeTracker, before: str, said: str, told: str, intent: str
) -> None:
    answer = desk.compose(desk.find(Turn.of(tracker(said, intent, last_question=before))))
    assert "Hàn" in answer.text
    assert told in answer.text or "9 nghề" in answer.text


def test_a_trade_with_an_everyday_name_takes_the_place_of_the_one_before(
    desk: Desk, tracker: MakeTracker
) -> None:
    turn = Turn.of(tracker("thế còn dược", "follow_up", last_question="nghề điều dưỡng làm gì ạ"))
    assert desk.find(turn).question == "nghề dược làm gì ạ"


def test_what_is_asked_whole_is_not_leaned_on_the_question_before(desk: Desk, tracker: MakeTracker) -> None:
    for said, passage in (("9+ là gì", "pathways#9-cong-la-gi"), ("ko bt hoc nghe gi", "faq#chon-nghe")):
        turn = Turn.of(tracker(said, "ask_pathway", last_question="giờ học gì được ạ"))
        assert best(desk.find(turn)) == passage


def test_another_trade_takes_the_place_of_the_one_before(desk: Desk, tracker: MakeTracker) -> None:
    turn = Turn.of(tracker("thế còn nghề may thì sao", "follow_up", last_question="nghề hàn lương bao nhiêu"))
    answer = desk.compose(desk.find(turn))
    assert "**Hàn**" not in answer.text
    assert "Lương (tham khảo)" in answer.text


@pytest.mark.parametrize("said", ["ở Hải Phòng trường nào dạy ạ", "o hp truong nao day", "hp có trường nào"])
def test_the_home_place_leaves_the_trade_named_before_meant(
    desk: Desk, tracker: MakeTracker, said: str
) -> None:
    turn = Turn.of(tracker(said, "ask_institution", last_question="học logistics lương bao nhiêu"))
    assert "**Logistics**" in desk.compose(desk.find(turn)).text


@pytest.mark.parametrize(
    "asked",
    [
        "o hai phong truong nao day han a",
        "ở HP trường nào dạy điều dưỡng",
        "học cao đẳng hàn ở đâu ạ",
        "trường nào dạy điện",
    ],
)
def test_a_list_that_is_asked_for_is_told_before_what_is_said_of_schools_in_general(
    desk: Desk, asked: str
) -> None:
    finding = desk.search(asked)
    assert finding.answer is not None
    assert all(passage.startswith("institutions#") for passage in finding.answer.passages)


@pytest.mark.parametrize("asked", ["vay tiền đi học nghề ở đâu", "học nghề ở đâu được hỗ trợ nhiều nhất"])
def test_a_list_of_schools_is_no_answer_to_who_lends_or_supports(desk: Desk, asked: str) -> None:
    assert desk.search(asked).answer is None


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("quyết định 53 còn hiệu lực không", "faq#quyet-dinh-53-con-hieu-luc"),
        ("qd 53 hai phong con ap dung ko", "faq#quyet-dinh-53-con-hieu-luc"),
        ("em mồ côi cả cha mẹ, học nghề có được giúp gì không", "faq#mo-coi"),
        ("hoc xong trung cap co tinh la het cap 3 ko a", "faq#trung-cap-bang-thpt"),
        ("e chỉ muốn học nghề thôi, ko học văn hoá đc ko", "faq#chi-hoc-nghe"),
    ],
)
def test_what_people_ask_that_was_not_known_is_answered(desk: Desk, asked: str, answer: str) -> None:
    assert desk.search(asked).hits[0].passage.id == answer


def test_a_follow_up_does_not_tell_the_same_again_where_another_passage_is_as_sure(
    desk: Desk, tracker: MakeTracker
) -> None:
    before = "trung hoc nghe la gi a"
    told = desk.search(before).hits[0].passage.id
    turn = Turn.of(tracker("bao lau", "nlu_fallback", last_question=before, last_passages=[told]))
    assert desk.find(turn).hits[0].passage.id == "pathways#thn-thoi-luong"


def test_a_trade_that_is_pointed_at_is_the_one_named_last(desk: Desk, tracker: MakeTracker) -> None:
    turn = Turn.of(
        tracker(
            "thế nghề này có dc hp hỗ trợ ko ạ",
            "ask_policy",
            last_question="có hại sức khoẻ ko",
            occupation="han",
        )
    )
    assert desk.compose(desk.find(turn)).text.startswith("**Hàn**")


def test_what_was_asked_of_a_trade_before_is_not_asked_again(desk: Desk, tracker: MakeTracker) -> None:
    turn = Turn.of(tracker("hoc bao lau", "nlu_fallback", last_question="lương làm bánh có cao không ạ"))
    assert "Lương" not in desk.compose(desk.find(turn)).text


def test_who_goes_on_from_an_old_school_does_not_ask_again_what_it_is_called(
    desk: Desk, tracker: MakeTracker
) -> None:
    schools = desk.store.retriever().index.facts.institutions.values()
    before = f"{next(s for s in schools if s.merged_into).name} còn tuyển không"
    turn = Turn.of(tracker("em dân tộc tày hộ nghèo thì được gì", "ask_policy", last_question=before))
    assert "nay là" not in desk.compose(desk.find(turn)).text


def test_a_school_that_was_named_before_is_meant_too(desk: Desk, tracker: MakeTracker) -> None:
    schools = desk.store.retriever().index.facts.institutions.values()
    school = next(s for s in schools if s.address and s.phone and not s.merged_into)
    before = f"địa chỉ {school.name} ở đâu"
    finding = desk.find(Turn.of(tracker("số điện thoại là gì", "follow_up", last_question=before)))
    assert school.phone in desk.compose(finding).text.replace("**", "")


def test_of_a_life_story_about_a_trade_the_part_that_asks_is_answered(desk: Desk) -> None:
    story = (
        "Em chào ad ạ. Em năm nay học lớp 9, nhà em ở quê làm ruộng, bố mẹ em muốn em đi làm luôn cho đỡ tốn tiền "
        "nhưng em thích nghề hàn từ bé vì chú em làm nghề này và em hay ra xưởng xem chú làm. Cho em hỏi nghề hàn "
        "lương bao nhiêu ạ?"
    )
    answer = desk.compose(desk.search(story))
    assert "Lương (tham khảo)" in answer.text
    assert "occupations#han" in answer.passages


@pytest.mark.parametrize(
    "text",
    [
        "nghề hàn điểm chuẩn bao nhiêu",
        "nghe han diem chuan bao nhieu",
        "Cao đẳng Hàng hải I có ký túc xá không",
    ],
)
def test_what_is_not_known_of_a_named_trade_or_school_is_an_honest_no(desk: Desk, text: str) -> None:
    answer = desk.compose(desk.search(text))
    assert not answer.known
    assert "Mình chưa có" in answer.text


@pytest.mark.parametrize(
    "text", ["so sánh nghề hàn với điện công nghiệp", "nên học hàn hay điện công nghiệp"]
)
def test_two_trades_are_compared_whatever_search_finds(desk: Desk, text: str) -> None:
    finding = desk.search(text)
    assert finding.score == 1.0
    assert desk.compose(finding).passages == ("occupations#han", "occupations#dien-cong-nghiep")


@pytest.mark.parametrize(
    ("before", "said", "told"),
    [
        ("thành phố hỗ trợ học những nghề nào ạ", "có may thời trang ko ạ", "không nằm trong 9 nghề"),
        ("nghề hàn lương bao nhiêu", "điều dưỡng?", "4,3-5,5 triệu"),
    ],
)
def test_a_name_alone_is_asked_what_was_asked_before(
    desk: Desk, tracker: MakeTracker, before: str, said: str, told: str
) -> None:
    desk.store.retriever()  # The facts name the trades.
    answer = desk.compose(desk.find(Turn.of(tracker(said, "nlu_fallback", last_question=before))))
    assert told in answer.text


def test_a_follow_up_with_a_question_of_its_own_is_answered_by_itself(
    desk: Desk, tracker: MakeTracker
) -> None:
    turn = Turn.of(
        tracker(
            "nộp đơn ở đâu ạ",
            "follow_up",
            last_question="mấy tháng liền nghề điện tử công nghiệp",
            last_passages=["occupations#dien-tu-cong-nghiep"],
        )
    )
    assert best(desk.find(turn)) == "faq#nq03-ho-so"


def test_within_a_document_more_is_looked_up_than_was_told(desk: Desk, tracker: MakeTracker) -> None:
    turn = Turn.of(
        tracker(
            "làm từ tháng mấy",
            "follow_up",
            last_question="kế hoạch tuyên truyền của Lạng Sơn năm 2023 hết bao nhiêu tiền vậy",
            last_passages=["ke-hoach-tuyen-truyen-lang-son-2023#du-toan-kinh-phi"],
        )
    )
    assert best(desk.find(turn)) == "ke-hoach-tuyen-truyen-lang-son-2023#ii-2"
