"""A turn through our REST API, with its whole answer, against a stock Rasa's fixed reply."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tests.benchmarks.load import Connection, Load, put_load
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.questions import phrasings, questions
from tests.benchmarks.report import table
from tests.benchmarks.servers import Server, answered
from tests.evaluation.sets import answerable

MARKS = (1, 25, 100, 300)
_FIRST, _ALONE, _TOGETHER, _CLIENTS = 24, 200, 400, 8
_LIMIT_S = 30.0
_TALK_LIMIT_S = 120.0
# The same questions are asked around each mark, in other phrasings, so that marks differ in nothing but their place.
_AROUND = 9


@dataclass(frozen=True)
class Turns:
    """What a server's turns took; `talk` is the median in milliseconds at each mark reached, `answered` a share."""

    alone: Load
    together: Load
    talk: dict[int, float]
    cpu_ms: dict[str, float]
    answered: float


def measure(server: Server) -> Turns:
    """Measures turns one by one, many at a time, and along a long talk."""
    return asyncio.run(_measure(server))


def warm_up(server: Server) -> None:
    """Asks a few questions, so that everything that a server loads when it is first needed is there."""
    asyncio.run(_warm_up(server, questions()))


def section(ours: Turns, stock: Turns) -> str:
    """Returns the comparison as Markdown."""
    return "\n\n".join(
        (
            "## Turns",
            f"Ours: `POST /api/v1/messages`, the whole answer with its source ({ours.answered:.0%} of the replies "
            "are answers, the others ask back). Stock: `rasa run` as it comes, in the same environment, trained on "
            "the same examples with Rasa's own components, a fixed reply to every intent, tracker in memory. A new "
            "conversation for each turn, no text sent twice; latencies in milliseconds.",
            table(
                ("", "ours", "stock", "ours / stock"),
                [
                    _row("p50, 1 client", ours.alone.p50, stock.alone.p50),
                    _row("p95, 1 client", ours.alone.p95, stock.alone.p95),
                    _row(f"p50, {_CLIENTS} clients", ours.together.p50, stock.together.p50),
                    _row(f"p95, {_CLIENTS} clients", ours.together.p95, stock.together.p95),
                    _row(f"turns a second, {_CLIENTS} clients", ours.together.per_second, stock.together.per_second),
                    _row("CPU a turn, all processes", sum(ours.cpu_ms.values()), sum(stock.cpu_ms.values())),
                ],
            ),
            f"CPU a turn (ms): {_listed(ours.cpu_ms)}; {_listed(stock.cpu_ms)}. The load generator used "
            f"{max(ours.together.own_share, stock.together.own_share):.0%} of one core.",
            f"One long talk (median of {_AROUND} turns around each, in milliseconds):",
            table(
                ("turn", "ours", "× turn 1", "stock", "× turn 1"),
                [
                    (str(mark), *_along(ours.talk, mark), *_along(stock.talk, mark))
                    for mark in MARKS
                ],
            ),
        )
    )  # fmt: skip


def _row(what: str, ours: float, stock: float) -> tuple[str, ...]:
    return what, f"{ours:.1f}", f"{stock:.1f}", f"{ours / stock:.2f}"


def _along(talk: dict[int, float], mark: int) -> tuple[str, str]:
    if mark not in talk:
        return "not reached", ""
    return f"{talk[mark]:.1f}", f"{talk[mark] / talk[1]:.2f}"


def _listed(cpu_ms: dict[str, float]) -> str:
    return ", ".join(f"{name} {spent:.1f}" for name, spent in cpu_ms.items())


async def _measure(server: Server) -> Turns:
    texts = questions()
    await _warm_up(server, texts)
    before = {name: cpu_seconds(pid) for name, pid in server.processes().items()}
    alone = await put_load(server.port, server.path, _bodies(server, texts, "a", _ALONE), 1, _LIMIT_S)
    used = {name: cpu_seconds(pid) - before[name] for name, pid in server.processes().items()}
    together = await put_load(
        server.port, server.path, _bodies(server, texts, "t", _TOGETHER), _CLIENTS, _LIMIT_S
    )
    exchanges = alone.exchanges + together.exchanges
    return Turns(
        alone=alone,
        together=together,
        talk=await _talk(server),
        cpu_ms={name: seconds * 1000 / len(alone.exchanges) for name, seconds in used.items()},
        answered=sum(answered(server, e.json()) for e in exchanges) / len(exchanges),
    )


async def _warm_up(server: Server, texts: Iterator[str]) -> None:
    await put_load(server.port, server.path, _bodies(server, texts, "w", _FIRST), _CLIENTS, _LIMIT_S)


def _bodies(server: Server, texts: Iterator[str], phase: str, count: int) -> list[bytes]:
    return [server.body(f"{phase}{n}", text) for n, text in enumerate(islice(texts, count))]


async def _talk(server: Server) -> dict[int, float]:
    """Returns the median latency in milliseconds around each mark of one long talk.

    A talk has one first turn only, so those of several talks stand for mark 1.
    """
    asked = [question.text for question in answerable() if question.style == "plain"]
    probes, fillers = asked[:_AROUND], asked[_AROUND:]
    # The last, which the loads before have not come to; the longest of them comes last, so that no mark flatters.
    others, forms = phrasings()[: -len(MARKS)], phrasings()[-len(MARKS) :]
    connection = await Connection.open(server.port)

    async def turn(conversation: str, text: str) -> float:
        return (await connection.post(server.path, server.body(conversation, text))).seconds

    firsts = [await turn(f"first{n}", forms[0].format(text)) for n, text in enumerate(probes)]
    found = {1: statistics.median(firsts) * 1000}
    number, end = 0, asyncio.get_running_loop().time() + _TALK_LIMIT_S
    for form, mark in zip(forms[1:], MARKS[1:], strict=False):
        while number < mark - _AROUND // 2 - 1:
            number += 1
            await turn("talk", others[-1 - number % 7].format(fillers[number % len(fillers)]))
            if asyncio.get_running_loop().time() > end:
                await connection.close()
                return found
        around = [await turn("talk", form.format(text)) for text in probes]
        number += len(around)
        found[mark] = statistics.median(around) * 1000
    await connection.close()
    return found
