"""Keep the other processes of one machine alive: start each, wait until it answers, restart it; prove Rasa."""

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

import httpx
import yaml
from pydantic import BaseModel, Field

from connectors.child import Child, tail
from connectors.errors import StartError
from connectors.progress import Report
from connectors.rasa_environment import serving_command, serving_environment
from connectors.settings import ROOT, Settings

HEALTH_PATH = "/webhooks/laban/"
TURN_PATH = "/webhooks/laban/webhook"
# Deaths further apart than this are separate accidents and do not add up to the restart limit.
DEATHS_WITHIN_S = 600.0
LONGEST_BACKOFF_S = 30.0
POLL_S = 0.25
HEARTBEAT_S = 20.0
STOP_GRACE_S = 5.0
# What takes tens of milliseconds for a turn gives way to the app, which has to tell platforms 200 at once.
NICENESS = 10
# A first turn opens connections and databases, so it may take longer than a user would wait.
PROBE_TIMEOUT_S = 30.0
# No person has this id: the app's ids hold no spaces.
PROBE_SENDER = "start-up probe"


class GaveUp(Exception):
    """A process died more often than it may be restarted."""


class Probe(BaseModel):
    """A message whose intent is known, and the least confidence that a whole model has in it."""

    text: str
    intent: str
    min_confidence: Annotated[float, Field(gt=0, le=1)]


class StartScript(BaseModel):
    """What connectors/start.yml holds."""

    ready: str
    probes: list[Probe] = Field(min_length=1)

    @classmethod
    def load(cls) -> Self:
        """Read the file."""
        path = Path(__file__).with_name("start.yml")
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


