"""Answers from passages of documents: the block that answers, a little context, what has ended, the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer, embolden
from knowledge.answers.citations import citation_line, document_of, issued_phrase, source_of, written_date
from knowledge.changes import changes_named_in
from knowledge.documents import Document
from knowledge.lexical import terms
from knowledge.passages import Passage, sentences
from knowledge.question import Question, cues
from knowledge.ranking import default_ranking
from knowledge.search import Hit
from knowledge.structure import Block
from knowledge.text import folded_tokens
from knowledge.vocabulary import vocabulary

# What of it are documents' own words, at least and at most, and the first passage's share when there are two.
_LEAST_ROOM = 250
_MOST_ROOM = 680
_FIRST_SHARE = 0.72
# Another block longer than this is shown by its best sentences, not whole.
_LONG_BLOCK = 330
_POINT_LABEL = re.compile(r"^(?:\d{1,2}\.|[a-zđ]\))\s+")
_HEADING_LABEL = re.compile(r"^\**(?:[IVXLC]+\.|\d{1,2}\.|[a-zđ]\))\s*")
_LONGEST_HEADING = 120


def answer_from_documents(hits: Sequence[Hit], question: Question, today: date) -> Answer:
    """Composes the answer to `question` from the best of `hits`, and from the second where it came close.

    Args:
        hits: passages of documents, best first; at least one.
        question: the question.
        today: the day on which a period has ended or a body is gone.
    """
    used = hits[:2] if len(hits) > 1 and _close(hits[0], hits[1], question) else hits[:1]
    room = _MOST_ROOM
    text = _text(used, question, today, room)
    while len(text) > ANSWER_CHARACTERS and room > _LEAST_ROOM:
        room -= len(text) - ANSWER_CHARACTERS
        text = _text(used, question, today, room)
    sources = tuple(source_of(hit.passage, hit.blocks) for hit in used)
    return Answer(text, sources, tuple(hit.passage.id for hit in used))


def _text(used: Sequence[Hit], question: Question, today: date, room: int) -> str:
    """Returns the answer's text with `room` characters at most of the documents' own."""
    passages = [hit.passage for hit in used]
    parts: list[str] = [_card(document_of(passages[0]))] if _asks_about_document(question) else []
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
    return cues("about_document").said_in(question)


def _card(document: Document) -> str:
    """Returns a document's own data on one line: who issued it, when, who signed it, its period."""
    phrases = vocabulary("answers")["card"]
    facts = {
        "issuer": document.issuer,
        "issued": issued_phrase(document, "card"),
        "signer": document.signer,
        "period": "–".join(written_date(d) for d in (document.valid_from, document.valid_to) if d),
    }
    known = [phrases[name].format(value=value) for name, value in facts.items() if value]
    return f"{document.citation}: {phrases['joint'].join(known)}."


def _notes(passages: Sequence[Passage], shown: Sequence[str], today: date) -> list[str]:
    """Returns what must be said with the answer: a period that has ended, a body that is gone."""
    documents = list({document_of(p).id: document_of(p) for p in passages}.values())
    ended = [note for note in (ended_note(document, today) for document in documents) if note]
    named = " ".join([*(p.heading for p in passages), *shown, *(d.issuer or "" for d in documents)])
    return [*ended, *change_notes(named, today)]


def change_notes(text: str, today: date) -> list[str]:
    """Returns what must be said of a body that `text` names and that is gone, the first one only."""
    form = vocabulary("answers")["change"]
    return [
        form.format(note=change.note, source=change.source.name)
        for change in changes_named_in(text, today, limit=1)
    ]


def quotation(passage: Passage, scores: Sequence[float], question: Question, room: int) -> str:
    """Returns what of a document's passage answers best, of about `room` characters at most."""
    lines, _ = _lines(Hit(passage, 1.0, tuple(scores), {}), question, room)
    return " ".join(line.removeprefix("- ") for line in lines)


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


def ended_note(document: Document, today: date) -> str | None:
    """Returns the remark that a document's period is over, or None."""
    if not document.ended(today) or document.valid_to is None:
        return None
    phrases = vocabulary("answers")
    form = phrases["ended"] if document.valid_from else phrases["ended_open"]
    note: str = form.format(
        citation=document.citation,
        start=written_date(document.valid_from),
        end=written_date(document.valid_to),
    )
    return note
