"""`laban kb list`: the documents, the collections of facts, and the entries of one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from connectors.cli.options import DOCUMENTS, JSON, excerpt, folders_of
from connectors.errors import StartError
from connectors.settings import load_settings

if TYPE_CHECKING:
    from knowledge.facts import Entry, FactBase

_COLLECTION = typer.Option(
    "--collection", metavar="NAME", help="List the entries of this collection of facts."
)
_FIELDS = ("id", "type", "number", "issued", "valid_from", "valid_to", "status")
_ENTRY_FIELDS = ("id", "about", "use", "from", "to", "at", "dated", "text")


def register(app: typer.Typer) -> None:
    """Adds the command to `laban kb`."""
    app.command(name="list")(list_contents)


def list_contents(
    documents: Annotated[Path | None, DOCUMENTS] = None,
    collection: Annotated[str | None, _COLLECTION] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the documents with their dates and passages, and the collections of facts."""
    from knowledge.documents import read_documents
    from knowledge.fact_files import read_facts
    from knowledge.facts import KINDS, FactBase
    from knowledge.passages import passages_of

    settings = load_settings()
    sources = folders_of(documents, settings)
    facts = read_facts(sources.facts) if sources.facts else FactBase()
    if collection is not None:
        rows = _entries_of(collection, facts)
        if as_json:
            _print_json(rows)
        else:
            _print_table(_ENTRY_FIELDS, [{**row, "text": excerpt(row["text"])} for row in rows])
        return
    found = read_documents(sources.documents)
    listed = [{**d.model_dump(include=set(_FIELDS)), "passages": len(passages_of([d]))} for d in found]
    counts = {name: len(facts.of(name)) for name in KINDS}
    collections = [{"collection": name, "entries": count} for name, count in counts.items() if count]
    if as_json:
        # One list, as before there were facts: a document has an "id", a collection of facts a "collection".
        _print_json([*listed, *collections])
        return
    _print_table((*_FIELDS, "passages"), listed)
    if collections:
        _print_table(("collection", "entries"), collections)


def _entries_of(collection: str, facts: FactBase) -> list[dict[str, Any]]:
    """Returns the entries as rows of `_ENTRY_FIELDS`; StartError if there is no such collection."""
    from knowledge.facts import KINDS

    if collection not in KINDS:
        raise StartError(f"there is no collection {collection!r}; there are {', '.join(KINDS)}")
    return [_row(entry) for entry in facts.of(collection)]


def _row(entry: Entry) -> dict[str, Any]:
    from knowledge.facts import CommonQuestion, Fact, Institution, Occupation, sources_of

    about, text = None, ""
    match entry:
        case Fact():
            about, text = entry.topic, entry.statement
        case Occupation():
            about, text = entry.name, entry.description.statement
        case Institution():
            about, text = entry.name, " ".join(entry.facts)
        case CommonQuestion():
            about, text = entry.asks[0], entry.answer
    return {
        "id": entry.passage_id,
        "about": about,
        "use": getattr(entry, "use", None),
        "from": entry.applies_to.start,
        "to": entry.applies_to.end,
        "at": entry.applies_to.at,
        "dated": next((source.date for _, source in sources_of(entry) if source.date), None),
        "text": text,
    }


def _print_json(rows: Sequence[Mapping[str, Any]]) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=2))


def _print_table(fields: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    # Text and not str: Rich would read [brackets] in what is written as its own markup.
    names = tuple(fields)
    table = Table(Column(names[0], no_wrap=True), *names[1:])
    for row in rows:
        table.add_row(*(Text("–" if row[name] is None else str(row[name])) for name in names))
    Console().print(table)
