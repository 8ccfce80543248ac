"""Building and searching an index of many passages, beside one of our own size.

Encoding alone would take most of an hour for 100,000 passages on two cores, so only the first windows are encoded; the
other vectors are made near theirs, and the time for all is worked out. Everything else is measured in full: neither
FAISS' exact search nor BM25 depends on what the vectors say. Build and search run in processes of their own, so that
the memory is theirs.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from connectors.settings import Settings
from knowledge import index
from knowledge.documents import read_documents
from knowledge.encoder import Encoder, load_encoder
from knowledge.expectations import Expectations
from knowledge.fact_files import read_facts
from knowledge.gazetteer import load_gazetteer
from knowledge.onnx_encoder import Kind, Vectors
from knowledge.passages import passages_of
from knowledge.question import Question
from knowledge.search import Retriever
from knowledge.sources import Sources
from tests.benchmarks.corpus import write_documents
from tests.benchmarks.load import percentile
from tests.benchmarks.processes import peak_mib, resident_mib
from tests.benchmarks.report import table
from tests.evaluation.sets import answerable, fact_questions

_Figures = TypeVar("_Figures")
PASSAGES = 100_000
_MIB = 1024**2
# Windows that are encoded truly, and how far the others lie from them (cosine 0.95).
_ENCODED, _NOISE = 2_000, 0.33
_AIM_MS = 25
_WARM_UP = 10


@dataclass(frozen=True)
class Built:
    """A build's figures; `seconds` is all of it but encoding."""

    passages: int
    windows: int
    seconds: float
    encoded: int
    encoding_seconds: float
    peak_mib: float
    disk_mib: float

    @property
    def all_encoded_seconds(self) -> float:
        """What encoding every window takes, at the pace measured."""
        return self.encoding_seconds / self.encoded * self.windows


@dataclass(frozen=True)
class Searched:
    """Seconds until the index can be searched, milliseconds a question without its encoding, MiB then and at most."""

    load_seconds: float
    milliseconds: list[float]
    encoding_milliseconds: list[float]
    resident_mib: float
    peak_mib: float

    @property
    def whole(self) -> list[float]:
        """Milliseconds a question, its encoding included."""
        return [a + b for a, b in zip(self.milliseconds, self.encoding_milliseconds, strict=True)]


