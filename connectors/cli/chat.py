"""`laban chat`: a conversation in the terminal."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.prompt import Prompt

from connectors.settings import load_settings
from connectors.terminal import TerminalClient, sentences, show

app = typer.Typer()


@app.command()
def chat() -> None:
    """Talk with the running assistant; an empty line or Ctrl-D ends the talk, a number takes a suggestion."""
    console, words, settings = Console(), sentences(), load_settings()
    with TerminalClient(settings) as client:
        console.print(words["welcome"], style="bold")
        offered: list[str] = []
        while True:
            try:
                said = Prompt.ask(words["you"], console=console, default="", show_default=False).strip()
            except (EOFError, KeyboardInterrupt):
                break
            if not said:
                break
            if said.isdigit() and 0 < int(said) <= len(offered):
                said = offered[int(said) - 1]
            reply = client.ask(said)
            show(reply, settings.base_url, console)
            offered = [quick.payload for message in reply.messages for quick in message.quick_replies]
        console.print(words["goodbye"])
