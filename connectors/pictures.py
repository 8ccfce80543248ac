"""Pictures made from their own address, so that nothing is kept: `/pictures/interests/12-8-3-9-4-6.svg` (or `.png`)."""

from __future__ import annotations

import re
from functools import lru_cache

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from knowledge.career.bars import bars_png, bars_svg
from knowledge.career.quiz import LETTERS, MOST_POINTS, load_quiz

_NAME = re.compile(r"(\d{1,2}(?:-\d{1,2}){5})\.(svg|png)")
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
# Shown by the widget on other sites' pages too.
_CACHE = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}

router = APIRouter(include_in_schema=False)


@router.get("/pictures/interests/{name}")
def interests(name: str) -> Response:
    """Draw the six scores of an interest quiz, in the order R I A S E C."""
    match = _NAME.fullmatch(name)
    scores = tuple(map(int, match[1].split("-"))) if match else ()
    if match is None or max(scores) > MOST_POINTS:
        raise HTTPException(404)
    return Response(_drawn(scores, match[2]), media_type=_TYPES[match[2]], headers=_CACHE)


@lru_cache(maxsize=256)
def _drawn(scores: tuple[int, ...], form: str) -> bytes:
    quiz, named = load_quiz(), dict(zip(LETTERS, scores, strict=True))
    return bars_svg(named, quiz).encode() if form == "svg" else bars_png(named)
