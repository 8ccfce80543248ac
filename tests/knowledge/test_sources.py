"""An index depends on every file of its folders, and on no other."""

from pathlib import Path

import pytest

from knowledge.sources import Sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "documents/b.md",
        "documents/sub/a.md",
        "documents/a.txt",
        "questions/q.yml",
        "facts/faq.yml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_documents_questions_and_facts_are_listed_in_a_stable_order(folder: Path) -> None:
    sources = Sources(folder / "documents", folder / "questions", folder / "facts")
    names = [str(file.relative_to(folder)) for file in sources.files()]
    assert names == ["documents/b.md", "documents/sub/a.md", "questions/q.yml", "facts/faq.yml"]


def test_folders_that_are_not_named_or_not_there_have_no_files(folder: Path) -> None:
    assert list(Sources(folder / "documents", facts=folder / "nowhere").files()) == list(
        Sources(folder / "documents").files()
    )
