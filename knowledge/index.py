"""The index on disk: built beside the old one, swapped in one step, read in milliseconds.

`<index>/CURRENT` names the version in use; each version is a folder of its own. What has not changed is not encoded
again: vectors of windows with the same text are taken from the version before.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import faiss
import numpy as np
from pydantic import TypeAdapter

from knowledge.documents import Document, Library, read_documents
from knowledge.encoder import Encoder, encoder_id
from knowledge.entries import TEMPLATE_FILES
from knowledge.errors import IndexUnusable
from knowledge.fact_files import read_facts
from knowledge.facts import FactBase
from knowledge.lexical import LexicalIndex
from knowledge.onnx_encoder import Kind, Vectors
from knowledge.passages import Passage, Window, passages_of, read_questions, windows_of
from knowledge.sources import Sources

FORMAT = 2
_CURRENT = "CURRENT"
_BATCH = 64
# Versions kept for readers that still hold the one before.
_KEPT_VERSIONS = 2
# A question is compared with questions, so it is encoded as one.
_PREFIX: dict[str, Kind] = {"text": "passage", "question": "query"}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `encoded` counts the windows that were new; `seconds` is the whole build."""

    version: str
    documents: int
    passages: int
    windows: int
    encoded: int
    seconds: float


@dataclass(frozen=True)
class Index:
    """One version of the index, in memory."""

    version: str
    encoder_name: str
    library: Library
    facts: FactBase
    passages: list[Passage]
    windows: list[Window]
    vectors: Vectors
    dense: faiss.Index
    written: LexicalIndex
    folded: LexicalIndex
    headings: LexicalIndex


def build(
    sources: Sources, index_dir: Path, encoder: Encoder, progress: Progress | None = None
) -> BuildReport:
    """Builds a version of the index and makes it the current one; nothing is replaced if anything fails.

    Args:
        sources: the folders of what is to be known.
        index_dir: where versions live; made if missing.
        encoder: encodes the windows that the version before does not hold.
        progress: told (step, done, total) as the build goes on.

    Raises:
        DocumentError: a document is broken; says its file and line.
        FactError: an entry of the facts is.
    """
    started = datetime.now(UTC)
    documents = read_documents(sources.documents)
    facts = read_facts(sources.facts) if sources.facts else FactBase()
    passages = passages_of(documents, facts)
    questions = read_questions(sources.questions, passages) if sources.questions else {}
    windows = windows_of(passages, questions)
    vectors, encoded = _encode(windows, encoder, _previous(index_dir, encoder.name), progress)
    fingerprint = source_fingerprint(sources, encoder.name)
    version = f"{started:%Y%m%dT%H%M%S}-{fingerprint[:8]}"
    manifest = {
        "format": FORMAT,
        "encoder": encoder.name,
        "fingerprint": fingerprint,
        "built": started.isoformat(timespec="seconds"),
        "documents": len(documents),
        "passages": len(passages),
        "windows": len(windows),
    }
    index_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=index_dir, prefix=".building-") as building:
        made, target = Path(building) / version, index_dir / version
        made.mkdir()
        _write(made, documents, facts, passages, windows, vectors, manifest)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    _make_current(index_dir, version)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return BuildReport(version, len(documents), len(passages), len(windows), encoded, seconds)


