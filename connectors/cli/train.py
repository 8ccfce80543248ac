"""`laban train`: train the Rasa model."""

import asyncio
from typing import Annotated

import typer

from connectors.progress import reporter
from connectors.settings import load_settings

app = typer.Typer()


@app.command()
def train(
    force: Annotated[
        bool, typer.Option("--force", help="Train from nothing even if nothing has changed.")
    ] = False,
) -> None:
    """Train the Rasa model if what it is made from has changed, and replace the one before it in one step."""
    from connectors import training

    settings = load_settings()
    report = reporter()
    if force:
        training.free_cache(settings)
    if not asyncio.run(training.train(settings, report, force=force)):
        report("Rasa: the model is up to date")
