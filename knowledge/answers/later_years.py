"""What is said when a question is about a year that nothing known reaches: "hội giảng năm 2027 ở đâu"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer, shortened
from knowledge.documents import Document
from knowledge.partial_dates import last_day
from knowledge.passages import Passage
from knowledge.question import Question, cues
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def after_what_is_known(
    answer: Answer, passage: Passage, question: Question, today: date, knowledge: Retriever
) -> Answer:
    """Returns an answer from `passage`, saying first that it is an older one if only a later year was asked for.

    A life story names years in passing, and who asks whether a document still holds is told so.
    """
    years = [int(m.value) for m in knowledge.mentions(question.prepared) if m.entity == "year"]
    if not years or question.is_long or cues("about_document").said_in(question):
        return answer
    reached = _reaches(passage, answer.text, today)
    if reached is None or min(years) <= reached:
        return answer
    said = vocabulary("answers")["later_year"].format(year=min(years))
    told = shortened(answer.text, ANSWER_CHARACTERS - len(said) - 1)
    return replace(answer, text=f"{said}\n{told}", known=False)


def _reaches(passage: Passage, told: str, today: date) -> int | None:
    """Returns the last year that what is `told` of a passage may be about; None if it says nothing of when."""
    source = passage.source
    if isinstance(source, Document):
        # Of a long section only a part is told, what answers best in the first line.
        ends = [last_day(day).year for day in (source.issued, source.valid_to) if day]
        return max([*_years_in(told.partition("\n")[0]), *ends], default=None)
    named, scope = _years_in(passage.text), source.applies_to
    if until := scope.at or scope.end:
        named.append(last_day(until).year)
    elif named or scope.start:
        named.append(today.year)
    return max(named, default=None)


def _years_in(text: str) -> list[int]:
    return [int(year) for year in _YEAR.findall(text)]
