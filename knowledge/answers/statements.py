"""Answers from facts and from the questions asked most: the statement, what limits it, the source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.answers.answer import Answer, Reply, embolden, fit
from knowledge.answers.citations import (
    Source,
    cited_passage,
    references_of,
    source_line,
    source_of_claim,
    source_of_passage,
    written_date,
)
from knowledge.answers.excerpts import change_notes, quotation
from knowledge.documents import Document
from knowledge.facts import CommonQuestion, Entry, Fact, Reference
from knowledge.period import asked_period
from knowledge.question import Question
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

_MOST_CITED = 4
# What is quoted of the document that a fact was taken from: together with the fact, and at least.
_QUOTED, _LEAST_QUOTED = 640, 200


def answer_from_facts(facts: Sequence[Fact], question: Question, knowledge: Retriever, today: date) -> Answer:
    """Tells one or two facts, the best first, each with what contradicts, replaces or limits it.

    Of facts that contradict or replace each other the newest comes first, unless the question is about another time.
    What was taken from a document of ours is followed by the document's own words.
    """
    phrases = vocabulary("answers")
    newest = _newest(facts[0], question, knowledge, today)
    told = [newest, *(fact for fact in facts[1:] if fact != newest)]
    lines: list[str] = []
    notes: list[str] = []
    sources: list[Source] = []
    references: list[Reference | None] = []

    def cite(fact: Fact, said: str) -> None:
        if _has_source(fact):
            sources.append(source_of_claim(fact, said.replace("*", ""), fact.source, knowledge))
            references.append(fact.source)

    for fact in told:
        words = _verbatim(fact, question, knowledge)
        lines += [_told(fact), *([phrases["verbatim"].format(words=words)] if words else [])]
        cite(fact, f"{fact.statement}\n“{words}”" if words else fact.statement)
        notes += _ended(fact, today)
        for form, other in _others(fact, knowledge, replaced=facts[0] != newest):
            if other not in told:
                name = other.source.name if other.source else phrases["common_experience"]
                notes.append(form.format(statement=embolden(other.statement), name=name))
                cite(other, other.statement)
    known = newest.use != "gap"
    closing = source_line(references, knowledge) if references else ""
    text, _ = fit([*lines, *notes, *change_notes(" ".join(lines), today)], [closing])
    replies = tuple(Reply(**row) for row in vocabulary("continuations")["topics"].get(newest.topic, ()))
    return Answer("\n".join(text), tuple(sources), tuple(fact.passage_id for fact in told), replies, known)


def answer_from_common_question(entry: CommonQuestion, knowledge: Retriever, today: date) -> Answer:
    """Gives the answer written for a question that is asked often, with everything that it cites."""
    phrases = vocabulary("answers")
    cited = [passage for i in entry.cites[:_MOST_CITED] if (passage := knowledge.passage(i))]
    references = [reference for passage in cited for reference in references_of(passage)]
    sources = tuple(source_of_passage(passage, knowledge) for passage in cited if _has_source(passage.source))
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
    passage = cited_passage(fact.source, knowledge)
    if passage is None:
        return None
    room = max(_LEAST_QUOTED, _QUOTED - len(fact.statement))
    return embolden(quotation(passage, knowledge.block_scores(question, passage), question, room))


def _has_source(source: Document | Entry) -> bool:
    """Tells whether something can be cited: what nobody knows and nobody wrote about rests on nothing."""
    return not (isinstance(source, Fact) and source.use == "gap" and source.source is None)


def _told(fact: Fact) -> str:
    if fact.use == "advice":
        return str(vocabulary("answers")["advice"].format(statement=fact.statement))
    return embolden(fact.statement)


def _newest(fact: Fact, question: Question, knowledge: Retriever, today: date) -> Fact:
    """Returns the newest of a fact and those that contradict or replace it; itself if the question names its time."""
    years = frozenset(int(m.value) for m in knowledge.mentions(question.prepared) if m.entity == "year")
    asked = asked_period(question, years, today)
    if asked.past or asked.years:
        return fact
    rivals = [
        other for _, other in _others(fact, knowledge) if other.use == "fact" and not other.ended(today)
    ]
    return max([fact, *rivals], key=_time)


def _time(fact: Fact) -> str:
    """Returns the time that a fact is of, as far as it is known, to be compared as text."""
    scope, source = fact.applies_to, fact.source
    return scope.at or scope.start or (source.date if source else None) or ""


def _others(fact: Fact, knowledge: Retriever, *, replaced: bool = False) -> list[tuple[str, Fact]]:
    """Returns (form, fact) of what says otherwise, what has replaced this one, and, if `replaced`, what it replaces."""
    phrases = vocabulary("answers")
    facts = knowledge.index.facts
    found = [(phrases["contradicts"], other) for other in facts.contradicting(fact)]
    found += [(phrases["superseded"], other) for other in facts.replacing(fact)]
    if replaced:
        found += [(phrases["before"], other) for other in facts.replaced_by(fact)]
    return found


def _ended(fact: Fact, today: date) -> list[str]:
    if not fact.ended(today):
        return []
    return [vocabulary("answers")["rule_ended"].format(end=written_date(fact.applies_to.end))]
