"""A source is named in one line and cited so that the very paragraph can be opened."""

from datetime import date

import pytest

from knowledge.answers import compose
from knowledge.answers.citations import (
    QUOTE_CHARACTERS,
    citation_line,
    document_of,
    section_name,
    source_of,
)
from knowledge.search import Retriever
from tests.knowledge.answers.composing import documents_of, found, hit, small

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("issued", "written"),
    [("2019-04-24", " ngày 24/4/2019"), ("2024-03", ""), ("2024", ""), (None, "")],
)
def test_a_source_line_gives_the_day_only_where_it_is_known(issued: str | None, written: str) -> None:
    assert citation_line(small(issued=issued)) == f"Nguồn: Kế hoạch 1/KH{written}, đoạn 1."


def test_a_source_line_says_when_it_is_an_excerpt(retriever: Retriever) -> None:
    passage = found(retriever, "ke-hoach-126-2019#iv-10")
    assert (
        "Nguồn (trích): Kế hoạch 126/KH-UBND ngày 24/4/2019, mục IV.10."
        in compose([hit(passage)], "?", TODAY, retriever).text
    )
    short = found(retriever, "ke-hoach-126-2019#iv-5")
    assert (
        "Nguồn: Kế hoạch 126/KH-UBND ngày 24/4/2019, mục IV.5."
        in compose([hit(short)], "?", TODAY, retriever).text
    )


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("## I. A\n\n### 2. B\n\n#### b) C\n\nChữ.", "mục I.2.b"),
        ("## I. A\n\nđ) Chữ.", "mục I.đ"),
        ("Chữ.", "đoạn 1"),
        ("## Nơi nhận:\n\n- Như trên.", "Nơi nhận"),
    ],
)
def test_a_section_is_cited_by_its_number_or_its_own_name(text: str, section: str) -> None:
    assert section_name(small(text)) == section


def test_a_source_is_complete_and_its_quote_word_for_word(retriever: Retriever) -> None:
    for passage in documents_of(retriever):
        source = source_of(passage)
        assert source.quote == passage.text
        assert (source.id, source.number) == (passage.id, document_of(passage).number)
        assert source.url == f"/documents/{document_of(passage).id}#{passage.section.slug}"


def test_a_long_quote_holds_what_answers_best_and_marks_what_is_left_out() -> None:
    items = [f"Việc thứ {n} là {'phối hợp với các sở, ngành, ' * 5}rồi báo cáo." for n in range(20)]
    passage = small("\n".join(f"- {item}" for item in items))
    for best in (0, 7, 19):
        quote = source_of(passage, hit(passage, best).blocks).quote
        assert f"- {items[best]}" in quote.splitlines()
        assert set(quote.splitlines()) <= {"…", *(f"- {item}" for item in items)}
        assert "…" in quote
        assert len(quote) <= QUOTE_CHARACTERS + len(items[best])


def test_a_quote_that_is_not_long_is_whole(retriever: Retriever) -> None:
    passage = found(retriever, "ke-hoach-126-2019#i-2-b")
    assert source_of(passage, hit(passage, best=1).blocks).quote == passage.text
