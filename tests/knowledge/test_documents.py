"""A document is read with or without front matter, and a broken one is named with its file and line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.documents import Document, Library, read_document, read_documents
from knowledge.errors import DocumentError
from knowledge.partial_dates import last_day

BODY = "\n# Kế hoạch nhỏ\n\n## I. MỤC TIÊU\n\nĐạt mức 40%.\n"


def written(folder: Path, text: str, name: str = "ke-hoach.md") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_front_matter_is_read(tmp_path: Path) -> None:
    text = "---\nid: kh\ntype: Kế hoạch\nnumber: 1/KH\ncitation: Kế hoạch 1\ntitle: Về nghề\nissued: 2024-03-15\n"
    document = read_document(written(tmp_path, f"{text}valid_to: 2025\nocr_notes: [một]\n---\n{BODY}"))
    assert (document.id, document.number, document.citation) == ("kh", "1/KH", "Kế hoạch 1")
    assert (document.issued, document.valid_from, document.valid_to) == ("2024-03-15", None, "2025")
    assert document.status == "unknown"
    assert document.ocr_notes == ("một",)
    assert [section.label for section in document.outline if section.blocks] == ["I"]


def test_without_front_matter_the_file_and_the_title_name_the_document(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, BODY))
    assert (document.id, document.citation, document.title) == ("ke-hoach", "Kế hoạch nhỏ", "Kế hoạch nhỏ")
    assert read_document(written(tmp_path, "Chỉ có chữ.", "chu.md")).title == "chu"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"\xef\xbb\xbf---\r\nid: kh\r\n---\r\n\r\n# A\r\n\r\nTh\xc3\xa2n.\r\n")
    document = read_document(file)
    assert document.id == "kh"
    assert document.outline[-1].text == "Thân."


def test_decomposed_text_is_stored_composed(tmp_path: Path) -> None:
    assert read_document(written(tmp_path, "Ho\u0323c phi\u0301.")).outline[0].text == "Học phí."


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\nid: a\n# A\n\nThân.\n", 1, "not closed"),
        ("---\nid: a\ntitle: [một\n---\nThân.\n", 3, "not YAML"),
        ("---\nid: a\n  b: c\n---\nThân.\n", 3, "not YAML"),
        ("---\n- một\n- hai\n---\nThân.\n", 2, "key: value"),
        ("---\n2024: năm\n---\nThân.\n", 2, "key: value"),
        ("---\nid: a\nissued: hôm qua\n---\nThân.\n", 3, "is not a date"),
        ("---\nid: a\nissued: 2024-3\n---\nThân.\n", 3, "is not a date"),
        ("---\nid: a\nvalid_to: 2024-13\n---\nThân.\n", 3, "no day of the calendar"),
        ('---\nid: a\nvalid_to: "2023-02-29"\n---\nThân.\n', 3, "no day of the calendar"),
        ("---\nissued: 2023-02-29\n---\nThân.\n", 1, "not YAML"),
        ("---\nid: a\nstatus: maybe\n---\nThân.\n", 3, "in_force"),
        ("---\nid: a\ncolour: red\n---\nThân.\n", 3, "colour"),
        ("---\nid: [a]\n---\nThân.\n", 2, "string"),
        ("---\nid: a\n---\n \n", 4, "no text"),
        ("", 1, "no text"),
        ("# Chỉ có đầu đề\n\n## I. MỤC TIÊU\n", 1, "no text below"),
        ("- \n\n**\n", 1, "no text"),
    ],
)
def test_a_broken_document_is_named_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(DocumentError, match=reason) as raised:
        read_document(file)
    assert str(raised.value).startswith(f"{file}:{line}: ")
    assert (raised.value.file, raised.value.line) == (file, line)


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes("Học phí".encode("cp1258", errors="replace") + b"\xff\xfe")
    with pytest.raises(DocumentError, match="not UTF-8"):
        read_document(file)


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    written(tmp_path, f"---\nid: kh\n---\n{BODY}", "a.md")
    second = written(tmp_path, f"---\nid: kh\n---\n{BODY}", "b.md")
    with pytest.raises(DocumentError, match="the id 'kh' already") as raised:
        read_documents(tmp_path)
    assert raised.value.file == second


def test_a_folder_is_read_with_its_folders_and_only_its_markdown(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path, "Một.", "b.md")
    written(tmp_path / "sub", "Hai.", "a.md")
    written(tmp_path, "Ba.", "c.txt")
    assert [document.id for document in read_documents(tmp_path)] == ["b", "a"]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no Markdown document") as raised:
        read_documents(tmp_path)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize(
    ("partial", "day"),
    [
        ("2025", date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 28)),
        ("2023-12", date(2023, 12, 31)),
        ("2019-04-24", date(2019, 4, 24)),
    ],
)
def test_a_partial_date_lasts_to_its_last_day(partial: str, day: date) -> None:
    assert last_day(partial) == day


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)))
def test_the_month_of_a_day_ends_no_earlier_than_the_day_and_no_later_than_the_year(day: date) -> None:
    assert day <= last_day(f"{day:%Y-%m}") <= last_day(f"{day:%Y}")
    assert last_day(f"{day:%Y-%m}").month == day.month


@pytest.mark.parametrize(
    ("valid_to", "today", "over"),
    [
        ("2025", date(2025, 12, 31), False),
        ("2025", date(2026, 1, 1), True),
        ("2023-12", date(2024, 1, 1), True),
        ("2030", date(2026, 11, 22), False),
        (None, date(2099, 1, 1), False),
    ],
)
def test_a_period_is_over_the_day_after_its_last(valid_to: str | None, today: date, over: bool) -> None:
    document = Document(id="a", citation="A", title="A", valid_to=valid_to)
    assert document.ended(today) is over


def test_a_library_finds_documents_by_id() -> None:
    document = Document(id="a", citation="A", title="A")
    library = Library({"a": document})
    assert library.document("a") is document
    assert library.document("b") is None
    assert library.documents() == [document]
