"""What every answered reply must keep to: its length, its source line, and no number that its sources do not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.documents import read_document
from knowledge.fact_files import read_facts
from knowledge.vocabulary import vocabulary

LONGEST = 900
CHECKS = ("length", "source line", "numbers")
_KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
_CHANGES = (_KNOWLEDGE / "changes.yml", _KNOWLEDGE / "facts" / "changes.yml")
_CHANGE_MARK = "ℹ️"
_CITED = ("title", "number", "section", "issued", "valid_to", "quote")
_FRONT_MATTER = ("citation", "title", "number", "issued", "valid_from", "valid_to")

# Year, month and day of "2024-07-19" and "2024-07"; day, month and year of "19/7/2024"; month and year of "7/2024".
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_DAY = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_MONTH = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{4})(?!\d)")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_GRADE = re.compile(r"\b(?:lớp|cấp)\s\d{1,2}\b|(?<![\w.,/])9\+", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
# What a source spells and an answer writes as a figure ("Chín nghề"). Numerals that are everyday words too ("năm",
# "ba") would vouch for almost anything and are left out.
_SPELLED = {"bốn": "4", "sáu": "6", "bảy": "7", "tám": "8", "chín": "9", "mười": "10"}


@dataclass
class Checks:
    """The answered replies that were looked at, and by check the names and faults of those that failed it."""

    seen: int = 0
    faults: dict[str, dict[str, str]] = field(default_factory=lambda: {check: {} for check in CHECKS})

    def look_at(self, name: str, reply: Mapping[str, Any]) -> None:
        """Checks one reply if it is an answer; `name` says which it is."""
        if reply["outcome"] != "answered":
            return
        self.seen += 1
        for check, fault in faults_of(reply).items():
            self.faults[check][name] = fault

    def share(self, check: str) -> float:
        """Returns the share of the replies that pass a check; 1 when there were none."""
        return 1 - len(self.faults[check]) / self.seen if self.seen else 1.0


def faults_of(reply: Mapping[str, Any]) -> dict[str, str]:
    """Returns what is wrong with an answered reply, by check."""
    messages = reply["messages"]
    text = "\n".join(message["text"] for message in messages)
    sources = [source for message in messages for source in message["sources"]]
    found = {}
    longest = max((len(message["text"]) for message in messages), default=0)
    if longest > LONGEST:
        found["length"] = f"{longest} characters"
    if "Nguồn" not in text or not sources:
        found["source line"] = "no sources" if not sources else "no line names a source"
    unsupported = unsupported_numbers(text, sources)
    if unsupported:
        found["numbers"] = f"{', '.join(unsupported)} in no source"
    return found


def unsupported_numbers(text: str, sources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Returns the numbers of an answer that its sources do not say, in the order of its lines.

    A source says what is quoted and cited of it, and for a document also its front matter and the headings above the
    passage, for a fact its period. A note about a body that is gone may say what the files of changes do. Exempt are
    the assistant's own numbers (the numbering of answers in one message, the count of what a list leaves out) and the
    names of schooling ("lớp 9", "9+"), which state nothing.

    Args:
        text: the answer as shown.
        sources: as in the reply.
    """
    cited = vouched_by(" ".join(_said(source) for source in sources))
    missing: list[str] = []
    for line in _GRADE.sub("", _own_counts().sub("", text)).replace("*", "").splitlines():
        supported = cited | _changes() if line.startswith(_CHANGE_MARK) else cited
        missing += sorted(numbers(line) - supported)
    return list(dict.fromkeys(missing))


def numbers(text: str) -> set[str]:
    """Returns the numbers of `text`, each in one spelling: 12.000 as "12000", 7,5 as "7.5", a date as "1/7/2025"."""
    found: set[str] = set()

    def take(*parts: str | None) -> str:
        found.add("/".join(str(int(part)) for part in parts if part))
        return " "

    text = _ISO.sub(lambda m: take(m[3], m[2], m[1]), text)
    text = _DAY.sub(lambda m: take(m[1], m[2], m[3]), text)
    text = _MONTH.sub(lambda m: take(m[1], m[2]), text)
    return found | {_one_spelling(figure) for figure in _FIGURE.findall(text)}


def vouched_by(text: str) -> set[str]:
    """Returns the numbers that a source's `text` supports: its own, those it spells, and the parts of its dates."""
    said = numbers(text)
    for date in [number for number in said if "/" in number]:
        parts = date.split("/")
        said |= {*parts, *("/".join(parts[n:]) for n in range(1, len(parts)))}
    return said | {_SPELLED[word] for word in re.findall(r"\w+", text.lower()) if word in _SPELLED}


def _one_spelling(figure: str) -> str:
    if _THOUSANDS.fullmatch(figure):
        figure = figure.replace(".", "")
    return figure.replace(",", ".").lstrip("0") or "0"


def _said(source: Mapping[str, Any]) -> str:
    fields = [source[name] for name in _CITED]
    return " ".join([*(value for value in fields if value), _cited_passages().get(source["id"], "")])


@cache
def _cited_passages() -> dict[str, str]:
    """Returns what is known of each passage beside its words: a document's own data and headings, a fact's period."""
    found = {}
    for file in sorted((_KNOWLEDGE / "documents").glob("*.md")):
        document = read_document(file)
        own = [value for name in _FRONT_MATTER if (value := getattr(document, name))]
        for section in document.outline:
            found[f"{document.id}#{section.slug}"] = " ".join([*own, *section.path])
    for entry in read_facts(_KNOWLEDGE / "facts").by_id.values():
        scope = entry.applies_to
        found[entry.passage_id] = " ".join(filter(None, (scope.start, scope.end, scope.at)))
    return found


@cache
def _changes() -> frozenset[str]:
    return frozenset(vouched_by(" ".join(file.read_text(encoding="utf-8") for file in _CHANGES)))


@cache
def _own_counts() -> re.Pattern[str]:
    phrases = vocabulary("answers")
    numbering = re.escape(phrases["numbered"].partition("{text}")[0]).replace(r"\{number\}", r"\d")
    left_out = re.escape(phrases["and_more"]).replace(r"\{count\}", r"\d+")
    return re.compile(rf"^(?:{numbering}|{left_out}$)", re.MULTILINE)
