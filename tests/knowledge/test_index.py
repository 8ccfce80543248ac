"""The index is built beside the old one, encodes only what is new, and says what to do when it cannot be read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge import index
from knowledge.encoder import Encoder
from knowledge.errors import DocumentError, FactError, IndexUnusable
from knowledge.fact_files import read_facts
from knowledge.sources import Sources
from tests.knowledge.conftest import SMALL

REMEDY = r"laban kb build"


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_an_index_holds_what_the_documents_say(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    report = index.build(Sources(two_documents), tmp_path / "index", encoder)
    built = index.load(tmp_path / "index")
    assert (report.documents, report.passages, report.windows) == (2, 4, 4)
    assert report.encoded == 4
    assert report.version == built.version == index.current_version(tmp_path / "index")
    assert built.encoder_name == encoder.name
    assert [document.id for document in built.library.documents()] == ["noi-quy-can-tin", "thu-vien"]
    assert [passage.id for passage in built.passages] == [
        "noi-quy-can-tin#i",
        "noi-quy-can-tin#ii",
        "thu-vien#doan-1",
        "thu-vien#doan-2",
    ]
    assert built.vectors.shape == (4, 384)
    assert built.dense.ntotal == 4
    assert np.allclose(built.vectors[0], encoder.encode([built.windows[0].text], "passage")[0], atol=0.05)


def test_a_second_build_encodes_nothing(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    before = np.array(index.load(tmp_path / "index").vectors)
    assert index.build(Sources(two_documents), tmp_path / "index", encoder).encoded == 0
    assert np.array_equal(index.load(tmp_path / "index").vectors, before)


def test_only_what_has_changed_is_encoded(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    append(two_documents / "thu-vien.md", "\nThư viện đóng cửa chủ nhật.\n")
    report = index.build(Sources(two_documents), tmp_path / "index", encoder)
    assert (report.encoded, report.windows) == (1, 5)
    built = index.load(tmp_path / "index")
    again = index.build(Sources(two_documents), tmp_path / "anew", encoder)
    assert again.encoded == 5
    # Row by row: a vector kept from before lies beside its own window.
    likeness = np.array(built.vectors) @ np.array(index.load(tmp_path / "anew").vectors).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]


def test_questions_are_windows_too(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "thu-vien.yml").write_text(
        '- {evidence: mượn 5 cuốn, questions: ["Được mượn mấy quyển?"]}\n', "utf-8"
    )
    report = index.build(Sources(two_documents, questions), tmp_path / "index", encoder)
    built = index.load(tmp_path / "index")
    (asked,) = [n for n, window in enumerate(built.windows) if window.kind == "question"]
    assert report.windows == 5
    assert built.passages[built.windows[asked].passage].id == "thu-vien#doan-1"
    assert built.vectors[asked] @ encoder.question("Được mượn mấy quyển?") > 0.98


def test_progress_counts_up_to_the_whole(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    told: list[tuple[str, int, int]] = []
    index.build(Sources(two_documents), tmp_path / "index", encoder, progress=lambda *step: told.append(step))
    assert told == [("encode", 4, 4)]


@pytest.mark.parametrize("broken", ["---\nid: [\n---\nThân.\n", "---\nid: noi-quy-can-tin\n---\nThân.\n", ""])
def test_a_broken_document_replaces_nothing(
    two_documents: Path, tmp_path: Path, encoder: Encoder, broken: str
) -> None:
    version = index.build(Sources(two_documents), tmp_path / "index", encoder).version
    (two_documents / "z.md").write_text(broken, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"z\.md:"):
        index.build(Sources(two_documents), tmp_path / "index", encoder)
    assert index.load(tmp_path / "index").version == version
    assert sorted(f.name for f in (tmp_path / "index").iterdir()) == sorted([version, "CURRENT"])


def test_a_new_version_takes_over_and_the_oldest_goes(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    versions = []
    for n in range(3):
        append(two_documents / "thu-vien.md", f"\nĐiều thêm thứ {n}.\n")
        versions.append(index.build(Sources(two_documents), tmp_path / "index", encoder).version)
        assert index.current_version(tmp_path / "index") == versions[-1]
    folders = [f.name for f in (tmp_path / "index").iterdir() if f.is_dir()]
    assert len(set(versions)) == 3
    assert len(folders) == 2
    assert versions[-1] in folders


def test_a_reader_goes_on_with_the_version_it_has(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    held = index.load(tmp_path / "index")
    append(two_documents / "thu-vien.md", "\nThư viện đóng cửa chủ nhật.\n")
    index.build(Sources(two_documents), tmp_path / "index", encoder)
    assert len(held.passages) == 4
    assert float(held.written.scores(held.written.terms("mượn sách")).max()) > 0
    assert len(index.load(tmp_path / "index").passages) == 5


def test_an_index_is_current_until_something_it_is_made_from_changes(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "index"
    assert not index.is_current(Sources(two_documents), folder, encoder.name)
    index.build(Sources(two_documents), folder, encoder)
    assert index.is_current(Sources(two_documents), folder, encoder.name)
    assert not index.is_current(Sources(two_documents), folder, "another-encoder")
    assert not index.is_current(Sources(two_documents, _questions(tmp_path)), folder, encoder.name)
    append(two_documents / "thu-vien.md", "\nThêm.\n")
    assert not index.is_current(Sources(two_documents), folder, encoder.name)


def _questions(folder: Path) -> Path:
    questions = folder / "questions"
    questions.mkdir()
    (questions / "thu-vien.yml").write_text("[]", encoding="utf-8")
    return questions


@pytest.mark.parametrize("text", ["Chỉ một câu.", "- một\n- hai", "😀", "# Tựa\n\n1"])
def test_any_readable_folder_can_be_indexed(tmp_path: Path, encoder: Encoder, text: str) -> None:
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    report = index.build(Sources(tmp_path), tmp_path / "index", encoder)
    assert report.passages == len(index.load(tmp_path / "index").passages) == 1


def test_facts_are_passages_after_those_of_the_documents(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    report = index.build(Sources(two_documents, facts=SMALL / "facts"), tmp_path / "index", encoder)
    built = index.load(tmp_path / "index")
    assert built.facts == read_facts(SMALL / "facts")
    assert [passage.id for passage in built.passages[4:]] == list(built.facts.by_id)
    assert report.documents == 2
    assert [window.passage for window in built.windows] == sorted(w.passage for w in built.windows)


def test_a_broken_fact_replaces_nothing(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    sources = Sources(two_documents, facts=shutil.copytree(SMALL / "facts", tmp_path / "facts"))
    version = index.build(sources, tmp_path / "index", encoder).version
    (tmp_path / "facts" / "changes.yml").write_text("- {id: mot}\n", encoding="utf-8")
    with pytest.raises(FactError, match=r"changes\.yml:1: mot: "):
        index.build(sources, tmp_path / "index", encoder)
    assert index.load(tmp_path / "index").version == version


def test_only_the_aspect_of_a_trade_that_has_changed_is_encoded(
    two_documents: Path, tmp_path: Path, encoder: Encoder
) -> None:
    sources = Sources(two_documents, facts=shutil.copytree(SMALL / "facts", tmp_path / "facts"))
    index.build(sources, tmp_path / "index", encoder)
    assert index.is_current(sources, tmp_path / "index", encoder.name)
    file = tmp_path / "facts" / "occupations.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("15 triệu", "16 triệu"), encoding="utf-8")
    assert not index.is_current(sources, tmp_path / "index", encoder.name)
    assert 1 <= index.build(sources, tmp_path / "index", encoder).encoded <= 2


def test_a_missing_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match=REMEDY) as raised:
        index.load(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in str(raised.value)


def test_an_index_of_another_release_says_so(two_documents: Path, tmp_path: Path, encoder: Encoder) -> None:
    version = index.build(Sources(two_documents), tmp_path / "index", encoder).version
    manifest = tmp_path / "index" / version / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": index.FORMAT - 1}))
    with pytest.raises(IndexUnusable, match=rf"format {index.FORMAT - 1}, .* reads {index.FORMAT}.*{REMEDY}"):
        index.load(tmp_path / "index")
    assert not index.is_current(Sources(two_documents), tmp_path / "index", encoder.name)
    assert index.build(Sources(two_documents), tmp_path / "index", encoder).encoded == 4
    assert index.is_current(Sources(two_documents), tmp_path / "index", encoder.name)


FILES = [
    "manifest.json",
    "documents.json",
    "facts.json",
    "windows.json",
    "vectors.npy",
    "dense.faiss",
    "written/data.csc.index.npy",
    "folded/vocab.index.json",
    "headings/form.json",
]


@pytest.mark.parametrize("damage", ["missing", "empty", "cut short"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_index_is_refused_with_the_remedy(index_copy: Path, name: str, damage: str) -> None:
    version = index.current_version(index_copy)
    assert version is not None
    file = index_copy / version / name
    if damage == "missing":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(b"" if damage == "empty" else content[: len(content) // 2])
    with pytest.raises(IndexUnusable, match=REMEDY):
        index.load(index_copy)


def test_an_empty_pointer_is_no_version(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("\n")
    assert index.current_version(tmp_path) is None
