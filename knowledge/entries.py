"""Entries of the facts as passages: what each has to say, aspect by aspect, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from knowledge.facts import Claim, CommonQuestion, Entry, Fact, Institution, Occupation
from knowledge.question import Phrases, Question
from knowledge.structure import Block, Section
from knowledge.vocabulary import VOCABULARY_DIR, vocabulary

# An index holds what these say: it is built again when they change.
TEMPLATE_FILES = (VOCABULARY_DIR / "aspects.yml", VOCABULARY_DIR / "topics.yml")
_MOST_ALIASES = 8


@dataclass(frozen=True)
class Aspect:
    """One thing that an entry has to say: its name in `aspects.yml`, its claims, and whether anything is known."""

    name: str
    label: str
    claims: tuple[Claim, ...]
    known: bool = True

    @property
    def text(self) -> str:
        """The claims as one text."""
        return " ".join(claim.statement for claim in self.claims)


def aspects_of(entry: Entry) -> tuple[Aspect, ...]:
    """Returns what an entry has to say; block n of its section holds aspect n."""
    match entry:
        case Fact():
            claim = Claim(statement=entry.statement, source=entry.source, numbers=entry.numbers)
            return (Aspect("statement", "", (claim,)),)
        case CommonQuestion():
            return (Aspect("answer", "", (Claim(statement=entry.answer),)),)
        case Occupation():
            return _occupation(entry)
        case Institution():
            return _institution(entry)
    raise TypeError(f"an entry of an unknown kind: {type(entry).__name__}")


def section_of(entry: Entry) -> Section:
    """Returns an entry as a section: a block an aspect, under its collection and its name, topic or question."""
    collection = vocabulary("topics")[entry.collection]
    match entry:
        case Fact():
            heading = collection["topics"].get(entry.topic, entry.topic)
        case CommonQuestion():
            heading = entry.asks[0]
        case Occupation() | Institution():
            heading = entry.name
    blocks = tuple(
        Block(
            "paragraph", f"{aspect.label}: {aspect.text}" if aspect.label else aspect.text, f"{entry.id}.{n}"
        )
        for n, aspect in enumerate(aspects_of(entry), start=1)
    )
    return Section(entry.id, heading, 0, None, (collection["name"], heading), blocks)


def questions_of(entry: Entry) -> dict[int, list[str]]:
    """Returns, by block, the questions that an entry answers: those written for it, and the forms for its kind."""
    found: dict[int, list[str]] = {0: list(entry.asks)}
    if not isinstance(entry, Occupation | Institution):
        return found
    forms = vocabulary("aspects")[kind_of(entry)]
    found = {}
    for number, aspect in enumerate(aspects_of(entry)):
        if aspect.known or isinstance(entry, Institution):
            found[number] = [form.format(name=entry.name) for form in forms[aspect.name]["asks"]]
    general = next(iter(found))
    found[general] += entry.aliases[:_MOST_ALIASES]
    for question in entry.asks:
        names = [aspect.name for aspect in aspects_of(entry)]
        asked = asked_aspects(entry, Question.read(question))
        found.setdefault(names.index(asked[0]) if asked else general, []).append(question)
    return found


def asked_aspects(entry: Entry, question: Question) -> list[str]:
    """Returns the aspects of a trade or a school that a question asks for, in the order of `aspects.yml`."""
    return [name for name, cues in _cues(kind_of(entry)) if cues.said_in(question)]


def kind_of(entry: Entry) -> str:
    """Returns how a trade or a school is called among entities and in `aspects.yml`."""
    return "occupation" if isinstance(entry, Occupation) else "institution"


@cache
def _cues(kind: str) -> tuple[tuple[str, Phrases], ...]:
    return tuple((name, Phrases(aspect["cues"])) for name, aspect in vocabulary("aspects")[kind].items())


def _occupation(entry: Occupation) -> tuple[Aspect, ...]:
    forms = vocabulary("aspects")
    kind, joint = forms["occupation"], forms["joint"]
    levels = Claim(statement=kind["duration"]["text"].format(levels=joint.join(entry.levels)))
    letters = joint.join(forms["riasec"][letter] for letter in entry.suits)
    support = kind["support"]["supported" if entry.supported_by_nq03 else "unsupported"]
    said: dict[str, Iterable[Claim]] = {
        "work": [
            entry.description,
            Claim(statement=kind["work"]["places"].format(workplaces=joint.join(entry.workplaces))),
        ],
        "pay": entry.pay,
        "demand": entry.demand,
        "duration": [levels, *([entry.duration] if entry.duration else [])],
        "conditions": entry.conditions,
        "suits": [Claim(statement=kind["suits"]["text"].format(letters=letters))],
        "support": [Claim(statement=support.format(name=entry.name))],
    }
    return _aspects(kind, said)


def _institution(entry: Institution) -> tuple[Aspect, ...]:
    forms = vocabulary("aspects")
    trades = forms["joint"].join(entry.trades or ())
    said: dict[str, list[str]] = {
        "address": [entry.address] if entry.address else [],
        "phone": [entry.phone] if entry.phone else [],
        "website": [entry.website] if entry.website else [],
        "trades": [f"{trades}."] if trades else [],
        "about": list(entry.facts),
        "quality": [],
    }
    return _aspects(
        forms["institution"],
        {
            name: [Claim(statement=text, source=entry.source) for text in texts]
            for name, texts in said.items()
        },
    )


def _aspects(kind: dict[str, Any], said: dict[str, Iterable[Claim]]) -> tuple[Aspect, ...]:
    unknown = Claim(statement=vocabulary("aspects")["unknown"])
    found = []
    for name, claims in said.items():
        label, known = kind[name]["label"], tuple(claims)
        found.append(Aspect(name, label, known or (unknown,), bool(known)))
    return tuple(found)
