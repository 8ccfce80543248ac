"""`laban dev`: the stand-ins of the platforms that the tests use, to try a channel without an account."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections import Counter
from contextlib import suppress
from typing import Annotated, Any

import typer

from connectors.errors import StartError
from connectors.settings import ROOT, load_settings

app = typer.Typer(no_args_is_help=True, help="Try channels without an account.")

_POLL_S = 0.2


@app.callback()
def _dev() -> None:
    """Make Typer build a group although it holds one command."""


@app.command()
def fakes(
    port: Annotated[int, typer.Option("--port", help="Where the stand-ins listen, on loopback.")] = 9000,
    app_url: Annotated[
        str | None, typer.Option("--app", help="The app's address; that of the settings when left out.")
    ] = None,
) -> None:
    """Run stand-ins of Telegram, Zalo and Meta; what is typed is said to the app, what it sends is printed.

    Start `laban serve` with the variables that are printed first.
    """
    if not (ROOT / "tests" / "fakes").is_dir():
        raise StartError("the stand-ins are part of the tests: run this in a checkout")
    sys.path.insert(0, str(ROOT))
    platforms = importlib.import_module("tests.fakes.platforms").Platforms()
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(platforms, port, app_url or load_settings().local_url))


async def _run(platforms: Any, port: int, app_url: str) -> None:
    import uvicorn

    from connectors.keys import Keys

    url = f"http://127.0.0.1:{port}"
    for name, value in platforms.environment(url).items():
        print(f"export {name}='{value}'")
    print("\nThen type: telegram học phí bao nhiêu? (or zalo …, messenger …); Ctrl-D ends.", flush=True)
    server = uvicorn.Server(
        uvicorn.Config(platforms.app(), port=port, log_config=None, access_log=False, ws="none")
    )
    tasks = [asyncio.create_task(server.serve()), asyncio.create_task(_print_answers(platforms))]
    try:
        await _converse(platforms.speakers(app_url, Keys.load(load_settings())))
    finally:
        server.should_exit = True
        tasks[1].cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


async def _converse(speakers: dict[str, Any]) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        channel, _, text = line.strip().partition(" ")
        if channel not in speakers or not text:
            print(f"say: {' | '.join(speakers)} followed by words", flush=True)
            continue
        try:
            await speakers[channel](text)
        except AssertionError as error:
            print(f"{error}; does laban serve run with the variables above?", flush=True)


async def _print_answers(platforms: Any) -> None:
    printed: Counter[str] = Counter()
    while True:
        for channel, answers in platforms.answers().items():
            for sent in answers[printed[channel] :]:
                print(f"[{channel}] {json.dumps(sent, ensure_ascii=False, indent=2)}", flush=True)
            printed[channel] = len(answers)
        await asyncio.sleep(_POLL_S)
