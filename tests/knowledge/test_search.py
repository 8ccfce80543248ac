"""The right passage comes first however a question is typed, and search never fails on what people send."""

import dataclasses
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.expectations import Expectations
from knowledge.gazetteer import load_gazetteer
from knowledge.lexical import LexicalIndex
from knowledge.search import Retriever
from knowledge.text import fold

GOAL_2025, GOAL_2020 = "ke-hoach-126-2019#i-2-b", "ke-hoach-126-2019#i-2-a"
INTERIOR, BROADCAST = "ke-hoach-126-2019#iv-5", "ke-hoach-126-2019#iv-8"
REPORT = "bao-cao-huong-nghiep-duong-kinh-2023#4"

QUESTIONS = [
    ("Chỉ tiêu phân luồng đến năm 2025 là bao nhiêu phần trăm?", GOAL_2025),
    ("Năm 2020 bao nhiêu phần trăm học sinh THCS vào học nghề?", GOAL_2020),
    ("Sở Nội vụ làm gì trong Kế hoạch 126?", INTERIOR),
    ("Đài Phát thanh và Truyền hình Hải Phòng có nhiệm vụ gì?", BROADCAST),
    ("Hạn nộp báo cáo hướng nghiệp của quận Dương Kinh là ngày nào?", REPORT),
]
SPELLINGS = {
    "as written": lambda text: text,
    "no diacritics": fold,
    "capitals": str.upper,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "politely": lambda text: f"Dạ ad ơi cho em hỏi {text.lower()} ạ, em cảm ơn",
}
WORDS = ["học", "phí", "năm", "2025", "%", "126/KH-UBND", "ở", "😀", "<b>", "\\", "'", '"', "𝐡ọ𝐜"]
typed = st.text(st.characters(exclude_categories=[]), max_size=80)


def with_ranking(retriever: Retriever, **changed: Any) -> Retriever:
    """The same search with some numbers of `ranking.yml` changed."""
    ranking = dataclasses.replace(retriever.ranking, **changed)
    return Retriever(retriever.index, retriever.encoder, Expectations(load_gazetteer()), ranking)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("question", "passage"), QUESTIONS, ids=[passage for _, passage in QUESTIONS])
def test_the_right_passage_comes_first_in_every_spelling(
    retriever: Retriever, question: str, passage: str, spelling: str
) -> None:
    best = retriever.search(SPELLINGS[spelling](question))[0]
    assert best.passage.id == passage
    assert best.score >= retriever.ranking.answer


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("ct pl đến 2025 là bn % v ad", GOAL_2025),
        ("tới 2025 hp muốn bn % hs tn thpt học cđ v ạ", GOAL_2025),
        ("2020 bn % hs thcs vào hok nghề z", GOAL_2020),
        ("sở nội vụ lm j trong kh 126", INTERIOR),
        ("Sở Nội vụu làm gi trong kế hoach 126", INTERIOR),
        ("chỉ tiu phân lồng đến năm 2025 là bao nhiêu phần trăm", GOAL_2025),
        ("hạn nộp bc hướng nghiệp q dương kinh là ngày mấy", REPORT),
    ],
)
def test_the_right_passage_comes_first_in_teencode_and_with_slips(
    retriever: Retriever, question: str, passage: str
) -> None:
    assert retriever.search(question)[0].passage.id == passage


def test_both_places_of_a_tone_find_the_same(retriever: Retriever) -> None:
    new, old = "Ai khoẻ mới được học nghề hàn ở Thuỷ Nguyên?", "Ai khỏe mới được học nghề hàn ở Thủy Nguyên?"
    assert retriever.search(new) == retriever.search(old)


def test_an_encoding_changes_nothing(retriever: Retriever) -> None:
    for question, _ in QUESTIONS:
        assert retriever.search(unicodedata.normalize("NFD", question)) == retriever.search(question)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?", "!!!", "😀", "👍🏽🎉", "...", "\u200b", "\x00"])
def test_what_says_nothing_finds_nothing(retriever: Retriever, text: str) -> None:
    assert retriever.search(text) == []


@pytest.mark.parametrize(
    "text",
    ["Thủ đô nước Pháp là gì?", "hôm nay trời có mưa không", "viết cho em bài văn tả con mèo", "qwrtp zxcv"],
)
def test_what_no_document_answers_is_below_the_bar(retriever: Retriever, text: str) -> None:
    assert max(hit.score for hit in retriever.search(text)) < retriever.ranking.answer


