"""Every shipped entry, asked every question that it is known to answer: short, sourced, and nothing of its own."""

import re
from collections.abc import Iterator

import pytest

from knowledge.answers import ANSWER_CHARACTERS, Answer, compose, direct_answer
from knowledge.answers.comparisons import compare
from knowledge.facts import Entry, Institution, Occupation
from knowledge.passages import Passage
from knowledge.question import Question
from knowledge.search import Retriever
from knowledge.support import evidence_of, unsupported_numbers
from tests.knowledge.answers.composing import TODAY, hit

# Nine digits after 0 or +84, beginning as mobile numbers do.
MOBILE = re.compile(r"(?<!\d)(?:\+?84|0)[ .]?[35789](?:[ .]?\d){8}(?!\d)")
SOURCE = ("Nguồn: ", "Nguồn (trích): ")
# Lines that are about a document or a body that an answer names, each with a source of its own.
NOTES = ("⏳", "ℹ️")

Told = tuple[Passage, str, Answer]


def entries(retriever: Retriever) -> list[Passage]:
    return [passage for passage in retriever.index.passages if isinstance(passage.source, Entry)]


@pytest.fixture(scope="module")
def told(retriever: Retriever) -> list[Told]:
    """Each entry's answer to each of its questions."""
    asked: dict[int, list[str]] = {}
    for window in retriever.index.windows:
        if window.kind == "question":
            asked.setdefault(window.passage, []).append(window.text)
    return [
        (passage, question, compose([hit(passage)], question, TODAY, retriever))
        for number, passage in enumerate(retriever.index.passages)
        if isinstance(passage.source, Entry)
        for question in dict.fromkeys([*asked.get(number, []), "Chi tiết?"])
    ]


def test_every_answer_fits_a_phone(told: list[Told]) -> None:
    too_long = {(p.id, q): len(a.text) for p, q, a in told if len(a.text) > ANSWER_CHARACTERS}
    assert too_long == {}


def test_every_answer_that_knows_something_names_a_source(told: list[Told]) -> None:
    unsourced = {
        (passage.id, question)
        for passage, question, answer in told
        if answer.known
        and not (answer.sources and any(line.startswith(SOURCE) for line in answer.text.splitlines()))
    }
    assert unsourced == set()


def test_every_source_can_be_opened(told: list[Told], retriever: Retriever) -> None:
    for passage, question, answer in told:
        for source in answer.sources:
            folder, _, anchor = source.url.rpartition("#")
            assert retriever.passage(source.id), (passage.id, question)
            assert anchor
            assert folder in (
                f"/facts/{source.id.partition('#')[0]}",
                f"/documents/{source.id.partition('#')[0]}",
            )
            assert source.quote.strip()


def figures_in(answer: Answer) -> str:
    """What an answer says, without its source line and notes."""
    lines = [line for line in answer.text.splitlines() if not line.startswith((*SOURCE, *NOTES))]
    return re.sub(r"(?m)^\W*|\*\*", "", "\n".join(lines))


def evidence(answer: Answer, retriever: Retriever) -> Iterator[str]:
    """What the sources of an answer say: their titles, dates and quotes, and the entries that it was made from."""
    for source in answer.sources:
        yield from filter(None, (source.title, source.number, source.issued, source.valid_to, source.quote))
    for passage_id in answer.passages:
        passage = retriever.passage(passage_id)
        if passage is not None:
            yield from evidence_of(passage)


def test_every_number_stands_in_what_the_answer_rests_on(told: list[Told], retriever: Retriever) -> None:
    made_up = {
        (passage.id, question): numbers
        for passage, question, answer in told
        if (numbers := unsupported_numbers(figures_in(answer), evidence(answer, retriever)))
    }
    assert made_up == {}


def test_no_mobile_number_of_a_person_is_ever_shown(told: list[Told], retriever: Retriever) -> None:
    shown = [(passage.id, text) for passage, _, a in told for text in (a.text, *(s.quote for s in a.sources))]
    shown += [(passage.id, passage.text) for passage in entries(retriever)]
    assert [(where, found[0]) for where, text in shown if (found := MOBILE.search(text))] == []


@pytest.mark.parametrize("question", ["Trường nào dạy nghề {name}?", "{name} ở đâu dạy tốt nhất?"])
def test_every_list_of_schools_fits_a_phone_and_says_what_it_leaves_out(
    retriever: Retriever, question: str
) -> None:
    for trade in retriever.index.facts.occupations.values():
        listed = direct_answer(Question.read(question.format(name=trade.name)), retriever)
        if listed is None:
            continue
        left = re.search(r"và (\d+) trường nữa", listed.text)
        rows = [line for line in listed.text.splitlines() if line.startswith("- ")]
        taught = [
            s for s in retriever.index.facts.institutions.values() if trade.id in (*s.teaches, *s.may_teach)
        ]
        assert len(listed.text) <= ANSWER_CHARACTERS
        assert len(rows) + (int(left[1]) if left else 0) == sum(not s.merged_into for s in taught), trade.id


def test_every_two_trades_or_schools_side_by_side_fit_a_phone(retriever: Retriever) -> None:
    facts = retriever.index.facts
    for kind in (facts.occupations, facts.institutions):
        cards: list[Occupation | Institution] = sorted(
            kind.values(), key=lambda e: -len(e.model_dump_json())
        )[:12]
        for first, second in zip(cards, cards[1:] + cards[:1], strict=True):
            compared = compare([first, second], Question.read("khác gì nhau"), retriever)  # type: ignore[list-item]
            assert len(compared.text) <= ANSWER_CHARACTERS, (first.id, second.id)
            assert f"**{second.name}**" in compared.text, (first.id, second.id)
