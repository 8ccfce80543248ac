"""Routes from where somebody stands to what they want: steps with time, cost and diploma (`routes.yml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

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
    """One step of a route."""

    does: str
    time: str
    cost: str
    diploma: str


class Route(_Strict):
    """The steps from some places to some aims; every number in them stands in a passage of `cites`."""

    starts: tuple[str, ...] = Field(alias="from")
    aims: tuple[str, ...] = Field(alias="to")
    steps: tuple[RouteStep, ...]
    cites: tuple[str, ...]


class Routes(_Strict):
    """All routes, and the words around them."""

    starts: Mapping[str, Place]
    aims: Mapping[str, Place]
    routes: tuple[Route, ...]
    words: Mapping[str, Any]

    def start_in(self, text: str) -> str | None:
        """Returns where a message says that somebody stands, None if it does not."""
        return _said(text, self.starts)

    def aim_in(self, text: str) -> str | None:
        """Returns what a message says that somebody wants, None if it does not."""
        return _said(text, self.aims)

    def route(self, start: str, aim: str) -> Route | None:
        """Returns the route, None if there is none."""
        return next((r for r in self.routes if start in r.starts and aim in r.aims), None)


def route_answer(routes: Routes, start: str, aim: str, knowledge: Retriever) -> Answer:
    """Returns a route as an answer; KeyError if there is none."""
    route, words = routes.route(start, aim), routes.words
    if route is None:
        raise KeyError((start, aim))
    head = words["head"].format(start=routes.starts[start].title, aim=routes.aims[aim].title)
    steps = [
        embolden(words["step"].format(number=number, **step.model_dump()))
        for number, step in enumerate(route.steps, 1)
    ]
    passages = [passage for cited in route.cites if (passage := knowledge.passage(cited))]
    references = [reference for passage in passages for reference in references_of(passage)[:1]]
    kept, _ = fit([head, *steps], [words["closing"], source_line(references, knowledge)])
    return Answer(
        text="\n".join(kept),
        sources=tuple(source_of_passage(passage, knowledge) for passage in passages),
        passages=tuple(passage.id for passage in passages),
        replies=(Reply(**words["other"]), Reply(**words["check"])),
    )


@cache
def load_routes(file: Path = ROUTES_FILE) -> Routes:
    """Reads the routes; pydantic's ValidationError names what is wrong in them."""
    return Routes.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def _said(text: str, places: Mapping[str, Place]) -> str | None:
    """Returns the place whose words are the longest that a message says."""
    question = Question.read(text)
    found = {
        name: len(said.split())
        for name, place in places.items()
        if (said := _phrases(place.says).said_by(question))
    }
    return max(found, key=found.__getitem__) if found else None


@cache
def _phrases(says: Iterable[str]) -> Phrases:
    return Phrases(sorted(says, key=len, reverse=True))
