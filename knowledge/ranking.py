"""How search weighs what it finds: the numbers of `ranking.yml`, where each is explained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RANKING_FILE = Path(__file__).parent / "ranking.yml"


@dataclass(frozen=True)
class Ranking:
    """The weights and thresholds of `ranking.yml`."""

    dense_share: float
    heading_weight: float
    away_penalty: float
    entry_weight: float
    general_weight: float
    period_weight: float
    slight_characters: int
    slight_penalty: float
    letterhead_penalty: float
    addressees_penalty: float
    folded_share: float
    synonym_weight: float
    least_substance: float
    read_nearest: int
    lacking: dict[str, float]
    card_weight: float
    slight_rest: float
    short_question: int
    card_rest: float
    candidates: int
    confidence: dict[str, Any]
    answer: float
    suggest: float
    second_margin: float
    surer: dict[str, float]


@cache
def default_ranking() -> Ranking:
    """Returns what `ranking.yml` says, read once."""
    return Ranking(**yaml.safe_load(RANKING_FILE.read_text(encoding="utf-8")))
