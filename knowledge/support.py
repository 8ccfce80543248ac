"""Whether the figures of a written answer stand in what it cites.

An answer to a common question is written by hand; a number, an amount or a date in it that none of its sources holds
is a slip or a guess, and students act on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.facts import CommonQuestion, Entry, FactBase, Scope, sources_of
from knowledge.passages import Passage

_AMOUNT = r"\d+(?:[.,]\d+)*"
_FIGURE = re.compile(
    # A figure inside a word or an address ("B1", "tongdai111.vn") is part of a name.
    rf"(?<![\w.,/])(?:"
    rf"(?P<iso>\d{{4}}-\d{{2}}(?:-\d{{2}})?)(?![\w-])"
    rf"|(?P<parts>\d+(?:/\d+)+)"
    rf"|(?P<first>{_AMOUNT})(?:\s?[-–]\s?(?P<last>{_AMOUNT}))?"
    rf"\s?(?P<unit>%|(?:nghìn|triệu|tỷ)\b)?"
    rf")",
    re.IGNORECASE,
)
_UNITS = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
# Names of schooling, which state no figure: "lớp 9", "cấp 3", "9+".
_NAMES = re.compile(r"\b(?:lớp|cấp)\s\d{1,2}(?:\s?[,-]\s?\d{1,2})*\b|(?<![\w.,/])9\+", re.IGNORECASE)
_LONG_DATE = re.compile(r"\bngày (\d{1,2}) tháng (\d{1,2})(?: năm (\d{4}))?", re.IGNORECASE)

Figure = tuple[str, ...]


def unsupported_numbers(answer: str, cited: Iterable[str]) -> list[str]:
    """Returns the numbers of `answer` that occur in none of the texts `cited`, as written and in order.

    Numbers are compared by what they mean, not by how they are written: "900.000" is "900000", "4 triệu" is
    "4000000", "03/2024" is within "03/2024/NQ-HĐND", "10/2025" and "2025" are within "26/10/2025" and "2025-10-26",
    each end of "50-55%" is a share. "4 triệu" is not "4", nor is "30%" "30". Numbers written as words, grades and the
    name "9+" are not looked at.

    Args:
        answer: what is to be said.
        cited: the texts that it rests on, for example from `evidence_of`.
    """
    known = {figure for text in cited for _, figures in _figures(text) for figure in figures}
    return [
        written
        for written, figures in _figures(answer)
        if not all(_stands_in(figure, known) for figure in figures)
    ]


def unsupported_answers(
    facts: FactBase, passages: Iterable[Passage]
) -> Iterator[tuple[CommonQuestion, list[str]]]:
    """Yields each common question whose answer holds numbers that nothing it cites does, with these numbers.

    Args:
        facts: the entries.
        passages: those of the documents and of the facts, which answers cite by their ids.
    """
    known = {passage.id: passage for passage in passages}
    for entry in facts.of("faq"):
        if isinstance(entry, CommonQuestion) and entry.cites:
            cited = [text for i in entry.cites if i in known for text in evidence_of(known[i])]
            if numbers := unsupported_numbers(entry.answer, cited):
                yield entry, numbers


def evidence_of(passage: Passage) -> list[str]:
    """Returns the texts of a passage that figures may be taken from.

    These are its own text and headings and, of an entry of the facts, the numbers, names and dates of its sources
    and the time to which it applies. What a note says is no evidence.
    """
    texts = [passage.text, *passage.path]
    if isinstance(passage.source, Entry):
        texts += _evidence_of_entry(passage.source)
    return texts


def _evidence_of_entry(entry: Entry) -> list[str]:
    scope: Scope = entry.applies_to
    texts = [date for date in (scope.start, scope.end, scope.at) if date]
    for _, source in sources_of(entry):
        texts += [source.name, *([source.date] if source.date else [])]
    for number in getattr(entry, "numbers", {}).values():
        texts += number if isinstance(number, list) else [str(number)]
    return texts


def _stands_in(figure: Figure, known: set[Figure]) -> bool:
    if figure in known:
        return True
    size = len(figure)
    if size == 1 and not re.fullmatch(r"(?:19|20)\d{2}", figure[0]):
        return False
    # A part of a date or of a document's number: "10/2025" or "2025" of "26/10/2025".
    return any(figure == other[at : at + size] for other in known for at in range(len(other) - size + 1))


def _figures(text: str) -> list[tuple[str, list[Figure]]]:
    """Returns each number of `text` as it is written, and what it means: one figure, or two ends of a range."""
    text = _NAMES.sub(" ", _LONG_DATE.sub(lambda m: "/".join(part for part in m.groups() if part), text))
    found: list[tuple[str, list[Figure]]] = []
    for match in _FIGURE.finditer(text):
        written = match.group().strip()
        if match["iso"]:
            found.append((written, [tuple(_plain(part) for part in reversed(match["iso"].split("-")))]))
        elif match["parts"]:
            found.append((written, [tuple(_plain(part) for part in match["parts"].split("/"))]))
        else:
            ends = [end for end in (match["first"], match["last"]) if end]
            found.append((written, [(_value(end, match["unit"] or ""),) for end in ends]))
    return found


def _value(amount: str, unit: str) -> str:
    """Returns an amount with its unit in one form: "2,5 triệu" as "2500000", "50" of "50-55%" as "50%"."""
    plain = _plain(amount)
    if unit == "%":
        return f"{plain}%"
    return _plain(str(float(plain) * _UNITS[unit.lower()])) if unit else plain


def _plain(amount: str) -> str:
    """Returns a number with a decimal point at most: "03" as "3", "900.000" as "900000", "11,590" as "11.59"."""
    if _THOUSANDS.fullmatch(amount):
        amount = amount.replace(".", "")
    amount = amount.replace(",", ".")
    try:
        number = float(amount)
    except ValueError:  # "1.2.3", the number of a section.
        return amount
    return str(int(number)) if number.is_integer() else repr(round(number, 6))
