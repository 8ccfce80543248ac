"""Two trades or two schools side by side: of each what is asked, or what one usually wants to know."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers.answer import Answer, Reply, embolden, fit
from knowledge.answers.cards import aspects_in, todays
from knowledge.answers.citations import source_line, source_of_claim
from knowledge.entries import Aspect, asked_aspects, aspects_of, kind_of
from knowledge.facts import Institution, Occupation
from knowledge.question import Question
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

# Characters for all rows together, the source line takes the rest of a screen; and for one row, the most first.
_ROOM = 780
_ROOMS = range(320, 60, -20)


def compare(
    named: Sequence[Occupation] | Sequence[Institution], question: Question, knowledge: Retriever
) -> Answer:
    """Sets two entries of a kind side by side, by the aspects that `question` asks for or by the usual ones.

    Of an old name of a school, today's school is told.
    """
    entries = [todays(entry, knowledge) for entry in named]
    kind = kind_of(entries[0])
    usual = vocabulary("aspects")["compared"][kind]
    wanted = [name for name in asked_aspects(entries[0], question) if name in usual] or usual
    told = [
        (entry, aspect)
        for entry in entries
        for aspect in aspects_in(entry, knowledge)
        if aspect.name in wanted
    ]
    lines = _side_by_side(named, entries, wanted)
    claims = [(entry, aspect.claims[0]) for entry, aspect in told if aspect.known]
    references = [claim.source for _, claim in claims if claim.source]
    text, _ = fit(lines, [source_line(references or [None], knowledge)])
    sources = tuple(source_of_claim(e, c.statement, c.source, knowledge) for e, c in claims)
    form = vocabulary("continuations")[kind]["pay" if kind == "occupation" else "trades"]
    replies = tuple(Reply(f"{form['title']}: {e.name}", form["ask"].format(name=e.name)) for e in entries)
    return Answer("\n".join(text), sources, tuple(e.passage_id for e in entries), replies)


def _side_by_side(
    named: Sequence[Occupation | Institution],
    entries: Sequence[Occupation | Institution],
    wanted: Sequence[str],
) -> list[str]:
    """Returns a title and its rows an entry; the longest rows are cut until all fit."""
    phrases = vocabulary("answers")
    for room in _ROOMS:
        lines: list[str] = []
        for old, entry in zip(named, entries, strict=True):
            rows = [_row(aspect, room) for aspect in aspects_of(entry) if aspect.name in wanted]
            title = phrases["title" if old is entry else "now_called"]
            lines += [title.format(name=entry.name, old=old.name, new=entry.name), *rows]
        if sum(len(line) + 1 for line in lines) <= _ROOM:
            break
    return lines


def _row(aspect: Aspect, room: int) -> str:
    """Returns an aspect's first claim on one line of about `room` characters, ended where a clause ends."""
    phrases, said = vocabulary("answers"), embolden(aspect.claims[0].statement)
    if aspect.name == "support":
        said = said.split(". ")[0]
    if len(said) > room:
        end = max(said.rfind(mark, 0, room) for mark in (", ", "; ", ". "))
        said = f"{said[: end if end > room // 2 else said.rfind(' ', 0, room)]} …"
    row = phrases["row"].format(label=aspect.label, text=said) if aspect.label else said
    return str(phrases["item"].format(text=row))
