"""`laban kb add` and `laban kb remove`: documents that offices send, into the knowledge base and out of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from connectors.cli.options import DOCUMENTS, INDEX, excerpt, folders_of
from connectors.errors import StartError
from connectors.settings import Settings, load_settings
from knowledge.errors import ImportRefused, KnowledgeError

if TYPE_CHECKING:
    from knowledge.importing.drafts import Draft

_YES = typer.Option("--yes", "-y", help="Ask nothing.")
_NO_INDEX = typer.Option(
    "--no-index", help="Leave the index as it is; `laban kb build` brings it up to date."
)
_JSON = typer.Option("--json", help="Print JSON for a program to read; needs --yes.")
_QUESTION = {"added": "Add this document as {id}?", "replaced": "Replace {document} by this document?"}
_EXCERPT = 100


def register(app: typer.Typer) -> None:
    """Adds the two commands to `laban kb`."""
    app.command()(add)
    app.command()(remove)


def add(  # noqa: PLR0913, PLR0917  # each is an argument or an option of the command
    files: Annotated[
        list[Path], typer.Argument(help=".docx, .pdf (with text), .html, .txt or .md; 20 MB, 200 pages.")
    ],
    identifier: Annotated[
        str | None, typer.Option("--id", help="The document's id, instead of the proposed one; for one file.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a document that has the same id.")
    ] = False,
    documents: Annotated[Path | None, DOCUMENTS] = None,
    index: Annotated[Path | None, INDEX] = None,
    no_index: Annotated[bool, _NO_INDEX] = False,
    yes: Annotated[bool, _YES] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Add documents: show what was read, ask, write them as Markdown, index them."""
    from knowledge.importing.folder import write_drafts

    _check_json(yes, as_json)
    if identifier is not None and len(files) > 1:
        raise StartError("--id names one document; give one file")
    settings = load_settings()
    folder = documents or settings.documents_dir
    outcomes: list[dict[str, Any]] = []
    accepted: list[Draft] = []
    for file in files:
        try:
            outcome, draft = _examine(file, folder, settings, identifier, replace, accepted)
        except ImportRefused as error:
            print(f"laban: {error}", file=sys.stderr)
            outcomes.append({"file": str(file), "outcome": "refused", "reason": error.reason})
            continue
        if draft is not None and not as_json:
            _show(draft)
        if draft is not None and not (yes or typer.confirm(_QUESTION[outcome["outcome"]].format(**outcome))):
            outcome, draft = {**outcome, "outcome": "declined"}, None
        outcomes.append(outcome)
        if draft is not None:
            accepted.append(draft)
    if accepted:
        with _all_or_nothing(folder):
            write_drafts(folder, accepted, lambda: _index(settings, documents, index, no_index, as_json))
    _report(outcomes, as_json)
    if any(outcome["outcome"] == "refused" for outcome in outcomes):
        raise typer.Exit(1)


def remove(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="The document's id, as `laban kb list` shows it.")
    ],
    documents: Annotated[Path | None, DOCUMENTS] = None,
    index: Annotated[Path | None, INDEX] = None,
    no_index: Annotated[bool, _NO_INDEX] = False,
    yes: Annotated[bool, _YES] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Remove a document and the questions known for it, and bring the index up to date."""
    from knowledge.importing.folder import find_document, remove_files

    _check_json(yes, as_json)
    settings = load_settings()
    sources = folders_of(documents, settings)
    folder = sources.documents
    file = find_document(folder, identifier)
    if file is None:
        raise StartError(f"{folder} holds no document {identifier!r}; `laban kb list` shows the ids")
    if len(list(folder.rglob("*.md"))) == 1:
        raise StartError(f"{identifier!r} is the only document; add another one before removing it")
    known = sources.questions.glob("*.yml") if sources.questions else ()
    doomed = [file, *(asked for asked in known if asked.stem == identifier)]
    if not as_json:
        print("\n".join(f"To be removed: {path}" for path in doomed))
    if not (yes or typer.confirm(f"Remove {identifier}?")):
        print("Nothing was removed.")
        return
    with _all_or_nothing(folder):
        remove_files(doomed, lambda: _index(settings, documents, index, no_index, as_json))
    if as_json:
        print(json.dumps({"id": identifier, "removed": [str(path) for path in doomed]}, ensure_ascii=False))
    else:
        print(
            f"Removed {identifier}.{' `laban kb check` names the facts that cite it.' if sources.facts else ''}"
        )


def _check_json(yes: bool, as_json: bool) -> None:
    if as_json and not yes:
        raise StartError("--json asks nothing, so it needs --yes")


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Says of an error that nothing was changed."""
    try:
        yield
    except OSError as error:
        raise StartError(f"nothing was changed: {error.filename or folder}: {error.strerror}") from error
    except KnowledgeError as error:
        raise StartError(f"nothing was changed: {error}") from error


