"""Tables: data becomes items, one a row; the columns that a letter's head and foot stand in are only a layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.importing.anatomy import DATE_LINE, NUMBER_LINE, begins, words
from knowledge.importing.paragraphs import Paragraph

_LAYOUT_COLUMNS, _LAYOUT_ROWS = 2, 4


def is_layout(rows: Sequence[Sequence[str]]) -> bool:
    """Tells whether a table holds no data but a page's columns, by the text of its cells, row by row."""
    filled = [row for row in rows if any(row)]
    widest = max(map(len, filled), default=0)
    if len(filled) <= 1 or widest <= 1:
        return True
    small = widest <= _LAYOUT_COLUMNS and len(filled) <= _LAYOUT_ROWS
    return small and any(_is_official(cell) for row in filled for cell in row)


def table_rows(rows: Sequence[Sequence[str]]) -> Iterator[Paragraph]:
    """Yields a table of data as items, one a row, each cell with the name of its column."""
    head, *body = [row for row in rows if any(row)]
    for row in body:
        if len(row) == len(head):
            named = zip(head, row, strict=True)
            cells = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
        else:
            cells = [cell for cell in row if cell]
        yield Paragraph("; ".join(cells), item=True)


def _is_official(cell: str) -> bool:
    """Tells whether a cell is part of a letter's head (motto, number, date) or foot (recipients, signing office)."""
    signing = cell.isupper() and begins(cell, (*words("signs"), *words("offices")))
    marked = begins(cell, (*words("motto"), *words("recipients")))
    return bool(signing or marked or DATE_LINE.match(cell) or NUMBER_LINE.match(cell))
