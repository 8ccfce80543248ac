"""Answers about one trade or one school: what is asked of it, or the whole in brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from knowledge.answers.answer import Answer, Reply, embolden, fit
from knowledge.answers.citations import Source, source_line, source_of_claim
from knowledge.answers.excerpts import change_notes
from knowledge.entries import Aspect, asked_aspects, aspects_of, kind_of
from knowledge.expectations import Expectation, raised_by
from knowledge.facts import Claim, Fact, Institution, Occupation, Reference
from knowledge.question import Question, has_cue
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

_MOST_REPLIES = 3
# Claims of an aspect that a card in brief shows.
_BRIEF = 2


@dataclass(frozen=True)
class _Row:
    """Claims to tell under one label; a brief row is one line."""

    label: str
    claims: Sequence[Claim]
    brief: bool = False

    def lines(self) -> list[str]:
        phrases = vocabulary("answers")
        if self.brief or len(self.claims) == 1:
            said = " ".join(claim.statement for claim in self.claims)
            text = phrases["row"].format(label=self.label, text=said) if self.label else said
            return [phrases["item"].format(text=embolden(text))]
        heading = [f"{self.label}:"] if self.label else []
        return [*heading, *(phrases["item"].format(text=embolden(c.statement)) for c in self.claims)]


@dataclass
class _Found:
    """What is known of what was asked, how that is called which is not, and what is told instead.

    `aspect_known` tells that an aspect asked for is known, and not only something that is asked in passing.
    """

    asked: list[_Row] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    instead: list[_Row] = field(default_factory=list)
    aspect_known: bool = False


def asks_of_entry(entry: Occupation | Institution, question: Question, *, named: bool = True) -> bool:
    """Tells whether `question` asks for an aspect of an entry, or for something that it might have but has not.

    Who names an old school asks, whatever else, what it is called today; not so who only goes on from it, where it is
    not `named` but put there for them.
    """
    renamed = named and isinstance(entry, Institution) and entry.merged_into is not None
    return renamed or bool(asked_aspects(entry, question) or _named_things(question))


def answer_from_card(
    entry: Occupation | Institution, question: Question, knowledge: Retriever, today: date
) -> Answer:
    """Tells what `question` asks of a trade or a school; asked in general, a little of everything."""
    phrases, named = vocabulary("answers"), entry
    entry = todays(entry, knowledge)
    asked = asked_aspects(entry, question)
    found = _find(entry, question, asked, knowledge, renamed=named is not entry)
    title = phrases["title"].format(name=entry.name)
    heading = [phrases["now_called"].format(old=named.name, new=entry.name) if named is not entry else title]
    gap = []
    if found.unknown:
        form = phrases[f"unknown_{kind_of(entry)}"]
        gap = [form.format(what=", ".join(found.unknown), name=entry.name)]
    replies = _replies(entry, asked)
    rows = [*found.asked, *found.instead]
    if not rows:
        text, _ = fit([*(heading if named is not entry else []), *gap], [])
        return Answer("\n".join(text), (), (entry.passage_id,), replies, known=False)
    claims = [claim for row in rows for claim in row.claims]
    lines = [line for row in rows for line in row.lines()]
    # That nothing is known of what was asked for comes before what is told instead.
    told = [*heading, *lines, *gap] if found.asked else [*heading, *gap, *lines]
    closing = source_line(_references(entry, claims), knowledge)
    text, _ = fit(told, [*change_notes(" ".join(lines), today), closing])
    sources = _sources(entry, claims, knowledge)
    known = named is not entry or (bool(found.asked) and (found.aspect_known or not found.unknown))
    return Answer("\n".join(text), sources, (entry.passage_id,), replies, known)


def todays(entry: Occupation | Institution, knowledge: Retriever) -> Occupation | Institution:
    """Returns the school that an old one has become; any other entry as it is."""
    if isinstance(entry, Institution) and entry.merged_into:
        return knowledge.index.facts.institutions[entry.merged_into]
    return entry


def aspects_in(entry: Occupation | Institution, knowledge: Retriever) -> tuple[Aspect, ...]:
    """Returns the aspects of an entry; what is said of support rests on the list of the policy."""
    rests_on = vocabulary("aspects")["occupation"]["support"]["rests_on"]
    policy = knowledge.index.facts.entry(rests_on)
    source = policy.source if isinstance(policy, Fact) else None
    return tuple(
        replace(aspect, claims=tuple(claim.model_copy(update={"source": source}) for claim in aspect.claims))
        if aspect.name == "support"
        else aspect
        for aspect in aspects_of(entry)
    )


def _named_things(question: Question) -> list[Expectation]:
    return [expectation for expectation in raised_by(question) if expectation.what]


def _find(
    entry: Occupation | Institution,
    question: Question,
    asked: Sequence[str],
    knowledge: Retriever,
    *,
    renamed: bool,
) -> _Found:
    aspects = {aspect.name: aspect for aspect in aspects_in(entry, knowledge)}
    found = _Found()
    for name in asked:
        aspect = aspects[name]
        if aspect.known:
            found.aspect_known = True
            found.asked.append(_row(aspect, entry, knowledge))
        else:
            found.unknown.append(aspect.label.split(" (")[0].lower())
            other = aspects.get(vocabulary("aspects")[kind_of(entry)][name].get("instead", ""))
            if other and other.known:
                found.instead.append(_Row(other.label, other.claims[:_BRIEF], brief=True))
    everything = [claim for aspect in aspects.values() if aspect.known for claim in aspect.claims]
    for thing in _named_things(question):
        if any(thing.met_by(claim.statement) for row in found.asked for claim in row.claims):
            continue
        if holding := [claim for claim in everything if thing.met_by(claim.statement)]:
            found.asked.insert(0, _Row("", holding))
        elif thing.what and not found.unknown:
            found.unknown.append(thing.what)
            if thing.instead == "support" and isinstance(entry, Occupation) and entry.supported_by_nq03:
                found.instead.append(_row(aspects["support"], entry, knowledge))
    if found.asked or found.unknown:
        return found
    passage = knowledge.passage(entry.passage_id)
    # An old name is answered by the new one; who asks nothing, or tells a life story, says much that no card is about.
    general = renamed or question.is_long or not has_cue(question.prepared) or passage is None
    if general or (passage and knowledge.speaks_of(question, passage)):
        found.asked += _in_brief(entry, aspects, question, knowledge)
    else:
        found.unknown.append(vocabulary("answers")["what_was_asked"])
    return found


def _in_brief(
    entry: Occupation | Institution, aspects: dict[str, Aspect], question: Question, knowledge: Retriever
) -> list[_Row]:
    """Returns a little of everything; of a long account of a school, what shares most with the question."""
    rows = []
    for name in vocabulary("aspects")["general"][kind_of(entry)]:
        aspect = aspects[name]
        claims = aspect.claims
        if aspect.known and len(claims) > _BRIEF and isinstance(entry, Institution):
            claims = tuple(sorted(claims, key=lambda c: -knowledge.shared(question, c.statement)))
        # What a card of a school lacks is said; of a trade it is left out.
        if aspect.known or isinstance(entry, Institution):
            rows.append(_Row(aspect.label, claims[:_BRIEF], brief=True))
    return rows


def _row(aspect: Aspect, entry: Occupation | Institution, knowledge: Retriever) -> _Row:
    if aspect.name == "support" and isinstance(entry, Occupation):
        return _Row(aspect.label, [*aspect.claims, *_policy(entry, knowledge)])
    return _Row(aspect.label, aspect.claims)


def _policy(entry: Occupation, knowledge: Retriever) -> list[Claim]:
    """Returns what the policy itself says: its amounts for a trade that it supports, and the list of trades."""
    form = vocabulary("aspects")["occupation"]["support"]
    ids = [*(form["also"] if entry.supported_by_nq03 else []), form["rests_on"]]
    facts = [knowledge.index.facts.entry(fact_id) for fact_id in ids]
    return [Claim(statement=f.statement, source=f.source) for f in facts if isinstance(f, Fact)]


def _references(entry: Occupation | Institution, claims: Iterable[Claim]) -> list[Reference | None]:
    found: list[Reference | None] = [claim.source for claim in claims if claim.source]
    if isinstance(entry, Institution):
        found = found or [entry.source]
    return found or [None]


def _sources(
    entry: Occupation | Institution, claims: Iterable[Claim], knowledge: Retriever
) -> tuple[Source, ...]:
    """Returns one citation a source, quoting all that it says here."""
    said: dict[tuple[str, str | None], tuple[Reference | None, list[str]]] = {}
    for claim in claims:
        key = (claim.source.name, claim.source.url) if claim.source else ("", None)
        said.setdefault(key, (claim.source, []))[1].append(claim.statement)
    return tuple(
        source_of_claim(entry, "\n".join(statements), reference, knowledge)
        for reference, statements in said.values()
    )


def _replies(entry: Occupation | Institution, asked: Sequence[str]) -> tuple[Reply, ...]:
    rows = vocabulary("continuations")[kind_of(entry)]
    return tuple(
        Reply(row["title"], row["ask"].format(name=entry.name))
        for name, row in rows.items()
        if name not in asked
    )[:_MOST_REPLIES]
