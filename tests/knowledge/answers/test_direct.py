"""Entries that a question names are found among the facts, each once."""

from knowledge.answers.direct import entries_named
from knowledge.search import Retriever


def test_entries_are_named_once_and_in_order(small_base: Retriever) -> None:
    mentions = small_base.mentions(
        "nghề khảm trai, gốm rồi khảm trai ở cao đẳng sông giá, Hải Phòng năm 2026"
    )
    trades, schools = entries_named(mentions, small_base)
    assert [trade.id for trade in trades] == ["kham-trai", "gom"]
    assert [school.id for school in schools] == ["song-gia"]


def test_what_the_facts_have_no_entry_for_is_not_among_them(
    retriever: Retriever, small_base: Retriever
) -> None:
    assert entries_named(retriever.mentions("nghề hàn"), small_base) == ([], [])