def load(index_dir: Path) -> Index:
    """Reads the current version.

    Raises:
        IndexUnusable: there is none, it is broken, or another release wrote it.
    """
    version = current_version(index_dir)
    if version is None:
        raise IndexUnusable(f"there is no index in {index_dir}; build it with: laban kb build")
    folder = index_dir / version
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise IndexUnusable(
                f"the index in {index_dir} has format {manifest['format']}, this release reads {FORMAT}; "
                "build it again with: laban kb build"
            )
        documents = _DOCUMENTS.validate_json((folder / "documents.json").read_bytes())
        facts = FactBase.parse((folder / "facts.json").read_bytes())
        windows = [Window(**row) for row in json.loads((folder / "windows.json").read_bytes())]
        return Index(
            version=version,
            encoder_name=manifest["encoder"],
            library=Library({d.id: d for d in documents}),
            facts=facts,
            passages=passages_of(documents, facts),
            windows=windows,
            vectors=np.asarray(np.load(folder / "vectors.npy", mmap_mode="r")),
            dense=faiss.read_index(str(folder / "dense.faiss")),
            written=LexicalIndex.load(folder / "written"),
            folded=LexicalIndex.load(folder / "folded"),
            headings=LexicalIndex.load(folder / "headings"),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise IndexUnusable(
            f"the index in {folder} cannot be read ({error}); build it again with: laban kb build"
        ) from error


def current_version(index_dir: Path) -> str | None:
    """Returns the name of the version in use, or None."""
    try:
        return (index_dir / _CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def is_current(sources: Sources, index_dir: Path, encoder: str) -> bool:
    """Tells whether the index was built by this release from these very files with this encoder."""
    version = current_version(index_dir)
    if version is None:
        return False
    try:
        manifest = json.loads((index_dir / version / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    expected = source_fingerprint(sources, encoder)
    return bool(manifest.get("format") == FORMAT and manifest.get("fingerprint") == expected)


def source_fingerprint(sources: Sources, encoder: str) -> str:
    """Returns a hash of everything an index is made from; `encoder` as given to `load_encoder`."""
    digest = hashlib.sha256(f"{FORMAT}\0{encoder_id(encoder)}".encode())
    for file in (*sources.files(), *TEMPLATE_FILES):
        digest.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


_DOCUMENTS = TypeAdapter(list[Document])


def _previous(index_dir: Path, encoder: str) -> dict[tuple[str, str], Vectors]:
    """Returns the vectors of the current version by (kind, text), if the same encoder made them."""
    try:
        index = load(index_dir)
    except IndexUnusable:
        return {}
    if index.encoder_name != encoder:
        return {}
    return {(w.kind, w.text): v for w, v in zip(index.windows, index.vectors, strict=True)}


def _encode(
    windows: list[Window],
    encoder: Encoder,
    known: dict[tuple[str, str], Vectors],
    progress: Progress | None,
) -> tuple[Vectors, int]:
    missing = {
        kind: [w.text for w in windows if w.kind == kind and (kind, w.text) not in known] for kind in _PREFIX
    }
    unique = {kind: list(dict.fromkeys(texts)) for kind, texts in missing.items()}
    total, done = sum(map(len, unique.values())), 0
    for kind, texts in unique.items():
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            for text, vector in zip(batch, encoder.encode(batch, _PREFIX[kind]), strict=True):
                known[kind, text] = vector
            done += len(batch)
            if progress:
                progress("encode", done, total)
    return np.array([known[w.kind, w.text] for w in windows], dtype=np.float32), total


def _write(
    folder: Path,
    documents: list[Document],
    facts: FactBase,
    passages: list[Passage],
    windows: list[Window],
    vectors: Vectors,
    manifest: dict[str, object],
) -> None:
    (folder / "documents.json").write_bytes(_DOCUMENTS.dump_json(documents))
    (folder / "facts.json").write_bytes(facts.dump())
    (folder / "windows.json").write_text(json.dumps([w.__dict__ for w in windows], ensure_ascii=False))
    np.save(folder / "vectors.npy", vectors)
    dense = faiss.IndexFlatIP(vectors.shape[1])
    dense.add(vectors)
    faiss.write_index(dense, str(folder / "dense.faiss"))
    # A question is searched with its document's name in front, as the text is: people name the place or the office.
    texts = [f"{passages[w.passage].path[0]}: {w.text}" if w.kind == "question" else w.text for w in windows]
    LexicalIndex.build(texts, folded=False).save(folder / "written")
    LexicalIndex.build(texts, folded=True).save(folder / "folded")
    LexicalIndex.build([passage.heading for passage in passages], folded=True).save(folder / "headings")
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2))


def _make_current(index_dir: Path, version: str) -> None:
    pointer = index_dir / f".{_CURRENT}.{os.getpid()}"
    pointer.write_text(version, encoding="utf-8")
    pointer.replace(index_dir / _CURRENT)
    versions = sorted(f for f in index_dir.iterdir() if f.is_dir() and not f.name.startswith("."))
    for old in [f for f in versions if f.name != version][: -(_KEPT_VERSIONS - 1) or None]:
        shutil.rmtree(old, ignore_errors=True)
