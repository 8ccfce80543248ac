"""Finds what answers a turn: the message itself, or the question that it continues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from actions.conversation import Turn
from actions.follow_up import (
    complete,
    continues,
    is_bare_name,
    leans,
    may_lean,
    of_same_entry,
    own_words,
)
from actions.reference import about_entry, resolved
from knowledge.answers import (
    Answer,
    answer_about_elsewhere,
    answer_about_entry,
    answer_about_unlisted,
    asks_of_entry,
    asks_of_trade_at_school,
    compose,
    compose_several,
    direct_answer,
)
from knowledge.documents import Document
from knowledge.facts import CARDS
from knowledge.gazetteer import ENTRY_KINDS, without
from knowledge.passages import Passage
from knowledge.question import Question, core, cues, focus, parts
from knowledge.search import Hit
from knowledge.store import KnowledgeStore
from knowledge.text import tokens
from knowledge.vocabulary import vocabulary

# A reading that leans on the question before must be this much surer than the message by itself.
_LEANING_MARGIN = 0.1
# From here on it is taken even so, if the message hangs on the question before.
_LIKELY = 0.5
# How much of what a message adds to the question before (0 to 1, by rarity) the passage found for both must say.
_LEAST_HELD = 0.6
_HITS = 5
# What a part may name and still be about something named before it.
_CIRCUMSTANCES = frozenset({"place", "year"})
# How sure an answer to a part must be, and how much surer one passage must be of two parts than another of the second.
_PART_BAR, _SURER = 0.4, 0.2
# Fewer answers than this to the parts of a message are no better than one to the whole.
_LEAST_ANSWERED = 2
# A part of no more syllables that names nothing may lean on the first part: "9+ là gì? học xong có bằng gì?".
_SHORT_PART = 12


@dataclass(frozen=True)
class Finding:
    """A complete question and the passages found for it, best first; or the answer, where entries give it directly."""

    question: str
    hits: tuple[Hit, ...]
    answer: Answer | None = None

    @property
    def score(self) -> float:
        """The probability (0 to 1) that the best passage answers; 0 when nothing was found."""
        if self.answer is not None:
            return 1.0
        return self.hits[0].score if self.hits else 0.0


@dataclass(frozen=True)
class Desk:
    """Where actions look things up: the knowledge base, and today's date."""

    store: KnowledgeStore
    today: Callable[[], date]

    def find(self, turn: Turn) -> Finding:
        """Returns what answers the turn's message, read alone or together with what was talked about."""
        turn = resolved(turn, self.store, self.today())
        asked = self._of_entry(turn)
        if asked and asked.answer and asked.answer.known:
            return asked
        alone = self.search(turn.text)
        if asked:
            return max(alone, asked, key=lambda finding: finding.score)
        if not may_lean(turn) or self.names_what_it_asks(turn):
            return alone
        return self._continued(turn, alone)

    def _of_entry(self, turn: Turn) -> Finding | None:
        """Returns what is asked of a trade or a school by a message that says only the other half of the question.

        After "nghề hàn lương bao nhiêu" both "điều dưỡng thì sao" and "học mấy năm" are such messages.
        """
        if turn.last_question and is_bare_name(turn):
            question: str | None = complete(turn, self.store.gazetteer)
        else:
            question = of_same_entry(about_entry(turn, self.store), self.store.gazetteer)
        return self._asked_of_entry(question) if question else None

    def _continued(self, turn: Turn, alone: Finding) -> Finding:
        """Returns what answers a message together with the question before, or `alone`, which it finds by itself."""
        leaning = self._untold(self.search(complete(turn, self.store.gazetteer)), turn)
        if not self._continues(turn, leaning):
            return self._on_subject(turn, alone) if leans(turn) else alone
        if leans(turn):
            likely = leaning.score >= _LIKELY
            if not likely or (leaning.hits and leaning.hits[0].passage.id in turn.last_passages):
                leaning = self._on_subject(turn, leaning)
                likely = leaning.score >= _LIKELY
            if self._asks_otherwise(turn, leaning, alone):
                return alone
            return leaning if likely or leaning.score >= alone.score - _LEANING_MARGIN else alone
        unsure = alone.score < self.store.retriever().ranking.answer
        return leaning if unsure and leaning.score > alone.score + _LEANING_MARGIN else alone

    def _asks_otherwise(self, turn: Turn, leaning: Finding, alone: Finding) -> bool:
        """Tells whether a follow-up has a question of its own, which only the message read alone answers."""
        retriever, words = self.store.retriever(), own_words(turn)
        if alone.score < retriever.ranking.answer or not (tokens(words) and leaning.hits and alone.hits):
            return False
        leaned, own = (retriever.holds(words, found.hits[0].passage) for found in (leaning, alone))
        return leaned < _LEAST_HELD <= own

    def names_what_it_asks(self, turn: Turn) -> bool:
        """Tells whether a message is complete by itself: it names a trade or a school and asks something of it."""
        return turn.names_entry and self._entry_answer(Question.read(turn.text)) is not None

    def _asked_of_entry(self, question: str) -> Finding | None:
        """Returns the answer to a question put to the trade or school named before, if it asks something of it."""
        answer = self._entry_answer(Question.read(question), named=False)
        return Finding(question, self._hits(question), answer) if answer else None

    def _entry_answer(self, question: Question, *, named: bool = True) -> Answer | None:
        retriever = self.store.retriever()
        direct = direct_answer(question, retriever)
        return direct or answer_about_entry(question, retriever, self.today(), named=named)

    def _hits(self, question: str) -> tuple[Hit, ...]:
        return tuple(self.store.retriever().search(question, _HITS, self.today()))

    def _on_subject(self, turn: Turn, otherwise: Finding) -> Finding:
        """Returns what answers a few words within the subject of the last answer, unless `otherwise` does already.

        "Điều kiện thế nào" after the sums of a resolution means the conditions of that resolution.
        """
        retriever = self.store.retriever()
        before = [p for i in turn.last_passages if (p := retriever.passage(i))]
        subjects = retriever.subjects(before)
        found = otherwise.hits[0].passage if otherwise.hits else None
        if found and found.id not in turn.last_passages and retriever.subjects([found]) & subjects:
            return otherwise
        for words in dict.fromkeys(filter(None, map(retriever.subject_words, before))):
            within = self.search(f"{turn.text} {words}")
            for hit in within.hits:
                sure = hit.score >= retriever.ranking.answer and hit.passage.id not in turn.last_passages
                same = sure and retriever.subjects([hit.passage]) & subjects
                if same and self._says_more(own_words(turn), hit.passage, before[0]):
                    direct = within.answer if hit is within.hits[0] else None
                    return replace(within, hits=_with_first(hit, within.hits), answer=direct)
        return otherwise

    def _continues(self, turn: Turn, leaning: Finding) -> bool:
        """Tells whether a message that was not understood as a follow-up is about what it would be leaned on.

        The question before answers itself, whatever is added to it: after it, "giá vàng hôm nay" must not be met with
        its answer again. So the passage found has to speak of what the message adds.
        """
        if continues(turn):
            return True
        if not leaning.hits or not tokens(turn.text):
            return False
        return self.store.retriever().holds(own_words(turn), leaning.hits[0].passage) >= _LEAST_HELD

    def _untold(self, finding: Finding, turn: Turn) -> Finding:
        """Returns a finding with another passage in front if the first was told last and another is as sure to answer.

        The question before, in what a follow-up was completed to, finds its own answer again.
        """
        first, *others = finding.hits or (None,)
        if first is None or first.passage.id not in turn.last_passages:
            return finding
        new = [
            hit
            for hit in others
            if hit.passage.id not in turn.last_passages
            and hit.score >= first.score
            and self._says_more(own_words(turn), hit.passage, first.passage)
        ]
        if not new:
            return finding
        return replace(finding, hits=_with_first(max(new, key=lambda hit: hit.score), finding.hits))

    def _says_more(self, words: str, passage: Passage, told: Passage) -> bool:
        """Tells whether a passage says more of `words` than the one told last; without words to say, any fact does."""
        if not tokens(words):
            return not isinstance(told.source, Document)
        retriever = self.store.retriever()
        return retriever.holds(words, passage) > retriever.holds(words, told)

    def search(self, question: str) -> Finding:
        """Returns what answers a question that is complete in itself; of a life story, of the part that asks."""
        each = self._each(question)
        if each is not None:
            return each
        whole = self._search(question)
        asking = focus(Question.read(question).prepared)
        if asking is None:
            return whole
        part = self._search(asking)
        return part if part.score > whole.score else whole

    def compose(self, finding: Finding) -> Answer:
        """Returns the answer that a finding gives."""
        if finding.answer is not None:
            return finding.answer
        return compose(finding.hits, finding.question, self.today(), self.store.retriever())

    def _each(self, question: str) -> Finding | None:
        """Returns the joint answer to a message that asks several things, if at least two can be answered."""
        asked = parts(Question.read(question).prepared)
        if not asked:
            return None
        findings = [self._part(number, asked, question) for number in range(len(asked))]
        answers = [self.compose(finding) if finding.score >= _PART_BAR else None for finding in findings]
        if len({answer.text for answer in answers if answer}) < _LEAST_ANSWERED:
            return None
        return Finding(question, findings[0].hits, compose_several(answers))

    def _part(self, number: int, asked: list[str], message: str) -> Finding:
        """Returns what answers a part of a message; what it leaves unsaid was said before it."""
        part, retriever = asked[number], self.store.retriever()
        own = {mention.entity for mention in self.store.gazetteer.find(part)} - _CIRCUMSTANCES
        carried = None if own else self._carried(part, message, " ".join(asked[number + 1 :]))
        if carried:
            return carried
        alone = self._told_apart(part)
        if number == 0 or own & ENTRY_KINDS or len(tokens(part)) > _SHORT_PART:
            return alone
        if situated := self._situated(part, message):
            return situated
        first, leaning = self._told_apart(asked[0]), self._search(f"{core(asked[0])} {part}")
        best = [finding.hits[0].passage for finding in (first, leaning) if finding.hits]
        if len({passage.id for passage in best}) < 2:  # One passage answers both, so they are one question.
            return leaning if leaning.score > alone.score + _SURER else alone
        on_subject = retriever.subjects(best[:1]) & retriever.subjects(best[1:])
        sure = leaning.score >= retriever.ranking.answer
        return leaning if (on_subject and sure) or leaning.score > alone.score else alone

    def _told_apart(self, part: str) -> Finding:
        """Returns what answers a part, without the story before its question if all together says too much."""
        whole, question = self._search(part), core(part)
        if question == part or whole.score >= _PART_BAR:
            return whole
        return max(whole, self._search(question), key=lambda finding: finding.score)

    def _situated(self, part: str, message: str) -> Finding | None:
        """Returns what answers a part for somebody of the schooling that the message told, or None."""
        find, phrases = self.store.gazetteer.find, vocabulary("questions")["schooling"]
        if any(mention.entity == "schooling" for mention in find(part)):
            return None
        said = (phrases.get(m.value) for m in find(message) if m.entity == "schooling")
        told: str | None = next(said, None)
        if told is None:
            return None
        finding = self._search(f"{part} {told}")
        if finding.score < _PART_BAR or not finding.hits:
            return None
        held = [self.store.retriever().holds(words, finding.hits[0].passage) for words in (part, told)]
        return finding if min(held) >= _LEAST_HELD else None

    def _carried(self, part: str, message: str, later: str) -> Finding | None:
        """Returns what answers a part as one about the trade or school that the message named before it, or None."""
        retriever = self.store.retriever()
        named = [m for m in self.store.gazetteer.find(message) if m.entity in ENTRY_KINDS]
        before = next((words for m in named if (words := message[m.start : m.end]) not in later), None)
        if before is None:
            return None
        question = f"{part} {before}"
        # A list is complete: that no school is known to teach it is an answer too.
        if listed := direct_answer(Question.read(question), retriever):
            return Finding(question, self._hits(question), listed)
        finding = self._asked_of_entry(question)
        answer = finding.answer if finding else None
        card = retriever.passage(answer.passages[0]) if answer and answer.known and answer.passages else None
        return finding if card and retriever.holds(part, card) >= _LEAST_HELD else None

    def _search(self, question: str) -> Finding:
        retriever, read = self.store.retriever(), Question.read(question)
        trades = [m for m in retriever.mentions(read.prepared) if m.entity == "occupation"]
        general = without(read.prepared, trades)
        if trades and cues("of_no_trade").said_in(read):
            return replace(self._search(general), question=question)
        hits, answer_bar = self._hits(question), retriever.ranking.answer
        answer = direct_answer(read, retriever)
        if answer is None and self._card_says_nothing(hits, read):
            if self._is_answer(hits[1:], answer_bar):
                hits = hits[1:]
            elif len({m.value for m in trades}) == 1:
                found = self._search(general)
                if self._is_answer(found.hits, _PART_BAR, general):
                    return replace(found, question=question)
        best = hits[0].passage if hits else None
        sure = bool(hits) and hits[0].score >= answer_bar
        answer = answer or answer_about_unlisted(read, best, retriever)
        if answer is None and (not sure or hits[0].features["missing"]):
            answer = answer_about_elsewhere(read, best, retriever)
        if answer is None and (not sure or asks_of_trade_at_school(read, retriever)):
            answer = answer_about_entry(read, retriever, self.today())
        return Finding(question, hits, answer)

    def _card_says_nothing(self, hits: Sequence[Hit], question: Question) -> bool:
        """Tells whether the best hit is the card of a trade or school that does not say what is asked."""
        entry = hits[0].passage.source if hits else None
        if not isinstance(entry, CARDS) or asks_of_entry(entry, question):
            return False
        return not question.is_long and not self.store.retriever().speaks_of(question, hits[0].passage)

    def _is_answer(self, hits: Sequence[Hit], bar: float, words: str = "") -> bool:
        """Tells whether the best of `hits` is no card, is sure, and says most of `words`."""
        if not hits or isinstance(hits[0].passage.source, CARDS) or hits[0].score < bar:
            return False
        return not words or self.store.retriever().holds(words, hits[0].passage) >= _LEAST_HELD


def _with_first(first: Hit, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    return (first, *(hit for hit in hits if hit is not first))
