"""`laban unanswered`: what was asked and not answered, grouped by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

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


@app.command()
def unanswered(
    days: Annotated[int, typer.Option("--days", min=1, help="How many days to look back.")] = 30,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the questions without an answer, the most frequent first, with the passages nearest to them."""
    from knowledge.encoder import load_encoder

    with opened_records() as records:
        asked = records.unanswered.since(datetime.now(UTC) - timedelta(days=days))
    texts = list(dict.fromkeys(question.text for question in asked))
    if not texts:
        show_rows(_FIELDS, [], as_json)
        return
    encoder = load_encoder(load_settings().encoder)
    groups = group(encoder.encode(texts, "query"))
    rows = [_row([q for q in asked if q.text in {texts[n] for n in members}]) for members in groups]
    rows.sort(key=lambda row: -int(str(row["count"])))
    show_rows(
        _FIELDS,
        rows if as_json else [{**row, "example": excerpt(str(row["example"]))} for row in rows],
        as_json,
    )


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


def _row(questions: Sequence[UnansweredQuestion]) -> dict[str, object]:
    nearest = list(dict.fromkeys(passage for question in questions for passage in question.nearest))
    return {"count": len(questions), "example": questions[0].text, "nearest": ", ".join(nearest[:_NEAREST])}
