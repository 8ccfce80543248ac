"""Web pages (.html): the text of their main part, without scripts, menus and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from knowledge.errors import ImportRefused
from knowledge.importing.encodings import decode
from knowledge.importing.paragraphs import Paragraph
from knowledge.importing.tables import is_layout, table_rows

_SKIPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "aside",
    "button",
    "select",
    "svg",
    "iframe",
    "object",
)
# Of the page as a whole; the main part may have a head of its own, with the title.
_AROUND = ("head", "header", "footer")
_HEADING = re.compile(r"h[1-6]")
# What a page of 200 printed pages has at most; each takes a kilobyte in memory.
_ELEMENTS = 300_000
_BLOCKS = re.compile(
    r"h[1-6r]|address|article|blockquote|body|br|center|d[dlt]|div|fig(?:caption|ure)|html|li|main|ol|p|pre|section|"
    r"t(?:able|body|d|h|head|r)|ul"
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def read_web_page(file: Path) -> list[Paragraph]:
    """Returns the paragraphs of an HTML file.

    Raises:
        ImportRefused: it is binary data, or far too long or deep.
    """
    content = file.read_bytes()
    text = _declared(content) or decode(content)
    if text is None:
        raise ImportRefused(file, "it is no web page but binary data; save the page as HTML again")
    if text.count("<") > 2 * _ELEMENTS:
        raise ImportRefused(
            file, "it is far longer than a page of text; save the part that matters by itself"
        )
    soup = BeautifulSoup(text, "lxml")
    main = soup.find("main") or soup.find("article")
    root = main or soup.body or soup
    for skipped in root.find_all(_SKIPPED if main else _SKIPPED + _AROUND):
        skipped.decompose()
    try:
        for table in root.find_all("table"):
            if not table.find("table"):
                _flatten(table)
        return [paragraph for paragraph in _paragraphs(root) if paragraph.text]
    except RecursionError as error:
        raise ImportRefused(
            file, "its elements are nested far too deep; copy the text into a .docx and add that"
        ) from error


def _declared(content: bytes) -> str | None:
    """Returns the text if the page names an encoding other than those that `decode` tells apart, and keeps to it."""
    named = _CHARSET.search(content[:4096])
    if named is None or named[1].lower() not in (b"windows-1258", b"utf-16"):
        return None
    try:
        return content.decode(named[1].decode("ascii"))
    except (UnicodeDecodeError, LookupError):
        return None


def _flatten(table: Tag) -> None:
    """Makes a list of a table of data; what is only laid out in columns stays as it is."""
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])]
        for row in table.find_all("tr")
    ]
    if is_layout(rows):
        return
    items = []
    for paragraph in table_rows(rows):
        item = Tag(name="li")
        item.string = paragraph.text
        items.append(item)
    table.replace_with(*items)


def _paragraphs(root: Tag) -> Iterator[Paragraph]:
    """Yields the text between the borders of block elements."""
    for is_border, pieces in groupby(_pieces(root, 0, False), lambda piece: piece is None):
        if not is_border:
            texts, level, item = zip(*filter(None, pieces), strict=True)
            yield Paragraph(" ".join("".join(texts).split()), level[0], item[0])


def _pieces(parent: Tag, level: int, item: bool) -> Iterator[tuple[str, int, bool] | None]:
    """Yields text with the depth of its heading and whether it is of a list; None at the borders of blocks."""
    for node in parent.children:
        if isinstance(node, Tag) and _BLOCKS.fullmatch(node.name):
            yield None
            heading = int(node.name[1]) if _HEADING.fullmatch(node.name) else 0
            yield from _pieces(node, heading, item or node.name == "li")
            yield None
        elif isinstance(node, Tag):
            yield from _pieces(node, level, item)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield str(node), level, item
