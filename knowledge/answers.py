"""Composes an answer from the passages found: what answers first, a little context, then the source.

Nothing is written that a document does not say; the words around it come from `vocabulary/answers.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.changes import changes_named_in
from knowledge.documents import Document
from knowledge.lexical import terms
from knowledge.passages import Passage, sentences
from knowledge.question import Question
from knowledge.search import Hit, default_ranking
from knowledge.structure import Block
from knowledge.text import fold, folded_tokens
from knowledge.vocabulary import vocabulary

# A phone's screen: the longest answer, its source lines and notes included. The quote below it may be longer.
ANSWER_CHARACTERS = 900
# What of it are documents' own words, at least and at most, and the first passage's share when there are two.
_LEAST_ROOM = 250
_MOST_ROOM = 680
_FIRST_SHARE = 0.72
QUOTE_CHARACTERS = 900
# Another block longer than this is shown by its best sentences, not whole.
_LONG_BLOCK = 330
_POINT_LABEL = re.compile(r"^(?:\d{1,2}\.|[a-zđ]\))\s+")
_HEADING_LABEL = re.compile(r"^\**(?:[IVXLC]+\.|\d{1,2}\.|[a-zđ]\))\s*")
_LONGEST_HEADING = 120
_FIGURE = re.compile(
    r"(?<![\w/*.])("
    r"\d[\d.,]*\s?%"
    r"|\d[\d.,]*\s?(?:triệu|tỷ|nghìn)?\s?(?:đồng|đ)\b"
    r"|(?:ngày\s)?\d{1,2}(?:\s?-\s?\d{1,2})?/\d{1,2}/\d{4}"
    r"|ngày\s\d{1,2}\stháng\s\d{1,2}(?:\snăm\s\d{4})?"
    r"|tháng\s\d{1,2}\sđến\stháng\s\d{1,2}\snăm\s\d{4}"
    r")(?![\w/*])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Source:
    """What an answer rests on, ready to show. Dates may be partial; `url` is relative to the server."""

    id: str
    title: str
    number: str | None
    section: str
    issued: str | None
    valid_to: str | None
    url: str
    quote: str


@dataclass(frozen=True)
class Answer:
    """An answer fit to send: `text` with **bold** figures, its sources, and the passages it was made from."""

    text: str
    sources: tuple[Source, ...]
    passages: tuple[str, ...]


def compose(hits: Sequence[Hit], question: str, today: date) -> Answer:
    """Composes the answer to `question` from the best of `hits`, and from the second where it came close.

    Args:
        hits: what search found, best first; at least one.
        question: the question as typed.
        today: the day on which a period has ended or a body is gone.
    """
    read = Question.read(question)
    used = hits[:2] if len(hits) > 1 and _close(hits[0], hits[1], read) else hits[:1]
    room = _MOST_ROOM
    text = _text(used, read, today, room)
    while len(text) > ANSWER_CHARACTERS and room > _LEAST_ROOM:
        room -= len(text) - ANSWER_CHARACTERS
        text = _text(used, read, today, room)
    sources = tuple(source_of(hit.passage, hit.blocks) for hit in used)
    return Answer(text, sources, tuple(hit.passage.id for hit in used))


def _text(used: Sequence[Hit], question: Question, today: date, room: int) -> str:
    """Returns the answer's text with `room` characters at most of the documents' own."""
    passages = [hit.passage for hit in used]
    parts: list[str] = [_card(passages[0].document)] if _asks_about_document(question) else []
    shown: list[str] = []
    for number, hit in enumerate(used, start=1):
        lines, complete = _lines(hit, question, room if number == len(used) else int(room * _FIRST_SHARE))
        room -= sum(map(len, lines))
        shown += lines
        parts += [embolden("\n".join(lines)), citation_line(hit.passage, complete)]
    return "\n".join([*parts, *_notes(passages, shown, today)])


def _close(first: Hit, second: Hit, question: Question) -> bool:
    """Tells whether the second passage may be the answer as well as the first."""
    ranking = default_ranking()
    if second.score < ranking.suggest or first.features["margin"] >= ranking.second_margin:
        return False
    if _asks_about_document(question):
        return False
    asked = set(folded_tokens(question.content))
    named = [len(asked.intersection(folded_tokens(hit.passage.heading))) for hit in (first, second)]
    # Of two sections side by side ("Mục tiêu đến năm 2020", "… 2025") the one whose heading was named is meant.
    return named[1] >= named[0]


def _asks_about_document(question: Question) -> bool:
    """Tells whether the question is about a document itself: who signed it, when, whether it still holds."""
    said = f" {' '.join(folded_tokens(question.prepared))} "
    return any(f" {fold(cue)} " in said for cue in vocabulary("questions")["about_document"])


def _card(document: Document) -> str:
    """Returns a document's own data on one line: who issued it, when, who signed it, its period."""
    phrases = vocabulary("answers")["card"]
    facts = {
        "issuer": document.issuer,
        "issued": _issued(document, "card_day", "card_month", "card_year"),
        "signer": document.signer,
        "period": "–".join(_written(d) for d in (document.valid_from, document.valid_to) if d),
    }
    known = [phrases[name].format(value=value) for name, value in facts.items() if value]
    return f"{document.citation}: {phrases['joint'].join(known)}."


