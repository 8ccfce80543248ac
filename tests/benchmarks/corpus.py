"""Documents in any number, made of the shipped ones: their structure and lengths, their words in a new order.

A made document has the lines of a shipped one, each filled with new text of about the same length. A text follows a
sentence that somebody wrote, goes on now and then in another one that holds the same word, and now and then just
anywhere, so that texts differ and new pairs of words keep coming. The same seed makes the same documents.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from knowledge.documents import Document, read_document
from knowledge.gazetteer import load_gazetteer
from knowledge.importing.drafts import body_of_markdown
from knowledge.passages import Passage, sentences
from knowledge.structure import parse_sections

# How often a text goes on in another sentence with the same word, and how often anywhere.
_CROSSES, _LEAPS = 0.15, 0.03
_YEARS = (2015, 2026)
_LONGEST_PERIOD = 6
# A heading's or an item's mark and a label ("I.", "2.1.", "a)"), which stay; then the text.
_LINE = re.compile(
    r"((?:(?:#{1,6}|[-*+•])\s+)?(?:\**(?:[IVXLC]+|\d{1,2}(?:\.\d{1,2})*|[a-zđ])(?:\.\)?|\))\**\s+)?)(.*)"
)
_END = re.compile(r"\W+$")
_MARKS = re.compile(r"[*#\\]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Pattern:
    """A shipped document: its front matter, its lines, and how many passages they make."""

    document: Document
    lines: tuple[str, ...]
    passages: int

    @classmethod
    def read(cls, file: Path) -> Pattern:
        """Reads a Markdown document."""
        body = body_of_markdown(file.read_text(encoding="utf-8"))
        return cls(read_document(file), tuple(body.split("\n")), _passages(body))

    def beginning(self, passages: int) -> Pattern:
        """Returns so many lines of it that they make `passages` passages."""
        if passages >= self.passages:
            return self
        end = next(n for n in range(len(self.lines) + 1) if _passages("\n".join(self.lines[:n])) == passages)
        return Pattern(self.document, self.lines[:end], passages)


class Speech:
    """Writes text of the words of others."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        """Learns from `texts`, blocks of documents."""
        said = (sentence for text in dict.fromkeys(texts) for sentence in sentences(_MARKS.sub("", text)))
        self._words = [word for sentence in said for word in (*sentence.split(), "")]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._words):
            self._places[word].append(place)
        # "" ends a sentence; what begins with a number or a dash could be taken for a label.
        ends = self._places.pop("")
        self._openings = [
            end + 1 for end in ends[:-1] if self._words[end + 1].isalpha() and len(self._words[end + 1]) > 1
        ]
        self.random = random.Random(seed)

    def text(self, like: str) -> str:
        """Returns text of about the length of `like`, begun and ended as that is."""
        said: list[str] = []
        length = 0
        while length < len(like):
            for word in self._sentence():
                said.append(word)
                length += len(word) + 1
                if length >= len(like):
                    break
        text = " ".join(said)
        if like.isupper():
            return text.upper()
        first = text[0].lower() if like[:1].islower() else text[0].upper()
        ending = like[-1] if like and not like[-1].isalnum() else ""
        return f"{first}{_END.sub('', text[1:])}{ending}"

    def digits(self, word: str) -> str:
        """Returns a word with other digits; years stay."""
        return word if _YEAR.search(word) else _DIGITS.sub(self._number, word)

    def _number(self, digits: re.Match[str]) -> str:
        size = len(digits[0])
        return str(self.random.randrange(10 ** (size - 1), 10**size))

    def _sentence(self) -> Iterator[str]:
        place = self.random.choice(self._openings)
        while word := self._words[place]:
            yield self.digits(word) if not word.isalpha() else word
            chance = self.random.random()
            if chance < _LEAPS:
                place = self.random.randrange(len(self._words) - 1)
            elif chance < _LEAPS + _CROSSES:
                place = self.random.choice(self._places[word])
            place += 1


def write_documents(
    folder: Path, passages: int, known: Sequence[Passage], shipped: Path, seed: int = 0
) -> int:
    """Writes documents that have `passages` passages together, and returns how many documents they are.

    Args:
        folder: an empty folder.
        passages: how many.
        known: passages whose words are used.
        shipped: the folder of the documents whose structure is used.
        seed: another one makes other documents.
    """
    speech = Speech([block.plain for passage in known for block in passage.section.blocks], seed)
    places = [entry.name for entry in load_gazetteer().entries if entry.entity == "place"]
    patterns = cycle([Pattern.read(file) for file in sorted(shipped.glob("*.md"))])
    count = 0
    while passages > 0:
        pattern = next(patterns).beginning(passages)
        name = f"van-ban-{count:06}"
        (folder / f"{name}.md").write_text(_document(name, pattern, speech, places), encoding="utf-8")
        passages -= pattern.passages
        count += 1
    return count


def _document(name: str, pattern: Pattern, speech: Speech, places: Sequence[str]) -> str:
    shipped, chance = pattern.document, speech.random
    number = f"{chance.randrange(1, 3000)}/{(shipped.number or '').rpartition('/')[2]}"
    year = chance.randint(*_YEARS)
    fields = {
        "id": name,
        "type": shipped.type,
        "number": number,
        "citation": f"{shipped.type} {number}",
        "title": speech.text(shipped.title),
        "issuer": shipped.issuer,
        "place": chance.choice(places),
        "issued": f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "valid_from": str(year),
        "valid_to": str(year + chance.randint(1, _LONGEST_PERIOD)) if chance.random() < 0.5 else None,
    }
    # A JSON value is a YAML value too, and quicker to write.
    head = "\n".join(f"{field}: {json.dumps(value, ensure_ascii=False)}" for field, value in fields.items())
    return f"---\n{head}\n---\n\n{chr(10).join(_line(line, speech) for line in pattern.lines)}\n"


def _line(line: str, speech: Speech) -> str:
    """Returns a line with new text; blank lines and rules stay."""
    match = _LINE.match(line)
    if match is None or not any(character.isalnum() for character in match[2]):
        return line
    return f"{match[1]}{speech.text(match[2])}"


def _passages(body: str) -> int:
    return sum(bool(section.blocks) for section in parse_sections(body))
