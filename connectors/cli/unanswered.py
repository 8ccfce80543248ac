"""`laban unanswered`: what was asked and not answered, grouped by meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.cli.options import JSON, excerpt
from connectors.cli.store import opened_records, show_rows
from connectors.settings import load_settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from actions.records import UnansweredQuestion

app = typer.Typer()

_FIELDS = ("count", "example", "nearest")
# Questions closer than this (cosine, with the shipped encoder) ask the same in other words; others rarely pass 0.9.
_SAME = 0.93
_NEAREST = 3
_TITLE_CHARACTERS = 80


@app.command()
def unanswered(
    days: Annotated[int, typer.Option("--days", min=1, help="How many days to look back.")] = 30,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the questions without an answer, the most frequent first, with the passages nearest to them."""
    from knowledge.encoder import load_encoder

    settings = load_settings()
    with opened_records() as records:
        asked = records.unanswered.since(datetime.now(UTC) - timedelta(days=days))
    texts = list(dict.fromkeys(question.text for question in asked))
    if not texts:
        show_rows(_FIELDS, [], as_json)
        return
    groups = group(load_encoder(settings.encoder).encode(texts, "query"))
    group_of = {texts[member]: number for number, members in enumerate(groups) for member in members}
    grouped: list[list[UnansweredQuestion]] = [[] for _ in groups]
    for question in asked:
        grouped[group_of[question.text]].append(question)
    title = _titles(settings.index_dir)
    rows = [_row(questions, title) for questions in grouped]
    rows.sort(key=lambda row: -int(row["count"]))
    show_rows(_FIELDS, rows if as_json else [_brief(row) for row in rows], as_json)


def group(embeddings: npt.NDArray[np.float32]) -> list[list[int]]:
    """Returns groups of rows that mean the same: each joins the first group whose first row is near enough."""
    groups: list[list[int]] = []
    for number, embedding in enumerate(embeddings):
        same = next((members for members in groups if embeddings[members[0]] @ embedding >= _SAME), None)
        if same is None:
            groups.append([number])
        else:
            same.append(number)
    return groups


def _row(questions: Sequence[UnansweredQuestion], title: Callable[[str], str]) -> dict[str, Any]:
    nearest = list(dict.fromkeys(passage for question in questions for passage in question.nearest))
    named = [{"id": passage, "title": title(passage)} for passage in nearest[:_NEAREST]]
    return {"count": len(questions), "example": questions[0].text, "nearest": named}


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    titles = "\n".join(excerpt(passage["title"], _TITLE_CHARACTERS) for passage in row["nearest"])
    return {**row, "example": excerpt(row["example"]), "nearest": titles}


def _titles(index_dir: Path) -> Callable[[str], str]:
    """Returns what names a passage: its headings, or its id where the index does not hold it (any more)."""
    from knowledge import index
    from knowledge.errors import IndexUnusable

    try:
        passages = index.load(index_dir).passages
    except IndexUnusable:
        passages = []
    titles = {passage.id: " › ".join(passage.path) for passage in passages}
    return lambda passage: titles.get(passage, passage)
