"""Two small documents, for tests of the index itself; and a small knowledge base with facts, for tests of answers."""

import shutil
from pathlib import Path

import pytest

from knowledge import index
from knowledge.encoder import Encoder
from knowledge.expectations import Expectations
from knowledge.gazetteer import GAZETTEER_DIR, Gazetteer, load_gazetteer
from knowledge.search import Retriever
from knowledge.sources import Sources

SMALL = Path(__file__).parent / "small"
CANTEEN = """---
id: noi-quy-can-tin
type: Nội quy
citation: Nội quy căn tin
title: Nội quy căn tin trường nghề
issued: "2024-03"
---

# Nội quy căn tin

## I. GIỜ MỞ CỬA

Căn tin mở cửa từ 6 giờ 30 đến 18 giờ các ngày trong tuần.

## II. THANH TOÁN

- Sinh viên trả tiền bằng thẻ.
- Khách trả tiền mặt.
"""

LIBRARY = """# Quy định thư viện

Mỗi sinh viên được mượn 5 cuốn sách trong 14 ngày.

Sách mất thì bồi thường theo giá bìa.
"""


@pytest.fixture
def two_documents(tmp_path: Path) -> Path:
    """A folder of two documents, one with front matter and one without."""
    return _write(tmp_path / "documents")


def _write(folder: Path) -> Path:
    folder.mkdir()
    (folder / "can-tin.md").write_text(CANTEEN, encoding="utf-8")
    (folder / "thu-vien.md").write_text(LIBRARY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index of the two documents, built once."""
    folder = tmp_path_factory.mktemp("small")
    _write(folder / "documents")
    index.build(Sources(folder / "documents"), folder / "index", encoder)
    return folder / "index"


@pytest.fixture
def index_copy(small_index: Path, tmp_path: Path) -> Path:
    """A copy of that index, to be damaged."""
    return shutil.copytree(small_index, tmp_path / "index")


@pytest.fixture(scope="session")
def small_gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """The shipped gazetteers, with the trades and schools of `small/facts`."""
    folder = tmp_path_factory.mktemp("names")
    shutil.copytree(SMALL / "facts", folder / "facts")
    return load_gazetteer(shutil.copytree(GAZETTEER_DIR, folder / "gazetteers"))


@pytest.fixture(scope="session")
def small_base(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, small_gazetteer: Gazetteer
) -> Retriever:
    """Search over `small/`: one document and a few entries of each kind, all made up."""
    folder = tmp_path_factory.mktemp("small-base")
    index.build(Sources(SMALL / "documents", facts=SMALL / "facts"), folder, encoder)
    return Retriever(index.load(folder), encoder, Expectations(small_gazetteer))
