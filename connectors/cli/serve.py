"""`laban serve`: start the assistant and keep it running."""

import asyncio
from typing import Annotated

import typer
import uvloop

from connectors.progress import reporter
from connectors.settings import load_settings

app = typer.Typer()


@app.command()
def serve(
    telegram_polling: Annotated[
        bool,
        typer.Option("--telegram-polling", help="Fetch Telegram's updates: no public address is needed."),
    ] = False,
) -> None:
    """Start the assistant and everything it needs, and keep it running until Ctrl-C or SIGTERM.

    Builds the index and trains the Rasa model when what they are made from has changed.

    Exit codes: 0 stopped by a signal; 1 could not start, and the message says why; 2 wrong command line;
    3 Rasa kept dying (LABAN_RASA_RESTART_LIMIT).
    """
    from connectors import serving

    settings = load_settings()
    if telegram_polling:
        settings = settings.model_copy(update={"telegram_polling": True})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(serving.serve(settings, reporter()))
    raise typer.Exit(code)
