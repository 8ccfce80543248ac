"""Word files (.docx): their paragraphs with the numbers that Word counts by itself, and their tables."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph

from knowledge.errors import ImportRefused
from knowledge.importing.paragraphs import Paragraph
from knowledge.importing.tables import is_layout, table_rows
from knowledge.importing.word_numbering import Numbering

# A zip file of 20 MB can hold gigabytes, and XML takes thirty times its size in memory.
_UNPACKED_BYTES = 50 * 1024 * 1024
_PARTS, _PARAGRAPHS = 5_000, 50_000
_OLE = b"\xd0\xcf\x11\xe0"
# A paragraph within another is a text box.
_TEXT = {
    qn("w:t"): None,
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:p"): "\n",
    qn("w:noBreakHyphen"): "-",
}
# Word turns the letter that TCVN3 keeps in the place of the soft hyphen into a mark of its own.
_TEXT[qn("w:softHyphen")] = "\u00ad"


def read_word(file: Path) -> list[Paragraph]:
    """Returns the paragraphs of a .docx file.

    Raises:
        ImportRefused: it is no .docx, is protected with a password, damaged, or unpacks to far too much.
    """
    _check_container(file)
    try:
        document = docx.Document(str(file))
        count = sum(1 for _ in document.element.body.iter(qn("w:p")))
        if count <= _PARAGRAPHS:
            return list(_blocks(document.element.body, document, Numbering(document)))
    except Exception as error:  # python-docx and lxml raise whatever the damage makes them
        raise ImportRefused(
            file, "the file is damaged; open it in Word, save it again as .docx, and add that"
        ) from error
    raise ImportRefused(
        file,
        f"it has {count} paragraphs, far more than the 200 pages that are read; split it and add the parts",
    )


def _check_container(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(4) == _OLE:
            raise ImportRefused(
                file,
                "it is protected with a password or in the old .doc format; "
                "open it in Word, remove the password, and save it as .docx",
            )
    try:
        with zipfile.ZipFile(file) as container:
            parts = container.infolist()
            names = {part.filename for part in parts}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportRefused(
            file, "it is no Word file, or damaged; open it in Word and save it again as .docx"
        ) from error
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
        raise ImportRefused(file, "it unpacks to more than 50 MB; remove its pictures and add it again")
    if "[Content_Types].xml" not in names:
        raise ImportRefused(file, "it is no Word file; save the text as .docx in Word and add that")


def _blocks(holder: Any, parent: Any, numbering: Numbering) -> Iterator[Paragraph]:
    """Yields the paragraphs below an XML element, also those in content controls, which python-docx passes over."""
    for element in holder:
        if element.tag == qn("w:p"):
            yield from _lines(WordParagraph(element, parent), numbering)
        elif element.tag == qn("w:tbl"):
            yield from _table(element, parent, numbering)
        else:
            yield from _blocks(element, parent, numbering)


def _lines(paragraph: WordParagraph, numbering: Numbering) -> Iterator[Paragraph]:
    label, bullet = numbering.label(paragraph)
    text = f"{label} {_text(paragraph)}" if label else _text(paragraph)
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    if style.startswith("toc "):  # The table of contents repeats the headings.
        return
    level, capitals = _heading_level(style), _is_capital_font(paragraph)
    for line in text.split("\n"):
        if line.strip():
            yield Paragraph(" ".join(line.split()), level, bullet, capitals)


def _text(paragraph: WordParagraph) -> str:
    pieces = []
    for element in paragraph._p.iter():
        if element.tag in _TEXT and not _is_deleted(element):
            written = _TEXT[element.tag]
            pieces.append((element.text or "") if written is None else written)
    return "".join(pieces).strip()


def _is_deleted(element: object) -> bool:
    """Tells whether a tracked change moved the text elsewhere, or a drawing repeats it for older versions of Word."""
    return any(
        ancestor.tag == qn("w:moveFrom") or str(ancestor.tag).endswith("}Fallback")
        for ancestor in element.iterancestors()  # type: ignore[attr-defined]  # lxml has no types
    )


def _heading_level(style: str) -> int:
    kind, _, number = style.rpartition(" ")
    if kind == "heading" and number.isdigit():
        return min(int(number), 6)
    return 1 if style == "title" else 0


def _is_capital_font(paragraph: WordParagraph) -> bool:
    fonts = [run.font.name or "" for run in paragraph.runs if run.text.strip()]
    return bool(fonts) and all(font.startswith(".Vn") and font.endswith("H") for font in fonts)


def _table(table: Any, parent: Any, numbering: Numbering) -> Iterator[Paragraph]:
    rows: list[list[Any]] = []
    for row in table.tr_lst:
        above = rows[-1] if rows else []
        # A cell that spans several rows says the same in each.
        cells = zip_longest(row.tc_lst, above[: len(row.tc_lst)])
        rows.append(
            [over if cell.vMerge == "continue" and over is not None else cell for cell, over in cells]
        )
    texts = [[" ".join(_cell_text(cell, parent).split()) for cell in row] for row in rows]
    if not is_layout(texts):
        yield from table_rows(texts)
        return
    # What stands side by side is read column by column.
    columns = zip_longest(*rows)
    for cell in dict.fromkeys(cell for column in columns for cell in column if cell is not None):
        yield from _blocks(cell, parent, numbering)


def _cell_text(cell: Any, parent: Any) -> str:
    return " ".join(_text(WordParagraph(paragraph, parent)) for paragraph in cell.iter(qn("w:p")))
