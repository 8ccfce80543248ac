"""Rasa itself finds no fault with the project."""

from __future__ import annotations

from pathlib import Path

from tests.bot.rasa_side.running import ROOT, rasa


def test_rasa_data_validate_passes(tmp_path: Path) -> None:
    bot = ROOT / "bot"
    files = ["--config", bot / "config.yml", "--domain", bot / "domain", "--data", bot / "data"]
    output = rasa(tmp_path, "data", "validate", "--fail-on-warnings", *map(str, files))
    assert "No story structure conflicts found." in output
