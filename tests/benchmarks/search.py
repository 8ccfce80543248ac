"""Search on XQuAD-vi, a set that nothing here was fitted to, against plain BM25 and plain dense search.

XQuAD (Artetxe, Ruder, Yogatama: On the Cross-lingual Transferability of Monolingual Representations, 2020): each of
1,190
questions was asked of one of 240 paragraphs, which is the one that counts as found.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np

from connectors.settings import ROOT, Settings
from knowledge import index
from knowledge.answers.citations import document_of
from knowledge.encoder import Encoder, load_encoder
from knowledge.expectations import Expectations
from knowledge.gazetteer import load_gazetteer
from knowledge.search import Retriever
from knowledge.sources import Sources
from tests.benchmarks.load import percentile
from tests.benchmarks.report import table

_SYLLABLE = re.compile(r"\w+")
_DEEPEST = 5
# Paragraph numbers, best first.
Search = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Quality:
    """Shares (0 to 1) of questions whose paragraph is first, or among the first five; milliseconds a question."""

    first: float
    five: float
    milliseconds: list[float]


def section() -> str:
    """Measures and returns the comparison as Markdown, or why there is none."""
    folder = Path(os.environ.get("LABAN_BENCHMARKS_DIR", ROOT.parent / "shared" / "benchmarks"))
    file = folder / "xquad.vi.json"
    if not file.is_file():
        return (
            f"## Search\n\nSkipped: {file} is missing. It is the Vietnamese part of XQuAD "
            "(https://github.com/google-deepmind/xquad); `LABAN_BENCHMARKS_DIR` names its folder."
        )
    paragraphs, asked = _read(file)
    encoder = load_encoder(Settings().encoder)
    with tempfile.TemporaryDirectory(prefix="laban-xquad-") as temporary:
        searches = {
            "ours": _ours(paragraphs, encoder, Path(temporary)),
            "plain BM25": _plain_bm25(paragraphs),
            "plain dense": _plain_dense(paragraphs, encoder),
        }
        rows = [_row(name, search, asked) for name, search in searches.items()]
    return "\n\n".join(
        (
            "## Search",
            f"XQuAD-vi: {len(asked)} questions, {len(paragraphs)} paragraphs, the encoding of the question included in "
            "the time. Plain BM25: syllables as written. Plain dense: one vector a paragraph, cosine.",
            table(
                ("", "recall@1", "recall@5", "recall@1 without diacritics", "recall@5 without diacritics",
                 "ms p50", "ms p95"),
                rows,
            ),
        )
    )  # fmt: skip


def _read(file: Path) -> tuple[list[str], list[tuple[str, int]]]:
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    asked = [
        (qa["question"], number) for number, paragraph in enumerate(paragraphs) for qa in paragraph["qas"]
    ]
    return [paragraph["context"] for paragraph in paragraphs], asked


def _row(name: str, search: Search, asked: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    typed = _quality(search, asked)
    bare = _quality(search, [(_without_diacritics(text), wanted) for text, wanted in asked])
    times = typed.milliseconds + bare.milliseconds
    shares = (typed.first, typed.five, bare.first, bare.five)
    return (
        name,
        *(f"{share:.3f}" for share in shares),
        f"{statistics.median(times):.1f}",
        f"{percentile(times, 95):.1f}",
    )


def _quality(search: Search, asked: Sequence[tuple[str, int]]) -> Quality:
    ranks, milliseconds = [], []
    for text, wanted in asked:
        started = time.perf_counter()
        found = search(text)[:_DEEPEST]
        milliseconds.append((time.perf_counter() - started) * 1000)
        ranks.append(list(found).index(wanted) if wanted in found else _DEEPEST)
    return Quality(
        first=sum(rank == 0 for rank in ranks) / len(ranks),
        five=sum(rank < _DEEPEST for rank in ranks) / len(ranks),
        milliseconds=milliseconds,
    )


def _ours(paragraphs: Sequence[str], encoder: Encoder, folder: Path) -> Search:
    documents = folder / "documents"
    documents.mkdir()
    for number, text in enumerate(paragraphs):
        (documents / f"{number:03}.md").write_text(text, encoding="utf-8")
    index.build(Sources(documents), folder / "index", encoder)
    retriever = Retriever(index.load(folder / "index"), encoder, Expectations(load_gazetteer()))

    def search(text: str) -> list[int]:
        found = [int(document_of(hit.passage).id) for hit in retriever.search(text, _DEEPEST)]
        return list(dict.fromkeys(found))

    return search


def _plain_bm25(paragraphs: Sequence[str]) -> Search:
    model = bm25s.BM25()
    model.index([_SYLLABLE.findall(text.lower()) for text in paragraphs], show_progress=False)

    def search(text: str) -> list[int]:
        known = [t for t in _SYLLABLE.findall(text.lower()) if t in model.vocab_dict]
        if not known:
            return []
        return [int(number) for number in np.argsort(-model.get_scores(known), kind="stable")[:_DEEPEST]]

    return search


def _plain_dense(paragraphs: Sequence[str], encoder: Encoder) -> Search:
    vectors = encoder.encode(paragraphs, "passage")

    def search(text: str) -> list[int]:
        # Not `encoder.question`, which remembers what the search before this one asked.
        closeness = vectors @ encoder.encode([text], "query")[0]
        return [int(number) for number in np.argsort(-closeness, kind="stable")[:_DEEPEST]]

    return search


def _without_diacritics(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")
