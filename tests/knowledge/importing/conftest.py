"""Real files in each format, made from one official letter."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import fpdf
import pytest

from knowledge.errors import ImportRefused
from knowledge.importing.drafts import Draft, draft

LETTER = """ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG
SỞ GIÁO DỤC VÀ ĐÀO TẠO

Số: 215/KH-SGDĐT

Hải Phòng, ngày 05 tháng 3 năm 2024

KẾ HOẠCH

Tư vấn hướng nghiệp cho học sinh lớp 9 giai đoạn 2024-2030

Căn cứ Kế hoạch số 126/KH-UBND ngày 24/4/2019 của Ủy ban nhân dân thành phố, Sở Giáo dục và Đào tạo xây dựng kế hoạch:

I. MỤC TIÊU

1. Mục tiêu chung

Giúp học sinh chọn được nghề hợp với sức học và hoàn cảnh của gia đình.

2. Mục tiêu cụ thể

a) Mọi trường trung học cơ sở có giáo viên tư vấn;

b) Mỗi học sinh được tư vấn ít nhất hai lần trong một năm học.

II. TỔ CHỨC THỰC HIỆN

- Các trường báo cáo trước ngày 30 tháng 5;
- Phòng Giáo dục và Đào tạo tổng hợp.

Nơi nhận:

- Như trên;
- Lưu: VT.

KT. GIÁM ĐỐC

PHÓ GIÁM ĐỐC

Nguyễn Văn An
"""
TODAY = date(2026, 11, 24)
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
# The passages that every format of the letter gives.
SLUGS = ["doan-1", "doan-2", "i-1", "i-2-a", "i-2-b", "ii", "noi-nhan", "doan-3"]

Pdf = Callable[[Callable[[fpdf.FPDF], None]], Path]


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    """The letter as UTF-8 text."""
    file = tmp_path / "ke-hoach.txt"
    file.write_text(LETTER, encoding="utf-8")
    return file


@pytest.fixture
def word_file(tmp_path: Path) -> Path:
    """The letter as Word writes it: its head in a table of two columns, dashes as typed."""
    document = docx.Document()
    head, *rest = LETTER.split("KẾ HOẠCH\n")
    lines = [line for line in head.splitlines() if line]
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    left.text = "\n".join(lines[:3])
    right.text = f"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n{lines[3]}"
    for line in ["KẾ HOẠCH", *"KẾ HOẠCH\n".join(rest).splitlines()]:
        document.add_paragraph(line)
    file = tmp_path / "ke-hoach.docx"
    document.save(str(file))
    return file


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    """Writes a PDF file with a font that has Vietnamese letters."""
    if not FONT.exists():
        pytest.skip(f"needs a font with Vietnamese letters ({FONT}, Debian's fonts-dejavu-core)")

    def write(fill: Callable[[fpdf.FPDF], None]) -> Path:
        made = fpdf.FPDF()
        made.add_font("DejaVu", fname=str(FONT))
        made.set_font("DejaVu", size=11)
        made.add_page()
        fill(made)
        file = tmp_path / "ke-hoach.pdf"
        made.output(str(file))
        return file

    return write


def write_letter(made: fpdf.FPDF) -> None:
    """Puts the letter on the page, wrapped at the margins, with the number of the page at its foot."""
    for line in LETTER.splitlines():
        made.multi_cell(0, 6, line or " ", new_x="LMARGIN", new_y="NEXT")


def made_of(file: Path) -> Draft:
    """Returns what the file becomes."""
    return draft(file, TODAY)


def slugs(made: Draft) -> list[str]:
    """Returns the passages by their ids."""
    return [section.slug for section in made.document.outline if section.blocks]


def reason(file: Path) -> str:
    """Returns why the file is refused."""
    with pytest.raises(ImportRefused) as refused:
        made_of(file)
    assert str(file) in str(refused.value)
    assert "\n" not in refused.value.reason
    return refused.value.reason
