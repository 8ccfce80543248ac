"""One message that asks two or three things: each answered in brief, in the order asked."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers.answer import ANSWER_CHARACTERS, Answer
from knowledge.vocabulary import vocabulary

# A line cut to fewer characters than this says nothing.
_LEAST_LINE = 60


def compose_several(answers: Sequence[Answer]) -> Answer:
    """Joins the answers to the parts of a message, each cut between lines to its share of a screen."""
    room = ANSWER_CHARACTERS // len(answers) - 1
    form = vocabulary("answers")["numbered"]
    parts = [
        form.format(number=n, text=_cut(answer.text, room - 8)) for n, answer in enumerate(answers, start=1)
    ]
    sources = dict.fromkeys(source for answer in answers for source in answer.sources)
    return Answer(
        "\n".join(parts),
        tuple(sources),
        tuple(dict.fromkeys(passage for answer in answers for passage in answer.passages)),
        tuple(reply for answer in answers for reply in answer.replies[:1]),
        known=any(answer.known for answer in answers),
    )


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
