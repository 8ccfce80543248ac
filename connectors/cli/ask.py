"""`laban ask "…"`: one question, answered in the terminal."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from connectors.settings import load_settings
from connectors.terminal import TerminalClient, show

app = typer.Typer()


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, typed any way.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the reply as the REST API gives it.")
    ] = False,
) -> None:
    """Ask the running assistant one question."""
    settings = load_settings()
    with TerminalClient(settings) as client:
        reply = client.ask(question)
    if as_json:
        print(json.dumps(reply.model_dump(), ensure_ascii=False, indent=2))
    else:
        show(reply, settings.base_url)
