"""BM25 over syllables and pairs: what is typed without diacritics or decomposed meets the text."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from knowledge.lexical import LexicalIndex, terms
from knowledge.search import Retriever

TEXTS = [
    "Sở Giáo dục và Đào tạo chủ trì",
    "Sở Lao động phối hợp",
    "Căn tin mở cửa lúc 6 giờ",
    "Giáo viên dục tạo",
]


def best(index: LexicalIndex, text: str) -> int:
    return int(index.scores(index.terms(text)).argmax())


def test_terms_are_syllables_and_pairs_of_neighbours() -> None:
    assert terms("Học phí, học NGHỀ", folded=False) == [
        "học", "phí", "học", "nghề", "học_phí", "phí_học", "học_nghề",
    ]  # fmt: skip
    assert terms("Học phí", folded=True) == ["hoc", "phi", "hoc_phi"]
    assert terms("", folded=True) == []


def test_words_in_order_weigh_more_than_words_apart() -> None:
    index = LexicalIndex.build(TEXTS, folded=False)
    scores = index.scores(index.terms("giáo dục"))
    assert scores[0] > scores[3] > 0
    assert scores[1] == scores[2] == 0


def test_text_without_diacritics_meets_the_folded_index_alone() -> None:
    written, folded = LexicalIndex.build(TEXTS, folded=False), LexicalIndex.build(TEXTS, folded=True)
    assert not written.scores(written.terms("mo cua luc")).any()
    assert best(folded, "mo cua luc") == 2
    assert best(folded, "căn tin") == 2


@pytest.mark.parametrize("folded", [False, True])
def test_decomposed_text_finds_what_composed_text_finds(folded: bool) -> None:
    index = LexicalIndex.build(TEXTS, folded)
    decomposed = unicodedata.normalize("NFD", "giáo dục và đào tạo")
    assert decomposed != unicodedata.normalize("NFC", decomposed)
    scores = index.scores(index.terms(decomposed))
    assert scores.any()
    assert np.array_equal(scores, index.scores(index.terms("giáo dục và đào tạo")))


def test_decomposed_text_is_indexed_as_composed() -> None:
    index = LexicalIndex.build([unicodedata.normalize("NFD", text) for text in TEXTS], folded=False)
    assert best(index, "giáo dục và đào tạo") == 0


def test_unknown_words_score_nothing_and_are_the_rarest() -> None:
    index = LexicalIndex.build(TEXTS, folded=True)
    assert index.scores(index.terms("blockchain")).tolist() == [0, 0, 0, 0]
    assert index.rarity("blockchain") > index.rarity("can") > index.rarity("so")


def test_an_index_is_the_same_after_reading_it_back(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS, folded=True)
    index.save(tmp_path / "lexical")
    read = LexicalIndex.load(tmp_path / "lexical")
    assert np.allclose(read.scores(read.terms("Giáo dục")), index.scores(index.terms("giao duc")))
    assert read.rarity("so") == index.rarity("so")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_alone_find_the_right_passage_of_the_five_documents(retriever: Retriever, form: str) -> None:
    """Without the encoder: a lexical search that finds nothing must not hide behind the dense one."""
    index = retriever.index
    for text, passage in (
        ("Sở Nội vụ phối hợp", "ke-hoach-126-2019#iv-5"),
        ("Đài Phát thanh và Truyền hình Hải Phòng", "ke-hoach-126-2019#iv-8"),
    ):
        typed = unicodedata.normalize(form, text)
        for lexical in (index.written, index.folded):
            window = index.windows[best(lexical, typed)]
            assert index.passages[window.passage].id == passage
