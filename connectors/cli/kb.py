"""`laban kb`: add, remove, build, search, list and check what the knowledge base holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from connectors.cli import kb_check, kb_documents, kb_list
from connectors.cli.options import DOCUMENTS, INDEX, JSON, folders_of
from connectors.errors import StartError
from connectors.settings import load_settings

app = typer.Typer(
    help="Add and remove documents; build, search, list and check the knowledge base.", no_args_is_help=True
)

kb_documents.register(app)
kb_list.register(app)
kb_check.register(app)

_EXCERPT = 160


@app.command()
def build(
    documents: Annotated[Path | None, DOCUMENTS] = None,
    index: Annotated[Path | None, INDEX] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Build the index: encode what has changed; when a document is broken, replace nothing."""
    from knowledge import index as indexes
    from knowledge.encoder import load_encoder

    settings = load_settings()
    encoder = load_encoder(settings.encoder, threads=os.cpu_count() or 1)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=as_json,
    ) as bar:
        task = bar.add_task("Encoding", total=None)
        report = indexes.build(
            folders_of(documents, settings),
            index or settings.index_dir,
            encoder,
            lambda _, done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print(json.dumps(report.__dict__))
    else:
        print(
            f"Index {report.version}: {report.passages} passages of {report.documents} documents, "
            f"{report.encoded} of {report.windows} windows newly encoded, {report.seconds:.1f} s"
        )


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="What to search for.")] = None,
    index: Annotated[Path | None, INDEX] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", help='File of {"id", "text"} JSON lines to search in one go.')
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many hits a question.")] = 5,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Search the index; with --queries, one JSON line {"id", "hits"} a query."""
    from knowledge.encoder import load_encoder
    from knowledge.store import KnowledgeStore

    if (question is None) == (queries is None):
        raise StartError("give a question, or a file of them with --queries")
    settings = load_settings()
    asked = list(_read_queries(queries)) if queries else []
    store = KnowledgeStore(index or settings.index_dir, load_encoder(settings.encoder))
    retriever = store.retriever()
    if queries:
        for query in asked:
            found = [_hit(hit) for hit in retriever.search(query.text, limit)]
            print(json.dumps({"id": query.id, "hits": found}, ensure_ascii=False))
        return
    hits = retriever.search(question or "", limit)
    if as_json:
        print(json.dumps([_hit(hit) for hit in hits], ensure_ascii=False, indent=2))
        return
    # Text and not str: Rich would read [brackets] in what was typed or is written as its own markup.
    table = Table("Score", "Passage", "Section", "Text", title=Text(question or ""))
    for hit in hits:
        text = " ".join(hit.passage.text.split())
        cells = (f"{hit.score:.2f}", hit.passage.id, hit.passage.section.label, text[:_EXCERPT])
        table.add_row(*map(Text, cells))
    Console().print(table)


class _Query(BaseModel):
    """One line of a file of queries."""

    id: str | int
    text: str


def _read_queries(file: Path) -> Iterator[_Query]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _Query.model_validate_json(line)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in fault["loc"])
            raise StartError(
                f'{file}:{number}: not {{"id": …, "text": …}}: {where and where + ": "}{fault["msg"]}'
            ) from error


def _hit(hit: Any) -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage": passage.id,
        "document": passage.id.partition("#")[0],
        "section": passage.section.label,
        "path": list(passage.path),
        "score": round(hit.score, 4),
        "text": passage.text,
    }
