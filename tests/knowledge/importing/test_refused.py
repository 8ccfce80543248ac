"""What cannot become a document is refused, with the reason and the remedy on one line."""

import zipfile
import zlib
from pathlib import Path

import fpdf
import pytest
from PIL import Image, ImageDraw

from tests.knowledge.importing.conftest import SLUGS, Pdf, made_of, reason, slugs, write_letter


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<div>học nghề" * 2_000, "too deep"),
        ("<p>học</p>" * 300_001, "far longer"),
        ("<html><frameset></frameset></html>", "no text"),
    ],
)
def test_page_that_is_no_text_to_read_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "trang.html"
    file.write_text(content, "utf-8")
    assert said in reason(file)


def scan(made: fpdf.FPDF) -> None:
    picture = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(picture).text((50, 50), "Quy dinh", fill="black")
    made.image(picture, x=0, y=0, w=200)


def test_scanned_pdf_is_refused(pdf: Pdf) -> None:
    said = reason(pdf(scan))
    assert "scanned" in said
    assert "OCR" in said


def test_pdf_with_a_password_is_refused(pdf: Pdf) -> None:
    def protect(made: fpdf.FPDF) -> None:
        write_letter(made)
        made.set_encryption(owner_password="owner", user_password="user")

    assert "password" in reason(pdf(protect))


def test_pdf_of_too_many_pages_is_refused(pdf: Pdf) -> None:
    def pages(made: fpdf.FPDF) -> None:
        for _ in range(200):
            made.add_page()

    assert "201 pages" in reason(pdf(pages))


def test_pdf_that_needs_no_password_to_be_read_is_read(pdf: Pdf) -> None:
    def protect(made: fpdf.FPDF) -> None:
        write_letter(made)
        made.set_encryption(owner_password="owner")

    assert slugs(made_of(pdf(protect))) == SLUGS


def test_pdf_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bom.pdf"
    packed = zlib.compress(bytes(51 * 1024 * 1024))
    file.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        + b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj 4 0 obj<</Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>stream\n"
        + packed
        + b"\nendstream endobj trailer<</Root 1 0 R>>"
    )
    assert "unpacks to more than 50 MB" in reason(file)


def test_damaged_pdf_is_refused(pdf: Pdf) -> None:
    file = pdf(write_letter)
    file.write_bytes(file.read_bytes()[:300])
    assert reason(file)


def test_word_file_with_a_password_or_of_old_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "kin.docx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "password" in reason(file)


def test_damaged_word_file_is_refused(word_file: Path) -> None:
    word_file.write_bytes(word_file.read_bytes()[:2000])
    assert "damaged" in reason(word_file)


def test_word_file_with_damaged_xml_is_refused(word_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "hong.docx"
    with zipfile.ZipFile(word_file) as whole, zipfile.ZipFile(broken, "w") as copy:
        for name in whole.namelist():
            copy.writestr(name, whole.read(name)[:300] if name == "word/document.xml" else whole.read(name))
    assert "damaged" in reason(broken)


def test_zip_file_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "anh.docx"
    with zipfile.ZipFile(file, "w") as container:
        container.writestr("a.txt", "a")
    assert "no Word file" in reason(file)


def test_word_file_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bom.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "")
        container.writestr("word/document.xml", bytes(51 * 1024 * 1024))
    assert "unpacks" in reason(file)


@pytest.mark.parametrize("ending", [".txt", ".docx", ".pdf", ".html", ".md"])
def test_empty_file_is_refused(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"rong{ending}"
    file.touch()
    assert "empty" in reason(file)


@pytest.mark.parametrize("ending", [".txt", ".docx", ".pdf"])
def test_other_content_under_a_known_ending_is_refused(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"rac{ending}"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    assert reason(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "The school offers vocational training to all pupils who have finished grade nine.",
            "not Vietnamese",
        ),
        ("Truong day nghe cho hoc sinh lop 9 mien phi.", "not Vietnamese"),
        ("# \n\n---\n", "no text"),
        ("Học nghề điện. " * 41_000, "200 pages"),
    ],
)
def test_text_that_is_of_no_use_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "van-ban.txt"
    file.write_text(content, encoding="utf-8")
    assert said in reason(file)


def test_file_of_20_mb_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lon.txt"
    file.write_bytes(b"a" * (20 * 1024 * 1024 + 1))
    assert "20 MB" in reason(file)


@pytest.mark.parametrize(("name", "said"), [("a.doc", ".docx"), ("a.xlsx", ".pdf"), ("a", "no ending")])
def test_other_formats_are_refused_with_those_that_are_read(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_text("Học nghề", encoding="utf-8")
    assert said in reason(tmp_path / name)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in reason(tmp_path / "thieu.txt")
    (tmp_path / "thu-muc.txt").mkdir()
    assert "no such file" in reason(tmp_path / "thu-muc.txt")
