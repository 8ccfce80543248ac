"""What a follow-up means: "thế còn năm 2020?" is the question before, with its year replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from actions.conversation import Turn
from knowledge.gazetteer import ENTRY_KINDS, Gazetteer
from knowledge.gazetteer import Mention as Named
from knowledge.question import Question, cues
from knowledge.text import fold, folded_tokens, has_diacritics, tokens
from knowledge.vocabulary import vocabulary

# A message with no more syllables than this, besides filler, may lean on the question before; with so few that it names
# nothing by itself ("hôm nào", "ai ký"), it does.
_SHORT = 6
_ELLIPTICAL = 4
# With no more syllables than this, a message that names nothing may be about the trade or school named before.
_BRIEF = 9
_STANDS_ALONE = frozenset({"out_of_scope", "greet", "goodbye", "thanks"})


def leans(turn: Turn) -> bool:
    """Tells whether the message can only be read together with the question before."""
    if _stands_alone(turn):
        return False
    return continues(turn) or (not turn.mentions and _length(turn) <= _ELLIPTICAL)


def follows_nothing(turn: Turn) -> bool:
    """Tells whether a message goes on from a question that nobody asked, and says too little by itself.

    "Thế còn hệ cao đẳng?" as the first of a talk could mean anything; "thế còn nghề hàn" asks about that trade.
    """
    if turn.intent != "follow_up" or turn.last_question is not None:
        return False
    return not turn.names_entry and len(tokens(bare(turn.text))) <= _ELLIPTICAL


def may_lean(turn: Turn) -> bool:
    """Tells whether the message can be read together with the question before."""
    if _stands_alone(turn):
        return False
    return continues(turn) or _length(turn) <= _SHORT


def _stands_alone(turn: Turn) -> bool:
    """Tells whether there is nothing to lean on, or no need: "9+ là gì" asks for all that it says."""
    if turn.last_question is None or turn.intent in _STANDS_ALONE:
        return True
    asked = cues("defining").said_by(Question.read(turn.text))
    said = set(folded_tokens(turn.text)) - set(folded_tokens(asked or ""))
    pointing = set(map(fold, vocabulary("questions")["pointing"]))
    return asked is not None and not continues(turn) and bool(said - pointing)


def continues(turn: Turn) -> bool:
    """Tells whether the message is a follow-up by its intent, or a correction: "ý em là cao đẳng cơ"."""
    return turn.intent == "follow_up" or cues("correcting").said_in(Question.read(turn.text))


def _length(turn: Turn) -> int:
    return len(tokens(Question.read(turn.text).content))


def complete(turn: Turn, gazetteer: Gazetteer) -> str:
    """Returns the question before, changed as a follow-up says.

    What the follow-up names replaces what the question named of the same kind; what is new is added. A follow-up that
    names nothing known is added as it is, without its "thế còn … thì sao".
    """
    question = turn.last_question or ""
    named = {mention.entity: mention for mention in turn.mentions}
    for entity, mention in named.items():
        before = [m for m in gazetteer.find(question) if m.entity == entity and m.value != mention.value]
        if before:
            for old in reversed(before):
                question = f"{question[: old.start]}{mention.words}{question[old.end :]}"
        elif fold(mention.words) not in fold(question):
            question = f"{question} {mention.words}"
    rest = bare(turn.text)
    if not named and rest:
        question = f"{_undefined(question)} {rest}"
    return question


def _undefined(question: str) -> str:
    """Returns the name of a thing that a question only asked what it is, for more is asked now: "9+ là gì" -> "9+"."""
    asked = cues("defining").said_by(Question.read(question))
    if asked is None:
        return question
    thing = re.sub(rf"(?<!\w){re.escape(asked)}(?!\w)", "", question, flags=re.IGNORECASE)
    named = thing.replace("?", " ").split()
    return " ".join(named) if 0 < len(named) <= _ELLIPTICAL else question


def is_bare_name(turn: Turn) -> bool:
    """Tells whether a message says the name of a trade or a school and nothing else: "có may thời trang không ạ"."""
    questions = vocabulary("questions")
    names = " ".join(mention.words for mention in turn.mentions)
    beside = {*map(fold, (*questions["pointing"], *questions["beside_name"])), *folded_tokens(names)}
    return turn.names_entry and not set(folded_tokens(own_words(turn))) - beside


def asks_where_taught(turn: Turn) -> bool:
    """Tells whether a message asks for schools as one does of a trade: "trường nào dạy vậy ad"."""
    question = Question.read(turn.text)
    return cues("where_taught").said_in(question) and not cues("schools").said_in(question)


def of_same_entry(turn: Turn, gazetteer: Gazetteer) -> str | None:
    """Returns a message with the trade or school that the question before named, None if it names one or none was.

    "Lương bao nhiêu" after "nghề hàn là làm gì" is "lương bao nhiêu nghề hàn": the rest of that question is answered.
    """
    if _names_more_than_home(turn) or turn.intent in _STANDS_ALONE or _length(turn) > _BRIEF:
        return None
    question = turn.last_question or ""
    named = [m for m in gazetteer.find(question) if m.entity in ENTRY_KINDS]
    if len({mention.value for mention in named}) != 1:
        return None
    text = f"{bare(turn.text) or turn.text} {_phrase(named[0], question, gazetteer)}"
    # Of a text with some diacritics every word is read as it is typed, "bao lau" too; some names are none without.
    folded = "" if has_diacritics(turn.text) else fold(text)
    return folded if any(found.value == named[0].value for found in gazetteer.find(folded)) else text


def _names_more_than_home(turn: Turn) -> bool:
    """Tells whether a message names anything but the home place, which adds nothing: "ở Hải Phòng trường nào dạy"."""
    home = fold(vocabulary("questions")["home"])
    return any(mention.entity != "place" or fold(mention.words) != home for mention in turn.mentions)


def _phrase(mention: Named, question: str, gazetteer: Gazetteer) -> str:
    """Returns the words that name a thing, with the word before if that makes an everyday word a name: "nghề hàn"."""
    words = question[mention.start : mention.end]
    if any(found.value == mention.value for found in gazetteer.find(words)):
        return words
    return " ".join([*question[: mention.start].split()[-1:], words])


def own_words(turn: Turn) -> str:
    """Returns what a message says besides names and asking: "giá vàng ở Hải Phòng bao nhiêu" -> "giá vàng ở"."""
    text = turn.text
    for mention in turn.mentions:
        text = text.replace(mention.words, " ")
    return " ".join(_asking().sub(" ", f" {bare(text)} ").split())


def bare(text: str) -> str:
    """Returns a follow-up's own words: "thế còn hệ cao đẳng thì sao ạ" -> "hệ cao đẳng"."""
    words = _linking().sub(" ", f" {text.lower()} ")
    return " ".join(words.replace("?", " ").split())


@cache
def _linking() -> re.Pattern[str]:
    return _any_of(vocabulary("stopwords")["linking"])


@cache
def _asking() -> re.Pattern[str]:
    questions = vocabulary("questions")
    asking = (*questions["cues"], *questions["about_document"])
    return _any_of({*asking, *map(fold, asking)})


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    phrases = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(p) for p in phrases)})(?!\w)")
