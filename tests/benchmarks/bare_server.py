"""A server that answers 200 to everything and does nothing else: what the machine and uvicorn take by themselves."""

from __future__ import annotations

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from connectors.listening import LOOPBACK


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body and answers."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


if __name__ == "__main__":
    uvicorn.run(app, host=LOOPBACK, port=int(sys.argv[1]), log_level="error", lifespan="off")
