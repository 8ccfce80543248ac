"""What can go wrong in the knowledge base; every message names the remedy.

KnowledgeError
├── DocumentError     a document that cannot be read: file and line
├── FactError         an entry of the facts that cannot be used: file, line, entry and field
├── ImportRefused     a file that cannot become a document, and why
├── EncoderError      the encoder cannot be loaded
└── IndexUnusable     the index is missing, broken, or of another version
"""

from __future__ import annotations

from pathlib import Path


class KnowledgeError(Exception):
    """Base of the errors that an operator can mend; the message is fit to show."""


class DocumentError(KnowledgeError):
    """A document cannot be read."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class FactError(KnowledgeError):
    """An entry of the facts is broken."""

    def __init__(self, file: Path, line: int, entry: str | None, reason: str) -> None:
        super().__init__(f"{file}:{line}: {f'{entry}: ' if entry else ''}{reason}")
        self.file, self.line, self.entry, self.reason = file, line, entry, reason


class ImportRefused(KnowledgeError):
    """A file cannot become a document."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


class EncoderError(KnowledgeError):
    """The sentence encoder cannot be loaded."""


class IndexUnusable(KnowledgeError):
    """There is no index that this version can read."""
