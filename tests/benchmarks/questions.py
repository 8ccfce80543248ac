"""Questions to put to a server, each text only once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import yaml

from tests.evaluation.sets import answerable

_PHRASINGS = Path(__file__).with_name("phrasings.yml")


def questions() -> Iterator[str]:
    """Yields the questions of the evaluation set in their order, again and again in other phrasings."""
    asked = [question.text for question in answerable()]
    for phrase in phrasings():
        for text in asked:
            yield phrase.format(text)


def phrasings() -> list[str]:
    """Returns forms with a place ("{}") for the question; the first is the question alone."""
    raw = yaml.safe_load(_PHRASINGS.read_text(encoding="utf-8"))
    return [f"{opening}{{}}{closing}" for closing, opening in product(raw["closings"], raw["openings"])]
