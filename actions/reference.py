"""What a message means without naming it, or names without meaning it: "trường đó", "năm ngoái", "không phải hàn"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache

from actions.conversation import POINTED_AT, Mention, Turn
from actions.follow_up import asks_where_taught, bare, continues
from knowledge.case_vocabulary import case_words
from knowledge.documents import Document
from knowledge.entries import kind_of
from knowledge.facts import Institution, Occupation
from knowledge.gazetteer import ENTRY_KINDS, Gazetteer
from knowledge.passages import Passage
from knowledge.question import Question
from knowledge.store import KnowledgeStore
from knowledge.text import fold, tokens
from knowledge.vocabulary import vocabulary


def resolved(turn: Turn, store: KnowledgeStore, today: date) -> Turn:
    """Returns the turn with what it refers to by name."""
    turn = dated(meant(turn), today)
    if points(turn):
        turn = replace(turn, in_mind={**turn.in_mind, **_told(turn, store)})
    return naming(pointed_out(turn, store.gazetteer), store.gazetteer)


def meant(turn: Turn) -> Turn:
    """Returns the turn without what a correction says is not meant: "không phải hàn, em hỏi ô tô"."""
    if not continues(turn):
        return turn
    text, kept = turn.text, []
    for mention in turn.mentions:
        without = re.sub(_denied_before(mention.words), "", text, flags=re.IGNORECASE)
        if without == text:
            kept.append(mention)
        text = without
    return replace(turn, text=text, mentions=tuple(kept)) if tokens(text) else turn


def _denied_before(words: str) -> str:
    """Returns the pattern of `words` with what denies them before: "chứ không phải nghề hàn,"."""
    questions = vocabulary("questions")
    kinds = [word for called in questions["pointing_at"]["kinds"].values() for word in called]
    denying, kind = (
        "|".join(sorted({*spelled, *map(fold, spelled)}, key=len, reverse=True))
        for spelled in (questions["excluding"], kinds)
    )
    return rf"(?<!\w)(?:{denying}) (?:(?:{kind}) )?{re.escape(words)}(?!\w)[,;.]?\s*"


def dated(turn: Turn, today: date) -> Turn:
    """Returns a follow-up with the year that it calls by its place: "thế năm ngoái" in 2026 names 2025."""
    if not continues(turn) or any(mention.entity == "year" for mention in turn.mentions):
        return turn
    said = fold(Question.read(turn.text).said)
    for words, years in vocabulary("questions")["years"].items():
        if f" {fold(words)} " in said:
            year = str(today.year + years)
            return replace(turn, mentions=(*turn.mentions, Mention("year", year, year)))
    return turn


def naming(turn: Turn, gazetteer: Gazetteer) -> Turn:
    """Returns the turn with the trade that all its own words name, everyday words though they are: "thế còn dược"."""
    words = bare(turn.text)
    if turn.mentions or not words or not continues(turn):
        return turn
    text = f"{case_words().before['occupation']} {words}"
    # Of some names the word before is a part.
    whole = [
        m
        for m in gazetteer.find(text, slips=False)
        if m.entity in ENTRY_KINDS and m.end == len(text) and m.end - m.start >= len(words)
    ]
    return replace(turn, mentions=tuple(Mention(m.entity, m.value, text[m.start : m.end]) for m in whole))


def points(turn: Turn) -> bool:
    """Tells whether a message points at something: "nghề đó", "kế hoạch này"."""
    return any(pattern.search(turn.text) for pattern in _pointing_at().values())


def pointed_out(turn: Turn, gazetteer: Gazetteer) -> Turn:
    """Returns the turn with the name of what it only points at: "nghề này có được hỗ trợ không", "kế hoạch đó"."""
    named = {mention.entity for mention in turn.mentions}
    for kind, entry_id in turn.in_mind.items():
        # What was named before may be gone from the facts, and an imported document has no other name.
        pointed_at = kind not in named and gazetteer.knows(kind, entry_id)
        found = _pointing_at()[kind].search(turn.text) if pointed_at else None
        if found:
            name, called = gazetteer.name(kind, entry_id), found["kind"].lower()
            if _is_another(called, name):
                continue
            words = name if fold(name).startswith(fold(called)) else f"{called} {name}"
            text = f"{turn.text[: found.start()]}{words}{turn.text[found.end() :]}"
            return replace(turn, text=text, mentions=(*turn.mentions, Mention(kind, entry_id, words)))
    return turn


def _is_another(called: str, name: str) -> bool:
    """Tells whether what is called so is not what has that name: "nghị quyết này" is no "Kế hoạch 126"."""
    kinds = set(map(fold, vocabulary("questions")["pointing_at"]["told_apart"]))
    return fold(called) in kinds and not fold(name).startswith(fold(called))


@cache
def _pointing_at() -> dict[str, re.Pattern[str]]:
    """Returns, by kind, how it is pointed at: "nghề đó"; who types no diacritics says "nghe do" for it."""
    words = vocabulary("questions")["pointing_at"]
    those = "|".join({*words["those"], *map(fold, words["those"])})
    return {
        kind: re.compile(
            rf"(?<!\w)(?P<kind>{'|'.join({*called, *map(fold, called)})}) (?:{those})(?!\w)", re.IGNORECASE
        )
        for kind, called in words["kinds"].items()
    }


def _told(turn: Turn, store: KnowledgeStore) -> dict[str, str]:
    """Returns, by kind, the trade, school or document that the last answer was about though its question named none.

    Its card or its document; else the only one that it names.
    """
    passage, find = _last_passage(turn, store), store.gazetteer.find
    if passage is None:
        return {}
    named: dict[str, set[str]] = {}
    for mention in find(passage.text, slips=False):
        named.setdefault(mention.entity, set()).add(mention.value)
    told = {kind: next(iter(named[kind])) for kind in POINTED_AT if len(named.get(kind, ())) == 1}
    match passage.source:
        case Document(id=document):
            told["document"] = document
        case Occupation() | Institution() as entry:
            told[kind_of(entry)] = entry.id
    asked = {mention.entity for mention in find(turn.last_question or "")}
    return {kind: value for kind, value in told.items() if kind not in asked}


def about_entry(turn: Turn, store: KnowledgeStore) -> Turn:
    """Returns the turn with the trade or school that the question before was about though it named none.

    The card that answered it; where schools are asked for, the trade named last.
    """
    question, name = turn.last_question, store.gazetteer.name
    if question is None or any(m.entity in ENTRY_KINDS for m in store.gazetteer.find(question)):
        return turn
    passage = _last_passage(turn, store)
    match passage.source if passage else None:
        case Institution(id=school):
            return replace(turn, last_question=f"{question} {name('institution', school)}")
        case Occupation(id=told):
            trade: str | None = told
        case _:
            trade = turn.in_mind.get("occupation") if asks_where_taught(turn) else None
    if trade is None:
        return turn
    called = case_words().before["occupation"]
    return replace(turn, last_question=f"{question} {called} {name('occupation', trade)}")


def _last_passage(turn: Turn, store: KnowledgeStore) -> Passage | None:
    return store.retriever().passage(turn.last_passages[0]) if turn.last_passages else None