def _examine(
    file: Path,
    folder: Path,
    settings: Settings,
    identifier: str | None,
    replace: bool,
    accepted: Sequence[Draft],
) -> tuple[dict[str, Any], Draft | None]:
    """Returns the outcome so far, and the draft to be added; None if its text is known already.

    Raises:
        ImportRefused: the file cannot be added; says why.
    """
    from knowledge.importing.drafts import draft
    from knowledge.importing.folder import find_document, same_number, same_text

    made = draft(file, settings.current_date(), identifier)
    document = made.document
    known = same_text(folder, made.body)
    twin = next((other for other in accepted if other.document.id == document.id), None)
    if twin and twin.body == made.body:
        known = document.id
    if known is not None and not (replace and known == document.id and not twin):
        return {"file": str(file), "outcome": "unchanged", "id": known}, None
    if twin:
        raise ImportRefused(file, f"{twin.file} has the id {document.id!r} too; add it by itself, with --id")
    taken = find_document(folder, document.id)
    if taken and not replace:
        raise ImportRefused(
            file,
            f"the id {document.id!r} belongs to another text, {taken}; "
            "give --replace to replace it, or another id with --id",
        )
    rival = None if identifier else same_number(folder, document)
    if rival:
        raise ImportRefused(
            file,
            f"the document {rival!r} has the number {document.number} too; "
            f"give --id {rival} --replace to replace it, or another id with --id to keep both",
        )
    target = taken or folder / f"{document.id}.md"
    if not taken and target.exists():
        raise ImportRefused(file, f"{target} is in the way; give another id with --id, or move that file")
    return {
        "file": str(file),
        "outcome": "replaced" if taken else "added",
        "id": document.id,
        "document": str(target),
        "fields": document.model_dump(exclude={"outline", "ocr_notes"}, exclude_none=True, mode="json"),
        "passages": sum(1 for section in document.outline if section.blocks),
    }, made


def _index(
    settings: Settings, documents: Path | None, index: Path | None, no_index: bool, as_json: bool
) -> None:
    """Bring the index up to date with the documents, as `laban kb build` does."""
    from knowledge import index as indexes
    from knowledge.encoder import load_encoder

    if no_index:
        return
    report = indexes.build(
        folders_of(documents, settings),
        index or settings.index_dir,
        load_encoder(settings.encoder, threads=os.cpu_count() or 1),
    )
    if not as_json:
        print(f"Index {report.version}: {report.passages} passages of {report.documents} documents")


def _show(draft: Draft) -> None:
    """Print the proposed front matter and the passages."""
    # Text and not str: Rich would read [brackets] in a document as its own markup.
    console = Console()
    fields = Table("Field", Column("Proposed", overflow="fold"), title=Text(str(draft.file)))
    for name, value in draft.document.model_dump(exclude={"outline"}, mode="json").items():
        if name != "ocr_notes":
            fields.add_row(name, Text("–" if value is None else str(value)))
    console.print(fields)
    passages = Table("Section", "Heading", Column("Text", overflow="fold"))
    for section in draft.document.outline:
        if section.blocks:
            heading = section.heading or (section.path[-1] if section.path else "")
            passages.add_row(*map(Text, (section.label, heading[:_EXCERPT], excerpt(section.text, _EXCERPT))))
    console.print(passages)


def _report(outcomes: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(outcomes, ensure_ascii=False, indent=2))
        return
    said = {
        "added": "{file}: added as {id}; its front matter can be corrected in {document}, then: laban kb build",
        "replaced": "{file}: replaced {id}, {document}.",
        "unchanged": "{file}: the same text is known already as {id}; nothing was changed.",
        "declined": "{file}: not added.",
    }
    for outcome in outcomes:
        if outcome["outcome"] in said:
            print(said[outcome["outcome"]].format(**outcome))
