"""Lexical search: BM25 over syllables and syllable pairs, once as written and once without diacritics.

Most Vietnamese words have two syllables, so pairs count as words beside the syllables. Text typed without diacritics
only meets the second index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from knowledge.text import folded_tokens, tokens

Scores = npt.NDArray[np.float32]


def terms(text: str, folded: bool) -> list[str]:
    """Returns the syllables of `text` and, joined by "_", every pair of neighbours."""
    syllables = folded_tokens(text) if folded else tokens(text)
    return [*syllables, *(f"{a}_{b}" for a, b in pairwise(syllables))]


class LexicalIndex:
    """A BM25 index over windows of text (bm25s), with each term's rarity."""

    def __init__(self, model: bm25s.BM25, folded: bool) -> None:
        self._model = model
        self._folded = folded
        self._vocabulary: dict[str, int] = model.vocab_dict
        windows = int(model.scores["num_docs"])
        frequency = np.diff(model.scores["indptr"])
        self._rarity = np.log1p((windows - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        self._unknown_rarity = float(np.log1p((windows + 0.5) / 0.5))

    @classmethod
    def build(cls, texts: Iterable[str], folded: bool) -> LexicalIndex:
        """Indexes one text a window."""
        model = bm25s.BM25(k1=1.2, b=0.75)
        listed = [terms(text, folded) for text in texts]
        if not any(listed):  # No heading in any document, for one; bm25s cannot do without a word.
            listed = [[""] for _ in listed]
        model.index(listed, show_progress=False)
        return cls(model, folded)

    def scores(self, question_terms: Sequence[str]) -> Scores:
        """Returns the BM25 score (windows,) of every window for a question's terms."""
        known = [self._vocabulary[t] for t in question_terms if t in self._vocabulary]
        if not known:
            return np.zeros(int(self._model.scores["num_docs"]), dtype=np.float32)
        scores: Scores = self._model.get_scores(known)
        return scores

    def rarity(self, term: str) -> float:
        """Returns the term's inverse document frequency; a term that no window holds is the rarest."""
        number = self._vocabulary.get(term)
        return self._unknown_rarity if number is None else float(self._rarity[number])

    def terms(self, text: str) -> list[str]:
        """Returns the terms of `text` in this index's form."""
        return terms(text, self._folded)

    def save(self, folder: Path) -> None:
        """Writes the index to a new folder."""
        self._model.save(str(folder), show_progress=False)
        (folder / "form.json").write_text(json.dumps({"folded": self._folded}))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Reads what `save` wrote; the arrays are mapped, not copied."""
        model = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
        # The same memory, without numpy's own bookkeeping at every slice of a mapped array.
        model.scores = {
            name: np.asarray(part) if isinstance(part, np.memmap) else part
            for name, part in model.scores.items()
        }
        return cls(model, json.loads((folder / "form.json").read_text())["folded"])
