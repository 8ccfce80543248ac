"""An answer fit to send, and how its text is marked and kept short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.answers.citations import Source
from knowledge.vocabulary import vocabulary

# A phone's screen: the longest answer, its source lines and notes included. The quote below it may be longer.
ANSWER_CHARACTERS = 900
_NUMBER = r"\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?"
_FIGURE = re.compile(
    r"(?<![\w/*.–-])("
    rf"{_NUMBER}\s?%"
    rf"|{_NUMBER}\s?(?:triệu|tỷ|nghìn)?\s?(?:đồng|đ)\b(?:/(?:tháng|năm|kỳ|khóa|người))?"
    rf"|{_NUMBER}\s(?:triệu|tỷ)\b"
    r"|(?:ngày\s)?\d{1,2}(?:\s?-\s?\d{1,2})?/\d{1,2}/\d{4}"
    r"|ngày\s\d{1,2}\stháng\s\d{1,2}(?:\snăm\s\d{4})?"
    r"|tháng\s\d{1,2}\sđến\stháng\s\d{1,2}\snăm\s\d{4}"
    r")(?![\w/*])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reply:
    """What may be asked next: a button's short title and the question it asks."""

    title: str
    ask: str


@dataclass(frozen=True)
class Answer:
    """An answer fit to send: `text` with **bold** figures, its sources, and the passages it was made from.

    `known` is False when the answer says what is not known; `replies` are questions that lead on.
    """

    text: str
    sources: tuple[Source, ...]
    passages: tuple[str, ...]
    replies: tuple[Reply, ...] = ()
    known: bool = True


def embolden(text: str) -> str:
    """Returns `text` with figures (shares, money, days) in Markdown bold."""
    return _FIGURE.sub(lambda match: f"**{match[1]}**", text)


def fit(
    lines: Sequence[str], closing: Iterable[str], limit: int = ANSWER_CHARACTERS
) -> tuple[list[str], bool]:
    """Returns as many of `lines` as fit into `limit` characters with `closing` after them, and whether all do.

    The first line always stays, cut at a word if it must be.
    """
    end = [line for line in closing if line]
    room = limit - sum(len(line) + 1 for line in end)
    kept: list[str] = []
    for line in lines:
        if kept and len(line) + 1 > room:
            continue
        kept.append(line if len(line) <= room else f"{line[: line.rfind(' ', 0, room - 2)]} …")
        room -= len(kept[-1]) + 1
    return [*kept, *end], len(kept) == len(lines)


def shortened(text: str, limit: int) -> str:
    """Returns an answer's text with as many of its lines as fit into `limit` characters; the source lines stay."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    named = tuple(vocabulary("answers")[form].partition("{")[0] for form in ("sources", "sources_excerpt"))
    said = [line for line in lines if not line.startswith(named)]
    return "\n".join(fit(said, [line for line in lines if line.startswith(named)], limit)[0])
