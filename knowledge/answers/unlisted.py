"""Answers that say what is not known: of a trade, a school or a province that the knowledge base has nothing about."""

from __future__ import annotations

from functools import cache

from knowledge.answers.answer import Answer, Reply
from knowledge.entries import asked_aspects
from knowledge.facts import Occupation
from knowledge.gazetteer import ENTRY_KINDS
from knowledge.passages import Passage
from knowledge.question import Phrases, Question
from knowledge.search import Retriever
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

# Syllables from which on a name is told from other words without its diacritics.
_DISTINCTIVE = 3


def answer_about_unlisted(question: Question, best: Passage | None, knowledge: Retriever) -> Answer | None:
    """Returns that nothing is known of a trade or school in `unlisted.yml` that `question` names, else None.

    Nothing is said of it when an entry is named too, or when the best passage speaks of it.
    """
    mentions = knowledge.mentions(question.prepared)
    if any(mention.entity in ENTRY_KINDS for mention in mentions):
        return None
    for kind in ("occupations", "institutions"):
        name = _names(kind, question.has_diacritics).said_by(question)
        if name and not (best and f" {fold(name)} " in f" {fold(best.text)} "):
            phrases = vocabulary("answers")[f"unlisted_{kind}"]
            return _unknown(phrases["text"].format(name=name), phrases["replies"])
    return None


def answer_about_elsewhere(question: Question, best: Passage | None, knowledge: Retriever) -> Answer | None:
    """Returns that nothing is known of a province that `question` names and no passage is about, else None.

    What a trade is, pays and takes is told wherever somebody lives; whether it is supported, and where, is not.
    """
    if best is not None and isinstance(best.source, Occupation):
        asked = asked_aspects(best.source, question)
        if asked and "support" not in asked:
            return None
    places = [m for m in knowledge.mentions(question.prepared) if m.entity == "place"]
    if not places or any(map(knowledge.covers, places)):
        return None
    phrases = vocabulary("answers")["elsewhere"]
    return _unknown(phrases["text"].format(place=places[0].name), phrases["replies"])


def _unknown(text: str, replies: list[dict[str, str]]) -> Answer:
    return Answer(text, (), (), tuple(Reply(**reply) for reply in replies), known=False)


@cache
def _names(kind: str, written: bool) -> Phrases:
    raw = vocabulary("unlisted")
    names = raw[kind]
    if not written:
        names = [
            f"{word} {name}" if word else name
            for name in names
            for word in (raw["context"] if len(name.split()) < _DISTINCTIVE else [""])
        ]
    return Phrases(names)