@settings(max_examples=40)
@given(text=typed | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_gives_distinct_passages_with_probabilities(retriever: Retriever, text: str) -> None:
    hits = retriever.search(text, limit=4)
    assert len(hits) in (0, 4)
    assert len({hit.passage.id for hit in hits}) == len(hits)
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert len(hit.blocks) == len(hit.passage.section.blocks)
        assert set(retriever.ranking.confidence["weights"]) <= set(hit.features)


@pytest.mark.parametrize("limit", [1, 3, 500])
def test_no_more_than_the_limit_is_returned(retriever: Retriever, limit: int) -> None:
    hits = retriever.search("học nghề được hỗ trợ gì", limit)
    assert len(hits) == min(limit, len(retriever.index.passages))
    assert hits == retriever.search("học nghề được hỗ trợ gì", 500)[:limit]


def test_few_candidates_find_the_same_as_all(retriever: Retriever) -> None:
    """With a large index only the windows near either way are weighed: the branch that a small one never takes."""
    narrow = with_ranking(retriever, candidates=150)
    for question, passage in QUESTIONS:
        assert narrow.search(question)[0].passage.id == passage


def test_text_without_diacritics_is_looked_up_without_them_only(retriever: Retriever) -> None:
    """Its words as written are other words ("ban", "nam"), which must not draw the wrong windows."""
    blind = LexicalIndex.build(["x"] * len(retriever.index.windows), folded=False)
    without = dataclasses.replace(retriever.index, written=blind)
    other = Retriever(without, retriever.encoder, Expectations(load_gazetteer()))
    for question, _ in QUESTIONS:
        assert other.search(fold(question)) == retriever.search(fold(question))
    assert any(other.search(question) != retriever.search(question) for question, _ in QUESTIONS)


def test_the_block_that_answers_scores_highest(retriever: Retriever) -> None:
    hit = retriever.search("Đến năm 2025 bao nhiêu phần trăm học sinh tốt nghiệp THPT học cao đẳng?")[0]
    block = hit.passage.section.blocks[max(range(len(hit.blocks)), key=lambda n: hit.blocks[n])]
    assert "45% học sinh tốt nghiệp trung học phổ thông" in block.plain


def test_a_passage_is_found_by_its_id(retriever: Retriever) -> None:
    passage = retriever.passage(GOAL_2025)
    assert passage is not None
    assert passage.id == GOAL_2025
    assert retriever.passage("ke-hoach-126-2019#gone") is None


def test_a_topic_is_a_question_that_its_passage_answers(retriever: Retriever) -> None:
    passage = retriever.passage(INTERIOR)
    assert passage is not None
    topic = retriever.topic_of(passage)
    assert topic is not None
    assert retriever.search(topic)[0].passage.id == INTERIOR


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [
        ("", 1, 1),
        ("học sinh tốt nghiệp", 1, 1),
        ("hoc sinh tot nghiep", 1, 1),
        ("giá vàng", 0, 0.1),
        ("gia vang", 0, 0.1),
        ("lương", 0, 0),  # "phân luồng" is another word
        ("hết lớp 9", 1, 1),  # which officials call "tốt nghiệp trung học cơ sở"
        ("học sinh asdf", 0.1, 0.5),  # a rare word weighs more
    ],
)
def test_how_much_of_some_words_a_passage_holds(
    retriever: Retriever, words: str, least: float, most: float
) -> None:
    passage = retriever.passage(GOAL_2025)
    assert passage is not None
    assert least <= retriever.holds(words, passage) <= most


def test_a_passage_that_is_much_surer_comes_first_but_only_where_something_would_be_an_answer(
    retriever: Retriever,
) -> None:
    asked = "em học trung cấp sau lớp 9 vay stem được không"
    never, only_if_sure = {"by": 1e9, "least": 0.6}, {"by": 1.0, "least": 0.99}
    unmoved = with_ranking(retriever, surer=never).search(asked)
    surest = max(unmoved, key=lambda hit: hit.score)
    assert surest.score > unmoved[0].score >= retriever.ranking.answer
    assert retriever.search(asked)[0].passage == surest.passage
    unanswered = with_ranking(retriever, surer=only_if_sure, answer=0.9)
    assert [hit.passage for hit in unanswered.search(asked)] == [hit.passage for hit in unmoved]
