"""Answers that say what is not known: of a trade, a school or a province that the knowledge base has nothing about."""

from __future__ import annotations

from functools import cache

from knowledge.answers.answer import Answer, Reply
from knowledge.passages import Passage
from knowledge.question import Phrases, Question
from knowledge.search import Retriever
from knowledge.text import fold
from knowledge.vocabulary import vocabulary


def answer_about_unlisted(question: Question, best: Passage | None, knowledge: Retriever) -> Answer | None:
    """Returns that nothing is known of a trade or school in `unlisted.yml` that `question` names, else None.

    Nothing is said of it when an entry is named too, or when the best passage speaks of it.
    """
    mentions = knowledge.mentions(question.prepared)
    if any(mention.entity in ("occupation", "institution") for mention in mentions):
        return None
    for kind, names in _names().items():
        name = names.said_by(question)
        if name and not (best and f" {fold(name)} " in f" {fold(best.text)} "):
            phrases = vocabulary("answers")[f"unlisted_{kind}"]
            return _unknown(phrases["text"].format(name=name), phrases["replies"])
    return None


def answer_about_elsewhere(question: Question, knowledge: Retriever) -> Answer | None:
    """Returns that nothing is known of a province that `question` names and no passage is about, else None."""
    places = [m for m in knowledge.mentions(question.prepared) if m.entity == "place"]
    if not places or any(map(knowledge.covers, places)):
        return None
    phrases = vocabulary("answers")["elsewhere"]
    return _unknown(phrases["text"].format(place=places[0].name), phrases["replies"])


def _unknown(text: str, replies: list[dict[str, str]]) -> Answer:
    return Answer(text, (), (), tuple(Reply(**reply) for reply in replies), known=False)


@cache
def _names() -> dict[str, Phrases]:
    return {kind: Phrases(names) for kind, names in vocabulary("unlisted").items()}
