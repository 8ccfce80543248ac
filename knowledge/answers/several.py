"""One message that asks two to four things: each answered in brief, in the order asked."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer
from knowledge.vocabulary import vocabulary

# What the number before an answer and the blank line after it take.
_NUMBERING = 9
# A line cut to fewer characters than this says nothing.
_LEAST_LINE = 60


def compose_several(answers: Sequence[Answer | None]) -> Answer:
    """Joins the answers to the parts of a message, each cut to its share of a screen; of None nothing is known."""
    phrases = vocabulary("answers")
    found = [answer for answer in answers if answer]
    texts = [answer.text if answer else phrases["part_unknown"] for answer in answers]
    shares = _shares([len(text) for text in texts], ANSWER_CHARACTERS - _NUMBERING * len(texts))
    parts = [
        phrases["numbered"].format(number=n, text=_cut(text, share))
        for n, (text, share) in enumerate(zip(texts, shares, strict=True), start=1)
    ]
    return Answer(
        "\n\n".join(parts),
        tuple(dict.fromkeys(source for answer in found for source in answer.sources)),
        tuple(dict.fromkeys(passage for answer in found for passage in answer.passages)),
        tuple(dict.fromkeys(reply for answer in found for reply in answer.replies[:1])),
        known=any(answer.known for answer in found),
    )


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """Returns what each text gets of `room` characters: all it needs if short, the longer ones alike of the rest."""
    shares = [0] * len(lengths)
    for left, number in enumerate(sorted(range(len(lengths)), key=lambda n: lengths[n])):
        shares[number] = min(lengths[number], room // (len(lengths) - left))
        room -= shares[number]
    return shares


def _cut(text: str, room: int) -> str:
    """Keeps the first lines, the last of them cut at a word, and the source line."""
    if len(text) <= room:
        return text
    naming = vocabulary("answers")["sources"].partition("{")[0].split()[0].rstrip(":")
    lines = text.split("\n")
    last = next((line for line in reversed(lines) if line.startswith(naming)), lines[-1])
    lines.remove(last)
    left = room - len(last) - 1
    kept: list[str] = []
    for line in lines:
        if len(line) + 1 > left:
            if left > _LEAST_LINE:
                kept.append(f"{line[: line.rfind(' ', 0, left - 2)]} …")
            break
        kept.append(line)
        left -= len(line) + 1
    return "\n".join([*kept, last])
