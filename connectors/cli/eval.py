"""`laban eval`: measure the answers against the evaluation sets of the source tree."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from connectors.errors import StartError
from connectors.settings import ROOT

app = typer.Typer()


@app.command(name="eval")
def evaluate(
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the cross-validation of intents.")
    ] = False,
) -> None:
    """Ask every question of the evaluation sets and write a report; exit code 1 when an aim is missed."""
    if not (ROOT / "tests" / "evaluation").is_dir():
        raise StartError("the evaluation sets are not here: run this in a checkout of the repository")
    options = ["--quick"] if quick else []
    raise typer.Exit(subprocess.call([sys.executable, "-m", "tests.evaluation", *options], cwd=ROOT))
