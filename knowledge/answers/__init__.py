"""Composes answers from what search found: what answers first, a little context, then the source.

compose ─┬─ excerpts      passages of documents
         ├─ statements    facts, and the questions asked most
         └─ cards         a trade or a school, aspect by aspect
direct ──┬─ comparisons   two trades or schools side by side
         └─ lists         every school that …
several                   one message that asks several things
later_years               a year that nothing known reaches
unlisted                  a trade, a school or a province that nothing is known of
checklist                 what a case may be supported with

Nothing is told that the knowledge base does not say; the words around it come from `vocabulary/answers.yml`.
"""

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer, Reply, shortened
from knowledge.answers.cards import asks_of_entry
from knowledge.answers.checklist import checklist, spoken_case
from knowledge.answers.citations import Source
from knowledge.answers.compose import compose, explain_sources
from knowledge.answers.direct import (
    answer_about_entry,
    asks_for_personal,
    asks_of_trade_at_school,
    direct_answer,
)
from knowledge.answers.several import compose_several
from knowledge.answers.unlisted import answer_about_elsewhere, answer_about_unlisted

__all__ = [
    "ANSWER_CHARACTERS",
    "Answer",
    "Reply",
    "Source",
    "answer_about_elsewhere",
    "answer_about_entry",
    "answer_about_unlisted",
    "asks_for_personal",
    "asks_of_entry",
    "asks_of_trade_at_school",
    "checklist",
    "compose",
    "compose_several",
    "direct_answer",
    "explain_sources",
    "shortened",
    "spoken_case",
]
