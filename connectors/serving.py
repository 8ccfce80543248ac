"""Start everything that answers on one machine, keep it running, and stop it without leaving anything behind.

In parallel: the index is brought up to date, and the app and the process of the actions start on it; the Rasa model is
trained if it must be and Rasa starts. The actions have a process of their own: what they do for a turn takes tens of
milliseconds, and a platform's call is to be answered sooner.
"""

import asyncio
import fcntl
import secrets
import shutil
import signal
import socket
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from connectors import indexing, training
from connectors.errors import StartError
from connectors.listening import LOOPBACK, free_port, listen
from connectors.progress import Report
from connectors.rasa_environment import require_python
from connectors.settings import Settings, unknown_variables
from connectors.supervisor import HEALTH_PATH, ActionsSupervisor, GaveUp, RasaSupervisor, StartScript

EXIT_STOPPED = 0
EXIT_GAVE_UP = 3

NEEDED_BYTES = 500 * 1000**2


class LoopServer(uvicorn.Server):
    """A uvicorn server that shares its event loop and leaves signals to the one who started it."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop; StartError when the application's start-up fails."""
        try:
            await super().serve(sockets)
        except SystemExit:
            raise StartError("The app could not start; the log lines above say why.") from None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing more and wait for the responses; those that would never end by themselves are ended."""
        self._end_streams()
        await super().shutdown(sockets)


async def serve(settings: Settings, report: Report) -> int:
    """Run until SIGINT or SIGTERM; give the exit code (EXIT_…). StartError when it cannot start."""
    supervised = settings.rasa_url is None
    check_machine(settings, report)
    with _alone(settings), listen(settings.host, settings.port, "LABAN_PORT") as public:
        services = Services(complete(settings), report, supervised)
        run = asyncio.create_task(services.run(public))
        signalled = _cancel_on_signal(run, report)
        try:
            await run
        except asyncio.CancelledError:
            if not signalled.is_set():
                raise
        except GaveUp as error:
            report(str(error))
            return EXIT_GAVE_UP
    report("Stopped")
    return EXIT_STOPPED


@contextmanager
def _alone(settings: Settings) -> Generator[None, None, None]:
    """Keeps a second app from the same SQLite file, whose start would take over what the first has in work."""
    if not settings.records_url.startswith("sqlite"):
        yield
        return
    with (settings.var_dir / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"Another laban serve runs on {settings.var_dir}. Stop it, or set another LABAN_VAR_DIR."
            ) from None
        yield


def check_machine(settings: Settings, report: Report) -> None:
    """StartError when something that must be there is not; a report of what looks like a mistake."""
    for name, meant in unknown_variables().items():
        report(f"{name} is not a setting" + (f"; is {meant} meant?" if meant else ""))
    if settings.rasa_url is None:
        require_python()
    if not settings.documents_dir.is_dir():
        raise StartError(f"LABAN_DOCUMENTS_DIR: the folder {settings.documents_dir} is missing")
    try:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        (settings.var_dir / ".writable").touch()
        (settings.var_dir / ".writable").unlink()
    except OSError as error:
        raise StartError(f"LABAN_VAR_DIR: {settings.var_dir} cannot be written ({error.strerror})") from None
    free = shutil.disk_usage(settings.var_dir).free
    if free < NEEDED_BYTES:
        raise StartError(
            f"Only {free / 1000**2:.0f} MB are free on the disk of {settings.var_dir}; "
            f"{NEEDED_BYTES // 1000**2} MB are needed. Free some space, then start again."
        )


def complete(settings: Settings) -> Settings:
    """The settings with every port and secret that was left open filled in; StartError when a port is taken."""
    if settings.action_port:
        listen(LOOPBACK, settings.action_port, "LABAN_ACTION_PORT").close()
    rasa_port = settings.rasa_port
    if settings.rasa_url is None:
        if rasa_port:
            listen(LOOPBACK, rasa_port, "LABAN_RASA_PORT").close()
        rasa_port = rasa_port or free_port()
    return settings.model_copy(
        update={
            "action_port": settings.action_port or free_port(),
            "rasa_port": rasa_port,
            "rasa_url": settings.rasa_url or f"http://{LOOPBACK}:{rasa_port}",
            "rasa_token": settings.rasa_token or SecretStr(secrets.token_urlsafe(32)),
            "action_token": settings.action_token or SecretStr(secrets.token_urlsafe(32)),
        }
    )


class Services:
    """One run of everything, from the first step until the last process has ended."""

    def __init__(self, settings: Settings, report: Report, supervised: bool) -> None:
        self._settings = settings
        self._report = report
        self._rasa = RasaSupervisor(settings, report) if supervised else None
        self._actions = ActionsSupervisor(settings, report)
        self._server: LoopServer | None = None
        self._serving: asyncio.Task[None] | None = None

    async def run(self, public: socket.socket) -> None:
        """Start, announce the address, and stay until cancelled or until a part fails for good."""
        try:
            await _together(self._start_app(public), self._start_rasa())
            await self._announce()
            await _together(self._until_the_server_ends(), self._watch_rasa(), self._actions.watch())
        finally:
            await self._stop()

    async def _start_app(self, public: socket.socket) -> None:
        await indexing.ensure_index(self._settings, self._report)
        await _together(self._actions.start(), self._start_server(public))
        self._report("App: started")

    async def _start_server(self, public: socket.socket) -> None:
        app = await asyncio.to_thread(_create_app, self._settings)
        app.state.actions_ready = lambda: self._actions.ready
        self._server = server = LoopServer(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                forwarded_allow_ips=self._settings.trusted_proxies,
                timeout_graceful_shutdown=int(self._settings.drain_timeout_s),
            ),
            app.state.end_streams,
        )
        self._serving = task = asyncio.create_task(server.serve([public]))
        while not server.started and not task.done():
            await asyncio.sleep(0.02)
        if task.done():
            task.result()

    async def _start_rasa(self) -> None:
        if self._rasa is None:
            return
        await training.train(self._settings, self._report)
        self._report("Rasa: starting, which takes about half a minute")
        await self._rasa.start()
        self._report("Rasa: started")

    async def _announce(self) -> None:
        script = StartScript.load()
        if self._rasa is not None:
            await self._rasa.prove(script.probes)
        elif not await _answers(f"{self._settings.rasa_url}{HEALTH_PATH}"):
            self._report(f"Rasa at {self._settings.rasa_url} does not answer yet; /readyz says when it does")
        self._report("Ready")
        print(script.ready.format(url=self._settings.base_url), flush=True)

    async def _until_the_server_ends(self) -> None:
        if self._serving is not None:
            # Not awaited itself: cancelled with whoever awaits it, the server would not drain.
            await asyncio.wait({self._serving})
            self._serving.result()
        raise StartError("The web server stopped without being told to.")

    async def _watch_rasa(self) -> None:
        if self._rasa is not None:
            await self._rasa.watch()

    async def _stop(self) -> None:
        # The app goes first: its last turns still need Rasa and the actions.
        try:
            if self._server is not None and self._serving is not None:
                self._server.should_exit = True
                await asyncio.wait({self._serving})
        finally:
            if self._rasa is not None:
                await self._rasa.stop()
            await self._actions.stop()


def _create_app(settings: Settings) -> FastAPI:
    from connectors.app import Shared, create_app  # noqa: PLC0415  # takes seconds, and Rasa starts meanwhile

    return create_app(settings, Shared.load(settings))


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2) as client:
            return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


async def _together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all parts; when one fails or this is cancelled, end the others and raise the first failure."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _cancel_on_signal(run: asyncio.Task[None], report: Report) -> asyncio.Event:
    """Make SIGINT and SIGTERM cancel `run` and set the event; a second one cuts the stopping short."""
    signalled = asyncio.Event()

    def stop() -> None:
        report("Stopping at once" if signalled.is_set() else "Stopping")
        signalled.set()
        run.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return signalled
