"""`/healthz` (alive), `/readyz` (can answer) and `/metrics` (Prometheus)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from knowledge.errors import IndexUnusable

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Whether the app can answer; `reasons` says what is missing."""

    status: str
    reasons: list[str] = []


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process is alive."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health}})
async def readyz(request: Request, response: Response) -> Health:
    """Tell whether a question would be answered now."""
    reasons = []
    try:
        request.app.state.store.retriever()
    except IndexUnusable as error:
        reasons.append(str(error))
    if not request.app.state.actions_ready():
        reasons.append("The actions do not answer yet")
    if not await request.app.state.assistant.rasa.ready():
        reasons.append("Rasa does not answer yet")
    if reasons:
        response.status_code = 503
    return Health(status="not ready" if reasons else "ok", reasons=reasons)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
