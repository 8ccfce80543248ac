"""Vietnamese vocabulary as data: abbreviations, synonyms, stop words, the labels around an answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

VOCABULARY_DIR = Path(__file__).parent


@cache
def vocabulary(name: str) -> Any:
    """Returns what `knowledge/vocabulary/<name>.yml` holds, read once."""
    return yaml.safe_load((VOCABULARY_DIR / f"{name}.yml").read_text(encoding="utf-8"))
