"""Two small documents, for tests of the index itself."""

from pathlib import Path

import pytest

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
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "can-tin.md").write_text(CANTEEN, encoding="utf-8")
    (folder / "thu-vien.md").write_text(LIBRARY, encoding="utf-8")
    return folder
