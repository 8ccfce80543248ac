"""An answer says nothing but what the documents say, fits a phone, and names its source and what time has changed."""

from datetime import date
from itertools import permutations

from knowledge.answers import ANSWER_CHARACTERS, compose
from knowledge.answers.citations import document_of
from knowledge.documents import Document
from knowledge.passages import Passage
from knowledge.privacy import mask_contacts
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary
from tests.knowledge.answers.composing import documents_of, found, hit, small

TODAY, WHILE_IT_RAN = date(2026, 11, 22), date(2024, 5, 1)
OUR_LINES = ("Nguồn: ", "Nguồn (trích): ", "⏳", "ℹ️")


def own_words(text: str) -> list[str]:
    """The stretches of an answer that are the documents' own: without our lines, marks and gaps."""
    lines = [line for line in text.splitlines() if not line.startswith(OUR_LINES)]
    pieces = [piece for line in lines for piece in line.replace("**", "").removeprefix("- ").split("…")]
    return [piece.strip(" :") for piece in pieces if piece.strip(" :")]


def known_questions(retriever: Retriever) -> list[tuple[Passage, int, str]]:
    """For each block, one question that it is known to answer, and one that none of its words share."""
    asked: dict[tuple[int, int], str] = {}
    for window in retriever.index.windows:
        if window.kind == "question":
            asked[window.passage, window.first_block] = window.text
    return [
        (passage, block, question)
        for number, passage in enumerate(retriever.index.passages)
        if isinstance(passage.source, Document)
        for block in range(len(passage.section.blocks))
        for question in {asked.get((number, block), "Chi tiết?"), "Chi tiết?"}
    ]


def test_an_answer_is_the_line_that_answers_then_its_source_and_its_period(retriever: Retriever) -> None:
    best = retriever.search("Đến năm 2025 bao nhiêu phần trăm học sinh tốt nghiệp THPT học cao đẳng?")[0]
    answer = compose([best], "Đến năm 2025 bao nhiêu % học sinh THPT học cao đẳng?", TODAY, retriever)
    lines = answer.text.splitlines()
    assert lines[0] == "Mục tiêu đến năm 2025:"
    assert "**45%** học sinh tốt nghiệp trung học phổ thông" in lines[1]
    assert "Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b." in answer.text
    assert lines[-1] == "⏳ Kế hoạch 126/KH-UBND áp dụng cho giai đoạn 2018–2025, đã kết thúc."
    assert answer.passages == ("ke-hoach-126-2019#i-2-b",)
    assert answer.sources[0].url == "/documents/ke-hoach-126-2019#i-2-b"


def test_every_answer_fits_a_phone(retriever: Retriever) -> None:
    too_long = [
        (passage.id, block, question, length)
        for passage, block, question in known_questions(retriever)
        if (length := len(compose([hit(passage, block)], question, TODAY, retriever).text))
        > ANSWER_CHARACTERS
    ]
    assert ANSWER_CHARACTERS == 900
    assert too_long == []


def test_no_word_and_no_number_is_said_that_the_passage_does_not_say(retriever: Retriever) -> None:
    for passage, block, question in known_questions(retriever):
        held = " ".join("\n".join((*passage.path, *(b.plain for b in passage.section.blocks))).split())
        answer = compose([hit(passage, block)], question, TODAY, retriever)
        document_card = f"{document_of(passage).citation}: "
        for words in own_words(answer.text):
            if words.startswith(document_card):  # The front matter's data, asked for by "ai ký".
                continue
            assert " ".join(words.split()) in held, (passage.id, question)


def test_the_block_that_answers_is_shown(retriever: Retriever) -> None:
    for number, passage in enumerate(documents_of(retriever)):
        for block, content in enumerate(passage.section.blocks):
            answer = compose([hit(passage, block)], "Chi tiết?", TODAY, retriever)
            assert any(words in content.plain for words in own_words(answer.text)), (number, block)


