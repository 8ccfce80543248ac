"""What is particular to Word files: numbers that Word counts, tables, text in odd places, hostile XML."""

import zipfile
from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from knowledge.importing.files import read_file
from tests.knowledge.importing.conftest import LETTER, made_of, reason, slugs
from tests.knowledge.importing.test_encodings import written


def test_capital_font_of_tcvn3_gives_capitals(tmp_path: Path) -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run(written("kế hoạch", "tcvn3"))
    run.font.name = ".VnTimeH"
    for line in LETTER.lower().splitlines()[12:]:
        document.add_paragraph().add_run(written(line, "tcvn3")).font.name = ".VnTime"
    file = tmp_path / "cu.docx"
    document.save(str(file))
    assert read_file(file).paragraphs[0].text == "KẾ HOẠCH"


def test_numbers_that_word_counts_are_written(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Quy định về học nghề", level=1)
    part = next(r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering"))
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, form, text in [(0, "upperRoman", "%1."), (1, "decimal", "%2."), (2, "lowerLetter", "%3)")]
    )
    root = part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for depth, text in [
        (0, "Quy định chung"), (1, "Phạm vi"), (2, "Người học nghề sơ cấp;"), (2, "Người dạy nghề sơ cấp."),
        (0, "Học phí"), (1, "Học phí do nhà trường quy định và công bố mỗi năm."),
    ]:  # fmt: skip
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>')
        )
    file = tmp_path / "quy-dinh.docx"
    document.save(str(file))
    assert slugs(made_of(file)) == ["i-1-a", "i-1-b", "ii-1"]


def test_lists_of_one_scheme_count_on_and_others_anew(tmp_path: Path) -> None:
    document = docx.Document()
    part = next(r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering"))
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/></w:lvl>'
    )
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    root = part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{level}</w:abstractNum>'))
    for number, override in ((77, ""), (78, ""), (79, anew)):
        root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="77"/>{override}</w:num>'
            )
        )
    for number in (77, 77, 78, 79, 79):
        properties = document.add_paragraph("Người học nghề sơ cấp")._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')
        )
    file = tmp_path / "danh-sach.docx"
    document.save(str(file))
    assert [p.text[:2] for p in read_file(file).paragraphs] == ["1)", "2)", "3)", "1)", "2)"]


def with_body(word_file: Path, body: str, head: str = "") -> Path:
    """Returns a .docx file with this XML as its text."""
    file = word_file.with_name("tu-viet.docx")
    with zipfile.ZipFile(word_file) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in whole.namelist():
            xml = (
                f"<?xml version='1.0'?>{head}<w:document {nsdecls('w')}><w:body>{body}</w:body></w:document>"
            )
            copy.writestr(name, xml if name == "word/document.xml" else whole.read(name))
    return file


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_controls_text_boxes_and_tables_in_tables_are_read(word_file: Path) -> None:
    box = f"<w:r><w:txbxContent><w:p>{run('Trong khung chữ')}</w:p></w:txbxContent></w:r>"
    inner = f"<w:tbl><w:tr><w:tc><w:p>{run('Trong bảng con')}</w:p></w:tc></w:tr></w:tbl>"
    body = (
        f"<w:sdt><w:sdtContent><w:p>{run('Trong điều khiển')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p>{run('Ngoài khung')}{box}</w:p><w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
        f"<w:p><w:moveFrom>{run('Đã chuyển đi')}</w:moveFrom>"
        "<w:del><w:r><w:delText>Đã xóa</w:delText></w:r></w:del></w:p>"
    )
    assert [p.text for p in read_file(with_body(word_file, body)).paragraphs] == [
        "Trong điều khiển",
        "Ngoài khung",
        "Trong khung chữ",
        "Trong bảng con",
    ]


def test_cell_that_spans_rows_is_said_in_each(word_file: Path) -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr><w:p>{run(text) if text else ''}</w:p></w:tc>"

    rows = [
        cell("Nghề") + cell("Bậc") + cell("Mức"),
        cell("Hàn", '<w:vMerge w:val="restart"/>') + cell("Sơ cấp") + cell("1 triệu"),
        cell("", "<w:vMerge/>") + cell("Trung cấp") + cell("2 triệu"),
    ]
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    body = f"<w:tbl>{table}</w:tbl>"
    assert [p.text for p in read_file(with_body(word_file, body)).paragraphs] == [
        "Nghề: Hàn; Bậc: Sơ cấp; Mức: 1 triệu",
        "Nghề: Hàn; Bậc: Trung cấp; Mức: 2 triệu",
    ]


def test_cell_over_a_billion_columns_is_one_cell(word_file: Path) -> None:
    span = '<w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>'
    body = f"<w:tbl><w:tr><w:tc>{span}<w:p>{run('Học nghề hàn')}</w:p></w:tc></w:tr></w:tbl>"
    assert [p.text for p in read_file(with_body(word_file, body)).paragraphs] == ["Học nghề hàn"]


def test_entities_of_a_word_file_are_not_expanded(word_file: Path) -> None:
    doubled = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 9))
    bomb = f"<!DOCTYPE d [<!ENTITY e0 'học nghề '>{doubled}]>"
    assert "damaged" in reason(with_body(word_file, f"<w:p>{run('&e8;')}</w:p>", bomb))
    secret = word_file.with_name("bi-mat")
    secret.write_text("điều bí mật", "utf-8")
    outside = f"<!DOCTYPE d [<!ENTITY e SYSTEM '{secret.as_uri()}'>]>"
    read = read_file(with_body(word_file, f"<w:p>{run('Học nghề hàn &e;')}</w:p>", outside))
    assert [p.text for p in read.paragraphs] == ["Học nghề hàn"]


def test_word_file_of_far_too_many_paragraphs_is_refused(word_file: Path) -> None:
    assert "50001 paragraphs" in reason(with_body(word_file, "<w:p/>" * 50_001))


def test_table_of_a_word_file_becomes_items(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Mức hỗ trợ học nghề cho học sinh như sau:")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table._cells, ["Nghề", "Mức", "Thời gian", "Hàn", "2 triệu đồng", ""], strict=True):
        cell.text = text
    file = tmp_path / "bang.docx"
    document.save(str(file))
    assert "- Nghề: Hàn; Mức: 2 triệu đồng" in made_of(file).markdown
