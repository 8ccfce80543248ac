"""PDF files that hold text: its lines, joined into paragraphs by where they stand on the page."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTFigure, LTImage, LTPage, LTTextBox
from pdfminer.pdfdocument import (
    PDFDocument,
    PDFEncryptionError,
    PDFPasswordIncorrect,
    PDFTextExtractionNotAllowed,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from knowledge.errors import ImportRefused
from knowledge.importing.encodings import Legacy, to_unicode
from knowledge.importing.paragraphs import MAX_CHARACTERS, Paragraph, ends_sentence, starts_item

MAX_PAGES = 200
_PAGE_NUMBER = re.compile(r"(?:-\s*)?(?:trang\s+)?\d{1,4}(?:\s*/\s*\d{1,4})?(?:\s*-)?", re.IGNORECASE)
# A page with less text than this says nothing but its number, or a stamp.
_PAGE_TEXT = 40
# A line that ends within this share of the page's width of the right margin was ended by the margin.
_NEAR_MARGIN = 0.12
_INDENT = 8.0
_SIDE_BY_SIDE = 6.0
# A line further from the one before, in heights of a line, stands elsewhere on the page.
_LEADING = 1.5
_STREAM = re.compile(rb"stream\r?\n")
# A file of 20 MB can hold gigabytes.
_UNPACKED_BYTES, _CHUNK = 50 * 1024 * 1024, 16 * 1024

# It reports each small fault of a file, which a reader of messages cannot mend.
logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    page: int


def read_pdf(file: Path) -> tuple[list[Paragraph], Legacy | None]:
    """Returns the paragraphs of a PDF file in Unicode, and the old encoding that was found in it, if any.

    Raises:
        ImportRefused: it is damaged, needs a password, has more than 200 pages, unpacks to far too much,
            or is a scan without text.
    """
    try:
        _check_streams(file)
        pages = _count_pages(file)
        if pages > MAX_PAGES:
            raise ImportRefused(
                file,
                f"it has {pages} pages, more than the {MAX_PAGES} that are read; split it and add the parts",
            )
        layouts = _layouts(file)
    except ImportRefused:
        raise
    except (PDFPasswordIncorrect, PDFEncryptionError, PDFTextExtractionNotAllowed) as error:
        raise ImportRefused(
            file, "it is protected with a password; save a copy without one and add that"
        ) from error
    except Exception as error:  # pdfminer raises whatever the damage makes it
        raise ImportRefused(file, "it is no PDF file, or damaged; export it as PDF again") from error
    _check_text(file, layouts)
    lines = list(_lines(layouts))
    # Converted first: what is a capital and what ends a sentence, only Unicode tells.
    texts, encoding = to_unicode(line.text for line in lines)
    joined = _joined([replace(line, text=text) for line, text in zip(lines, texts, strict=True)])
    return [Paragraph(text) for text in joined], encoding


def _check_streams(file: Path) -> None:
    """Refuses a file a part of which is packed so tightly that it would fill the memory."""
    content = file.read_bytes()
    for start in _STREAM.finditer(content):
        if _unpacked(memoryview(content)[start.end() :]) > _UNPACKED_BYTES:
            raise ImportRefused(
                file, "a part of it unpacks to more than 50 MB; print it to a PDF file without its pictures"
            )


def _unpacked(packed: memoryview) -> int:
    """Returns how many bytes a packed stream gives, at least; 0 if it is not packed, or in another way."""
    inflater, size = zlib.decompressobj(), 0
    try:
        for at in range(0, len(packed), _CHUNK):
            size += len(inflater.decompress(packed[at : at + _CHUNK]))
            if inflater.eof or size > _UNPACKED_BYTES:
                break
    except zlib.error:
        pass
    return size


def _layouts(file: Path) -> list[LTPage]:
    """Returns the pages until there is more text than a document may have."""
    pages: list[LTPage] = []
    characters = 0
    for page in extract_pages(file, laparams=LAParams(boxes_flow=None)):
        pages.append(page)
        characters += sum(map(len, _texts(page)))
        if characters > MAX_CHARACTERS:
            break
    return pages


def _count_pages(file: Path) -> int:
    with file.open("rb") as opened:
        document = PDFDocument(PDFParser(opened))
        return sum(1 for _, _ in zip(PDFPage.create_pages(document), range(10 * MAX_PAGES), strict=False))


def _check_text(file: Path, pages: list[LTPage]) -> None:
    """Refuses a file most of whose pages are pictures."""
    bare = [page for page in pages if sum(map(len, _texts(page))) < _PAGE_TEXT]
    scanned = [page for page in bare if any(isinstance(part, LTFigure | LTImage) for part in page)]
    if scanned and len(scanned) * 2 >= len(pages):
        raise ImportRefused(
            file,
            f"{len(scanned)} of its {len(pages)} pages are scanned pictures without text; "
            "have the text recognised (OCR), check it, and add that as .docx or .txt",
        )


def _texts(page: LTPage) -> Iterator[str]:
    for part in page:
        if isinstance(part, LTTextBox):
            yield part.get_text().strip()


def _lines(pages: list[LTPage]) -> Iterator[_Line]:
    for number, page in enumerate(pages):
        boxes = [part for part in page if isinstance(part, LTTextBox)]
        # From the top, and from the left where they stand side by side.
        for box in sorted(boxes, key=lambda box: (-round(box.y1 / _SIDE_BY_SIDE), box.x0)):
            for line in box:
                text = " ".join(line.get_text().split())
                # A page's number stands in its outer tenths.
                outside = not 0.1 < (line.y0 / page.height if page.height else 0.5) < 0.9
                if text and not (outside and _PAGE_NUMBER.fullmatch(text)):
                    yield _Line(text, line.x0, line.x1, line.y1, line.y0, number)


def _joined(lines: list[_Line]) -> Iterator[str]:
    if not lines:
        return
    margin = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    edge = margin - _NEAR_MARGIN * margin
    left = sorted(line.left for line in lines if line.right >= edge)[0]
    text, previous = lines[0].text, lines[0]
    for line in lines[1:]:
        if _goes_on(previous, line, edge, left):
            text = f"{text} {line.text}"
        else:
            yield text
            text = line.text
        previous = line
    yield text


def _goes_on(previous: _Line, line: _Line, edge: float, left: float) -> bool:
    turned = line.page != previous.page
    gap = (previous.bottom - line.top) / (line.top - line.bottom or 1)
    if starts_item(line.text) or not (turned or abs(gap) < _LEADING):
        return False
    ended = ends_sentence(previous.text)
    if line.text.lstrip('(“"')[:1].islower() and not ended:
        return True
    indented = line.left > left + _INDENT
    return previous.right >= edge and not indented and not (ended and turned)
