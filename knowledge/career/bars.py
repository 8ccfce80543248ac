"""The picture of a quiz's result: six bars, as SVG for the web and as PNG for messengers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from html import escape

from PIL import Image, ImageDraw, ImageFont

from knowledge.career.quiz import LETTERS, MOST_POINTS, Quiz
from knowledge.facts import Riasec

_WIDTH, _ROW, _MARGIN = 520, 44, 24
# The room for a letter with its name, for a letter alone, and for a number.
_NAME, _LETTER, _NUMBER = 150, 30, 40
_HEIGHT = _ROW * len(LETTERS) + 2 * _MARGIN
_BAR, _TRACK, _INK, _PAPER = "#0b5f57", "#e4e7e4", "#15272b", "#ffffff"


def bars_svg(scores: Mapping[Riasec, int], quiz: Quiz) -> str:
    """Returns the picture as SVG; its title says the scores in words, and its own ground suits dark pages too."""
    rows, full = [], _full(_NAME)
    for number, letter in enumerate(LETTERS):
        top = _MARGIN + number * _ROW
        left = _MARGIN + _NAME
        label = escape(f"{letter} · {quiz.letters[letter].name}")
        rows.append(
            f'<text x="{_MARGIN}" y="{top + 27}">{label}</text>'
            f'<rect x="{left}" y="{top + 8}" width="{full}" height="26" rx="6" fill="{_TRACK}"/>'
            f'<rect x="{left}" y="{top + 8}" width="{_length(scores[letter], full)}" height="26" rx="6" fill="{_BAR}"/>'
            f'<text x="{left + full + 12}" y="{top + 27}">{scores[letter]}</text>'
        )
    title = escape(said(scores, quiz))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t">'
        f'<title id="t">{title}</title><rect width="100%" height="100%" fill="{_PAPER}"/>'
        f'<g font-family="system-ui, Segoe UI, Roboto, Noto Sans, sans-serif" font-size="17" fill="{_INK}">'
        f"{''.join(rows)}</g></svg>"
    )


def bars_png(scores: Mapping[Riasec, int], scale: int = 2) -> bytes:
    """Returns the picture as PNG, `scale` times as large."""
    image = Image.new("RGB", (_WIDTH * scale, _HEIGHT * scale), _PAPER)
    draw, font, full = ImageDraw.Draw(image), ImageFont.load_default(size=17 * scale), _full(_LETTER)
    for number, letter in enumerate(LETTERS):
        top, left = (_MARGIN + number * _ROW) * scale, (_MARGIN + _LETTER) * scale
        box = (left, top + 8 * scale, left + full * scale, top + 34 * scale)
        # The font that Pillow brings along has no Vietnamese letters; the message beside it has the names.
        draw.text((_MARGIN * scale, top + 10 * scale), letter, _INK, font)
        draw.rounded_rectangle(box, 6 * scale, _TRACK)
        if scores[letter]:
            draw.rounded_rectangle(
                (*box[:2], left + _length(scores[letter], full) * scale, box[3]), 6 * scale, _BAR
            )
        draw.text((box[2] + 12 * scale, top + 10 * scale), str(scores[letter]), _INK, font)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def said(scores: Mapping[Riasec, int], quiz: Quiz) -> str:
    """Returns the picture in words, for whoever does not see it."""
    each = ", ".join(f"{quiz.letters[letter].name} {scores[letter]}/{MOST_POINTS}" for letter in LETTERS)
    return quiz.words.picture.format(scores=each)


def _full(label: int) -> int:
    return _WIDTH - 2 * _MARGIN - label - _NUMBER


def _length(score: int, full: int) -> int:
    return round(full * score / MOST_POINTS)
