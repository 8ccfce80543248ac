"""What can go wrong in the knowledge base; every message names the remedy.

KnowledgeError
├── DocumentError     a document that cannot be read: file and line
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


class EncoderError(KnowledgeError):
    """The sentence encoder cannot be loaded."""


class IndexUnusable(KnowledgeError):
    """There is no index that this version can read."""
