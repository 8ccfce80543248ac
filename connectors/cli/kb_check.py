"""`laban kb check`: every fault in the documents, questions, facts and rules, and what is getting old."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

import knowledge
from connectors.cli.options import DOCUMENTS, JSON, folders_of
from connectors.settings import load_settings
from knowledge.errors import DocumentError, KnowledgeError

if TYPE_CHECKING:
    from knowledge.documents import Document
    from knowledge.facts import FactBase
    from knowledge.freshness import Concern
    from knowledge.passages import Passage

_EXPIRING = typer.Option(
    "--expiring",
    metavar="DAYS",
    min=0,
    max=36_500,
    help="List what has ended or ends within so many days, and what has no source date; "
    "without it they are counted, for 90 days.",
)
_DAYS = 90
_SHIPPED_FACTS = Path(knowledge.__file__).with_name("facts")
_STATES = {"ended": "ended", "expiring": "ending within {days} days", "undated": "without a source date"}


def register(app: typer.Typer) -> None:
    """Adds the command to `laban kb`."""
    app.command()(check)


def check(
    documents: Annotated[Path | None, DOCUMENTS] = None,
    expiring: Annotated[int | None, _EXPIRING] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Read every document, question and fact; name the file and line of each fault."""
    from knowledge.freshness import concerns
    from knowledge.passages import passages_of

    settings = load_settings()
    sources = folders_of(documents, settings)
    found, faults = _check_documents(sources.documents)
    passages = passages_of(found)
    if sources.questions and not faults:
        faults += _check_questions(sources.questions, passages)
    facts, faulty = _check_facts(sources.facts, None if faults else found, passages)
    faults += faulty or _check_answers(facts, passages)
    # The rules name entries of the facts that ship with them.
    if not faults and sources.facts == _SHIPPED_FACTS:
        faults += _check_rules(facts, passages)
    days = _DAYS if expiring is None else expiring
    old = concerns(found, facts, settings.current_date(), days)
    if as_json:
        print(_as_json(found, passages, facts, faults, old))
    else:
        for fault in faults:
            print(fault, file=sys.stderr)
        if expiring is not None:
            _show(old)
    if faults:
        raise typer.Exit(1)
    if not as_json:
        print(f"{len(found)} documents, {len(passages)} passages, {len(facts.by_id)} facts: no fault found")
        counts: Counter[str] = Counter(concern.state for concern in old)
        told = [
            f"{counts[state]} {said.format(days=days)}" for state, said in _STATES.items() if counts[state]
        ]
        if told:
            print(", ".join(told) + ("" if expiring is not None else "; --expiring DAYS lists them"))


def _check_documents(folder: Path) -> tuple[list[Document], list[str]]:
    """Returns the documents that can be read, and the faults of the others."""
    from knowledge.documents import read_document

    found, faults = [], []
    for file in sorted(folder.rglob("*.md")):
        try:
            found.append(read_document(file))
        except DocumentError as error:
            faults.append(str(error))
    times = Counter(document.id for document in found)
    repeated = sorted(name for name, count in times.items() if count > 1)
    faults += [f"{folder}: the id {name!r} is used more than once" for name in repeated]
    if not found and not faults:
        faults.append(f"{folder}: no Markdown document (*.md) in this folder")
    return found, faults


def _check_questions(folder: Path, passages: list[Passage]) -> list[str]:
    from knowledge.passages import read_questions

    try:
        read_questions(folder, passages)
    except KnowledgeError as error:
        return [str(error)]
    return []


def _check_facts(
    folder: Path | None, documents: list[Document] | None, passages: list[Passage]
) -> tuple[FactBase, list[str]]:
    """Returns the facts that can be read, and every fault; without `documents`, citations are not looked up."""
    from knowledge.fact_files import check_facts
    from knowledge.facts import FactBase

    if folder is None:
        return FactBase(), []
    if not folder.is_dir():
        return FactBase(), [f"{folder}: no such folder; LABAN_FACTS_DIR names the folder of the facts"]
    citable = None
    if documents is not None:
        citable = {document.id for document in documents} | {passage.id for passage in passages}
    facts, faults = check_facts(folder, citable)
    return facts, [str(fault) for fault in faults]


def _check_answers(facts: FactBase, documents: list[Passage]) -> list[str]:
    """Returns the answers to common questions that say a number which nothing they cite holds."""
    from knowledge.passages import passages_of
    from knowledge.support import unsupported_answers

    passages = [*documents, *passages_of([], facts)]
    return [
        f"{entry.passage_id}: answer: {', '.join(numbers)} stands in nothing that it cites"
        for entry, numbers in unsupported_answers(facts, passages)
    ]


def _check_rules(facts: FactBase, documents: list[Passage]) -> list[str]:
    """Returns the faults in the rules of who gets which support."""
    from knowledge.eligibility_check import check_policies
    from knowledge.passages import passages_of

    try:
        return [str(fault) for fault in check_policies(facts, [*documents, *passages_of([], facts)])]
    except KnowledgeError as error:
        return [str(error)]


def _as_json(
    documents: list[Document],
    passages: list[Passage],
    facts: FactBase,
    faults: list[str],
    old: list[Concern],
) -> str:
    report = {
        "documents": len(documents),
        "passages": len(passages),
        "facts": len(facts.by_id),
        "faults": faults,
        "expiring": [asdict(concern) for concern in old],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


def _show(old: list[Concern]) -> None:
    table = Table(
        "State", Column("Entry or document", no_wrap=True), "Until", Column("Source", overflow="fold")
    )
    for concern in old:
        cells = (concern.state, concern.id, concern.until or "–", concern.source or "–")
        table.add_row(*map(Text, cells))
    Console().print(table)
