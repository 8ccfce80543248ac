"""What came first decides the kind of answer; an answer's sources can be explained."""

from datetime import date

from knowledge.answers import explain_sources
from knowledge.answers.citations import document_of
from knowledge.search import Retriever
from tests.knowledge.answers.composing import found

TODAY = date(2026, 11, 22)


def test_sources_are_explained_with_title_quote_and_period(retriever: Retriever) -> None:
    passage = found(retriever, "ke-hoach-126-2019#i-2-b")
    answer = explain_sources([passage], TODAY, retriever)
    assert document_of(passage).title in answer.text
    assert "40% học sinh tốt nghiệp trung học cơ sở" in answer.text
    assert "Nguồn: Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b." in answer.text
    assert "đã kết thúc" in answer.text
    assert answer.passages == (passage.id,)
