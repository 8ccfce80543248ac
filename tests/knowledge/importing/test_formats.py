"""The same letter gives the same passages from every format."""

from pathlib import Path

import docx
import fpdf
import pytest

from knowledge.importing.encodings import Legacy
from knowledge.importing.folder import same_text
from tests.knowledge.importing.conftest import LETTER, SLUGS, Pdf, made_of, slugs, write_letter
from tests.knowledge.importing.test_encodings import windows_1258, written

PAGE = """<!DOCTYPE html><html><head><title>Tin</title><style>p {color: red}</style></head><body>
<nav>Trang chủ | Giới thiệu</nav><script>var nghề = "hàn";</script><!-- ghi chú -->
<main>%s<table><tr><th>Nghề</th><th>Mức hỗ trợ</th><th>Thời gian</th></tr>
<tr><td>Hàn</td><td>2.000.000 đồng</td><td>3 tháng</td></tr></table></main><footer>Bản quyền</footer></body></html>"""


def test_text_becomes_its_passages(text_file: Path) -> None:
    made = made_of(text_file)
    assert slugs(made) == SLUGS
    assert made.document.outline[-1].text == "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Nguyễn Văn An"


def test_word_file_gives_the_same_passages(word_file: Path, text_file: Path) -> None:
    made = made_of(word_file)
    assert slugs(made) == SLUGS
    assert made.document.model_dump(exclude={"source", "outline"}) == made_of(text_file).document.model_dump(
        exclude={"source", "outline"}
    )


def test_pdf_gives_the_same_passages(pdf: Pdf) -> None:
    made = made_of(pdf(write_letter))
    assert slugs(made) == SLUGS
    assert "126/KH-UBND ngày 24/4/2019 của Ủy ban nhân dân thành phố, Sở" in made.markdown
    assert made.document.signer == "Nguyễn Văn An"


def write_in_columns(made: fpdf.FPDF) -> None:
    """Puts the letter on the page as offices do: head and foot in two columns."""

    def column(x: float, y: float, lines: list[str]) -> None:
        made.set_xy(x, y)
        for line in lines:
            made.multi_cell(100, 5, line or " ", new_x="LEFT", new_y="NEXT")

    head, body = LETTER.split("KẾ HOẠCH\n", 1)
    body, foot = body.split("Nơi nhận:")
    office, parent, number, dated = (line for line in head.splitlines() if line)
    column(10, 10, [office, parent, "", number])
    column(110, 10, ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "", dated])
    made.set_xy(10, 40)
    for line in ["KẾ HOẠCH", *body.splitlines()]:
        made.multi_cell(0, 6, line or " ", new_x="LMARGIN", new_y="NEXT")
    left = [line for line in foot.splitlines() if line]
    y = made.get_y()
    column(10, y + 2, ["Nơi nhận:", *left[:2]])
    column(110, y, [*left[2:4], "", "", "", left[4]])


def test_columns_of_a_pdf_are_told_apart(pdf: Pdf, text_file: Path) -> None:
    made, wanted = made_of(pdf(write_in_columns)), made_of(text_file)
    assert slugs(made) == SLUGS
    assert made.document.model_dump(exclude={"source", "outline"}) == wanted.document.model_dump(
        exclude={"source", "outline"}
    )
    assert made.body == wanted.body


def test_old_pdf_is_converted(pdf: Pdf) -> None:
    def write(made: fpdf.FPDF) -> None:
        # Not `multi_cell`, which hyphenates at the letter that is a soft hyphen elsewhere.
        for number, line in enumerate(written(LETTER, "tcvn3").splitlines(), start=2):
            made.text(10, 6 * number, line)

    made = made_of(pdf(write))
    assert "Giúp học sinh chọn được nghề hợp với sức học" in made.markdown


def test_web_page_gives_its_main_text(tmp_path: Path, text_file: Path) -> None:
    file = tmp_path / "ke-hoach.html"
    paragraphs = "".join(f"<p>{line}</p>" for line in LETTER.splitlines())
    file.write_text(PAGE % paragraphs, encoding="utf-8")
    made = made_of(file)
    assert slugs(made) == [*SLUGS, "doan-4"]
    assert "- Nghề: Hàn; Mức hỗ trợ: 2.000.000 đồng; Thời gian: 3 tháng" in made.markdown
    for hidden in ("Trang chủ", "var nghề", "ghi chú", "Bản quyền", "color"):
        assert hidden not in made.markdown


