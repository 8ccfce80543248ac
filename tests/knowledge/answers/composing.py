"""Stands in for what search found: a passage of a document, a hit on it, an entry of the small knowledge base."""

from dataclasses import replace
from datetime import date

from knowledge.answers import Answer, compose
from knowledge.documents import Document
from knowledge.facts import Entry, FactBase
from knowledge.gazetteer import Mention
from knowledge.passages import Passage, passages_of
from knowledge.search import Hit, Retriever
from knowledge.structure import parse_sections

TODAY = date(2026, 11, 22)


def small(text: str = "Đạt mức 40%.", **fields: str | None) -> Passage:
    values = {"id": "kh", "citation": "Kế hoạch 1/KH", "title": "Về học nghề", **fields}
    return passages_of([Document.model_validate({**values, "outline": parse_sections(text)})])[0]


def hit(passage: Passage, best: int = 0, margin: float = 9.0) -> Hit:
    blocks = tuple(float(n == best) for n in range(len(passage.section.blocks)))
    return Hit(passage, 0.9, blocks, {"margin": margin})


def found(retriever: Retriever, passage_id: str) -> Passage:
    passage = retriever.passage(passage_id)
    assert passage is not None
    return passage


def documents_of(retriever: Retriever) -> list[Passage]:
    """The passages of documents, without the entries of the facts."""
    return [passage for passage in retriever.index.passages if isinstance(passage.source, Document)]


def answer(retriever: Retriever, passage_id: str, question: str, today: date = TODAY) -> Answer:
    """The answer to a question for which this passage came first."""
    return compose([hit(found(retriever, passage_id))], question, today, retriever)


def with_entries(retriever: Retriever, *entries: Entry) -> Retriever:
    """The same knowledge with more entries, which lists are made from; search does not find them."""
    facts = FactBase({**retriever.index.facts.by_id, **{entry.passage_id: entry for entry in entries}})
    return Retriever(replace(retriever.index, facts=facts), retriever.encoder, retriever._expectations)


def place_in(retriever: Retriever, text: str) -> Mention:
    """The first place that a text names."""
    return next(mention for mention in retriever.mentions(text) if mention.entity == "place")
