"""What the commands of `laban kb` have in common: their options, and how a text is shown in brief."""

from __future__ import annotations

from pathlib import Path

import typer

from connectors.settings import Settings
from knowledge.sources import Sources

DOCUMENTS = typer.Option("--documents", help="Folder of Markdown files; LABAN_DOCUMENTS_DIR when left out.")
INDEX = typer.Option("--index", help="Folder of the index; LABAN_INDEX_DIR when left out.")
JSON = typer.Option("--json", help="Print JSON for a program to read.")


def folders_of(documents: Path | None, settings: Settings) -> Sources:
    """Returns the folders to read: `--documents` alone, for questions and facts belong to our own documents only."""
    return Sources(documents) if documents else settings.sources


def excerpt(text: str, characters: int = 100) -> str:
    """Returns a text on one line, cut after so many characters."""
    joined = " ".join(text.split())
    return joined if len(joined) <= characters else f"{joined[:characters]}…"
