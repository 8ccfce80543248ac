"""What all tests share: one index of the five documents with the real encoder, and how hypothesis runs."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from knowledge import index
from knowledge.encoder import Encoder, load_encoder
from knowledge.onnx_encoder import MODEL_DIR
from knowledge.search import Retriever
from knowledge.sources import Sources
from knowledge.store import KnowledgeStore

ROOT = Path(__file__).resolve().parents[1]
_KNOWLEDGE = ROOT / "knowledge"
SHIPPED = Sources(_KNOWLEDGE / "documents", _KNOWLEDGE / "questions", _KNOWLEDGE / "facts")
BUILT_INDEX = ROOT / "var" / "index"

# The same examples each time, so that a failure on a colleague's machine is a failure here; no deadline, for
# the machine may be busy with another suite.
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The shipped encoder."""
    return load_encoder(str(MODEL_DIR), threads=2)


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A folder with an index of the shipped documents and facts; a copy of `var/index` where that one is current."""
    folder = tmp_path_factory.mktemp("knowledge") / "index"
    if index.is_current(SHIPPED, BUILT_INDEX, str(MODEL_DIR)):
        version = index.current_version(BUILT_INDEX)
        assert version is not None
        shutil.copytree(BUILT_INDEX / version, folder / version)
        (folder / "CURRENT").write_text(version)
    else:
        index.build(SHIPPED, folder, encoder)
    return folder


@pytest.fixture(scope="session")
def store(index_dir: Path, encoder: Encoder) -> KnowledgeStore:
    """The knowledge base over that index."""
    return KnowledgeStore(index_dir, encoder)


@pytest.fixture(scope="session")
def retriever(store: KnowledgeStore) -> Retriever:
    """Search over that index."""
    return store.retriever()
