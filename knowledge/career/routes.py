"""Ways from where somebody stands to what they want: steps with time, cost and diploma (`routes.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.answers import Answer, Reply
from knowledge.answers.answer import embolden, fit
from knowledge.answers.citations import references_of, source_line, source_of_passage
from knowledge.question import Phrases, Question
from knowledge.search import Retriever

ROUTES_FILE = Path(__file__).with_name("routes.yml")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Strict):
    """Where somebody stands, or what they aim at: a button's title, and the words for it."""

    title: str
    says: tuple[str, ...]


class RouteStep(_Strict):
    """One step; what it says stands in the passages that it `cites`. `needs` is its condition, if it has one."""

    does: str
    needs: str | None = None
    time: str
    cost: str
    diploma: str
    cites: tuple[str, ...] = Field(min_length=1)


class Route(_Strict):
    """The ways from some starts to an aim, each a list of steps' names."""

    starts: tuple[str, ...] = Field(alias="from")
    aim: str = Field(alias="to")
    ways: tuple[tuple[str, ...], ...]


class Button(_Strict):
    """A quick reply, and the sentence that it sends."""

    title: str
    ask: str


class Words(_Strict):
    """The words around routes; {…} are filled in."""

    head: str
    way: str
    then: str
    step: str
    needs: str
    time: str
    cost: str
    diploma: str
    joint: str
    closing: str
    other: Button
    check: Button


class Routes(_Strict):
    """All routes, and the words around them."""

    starts: Mapping[str, Place]
    aims: Mapping[str, Place]
    steps: Mapping[str, RouteStep]
    routes: tuple[Route, ...]
    words: Words

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for route in self.routes:
            named = {"from": set(route.starts) - {*self.starts}, "to": {route.aim} - {*self.aims}}
            named["ways"] = {step for way in route.ways for step in way} - {*self.steps}
            for field, unknown in named.items():
                if unknown:
                    raise ValueError(
                        f"'routes': {field} names {', '.join(sorted(unknown))}, which there is not"
                    )
        for start in self.starts:
            for aim in self.aims:
                if sum(start in route.starts and aim == route.aim for route in self.routes) != 1:
                    raise ValueError(f"'routes' must hold one route from {start} to {aim}")
        return self

    def read(self, text: str) -> tuple[str | None, str | None]:
        """Returns the start and the aim that a message (prepared) says; None for what it does not.

        The words of the start are not read again: who failed to enter university does not say that they want to.
        """
        start, words = _said(text, self.starts)
        rest = Question.read(text).said.replace(f" {words} ", " , ") if words else text
        return start, _said(rest, self.aims)[0]

    def route(self, start: str, aim: str) -> Route:
        """Returns the route from a start to an aim; StopIteration if either is unknown."""
        return next(route for route in self.routes if start in route.starts and aim == route.aim)


def route_answer(routes: Routes, start: str, aim: str, knowledge: Retriever) -> Answer:
    """Returns the ways from a start to an aim as an answer."""
    words, ways = routes.words, routes.route(start, aim).ways
    lines = [words.head.format(start=routes.starts[start].title, aim=routes.aims[aim].title)]
    for number, way in enumerate(ways, 1):
        first, *later = (_line(routes.steps[name], words) for name in way)
        lines.append(words.way.format(number=number, step=first) if len(ways) > 1 else first)
        lines += [words.then.format(step=step) for step in later]
    cited = dict.fromkeys(i for way in ways for name in way for i in routes.steps[name].cites)
    passages = [passage for i in cited if (passage := knowledge.passage(i))]
    references = [next(iter(references_of(passage)), None) for passage in passages]
    known = [reference for reference in references if reference]
    kept, _ = fit(lines, [words.closing, source_line(known, knowledge)])
    return Answer(
        text="\n".join(kept),
        sources=tuple(source_of_passage(passage, knowledge) for passage in passages),
        passages=tuple(passage.id for passage in passages),
        replies=(Reply(words.other.title, words.other.ask), Reply(words.check.title, words.check.ask)),
    )


def _line(step: RouteStep, words: Words) -> str:
    details = [
        *([words.needs.format(needs=step.needs)] if step.needs else []),
        words.time.format(time=step.time),
        words.cost.format(cost=step.cost),
        words.diploma.format(diploma=step.diploma),
    ]
    return embolden(words.step.format(does=step.does, details=words.joint.join(details)))


@cache
def load_routes(file: Path = ROUTES_FILE) -> Routes:
    """Reads the routes; pydantic's ValidationError names what is wrong in them."""
    return Routes.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def _said(text: str, places: Mapping[str, Place]) -> tuple[str | None, str]:
    """Returns the place whose words are the longest that a message says, and these words."""
    question = Question.read(text)
    found = [
        (len(said.split()), name, said)
        for name, place in places.items()
        if (said := _phrases(place.says).said_by(question))
    ]
    return max(found)[1:] if found else (None, "")


@cache
def _phrases(says: tuple[str, ...]) -> Phrases:
    return Phrases(sorted(says, key=len, reverse=True))
