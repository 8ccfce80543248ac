"""Rasa is trained exactly when what it is made from has changed, and a failed training breaks nothing."""

import sys
from pathlib import Path

import pytest

from connectors import training
from connectors.errors import StartError
from connectors.settings import ROOT, Settings

WRITES = "import sys, pathlib; pathlib.Path(sys.argv[1], 'laban.tar.gz').write_text(sys.argv[2])"


def command(content: str) -> list[str]:
    """A stand-in for `rasa train` that writes a model with this content."""
    return [sys.executable, "-c", WRITES, "{out}", content]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with everything generated in a folder of the test."""
    return Settings(_env_file=None, var_dir=tmp_path)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small repository with each kind of source."""
    root = tmp_path / "repository"
    for source in training.SOURCES:
        path = root / source if Path(source).suffix else root / source / "content.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    return root


def test_every_source_exists_in_the_repository() -> None:
    assert [source for source in training.SOURCES if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("source", training.SOURCES)
def test_fingerprint_follows_each_source(sources: Path, source: str) -> None:
    before = training.fingerprint(sources)
    path = sources / source if Path(source).suffix else sources / source / "content.yml"
    path.write_text("changed")
    assert training.fingerprint(sources) != before


def test_fingerprint_follows_new_and_renamed_files(sources: Path) -> None:
    seen = {training.fingerprint(sources)}
    new = sources / "bot" / "data" / "nlu" / "new.yml"
    new.parent.mkdir(parents=True)
    new.write_text("content")
    seen.add(training.fingerprint(sources))
    new.rename(new.with_name("renamed.yml"))
    seen.add(training.fingerprint(sources))
    assert len(seen) == 3


def test_fingerprint_ignores_what_a_model_is_not_made_from(sources: Path) -> None:
    before = training.fingerprint(sources)
    for name in ("bot/__pycache__/x.pyc", "bot/.swp/x.yml", "bot/endpoints.yml", "bot/credentials.yml"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text("anything")
    assert training.fingerprint(sources) == before


async def test_training_happens_once(settings: Settings) -> None:
    assert await training.train(settings, print, command=command("first"))
    assert settings.rasa_model.read_text() == "first"
    assert not await training.train(settings, print, command=command("second"))
    assert settings.rasa_model.read_text() == "first"


async def test_force_trains_again(settings: Settings) -> None:
    await training.train(settings, print, command=command("first"))
    assert await training.train(settings, print, force=True, command=command("second"))
    assert settings.rasa_model.read_text() == "second"


async def test_damaged_model_is_trained_again(settings: Settings) -> None:
    await training.train(settings, print, command=command("whole"))
    settings.rasa_model.write_text("cut")
    assert await training.train(settings, print, command=command("whole"))
    assert settings.rasa_model.read_text() == "whole"


async def test_failed_training_says_why_and_keeps_the_model(settings: Settings) -> None:
    await training.train(settings, print, command=command("good"))
    fails = [
        sys.executable,
        "-c",
        "print('YamlException: bot/data/nlu/greet.yml line 3'); raise SystemExit(1)",
    ]
    with pytest.raises(StartError, match=r"exit code 1[\s\S]*greet.yml line 3[\s\S]*train.log"):
        await training.train(settings, print, force=True, command=fails)
    assert settings.rasa_model.read_text() == "good"
    assert sorted(path.name for path in settings.rasa_model.parent.iterdir() if path.is_dir()) == []


async def test_training_that_writes_no_model_is_a_failure(settings: Settings) -> None:
    with pytest.raises(StartError, match="could not be trained"):
        await training.train(settings, print, command=[sys.executable, "-c", ""])
    assert not training.is_current(settings)
