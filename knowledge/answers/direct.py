"""Answers made from the entries themselves, when a question compares two of them or asks for all of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from knowledge.answers.answer import Answer
from knowledge.answers.cards import answer_from_card, asks_of_entry, todays
from knowledge.answers.comparisons import compare
from knowledge.answers.lists import schools_in, schools_that_teach, supported_trades
from knowledge.entries import asked_aspects
from knowledge.facts import Institution, Occupation
from knowledge.gazetteer import Mention, without
from knowledge.question import Question, cues
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

# Two are compared; three do not fit on a phone.
_COMPARED = 2


def direct_answer(question: Question, knowledge: Retriever) -> Answer | None:
    """Returns a comparison or a list if a complete question asks for one, else None.

    What belongs to a person is refused, whatever a document says of it.
    """
    if asks_for_personal(question):
        return Answer(vocabulary("answers")["personal"], (), (), known=False)
    mentions = knowledge.mentions(question.prepared)
    trades, schools = entries_named(mentions, knowledge)
    for entries in (trades, schools):
        different = {todays(entry, knowledge).id for entry in entries}
        if len(entries) == len(different) == _COMPARED and _says("comparing", question):
            return compare(entries, question, knowledge)
    place = next((mention for mention in mentions if mention.entity == "place"), None)
    level = next((mention for mention in mentions if mention.entity == "level"), None)
    if len(trades) == 1 and not schools and _asks_where_taught(question, mentions):
        return schools_that_teach(trades[0], place, knowledge, best=_says("best", question))
    if trades or schools:
        return None
    return _list_asked_for(question, place, level, knowledge)


def asks_for_personal(question: Question) -> bool:
    """Tells whether a question asks for what belongs to a person, which is told to nobody."""
    return _says("personal", question)


def _list_asked_for(
    question: Question, place: Mention | None, level: Mention | None, knowledge: Retriever
) -> Answer | None:
    if _says("supported_trades", question):
        return supported_trades(knowledge)
    narrower = _says("about_document", question) or _says("of_schools", question)
    if _says("schools", question) and not narrower:
        return schools_in(place, level, knowledge)
    return None


def answer_about_entry(
    question: Question, knowledge: Retriever, today: date, *, named: bool = True
) -> Answer | None:
    """Returns what is known, or not, of the one trade or school that a question names and asks something of.

    For questions that search is not sure of: the entry is the place to look, and what it lacks is not known. The name
    may have been put there for somebody who goes on from it; then they have not `named` it.
    """
    trades, schools = entries_named(knowledge.mentions(question.prepared), knowledge)
    entries = trades if asks_of_trade_at_school(question, knowledge) else schools or trades
    if len(entries) != 1 or not asks_of_entry(entries[0], question, named=named):
        return None
    return answer_from_card(entries[0], question, knowledge, today)


def asks_of_trade_at_school(question: Question, knowledge: Retriever) -> bool:
    """Tells whether a question names a school and asks only of the trade: "học hàn ở trường này mấy năm"."""
    trades, schools = entries_named(knowledge.mentions(question.prepared), knowledge)
    of_school = any(asked_aspects(school, question) for school in schools)
    return len(trades) == 1 and bool(schools) and not of_school and bool(asked_aspects(trades[0], question))


def entries_named(
    mentions: Iterable[Mention], knowledge: Retriever
) -> tuple[list[Occupation], list[Institution]]:
    """Returns the trades and the schools of the facts among `mentions`, each once, in order."""
    facts = knowledge.index.facts
    values = list(dict.fromkeys((mention.entity, mention.value) for mention in mentions))
    trades = [facts.occupations.get(value) for entity, value in values if entity == "occupation"]
    schools = [facts.institutions.get(value) for entity, value in values if entity == "institution"]
    return [trade for trade in trades if trade], [school for school in schools if school]


def _asks_where_taught(question: Question, mentions: Iterable[Mention]) -> bool:
    """Tells whether a question asks for schools, also around the trade's name: "học lái xe nâng ở đâu"."""
    if _says("where_taught", question):
        return True
    trades = (mention for mention in mentions if mention.entity == "occupation")
    return _says("where_taught", Question.read(without(question.prepared, trades)))


def _says(name: str, question: Question) -> bool:
    # Schools are asked for only where a trade is named, which leaves no doubt.
    return cues(name, forgiving=name == "where_taught").said_in(question)
