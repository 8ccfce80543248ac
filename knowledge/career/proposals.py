"""What is said of interests: the letters, five trades with the reasons, and that it is a hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.answers import Answer, Reply
from knowledge.answers.answer import fit
from knowledge.answers.citations import references_of, source_line, source_of_passage
from knowledge.career.quiz import Profile, Quiz, profile, suited
from knowledge.facts import Occupation, Riasec
from knowledge.search import Retriever

_REPLIES = 5


def proposal(
    scores: Mapping[Riasec, float],
    quiz: Quiz,
    knowledge: Retriever,
    *,
    head: str = "",
    parent: bool = False,
    occupations: Sequence[Occupation] | None = None,
) -> Answer:
    """Returns what scores point to.

    Args:
        scores: of each letter, the more the stronger.
        quiz: has the words.
        knowledge: has the trades, and the sources of what is said of the letters.
        head: is said first.
        parent: whether a parent asks for a child.
        occupations: the trades to propose; those that suit the scores best unless given.
    """
    words, shown = quiz.words, profile(scores)
    chosen = occupations or suited(scores, knowledge.index.facts.occupations)
    lines = [head] if head else []
    lines.append(_about(shown, quiz, parent))
    lines += [words["occupations"], *_occupations(chosen, shown, quiz)]
    if any(occupation.supported_by_nq03 for occupation in chosen):
        lines.append(words["starred"])
    passages = [p for letter in shown.letters if (p := knowledge.passage(quiz.letters[letter].fact))]
    references = [reference for passage in passages for reference in references_of(passage)[:1]]
    closing = [words["hint"], source_line(references, knowledge) if references else ""]
    kept, _ = fit(lines, closing)
    asks = [Reply(o.name, words["reply"].format(name=o.name)) for o in chosen[:_REPLIES]]
    return Answer(
        text="\n".join(kept),
        sources=tuple(source_of_passage(passage, knowledge) for passage in passages),
        passages=tuple(passage.id for passage in passages),
        replies=(*asks, Reply(**words["check"])),
    )


def _about(shown: Profile, quiz: Quiz, parent: bool) -> str:
    words = quiz.words
    if shown.low:
        return str(words["low"])
    if shown.flat:
        return str(words["flat"])
    letters = [
        words["letter"].format(
            letter=letter, name=quiz.letters[letter].name, likes=quiz.letters[letter].likes
        )
        for letter in shown.letters
    ]
    told: str = words["result"]["parent" if parent else "self"].format(letters=words["joint"].join(letters))
    return told


def _occupations(chosen: Sequence[Occupation], shown: Profile, quiz: Quiz) -> list[str]:
    words = quiz.words
    lines = []
    for number, occupation in enumerate(chosen, 1):
        shared = next((letter for letter in occupation.suits if letter in shown.letters), occupation.suits[0])
        likes = quiz.letters[shared].likes
        star = words["star"] if occupation.supported_by_nq03 else ""
        lines.append(words["occupation"].format(number=number, name=occupation.name, star=star, likes=likes))
    return lines
