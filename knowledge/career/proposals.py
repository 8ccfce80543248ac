"""What is said of interests: the letters, five trades with the reasons, and that it is a hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.answers import Answer, Reply
from knowledge.answers.answer import fit
from knowledge.answers.citations import references_of, source_line, source_of_passage
from knowledge.career.quiz import Profile, Quiz, profile, suited
from knowledge.facts import Occupation, Riasec
from knowledge.search import Retriever


def proposal(
    scores: Mapping[Riasec, float],
    quiz: Quiz,
    knowledge: Retriever,
    *,
    head: str = "",
    parent: bool = False,
    occupations: Sequence[Occupation] = (),
    reasons: Mapping[str, str] | None = None,
) -> Answer:
    """Returns what scores point to.

    Args:
        scores: of each letter, 0 to 12.
        quiz: has the words.
        knowledge: has the trades, and the sources of what is said.
        head: is said first.
        parent: whether a parent asks for a child.
        occupations: the trades to propose; those that suit the scores best unless given.
        reasons: by a trade's id, what is liked about it; what its letters stand for unless given.
    """
    words, shown = quiz.words, profile(scores)
    leads = not (shown.flat or shown.low)
    chosen = occupations or suited(scores, knowledge.index.facts.occupations)
    starred = any(occupation.supported_by_nq03 for occupation in chosen)
    form = words.occupation.to(parent) if leads else words.occupation.varied
    letters = shown.letters if leads else ()
    lines = [
        *([head] if head else []),
        _about(shown, quiz, parent),
        words.occupations if leads else words.varied,
        *_occupations(chosen, form, letters, quiz, reasons or {}),
        *([words.starred] if starred else []),
    ]
    cited = [quiz.letters[letter].fact for letter in letters]
    cited += [quiz.cites.starred] if starred else []
    passages = [p for i in (*cited, quiz.cites.hint, quiz.cites.next) if (p := knowledge.passage(i))]
    references = [next(iter(references_of(passage)), None) for passage in passages]
    kept, _ = fit(lines, [words.hint, words.next.to(parent), source_line(references, knowledge)])
    asks = (Reply(occupation.name, words.reply.format(name=occupation.name)) for occupation in chosen)
    return Answer(
        text="\n".join(kept),
        sources=tuple(source_of_passage(passage, knowledge) for passage in passages),
        passages=tuple(passage.id for passage in passages),
        replies=(*asks, Reply(words.check.title, words.check.ask)),
    )


def _about(shown: Profile, quiz: Quiz, parent: bool) -> str:
    words = quiz.words
    if shown.low:
        return words.low.to(parent)
    if shown.flat:
        return words.flat.to(parent)
    letters = [
        words.letter.format(letter=letter, name=quiz.letters[letter].name, likes=quiz.letters[letter].likes)
        for letter in shown.letters
    ]
    return words.result.to(parent).format(letters=words.joint.join(letters))


def _occupations(
    chosen: Sequence[Occupation], form: str, letters: Sequence[Riasec], quiz: Quiz, reasons: Mapping[str, str]
) -> list[str]:
    """Returns a line for each trade: what is liked is its first letter among `letters`, else its first."""
    lines = []
    for occupation in chosen:
        shared = next((letter for letter in occupation.suits if letter in letters), occupation.suits[0])
        likes = reasons.get(occupation.id) or quiz.letters[shared].likes
        star = quiz.words.star if occupation.supported_by_nq03 else ""
        lines.append(form.format(name=occupation.name, star=star, likes=likes))
    return lines
