"""Markdown that reads well as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table; all columns but the first are aligned to the right."""
    lines = [[*head], ["---", *["---:"] * (len(head) - 1)], *([*row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
