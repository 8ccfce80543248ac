"""Lists made from the entries, and so complete: schools that teach a trade or lie in a place, supported trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer, Reply, fit
from knowledge.answers.citations import source_line, source_of_claim
from knowledge.facts import Fact, Institution, Occupation
from knowledge.gazetteer import Mention
from knowledge.search import Retriever
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

_CITED = 3
# A list of more characters is told in shorter names.
_LONG_LIST = 680


def schools_that_teach(
    occupation: Occupation, place: Mention | None, knowledge: Retriever, *, best: bool = False
) -> Answer:
    """Lists every school known to teach a trade, in `place` if one is named; otherwise those at home come first.

    Asked for the `best`, it says that it cannot tell.
    """
    phrases = vocabulary("answers")
    everywhere = [s for s in _schools(knowledge) if occupation.id in (*s.teaches, *s.may_teach)]
    there = [school for school in everywhere if place is None or _lies_in(school, place)]
    schools, replies = there or everywhere, _replies(occupation)
    where = phrases["in_place"].format(place=place.name) if place else ""
    if not schools:
        text = phrases["taught_nowhere"].format(name=occupation.name, place=where)
        return Answer(text, (), (occupation.passage_id,), replies, known=False)
    sure = [s for s in schools if occupation.id in s.teaches]
    likely = [s for s in schools if occupation.id in s.may_teach]
    lines = [phrases["no_best"]] if best else []
    lines += [] if there else [phrases["none_in_place"].format(place=where)]
    lines += [phrases["taught_at"].format(name=occupation.name), *map(_row, sure)] if sure else []
    if likely:
        lines += [phrases["perhaps_taught_at"].format(name=occupation.name), *map(_row, likely)]
    return replace(_listed(lines, [*sure, *likely], replies, knowledge), known=not best)


def schools_in(place: Mention | None, level: Mention | None, knowledge: Retriever) -> Answer | None:
    """Lists every vocational school known in `place`, or at home if none is named; None if there is none.

    With a `level` ("cao đẳng"), those that have it in their name.
    """
    phrases = vocabulary("answers")
    name = place.name if place else vocabulary("questions")["home"]
    found = [s for s in _schools(knowledge) if s.vocational]
    if level:
        found = [s for s in found if level.name.lower() in s.name.lower()] or found
    there = [s for s in found if (_lies_in(s, place) if place else _at_home(s))]
    if not there and not (place and knowledge.covers(place)):
        return None
    # Of a district the schools are not known one by one; those of the city are.
    schools = there or [s for s in found if _at_home(s)]
    where = phrases["in_place"].format(place=name)
    heading = phrases["schools_in" if there else "schools_around"].format(place=where)
    lines = [heading, *map(_row, schools)]
    if sum(len(line) + 1 for line in lines) > _LONG_LIST:  # The heading says that they are schools.
        lines = [heading, *(line.replace(phrases["school"], "", 1) for line in lines[1:])]
    return _listed(lines, schools, (), knowledge)


def supported_trades(knowledge: Retriever) -> Answer | None:
    """Lists the trades that the city supports; None where the facts name none."""
    phrases, facts = vocabulary("answers"), knowledge.index.facts
    trades = [trade for trade in facts.occupations.values() if trade.supported_by_nq03]
    fact = facts.entry(vocabulary("aspects")["occupation"]["support"]["rests_on"])
    if not trades or not isinstance(fact, Fact):
        return None
    heading = phrases["supported_trades"].format(count=len(trades))
    rows = [phrases["item"].format(text=trade.name) for trade in trades]
    text, _ = fit([heading, *rows], [source_line([fact.source], knowledge)])
    sources = (source_of_claim(fact, fact.statement, fact.source, knowledge),)
    replies = tuple(Reply(**row) for row in vocabulary("continuations")["topics"][fact.topic][1:])
    return Answer("\n".join(text), sources, (fact.passage_id,), replies)


def _schools(knowledge: Retriever) -> list[Institution]:
    """Returns today's schools, those at home first."""
    found = [s for s in knowledge.index.facts.institutions.values() if not s.merged_into]
    return sorted(found, key=lambda school: not _at_home(school))


def _lies_in(school: Institution, place: Mention) -> bool:
    return fold(place.name) in fold(school.locality)


def _at_home(school: Institution) -> bool:
    return fold(vocabulary("questions")["home"]) in fold(school.locality)


def _row(school: Institution) -> str:
    phrases = vocabulary("answers")
    name = school.name if _at_home(school) else f"{school.name} ({school.locality})"
    return str(phrases["item"].format(text=name))


def _listed(
    lines: Sequence[str], schools: Sequence[Institution], replies: tuple[Reply, ...], knowledge: Retriever
) -> Answer:
    phrases = vocabulary("answers")
    named = [school.source for school in schools if school.source][:_CITED]
    closing = [phrases["list_is_ours"], source_line(named or [None], knowledge)]
    text, complete = fit(lines, closing)
    if not complete:
        rows, kept = (
            {line for line in lines if line.startswith(phrases["item"].partition("{")[0])},
            list(lines),
        )
        closing = [phrases["and_more"].format(count=len(schools)), *closing]
        # Rows go from the end; so does a heading that is left with none.
        while kept[-1] not in rows or sum(len(line) + 1 for line in (*kept, *closing)) > ANSWER_CHARACTERS:
            kept.pop()
        left = len(schools) - sum(line in rows for line in kept)
        text = [*kept, phrases["and_more"].format(count=left), *closing[1:]]
    sources = tuple(source_of_claim(s, _quoted(s), s.source, knowledge) for s in schools)
    return Answer("\n".join(text), sources, tuple(s.passage_id for s in schools), replies)


def _quoted(school: Institution) -> str:
    trades = vocabulary("aspects")["joint"].join(school.trades or ())
    return f"{school.name}: {trades}" if trades else school.name


def _replies(occupation: Occupation) -> tuple[Reply, ...]:
    rows = vocabulary("continuations")["occupation"]
    return tuple(
        Reply(rows[name]["title"], rows[name]["ask"].format(name=occupation.name))
        for name in ("pay", "duration", "support")
    )
