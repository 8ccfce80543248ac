"""Short links to passages, `/s/1f3a9c02`, for platforms where a long address would fill the screen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from knowledge.answers.citations import source_of_passage
from knowledge.search import Retriever
from knowledge.store import KnowledgeStore

_CODE_CHARS = 8

router = APIRouter(include_in_schema=False)


def short_link(source_id: str, base_url: str) -> str:
    """Returns the short link to a source."""
    return f"{base_url}/s/{_code(source_id)}"


@router.get("/s/{code}")
def follow(request: Request, code: str) -> RedirectResponse:
    """Open the paragraph that a short link names."""
    retriever = cast("KnowledgeStore", request.app.state.store).retriever()
    address = _addresses(retriever).get(code)
    if address is None:
        raise HTTPException(404)
    return RedirectResponse(address, 302)


@lru_cache(maxsize=1)
def _addresses(retriever: Retriever) -> Mapping[str, str]:
    passages = retriever.index.passages
    return {_code(passage.id): source_of_passage(passage, retriever).url for passage in passages}


def _code(source_id: str) -> str:
    return hashlib.sha256(source_id.encode()).hexdigest()[:_CODE_CHARS]
