"""The picture of a result says the same to those who see it and to those who do not."""

import io
from xml.etree import ElementTree

from PIL import Image

from knowledge.career.bars import bars_png, bars_svg, said
from knowledge.career.quiz import LETTERS, load_quiz
from knowledge.facts import Riasec

QUIZ = load_quiz()
SCORES: dict[Riasec, int] = dict(zip(LETTERS, (12, 8, 3, 9, 4, 0), strict=True))
SVG = "{http://www.w3.org/2000/svg}"


def test_the_svg_names_every_letter_and_its_bar_is_as_long_as_its_score() -> None:
    root = ElementTree.fromstring(bars_svg(SCORES, QUIZ))
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == said(SCORES, QUIZ)
    assert root.attrib["role"] == "img"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert all(any((text or "").startswith(f"{letter} · ") for text in texts) for letter in LETTERS)
    widths = [int(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect") if "rx" in rect.attrib]
    tracks, bars = widths[::2], widths[1::2]
    assert [round(12 * bar / track) for track, bar in zip(tracks, bars, strict=True)] == [*SCORES.values()]


def test_the_png_holds_a_dark_bar_for_what_is_liked_and_none_for_what_is_not() -> None:
    image = Image.open(io.BytesIO(bars_png(SCORES, scale=1)))
    rows = [[image.getpixel((x, 24 + number * 44 + 21)) for x in range(image.width)] for number in range(6)]
    dark = [sum(pixel == (11, 95, 87) for pixel in row) for row in rows]
    assert dark[0] > dark[3] > dark[1] > dark[4] > dark[2] > dark[5] == 0


def test_the_words_say_every_score() -> None:
    words = said(SCORES, QUIZ)
    assert all(f"{QUIZ.letters[letter].name} {score}/12" in words for letter, score in SCORES.items())
