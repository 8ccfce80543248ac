"""The answer to a question from what search found, by what kind of passage came first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer, fit
from knowledge.answers.cards import answer_from_card
from knowledge.answers.citations import citation_line, references_of, source_line, source_of_passage
from knowledge.answers.excerpts import answer_from_documents, ended_note
from knowledge.answers.later_years import after_what_is_known
from knowledge.answers.statements import answer_from_common_question, answer_from_facts
from knowledge.documents import Document
from knowledge.facts import CommonQuestion, Fact, Institution, Occupation, Reference
from knowledge.passages import Passage
from knowledge.question import Question
from knowledge.search import Hit, Retriever
from knowledge.vocabulary import vocabulary

# How many passages an explanation quotes, and how many characters of one at least.
_EXPLAINED, _LEAST_QUOTED = 2, 120
# A second fact is told too when it is nearly as sure as the first (a share) and as near (in z).
_AS_SURE, _NEAR = 0.8, 0.6


def compose(hits: Sequence[Hit], question: str, today: date, knowledge: Retriever) -> Answer:
    """Composes the answer to `question` from the best of `hits`, and from the second where it came close.

    Args:
        hits: what search found, best first; at least one.
        question: the question as typed.
        today: the day on which a period has ended or a body is gone.
        knowledge: where `hits` were found.
    """
    read = Question.read(question)
    return after_what_is_known(_told(hits, read, today, knowledge), hits[0].passage, read, today, knowledge)


def _told(hits: Sequence[Hit], question: Question, today: date, knowledge: Retriever) -> Answer:
    match first := hits[0].passage.source:
        case CommonQuestion():
            return answer_from_common_question(first, knowledge, today)
        case Fact():
            return answer_from_facts([first, *_close_facts(hits, first)], question, knowledge, today)
        case Occupation() | Institution():
            return answer_from_card(first, question, knowledge, today)
    documents = [hit for hit in hits[:2] if isinstance(hit.passage.source, Document)]
    return answer_from_documents(documents, question, today)


def explain_sources(passages: Sequence[Passage], today: date, knowledge: Retriever) -> Answer:
    """Returns where an answer came from: the full title, what it says word for word, and its period."""
    phrases = vocabulary("answers")
    shown = passages[:_EXPLAINED]
    lines: list[str] = []
    for passage in shown:
        if isinstance(passage.source, Document):
            document = passage.source
            where = [phrases["where"].format(title=document.title, issuer=document.issuer or "")]
            ended = ended_note(document, today)
            closing = [citation_line(passage), *([ended] if ended else [])]
        else:
            references: list[Reference | None] = [*references_of(passage)]
            where, closing = [], [source_line(references or [None], knowledge)]
        # The quote is cut, and nothing of what must be said with it.
        room = ANSWER_CHARACTERS // len(shown) - sum(len(line) + 1 for line in (*where, *closing))
        limit = max(_LEAST_QUOTED, room - len("“…”\n"))
        quote = f"“{passage.text if len(passage.text) <= limit else f'{passage.text[:limit]}…'}”"
        lines += [*where, quote, *closing]
    sources = tuple(source_of_passage(passage, knowledge) for passage in passages)
    text, _ = fit(lines, [])
    return Answer("\n".join(text), sources, tuple(p.id for p in passages))


def _close_facts(hits: Sequence[Hit], first: Fact) -> list[Fact]:
    """Returns the second fact found if it may be the answer as well as the first."""
    if len(hits) < 2 or first.use == "gap":
        return []
    second = hits[1].passage.source
    if not isinstance(second, Fact) or second.use != "fact":
        return []
    apart = second.id not in (*first.supersedes, *first.contradicts)
    close = hits[1].score >= _AS_SURE * hits[0].score and hits[0].features["margin"] < _NEAR
    return [second] if apart and close else []
