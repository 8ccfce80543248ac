"""Answers from facts and from the questions asked most: the statement, what limits it, the source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.answers.answer import Answer, Reply, embolden, fit
from knowledge.answers.citations import (
    references_of,
    source_line,
    source_of_claim,
    source_of_passage,
    written_date,
)
from knowledge.answers.excerpts import change_notes, quotation
from knowledge.documents import Document
from knowledge.facts import CommonQuestion, Fact
from knowledge.question import Question
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

_MOST_CITED = 4
# What is quoted of the document that a fact was taken from: together with the fact, and at least.
_QUOTED, _LEAST_QUOTED = 640, 200


def answer_from_facts(facts: Sequence[Fact], question: Question, knowledge: Retriever, today: date) -> Answer:
    """Tells one or two facts, the best first, each with what contradicts, replaces or limits it.

    What was taken from a document of ours is followed by the document's own words.
    """
    lines: list[str] = []
    notes: list[str] = []
    sources, references = [], []
    for fact in facts:
        words = _verbatim(fact, question, knowledge)
        lines += [_told(fact), *([vocabulary("answers")["verbatim"].format(words=words)] if words else [])]
        said = f"{fact.statement}\n“{words}”" if words else fact.statement
        sources.append(source_of_claim(fact, said.replace("*", ""), fact.source, knowledge))
        references.append(fact.source)
        notes += _ended(fact, today)
        for form, other in _others(fact, knowledge):
            if other not in facts:
                name = other.source.name if other.source else vocabulary("answers")["common_experience"]
                notes.append(form.format(statement=embolden(other.statement), name=name))
                sources.append(source_of_claim(other, other.statement, other.source, knowledge))
                references.append(other.source)
    known = facts[0].use != "gap"
    naming = [r for f, r in zip(facts, references, strict=False) if f.use != "gap" or r] or (
        [None] if known else []
    )
    closing = source_line([*naming, *references[len(facts) :]], knowledge) if naming else ""
    text, _ = fit([*lines, *notes, *change_notes(" ".join(lines), today)], [closing])
    replies = tuple(Reply(**row) for row in vocabulary("continuations")["topics"].get(facts[0].topic, ()))
    return Answer("\n".join(text), tuple(sources), tuple(f.passage_id for f in facts), replies, known)


def answer_from_common_question(entry: CommonQuestion, knowledge: Retriever, today: date) -> Answer:
    """Gives the answer written for a question that is asked often, with everything that it cites."""
    phrases = vocabulary("answers")
    cited = [passage for i in entry.cites[:_MOST_CITED] if (passage := knowledge.passage(i))]
    references = [reference for passage in cited for reference in references_of(passage)]
    sources = tuple(source_of_passage(passage, knowledge) for passage in cited)
    if not cited:
        closing = phrases["sources"].format(names=phrases["assistant"])
        sources = (source_of_claim(entry, entry.answer, None, knowledge),)
    elif references:
        closing = source_line(references, knowledge)
    else:  # Nothing but gaps and advice.
        closing = "" if entry.use == "gap" else source_line([None], knowledge)
    text, _ = fit([embolden(entry.answer), *change_notes(entry.answer, today)], [closing])
    replies = tuple(Reply(ask, ask) for ask in entry.replies)
    return Answer("\n".join(text), sources, (entry.passage_id,), replies, known=entry.use != "gap")


def _verbatim(fact: Fact, question: Question, knowledge: Retriever) -> str | None:
    """Returns what the document that a fact was taken from says itself, or None if it is not one of ours."""
    cited = fact.source.passage if fact.source else None
    passage = knowledge.passage(cited) if cited else None
    if passage is None or not isinstance(passage.source, Document):
        return None
    room = max(_LEAST_QUOTED, _QUOTED - len(fact.statement))
    return embolden(quotation(passage, knowledge.block_scores(question, passage), question, room))


def _told(fact: Fact) -> str:
    if fact.use == "advice":
        return str(vocabulary("answers")["advice"].format(statement=fact.statement))
    return embolden(fact.statement)


def _others(fact: Fact, knowledge: Retriever) -> list[tuple[str, Fact]]:
    """Returns (form, fact) of what says otherwise, and of what has replaced this one."""
    phrases, facts = vocabulary("answers"), knowledge.index.facts
    found = [
        (phrases["contradicts"], facts.by_id[f"{fact.collection}#{other}"]) for other in fact.contradicts
    ]
    found += [
        (phrases["superseded"], newer)
        for newer in facts.of(fact.collection)
        if isinstance(newer, Fact) and fact.id in newer.supersedes
    ]
    return [(form, other) for form, other in found if isinstance(other, Fact)]


def _ended(fact: Fact, today: date) -> list[str]:
    if not fact.ended(today):
        return []
    return [vocabulary("answers")["rule_ended"].format(end=written_date(fact.applies_to.end))]
