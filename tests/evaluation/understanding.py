"""Intents and entities, measured by Rasa's own cross-validation on our training data."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from connectors.rasa_environment import PYTHON
from connectors.settings import ROOT
from knowledge.gazetteer import load_gazetteer
from knowledge.text import fold

FOLDS = 5
_LIMIT_S = 1500


def cross_validate(folder: Path) -> list[str]:
    """Returns report lines: intents by `rasa test nlu --cross-validation`, entities by naming every alias.

    Args:
        folder: where Rasa writes its reports.
    """
    out = folder / "nlu"
    command = [
        str(PYTHON), "-m", "bot", "test", "nlu", "--cross-validation", "--folds", str(FOLDS),
        "--nlu", "bot/data/nlu", "--config", "bot/config.yml", "--domain", "bot/domain",
        "--out", str(out), "--no-plot",
    ]  # fmt: skip
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    if done.returncode:
        return [f"Cross-validation failed: {done.stderr[-400:]}"]
    report: dict[str, Any] = json.loads((out / "intent_report.json").read_text(encoding="utf-8"))
    rows = sorted((name, row) for name, row in report.items() if isinstance(row, dict) and "support" in row)
    lines = [f"{FOLDS} folds over `bot/data/nlu`: accuracy **{report['accuracy']:.3f}**, "
             f"macro F1 **{report['macro avg']['f1-score']:.3f}**.", "",
             "| intent | examples | precision | recall | F1 |", "|---|---:|---:|---:|---:|"]  # fmt: skip
    lines += [
        f"| {name} | {row['support']:.0f} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1-score']:.2f} |"
        for name, row in rows
        if not name.endswith("avg")
    ]
    return [*lines, "", *entities()]


def entities() -> list[str]:
    """Returns a line that says how many gazetteer names are found in a sentence, as written and without diacritics."""
    gazetteer = load_gazetteer()
    names = [
        (entry.entity, entry.id, alias)
        for entry in gazetteer.entries
        for alias in (entry.name, *entry.aliases)
    ]
    shares = []
    for spelled in (str, fold):
        found = [
            any(
                (m.entity, m.value) == (entity, value)
                for m in gazetteer.find(f"cho em hỏi về {spelled(alias)} với")
            )
            for entity, value, alias in names
        ]
        shares.append(sum(found) / len(found))
    return [
        f"Entities: of {len(names)} names, {shares[0]:.1%} are found as written and {shares[1]:.1%} without diacritics."
    ]
