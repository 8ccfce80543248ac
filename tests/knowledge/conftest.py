"""Two small documents, for tests of the index itself."""

import shutil
from pathlib import Path

import pytest

from knowledge import index
from knowledge.encoder import Encoder
from knowledge.sources import Sources

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