def _notes(passages: Sequence[Passage], shown: Sequence[str], today: date) -> list[str]:
    """Returns what must be said with the answer: a period that has ended, a body that is gone."""
    documents = list({p.document.id: p.document for p in passages}.values())
    ended = [note for note in (_ended_note(document, today) for document in documents) if note]
    named = " ".join([*(p.heading for p in passages), *shown, *(d.issuer or "" for d in documents)])
    changed = [
        vocabulary("answers")["change"].format(note=change.note, source=change.source.name)
        for change in changes_named_in(named, today, limit=1)
    ]
    return [*ended, *changed]


def explain_sources(passages: Sequence[Passage], today: date) -> Answer:
    """Returns where an answer came from: the document's full title, what it says word for word, and its period."""
    phrases = vocabulary("answers")
    lines: list[str] = []
    for passage in passages:
        source, document = source_of(passage), passage.document
        quote = source.quote if len(source.quote) <= _MOST_ROOM else f"{source.quote[:_MOST_ROOM]}…"
        lines += [phrases["where"].format(title=document.title, issuer=document.issuer or ""), f"“{quote}”"]
        lines += [citation_line(passage), *(note for note in (_ended_note(document, today),) if note)]
    return Answer("\n".join(lines), tuple(source_of(p) for p in passages), tuple(p.id for p in passages))


def source_of(passage: Passage, scores: Sequence[float] = ()) -> Source:
    """Returns the citation of a passage, quoting it whole or, when long, from the best block on."""
    document = passage.document
    return Source(
        id=passage.id,
        title=document.title,
        number=document.number,
        section=section_name(passage),
        issued=document.issued,
        valid_to=document.valid_to,
        url=f"/documents/{document.id}#{passage.section.slug}",
        quote=_quote(passage, scores),
    )


def section_name(passage: Passage) -> str:
    """Returns how the section is cited: "mục I.2.b", or its own words where it has no number."""
    label = passage.section.label
    return vocabulary("labels")["section"].format(label=label) if _is_number(label) else label


def citation_line(passage: Passage, complete: bool = True) -> str:
    """Returns the line that names the source: "Nguồn: Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b."."""
    form = vocabulary("answers")["source" if complete else "excerpt"]
    document = passage.document
    issued = _issued(document, "issued_day", "issued_month", "issued_year")
    line: str = form.format(citation=document.citation, issued=issued, section=section_name(passage))
    return line


def _issued(document: Document, day: str, month: str, year: str) -> str:
    """Returns the date of issue in the phrase for what is known of it: a day, a month or a year; or nothing."""
    known = [int(part) for part in (document.issued or "").split("-") if part]
    if not known:
        return ""
    phrase: str = vocabulary("answers")[(year, month, day)[len(known) - 1]]
    return phrase.format(**dict(zip(("year", "month", "day"), known, strict=False)))


def embolden(text: str) -> str:
    """Returns `text` with figures (shares, money, days) in Markdown bold."""
    return _FIGURE.sub(lambda match: f"**{match[1]}**", text)