class SamplingEncoder:
    """Encodes the first windows that it is given, and makes up vectors near theirs for all that follow."""

    def __init__(self, encoder: Encoder, encoded: int = _ENCODED) -> None:
        """Takes the encoder and how many windows to encode."""
        self.name = encoder.name
        self.seconds = 0.0
        self.made_up_seconds = 0.0
        self._encoder, self._left = encoder, encoded
        self._known: list[Vectors] = []
        self._chance = np.random.default_rng(0)

    @property
    def encoded(self) -> int:
        """How many windows were encoded."""
        return sum(map(len, self._known))

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Returns one vector of length 1 a text."""
        started = time.perf_counter()
        if self._left > 0:
            vectors = self._encoder.encode(texts, kind)
            self._known.append(vectors)
            self._left -= len(texts)
            self.seconds += time.perf_counter() - started
            return vectors
        known = np.concatenate(self._known) if len(self._known) > 1 else self._known[0]
        self._known = [known]
        near = known[self._chance.integers(len(known), size=len(texts))]
        noise = self._chance.standard_normal(near.shape, dtype=np.float32) / np.sqrt(near.shape[1])
        vectors = near + _NOISE * noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.made_up_seconds += time.perf_counter() - started
        return vectors.astype(np.float32)


def section(passages: int = PASSAGES) -> str:
    """Measures both sizes and returns the comparison as Markdown."""
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="laban-scale-") as temporary:
        folder = Path(temporary)
        documents, many, own = folder / "documents", folder / "many", folder / "own"
        documents.mkdir()
        known = passages_of(read_documents(settings.documents_dir), read_facts(settings.facts_dir))
        count = write_documents(documents, passages, known, settings.documents_dir)
        built = _alone(build, Sources(documents), many, _ENCODED)
        searched = _alone(search, many)
        # What is known of our own size already is not encoded again.
        if settings.index_dir.is_dir():
            shutil.copytree(settings.index_dir, own)
        ours = index.build(settings.sources, own, load_encoder(settings.encoder, os.cpu_count() or 1))
        usual = _alone(search, own)
    return "\n\n".join(
        (
            "## Scale",
            f"{built.passages:,} passages of {count:,} documents made of the shipped ones "
            f"(`tests/benchmarks/corpus.py`), {built.windows:,} windows; ours: {ours.passages:,} passages of documents "
            f"and facts, {ours.windows:,} windows. {len(usual.milliseconds)} questions of the evaluation set, one "
            "after the other, each new. "
            f"Of the many, {built.encoded:,} windows were encoded, {built.encoded / built.encoding_seconds:.0f} a "
            "second; the other vectors were made near theirs, so what is found there says nothing.",
            table(
                ("search, ms a question", "ours", f"{built.passages:,} passages"),
                [
                    _row("p50", usual.whole, searched.whole, statistics.median),
                    _row(f"p95 (aim with ours: {_AIM_MS})", usual.whole, searched.whole, _p95),
                    _row("p50 without encoding the question", usual.milliseconds, searched.milliseconds,
                         statistics.median),
                    _row("p95 without encoding the question", usual.milliseconds, searched.milliseconds, _p95),
                ],
            ),
            table(
                ("the searching process", "ours", f"{built.passages:,} passages"),
                [
                    ("seconds to load", f"{usual.load_seconds:.2f}", f"{searched.load_seconds:.1f}"),
                    ("MiB after the questions", f"{usual.resident_mib:.0f}", f"{searched.resident_mib:.0f}"),
                    ("MiB at most", f"{usual.peak_mib:.0f}", f"{searched.peak_mib:.0f}"),
                ],
            ),
            table(
                (f"build of {built.passages:,} passages", ""),
                [
                    ("seconds without encoding", f"{built.seconds:.0f}"),
                    (f"minutes to encode, from {built.encoded:,} windows", f"{built.all_encoded_seconds / 60:.0f}"),
                    ("MiB at most", f"{built.peak_mib:.0f}"),
                    ("MiB on the disk", f"{built.disk_mib:.0f}"),
                ],
            ),
        )
    )  # fmt: skip


def build(sources: Sources, folder: Path, encoded: int) -> Built:
    """Builds an index of which so many windows are encoded; for a process of its own."""
    encoder = SamplingEncoder(load_encoder(Settings().encoder, os.cpu_count() or 1), encoded)
    report = index.build(sources, folder, encoder)  # type: ignore[arg-type]  # what a build needs of an encoder
    return Built(
        passages=report.passages,
        windows=report.windows,
        seconds=report.seconds - encoder.seconds - encoder.made_up_seconds,
        encoded=encoder.encoded,
        encoding_seconds=encoder.seconds,
        peak_mib=peak_mib(os.getpid()),
        disk_mib=sum(f.stat().st_size for f in (folder / report.version).rglob("*") if f.is_file()) / _MIB,
    )


def search(folder: Path) -> Searched:
    """Loads an index and asks it the questions of the evaluation set; for a process of its own."""
    settings = Settings()
    encoder, expectations = load_encoder(settings.encoder), Expectations(load_gazetteer())
    started = time.perf_counter()
    retriever = Retriever(index.load(folder), encoder, expectations)
    load_seconds = time.perf_counter() - started
    asked = list(dict.fromkeys(q.text for q in (*answerable(), *fact_questions())))
    encoding, searching = [], []
    for text in asked:
        # The encoder remembers what it has encoded, so the search finds it there.
        encoding.append(_milliseconds(lambda text=text: encoder.question(Question.read(text).prepared)))
        searching.append(
            _milliseconds(lambda text=text: retriever.search(text, today=settings.current_date()))
        )
    own = os.getpid()
    return Searched(load_seconds, searching[_WARM_UP:], encoding[_WARM_UP:], resident_mib(own), peak_mib(own))


def _alone(what: Callable[..., _Figures], *arguments: object) -> _Figures:
    """Runs `what` in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(what, *arguments).result()


def _milliseconds(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return (time.perf_counter() - started) * 1000


def _p95(values: Sequence[float]) -> float:
    return percentile(values, 95)


def _row(
    what: str, ours: Sequence[float], many: Sequence[float], figure: Callable[[Sequence[float]], float]
) -> tuple[str, ...]:
    return what, f"{figure(ours):.1f}", f"{figure(many):.1f}"
