"""The folders that an index is built from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sources:
    """Folders of documents (`*.md`), of questions about them and of facts (`*.yml`); only the first must exist."""

    documents: Path
    questions: Path | None = None
    facts: Path | None = None

    def files(self) -> Iterator[Path]:
        """Yields every file that the index depends on, in a stable order."""
        folders = ((self.documents, "*.md"), (self.questions, "*.yml"), (self.facts, "*.yml"))
        for folder, pattern in folders:
            if folder is not None:
                yield from sorted(folder.rglob(pattern))