class Supervisor:
    """One supervised process that answers health checks over HTTP on loopback."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        report: Report,
        command: Sequence[str | Path],
        environment: Callable[[], Mapping[str, str]],
        health_url: str,
    ) -> None:
        """Takes what it is called, how it is started, and the address that answers 200 once it can serve."""
        self._name, self._settings, self._report = name, settings, report
        self._command, self._environment, self._health_url = command, environment, health_url
        self._log = settings.log_dir / f"{name.lower()}.log"
        self._child: Child | None = None
        # Whether it has answered since it was started last.
        self.ready = False

    @property
    def pid(self) -> int | None:
        """Its process id, if it runs."""
        return self._child.process.pid if self._child and self._child.running else None

    async def start(self) -> None:
        """Start it and wait until it answers; when it dies or takes too long it is ended: StartError."""
        self.ready = False
        self._child = child = await Child.start(
            self._command, log=self._log, environment=self._environment(), cwd=ROOT, niceness=NICENESS
        )
        ready = asyncio.create_task(self._until_healthy())
        ended = asyncio.create_task(child.wait())
        limit = self._settings.rasa_start_timeout_s
        try:
            await asyncio.wait({ready, ended}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if ready.done() and child.running:
                ready.result()
                self.ready = True
                return
            late = f"was not ready after {limit:.0f} s"
            what = late if child.running else f"ended {_how(child.process.returncode or 0)}"
        except BaseException:
            await child.stop(grace_s=0)
            raise
        finally:
            ready.cancel()
            ended.cancel()
        await child.stop(grace_s=0)
        raise StartError(
            f"{self._name} {what}. The end of its log:\n{tail(self._log)}\nAll of its output: {self._log}"
        )

    async def watch(self) -> None:
        """Restart it whenever it ends, each time a little later; GaveUp when that happens too often."""
        deaths: deque[float] = deque()
        while self._child is not None:
            code = await self._child.wait()
            self.ready = False
            deaths.append(time.monotonic())
            while True:
                await self._pause_before_restart(deaths, code)
                try:
                    await self.start()
                    break
                except StartError:
                    code = self._child.process.returncode or 0
                    deaths.append(time.monotonic())
            self._report(f"{self._name}: answers again")

    async def stop(self) -> None:
        """End it and everything it started."""
        if self._child is not None:
            await self._child.stop(STOP_GRACE_S)

    async def _pause_before_restart(self, deaths: deque[float], code: int) -> None:
        while deaths and deaths[0] < time.monotonic() - DEATHS_WITHIN_S:
            deaths.popleft()
        if len(deaths) > self._settings.rasa_restart_limit:
            raise GaveUp(
                f"{self._name} ended {len(deaths)} times in {DEATHS_WITHIN_S / 60:.0f} minutes, last {_how(code)}. "
                f"The end of its log:\n{tail(self._log)}\nAll of its output: {self._log}"
            )
        pause = min(2.0 ** (len(deaths) - 1), LONGEST_BACKOFF_S)
        self._report(
            f"{self._name}: ended {_how(code)}; starting it again in {pause:.0f} s (log: {self._log})"
        )
        await asyncio.sleep(pause)

    async def _until_healthy(self) -> None:
        said = time.monotonic()
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                try:
                    if (await client.get(self._health_url)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass  # It does not listen yet.
                if time.monotonic() - said >= HEARTBEAT_S:
                    said = time.monotonic()
                    self._report(f"{self._name}: still loading")
                await asyncio.sleep(POLL_S)


class RasaSupervisor(Supervisor):
    """One supervised Rasa; `settings` must hold `rasa_port`, `action_port` and both tokens.

    `command` stands in for `rasa run` in tests.
    """

    def __init__(
        self, settings: Settings, report: Report, command: Sequence[str | Path] | None = None
    ) -> None:
        self._url = f"http://127.0.0.1:{settings.rasa_port}"
        super().__init__(
            "Rasa",
            settings,
            report,
            command or serving_command(settings),
            lambda: serving_environment(settings),
            f"{self._url}{HEALTH_PATH}",
        )

    async def prove(self, probes: Sequence[Probe]) -> None:
        """Send the probes through Rasa; StartError when one is misunderstood or gets no reply.

        Needed because Rasa's classifier can fail to load without an error and then guess.
        """
        assert self._settings.rasa_token is not None  # serving_environment has seen to it.
        headers = {"Authorization": f"Bearer {self._settings.rasa_token.get_secret_value()}"}
        async with httpx.AsyncClient(base_url=self._url, headers=headers, timeout=PROBE_TIMEOUT_S) as client:
            for probe in probes:
                body = {"sender": PROBE_SENDER, "message": probe.text, "metadata": {}}
                try:
                    response = await client.post(TURN_PATH, json=body)
                except httpx.HTTPError as error:
                    raise StartError(
                        f"Rasa does not answer ({type(error).__name__}); see {self._log}"
                    ) from None
                _judge(probe, response)


class ActionsSupervisor(Supervisor):
    """The supervised process of the actions (`connectors.actions_process`)."""

    def __init__(self, settings: Settings, report: Report) -> None:
        super().__init__(
            "Actions",
            settings,
            report,
            actions_command(settings),
            lambda: {**os.environ, **settings.environment()},
            f"http://127.0.0.1:{settings.action_port}/health",
        )


def actions_command(_: Settings) -> list[str | Path]:
    """The command line of the actions' process; it takes all from its environment."""
    return [sys.executable, "-m", "connectors.actions_process"]


def _judge(probe: Probe, response: httpx.Response) -> None:
    if response.status_code != httpx.codes.OK:
        raise StartError(
            f"Rasa answered the test message '{probe.text}' with an error ({response.status_code}: "
            f"{response.text[:200]}). See var/log/rasa.log; laban train --force makes a new model."
        )
    turn = response.json()
    name, confidence = turn["intent"]["name"], turn["intent"]["confidence"]
    if name != probe.intent or confidence < probe.min_confidence:
        raise StartError(
            f"Rasa's model is not whole: it reads '{probe.text}' as {name} ({confidence:.2f}), not as "
            f"{probe.intent} ({probe.min_confidence:.2f} or more). Make a new one: laban train --force"
        )
    if not turn["messages"]:
        raise StartError(f"Rasa understands the test message '{probe.text}', but gives no reply to it")


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"