def test_nothing_personal_is_shown(retriever: Retriever) -> None:
    for passage in documents_of(retriever):
        answer = compose([hit(passage)], "liên hệ ai, số điện thoại nào?", TODAY, retriever)
        for text in (answer.text, *(source.quote for source in answer.sources)):
            assert mask_contacts(text) == text, passage.id
            assert "@" not in text, passage.id


def test_two_passages_that_come_close_are_both_shown_and_cited(retriever: Retriever) -> None:
    first, second = small("Hỗ trợ 30%.", id="a"), small("Hỗ trợ 40%.", id="b", citation="Kế hoạch 2/KH")
    both = compose([hit(first, margin=0.1), hit(second)], "hỗ trợ bao nhiêu", TODAY, retriever)
    assert both.passages == ("a#doan-1", "b#doan-1")
    assert both.text.splitlines() == [
        "Hỗ trợ **30%**.",
        "Nguồn: Kế hoạch 1/KH, đoạn 1.",
        "Hỗ trợ **40%**.",
        "Nguồn: Kế hoạch 2/KH, đoạn 1.",
    ]
    alone = compose([hit(first, margin=9.0), hit(second)], "hỗ trợ bao nhiêu", TODAY, retriever)
    assert alone.passages == ("a#doan-1",)


def test_two_passages_together_still_fit_a_phone(retriever: Retriever) -> None:
    long = sorted(documents_of(retriever), key=lambda passage: -len(passage.text))[:12]
    for first, second in permutations(long, 2):
        answer = compose([hit(first, margin=0.0), hit(second)], "Xem nhé?", TODAY, retriever)
        assert len(answer.passages) == 2
        assert len(answer.text) <= ANSWER_CHARACTERS, answer.passages


def test_a_period_that_is_over_is_said_so_from_its_end_on(retriever: Retriever) -> None:
    passage = small(valid_from="2018", valid_to="2025")
    ended = "⏳ Kế hoạch 1/KH áp dụng cho giai đoạn 2018–2025, đã kết thúc."
    assert ended not in compose([hit(passage)], "?", date(2025, 12, 31), retriever).text
    assert ended in compose([hit(passage)], "?", date(2026, 1, 1), retriever).text


def test_a_period_without_a_beginning_has_words_of_its_own(retriever: Retriever) -> None:
    text = compose([hit(small(valid_to="2024-06"))], "?", TODAY, retriever).text
    assert "⏳ Kế hoạch 1/KH áp dụng đến 6/2024, đã kết thúc." in text


def test_a_document_without_an_end_is_never_over(retriever: Retriever) -> None:
    assert "⏳" not in compose([hit(small())], "?", date(2099, 1, 1), retriever).text


def test_a_body_that_is_gone_is_told_with_where_it_is_known_from(retriever: Retriever) -> None:
    passage = small("Hỏi Phòng GD&ĐT quận.")
    note = [
        line
        for line in compose([hit(passage)], "?", TODAY, retriever).text.splitlines()
        if line.startswith("ℹ️")
    ]
    assert len(note) == 1
    assert "không còn Phòng GD&ĐT" in note[0]
    assert note[0].endswith("(Theo VOH.)")
    assert "ℹ️" not in compose([hit(passage)], "?", WHILE_IT_RAN, retriever).text


def test_a_question_about_a_document_is_answered_with_its_own_data(retriever: Retriever) -> None:
    passage = found(retriever, "ke-hoach-126-2019#i-1")
    card = "ngày 24/4/2019; người ký Lê Khắc Nam; áp dụng 2018–2025."
    assert card in compose([hit(passage)], "kế hoạch 126 do ai ký?", TODAY, retriever).text
    assert card in compose([hit(passage)], "ke hoach 126 do ai ky", TODAY, retriever).text
    assert card not in compose([hit(passage)], "mục tiêu chung là gì", TODAY, retriever).text


def test_our_own_words_come_from_the_vocabulary() -> None:
    lines = [vocabulary("answers")[name] for name in ("source", "excerpt", "ended", "ended_open", "change")]
    assert all(line.startswith(OUR_LINES) for line in lines)
