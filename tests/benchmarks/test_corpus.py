"""Made documents are many, different, of the shipped ones' structure, and the same each time."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import numpy as np
import pytest

from knowledge.documents import read_documents
from knowledge.fact_files import read_facts
from knowledge.passages import Passage, passages_of, windows_of
from tests.benchmarks.corpus import write_documents
from tests.benchmarks.scale import SamplingEncoder
from tests.conftest import SHIPPED

assert SHIPPED.facts is not None
KNOWN = passages_of(read_documents(SHIPPED.documents), read_facts(SHIPPED.facts))


def made(folder: Path, passages: int, seed: int = 0) -> list[Passage]:
    folder.mkdir()
    count = write_documents(folder, passages, KNOWN, SHIPPED.documents, seed)
    documents = read_documents(folder)
    assert len(documents) == count
    return passages_of(documents)


@pytest.mark.parametrize("passages", [1, 14, 21, 22, 94, 95, 300])
def test_there_are_as_many_passages_as_wanted(tmp_path: Path, passages: int) -> None:
    assert len(made(tmp_path / "documents", passages)) == passages


def test_same_seed_makes_the_same_documents_and_another_one_others(tmp_path: Path) -> None:
    first, again, other = (made(tmp_path / n, 40, seed) for n, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert first == again
    assert not {p.text for p in first} & {p.text for p in other}


def test_documents_have_the_structure_and_the_lengths_of_the_shipped_ones(tmp_path: Path) -> None:
    shipped = [passage for passage in KNOWN if passage.id.partition("#")[0] in documents_shipped()]
    passages = made(tmp_path / "documents", len(shipped))
    assert [p.section.level for p in passages] == [p.section.level for p in shipped]
    assert [[b.kind for b in p.section.blocks] for p in passages] == [
        [b.kind for b in p.section.blocks] for p in shipped
    ]
    lengths = [statistics.mean(len(p.text) for p in of) for of in (passages, shipped)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.1)
    windows = [len(windows_of(of, {})) for of in (passages, shipped)]
    assert windows[0] == pytest.approx(windows[1], rel=0.1)


def test_texts_differ_and_are_made_of_known_words(tmp_path: Path) -> None:
    texts = [p.text for p in made(tmp_path / "documents", 500) if len(p.text) > 80]
    assert len(set(texts)) == len(texts)
    known = {word for p in KNOWN for word in re.findall(r"[^\W\d_]+", p.text.lower())}
    written = {word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower())}
    assert len(written & known) > 0.97 * len(written)
    assert len(written) > 500


def documents_shipped() -> set[str]:
    return {file.stem for file in SHIPPED.documents.glob("*.md")}


class Counting:
    """Stands in for an encoder; its vectors are far from each other."""

    name = "counting"

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: list[str], kind: str) -> np.ndarray:
        vectors = np.eye(384, dtype=np.float32)[self.texts : self.texts + len(texts)]
        self.texts += len(texts)
        return vectors


def test_only_the_first_windows_are_encoded_and_the_others_lie_near_them() -> None:
    inner = Counting()
    encoder = SamplingEncoder(inner, encoded=100)  # type: ignore[arg-type]  # what is used of one
    vectors = np.concatenate([encoder.encode(["x"] * 64, "passage") for _ in range(20)])
    assert vectors.shape == (1280, 384)
    assert encoder.encoded == inner.texts == 128
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    nearest = (vectors[128:] @ vectors[:128].T).max(axis=1)
    assert nearest.mean() == pytest.approx(0.95, abs=0.01)
    assert len({vector.tobytes() for vector in vectors}) == len(vectors)