def test_page_within_a_form_and_with_its_own_head_is_read(tmp_path: Path) -> None:
    file = tmp_path / "cong.html"
    file.write_text(
        "<body><header>Trang chủ</header><form><article><header><h1>Học nghề hàn</h1></header>"
        "<p>Học phí là 500.000&nbsp;đồng<br>mỗi tháng.</p></article></form></body>",
        "utf-8",
    )
    made = made_of(file)
    assert made.document.title == "Học nghề hàn"
    assert [s.text for s in made.document.outline if s.blocks] == ["Học phí là 500.000 đồng\nmỗi tháng."]


def test_short_table_of_two_columns_keeps_its_rows_together(tmp_path: Path) -> None:
    file = tmp_path / "bang.html"
    rows = "".join(
        f"<tr><td>{a}<td>{b}" for a, b in [("Nghề", "Mức"), ("Hàn", "2 triệu"), ("May", "1 triệu")]
    )
    file.write_text(f"<p>Mức hỗ trợ học nghề:</p><table>{rows}</table>", "utf-8")
    assert "- Nghề: Hàn; Mức: 2 triệu\n- Nghề: May; Mức: 1 triệu" in made_of(file).markdown


def test_headings_of_a_web_page_are_headings(tmp_path: Path) -> None:
    file = tmp_path / "trang.html"
    file.write_text(
        "<h1>Tuyển sinh nghề hàn</h1><h2>Học phí</h2><p>Học phí là 500.000 đồng mỗi tháng.</p>", "utf-8"
    )
    made = made_of(file)
    assert made.document.title == "Tuyển sinh nghề hàn"
    assert [s.path for s in made.document.outline if s.blocks] == [("Tuyển sinh nghề hàn", "Học phí")]


@pytest.mark.parametrize(("encoding", "name"), [("tcvn3", "TCVN3"), ("vni", "VNI")])
def test_old_text_file_gives_the_same_passages(
    tmp_path: Path, text_file: Path, encoding: Legacy, name: str
) -> None:
    file = tmp_path / "cu.txt"
    file.write_bytes(written(LETTER, encoding).encode("cp1252"))
    made, wanted = made_of(file), made_of(text_file)
    assert slugs(made) == SLUGS
    # TCVN3 has no letter for the first of "Ủy ban", so that one stays small.
    assert made.body.lower() == wanted.body.lower()
    assert made.document.title == wanted.document.title
    assert made.document.issuer == "Sở Giáo dục và Đào tạo thành phố Hải Phòng"
    assert made.document.source is not None
    assert f"chuyển từ bảng mã {name}" in made.document.source


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_old_word_file_gives_the_same_passages(word_file: Path, tmp_path: Path, encoding: Legacy) -> None:
    document = docx.Document(str(word_file))
    cells = [p for row in document.tables[0].rows for cell in row.cells for p in cell.paragraphs]
    for paragraph in (*cells, *document.paragraphs):
        paragraph.text = written(paragraph.text, encoding)
    file = tmp_path / "cu.docx"
    document.save(str(file))
    made = made_of(file)
    assert slugs(made) == SLUGS
    assert made.body.lower() == made_of(word_file).body.lower()


@pytest.mark.parametrize("codec", ["utf-16", "cp1258"])
def test_other_encodings_of_unicode_give_the_same_passages(
    tmp_path: Path, text_file: Path, codec: str
) -> None:
    file = tmp_path / "khac.txt"
    file.write_bytes((windows_1258(LETTER) if codec == "cp1258" else LETTER).encode(codec))
    made = made_of(file)
    assert made.body == made_of(text_file).body
    assert made.document.source == "Nhập từ tệp khac.txt."


def test_our_own_markdown_stays_as_it_is() -> None:
    for file in sorted(Path("knowledge/documents").glob("*.md")):
        made = made_of(file)
        assert made.document == made_of(file).document
        assert made.body.strip() == file.read_text(encoding="utf-8").split("\n---\n", 1)[1].strip()
        assert same_text(file.parent, made.body) == made.document.id


def test_same_text_is_known_in_any_format(word_file: Path, text_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text(made_of(text_file).markdown, encoding="utf-8")
    made = made_of(word_file)
    assert same_text(folder, made.body) == made.document.id
    assert same_text(folder, made.body.replace("hai lần", "ba lần")) is None
