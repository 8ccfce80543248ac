"""The index in use by a running program: loaded once, replaced without a restart when a newer version is built."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from knowledge import index
from knowledge.encoder import Encoder
from knowledge.errors import IndexUnusable
from knowledge.expectations import Expectations
from knowledge.gazetteer import Gazetteer, Named, load_gazetteer
from knowledge.ranking import Ranking
from knowledge.search import Retriever


class KnowledgeStore:
    """Hands out a retriever over the current version of the index."""

    def __init__(
        self,
        index_dir: Path,
        encoder: Encoder,
        gazetteer: Gazetteer | None = None,
        ranking: Ranking | None = None,
    ) -> None:
        """Takes the index's folder; the gazetteer and the ranking are the shipped ones unless given."""
        self.index_dir = index_dir
        self.encoder = encoder
        self._own_gazetteer = gazetteer is None
        self.gazetteer = gazetteer or load_gazetteer()
        self._ranking = ranking
        self._lock = threading.Lock()
        self._retriever: Retriever | None = None

    def retriever(self) -> Retriever:
        """Returns a retriever over the current version; one that was handed out before stays usable.

        Raises:
            IndexUnusable: there is no index, or it was built with another encoder.
        """
        version = index.current_version(self.index_dir)
        retriever = self._retriever
        if retriever is not None and retriever.index.version == version:
            return retriever
        with self._lock:
            if self._retriever is None or self._retriever.index.version != version:
                self._retriever = self._load()
            return self._retriever

    def _load(self) -> Retriever:
        loaded = index.load(self.index_dir)
        if loaded.encoder_name != self.encoder.name:
            raise IndexUnusable(
                f"the index was built with the encoder {loaded.encoder_name}, the program runs "
                f"{self.encoder.name}; build it again with: laban kb build"
            )
        if self._own_gazetteer and loaded.facts.by_id:  # The facts name trades and schools.
            facts: dict[str, Iterable[Named]] = {
                "occupation": loaded.facts.occupations.values(),
                "institution": loaded.facts.institutions.values(),
            }
            self.gazetteer = load_gazetteer(facts=facts)
        return Retriever(loaded, self.encoder, Expectations(self.gazetteer), self._ranking)