def _lines(hit: Hit, question: Question, room: int) -> tuple[list[str], bool]:
    """Returns the lines to show, of `room` characters at most, and whether they are the whole passage."""
    blocks = hit.passage.section.blocks
    intro = _introduction(hit.passage)
    room -= len(intro or "")
    ranked = sorted(range(len(blocks)), key=lambda n: -hit.blocks[n])
    chosen: dict[int, str] = {}
    for number in ranked:
        # What answers best is shown, cut if it must be; what accompanies it is shown in brief, or not at all.
        if number == ranked[0]:
            text = _excerpt(blocks[number], question, room, longest=room)
        else:
            text = _excerpt(blocks[number], question, _LONG_BLOCK, longest=_LONG_BLOCK)
        if chosen and len(text) > room:
            continue
        chosen[number] = text
        room -= len(text)
    first = ranked[0]
    rest = [n for n in sorted(chosen) if n != first]
    listed = len(chosen) > 1
    lines = [_line(blocks[n], chosen[n], listed) for n in [first, *rest]]
    complete = all(n in chosen and len(chosen[n]) >= len(_bare(b)) for n, b in enumerate(blocks))
    return [*([intro] if intro else []), *lines], complete


def _introduction(passage: Passage) -> str | None:
    """Returns the section's own heading, such as "Mục tiêu đến năm 2025:", which its text leans on."""
    if passage.section.heading is None:
        return None
    heading = _HEADING_LABEL.sub("", passage.section.path[-1]).strip(" *:")
    return f"{heading}:" if len(heading) <= _LONGEST_HEADING else None


def _line(block: Block, text: str, listed: bool) -> str:
    return f"- {text}" if listed and block.kind == "item" else text


def _bare(block: Block) -> str:
    return _POINT_LABEL.sub("", block.plain)


def _excerpt(block: Block, question: Question, room: int, longest: int) -> str:
    """Returns a block of `longest` characters whole, else the sentences that share most with the question, in order."""
    text = _bare(block)
    if len(text) <= min(longest, room):
        return text
    parts = sentences(text)
    asked = set(terms(" ".join([question.content, *question.synonyms]), folded=True))
    shared = [len(asked.intersection(terms(part, folded=True))) / (len(part) + 80) ** 0.5 for part in parts]
    chosen: set[int] = set()
    for number in sorted(range(len(parts)), key=lambda n: -shared[n]):
        if chosen and len(parts[number]) > room:
            continue
        chosen.add(number)
        room -= len(parts[number])
    pieces = []
    for number in sorted(chosen):
        if number and number - 1 not in chosen:
            pieces.append("…")
        pieces.append(_shortened(parts[number], room + len(parts[number])))
    return " ".join(pieces)


def _shortened(sentence: str, room: int) -> str:
    """Returns a sentence whole, or what comes before the last comma that still fits."""
    if len(sentence) <= room:
        return sentence
    end = sentence.rfind(", ", 0, room)
    return f"{sentence[: end if end > 0 else sentence.rfind(' ', 0, room)]} …"


def _quote(passage: Passage, scores: Sequence[float]) -> str:
    blocks = passage.section.blocks
    if len(passage.text) <= QUOTE_CHARACTERS or not scores:
        return passage.text
    start = max(range(len(blocks)), key=lambda n: scores[n])
    lines = [f"- {b.plain}" if b.kind == "item" else b.plain for b in blocks[start:]]
    quote = lines[0]
    for line in lines[1:]:
        if len(quote) + len(line) > QUOTE_CHARACTERS:
            break
        quote = f"{quote}\n{line}"
    return f"… {quote}" if start else quote


def _ended_note(document: Document, today: date) -> str | None:
    if not document.ended(today) or document.valid_to is None:
        return None
    phrases = vocabulary("answers")
    form = phrases["ended"] if document.valid_from else phrases["ended_open"]
    note: str = form.format(
        citation=document.citation, start=_written(document.valid_from), end=_written(document.valid_to)
    )
    return note


def _written(partial: str | None) -> str:
    return "/".join(str(int(part)) for part in reversed((partial or "").split("-")) if part)


def _is_number(label: str) -> bool:
    return all(len(part) <= 5 for part in label.split(".")) and " " not in label
