"""What the commands on the records share: the opened records, and tables and JSON of rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from connectors.errors import StartError
from connectors.settings import VIETNAM, load_settings

if TYPE_CHECKING:
    from actions.records import Records


@contextmanager
def opened_records() -> Iterator[Records]:
    """Lends the records of the settings; StartError when they cannot be opened."""
    from actions.records import DatabaseUnusable, Records
    from connectors.keys import Keys

    settings = load_settings()
    try:
        records = Records.open(settings.records_url, Keys.load(settings))
    except DatabaseUnusable as error:
        raise StartError(f"LABAN_DATABASE_URL: {error}") from error
    try:
        yield records
    finally:
        records.close()


def show_rows(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """Prints rows as JSON or as a table."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    # An id or an address that is too long is folded: cut off, it would be of no use.
    table = Table(Column(fields[0], no_wrap=True), *(Column(name, overflow="fold") for name in fields[1:]))
    for row in rows:
        # Text and not str: Rich would read [brackets] in what is written as its own markup.
        table.add_row(*(Text("–" if row[name] is None else str(row[name])) for name in fields))
    Console().print(table)


def show_row(fields: Sequence[str], row: Mapping[str, Any]) -> None:
    """Prints one thing of which there is much to tell, a line for each field."""
    name, *told = fields
    show_rows((name, row[name]), [{name: field, row[name]: row[field]} for field in told], as_json=False)


def local_time(moment: datetime | None) -> str | None:
    """Returns a moment as a clock in Viet Nam shows it."""
    return None if moment is None else moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
