"""One Rasa is started, proven, restarted and ended as promised; a small script stands in for it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from connectors.errors import StartError
from connectors.listening import free_port
from connectors.settings import ROOT
from connectors.supervisor import NICENESS, GaveUp, Probe, RasaSupervisor, StartScript
from tests.connectors.processes import alive, complete_settings, started, until

FAKE = Path(__file__).with_name("fake_rasa.py")
PROBE = Probe(text="xin chào", intent="greet", min_confidence=0.4)

Start = Callable[..., Awaitable[RasaSupervisor]]


@pytest.fixture
async def rasa(tmp_path: Path) -> AsyncIterator[Callable[..., RasaSupervisor]]:
    """Makes supervisors of a fake Rasa in the given mode, and ends them after the test."""
    made: list[RasaSupervisor] = []

    def make(mode: str, lines: list[str] | None = None, **settings: object) -> RasaSupervisor:
        port = free_port()
        command: list[str | Path] = [sys.executable, FAKE, str(port), tmp_path, mode]
        report = lines.append if lines is not None else lambda _: None
        made.append(RasaSupervisor(complete_settings(tmp_path, port, **settings), report, command))
        return made[-1]

    yield make
    for supervisor in made:
        await supervisor.stop()


async def test_start_waits_until_rasa_answers(rasa: Callable[..., RasaSupervisor]) -> None:
    supervisor = rasa("healthy")
    await supervisor.start()
    await supervisor.prove([PROBE])
    assert supervisor.pid is not None
    assert alive(supervisor.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="priorities are read as Linux tells them")
async def test_it_gives_way_to_the_app(rasa: Callable[..., RasaSupervisor]) -> None:
    supervisor = rasa("healthy")
    await supervisor.start()
    assert supervisor.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, supervisor.pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
    sessions = Path(f"/proc/{supervisor.pid}/autogroup")
    if sessions.exists():
        assert sessions.read_text(encoding="utf-8").split()[-1] == str(NICENESS)


async def test_rasa_that_dies_once_is_restarted(rasa: Callable[..., RasaSupervisor], tmp_path: Path) -> None:
    lines: list[str] = []
    supervisor = rasa("dies-once", lines)
    await supervisor.start()
    watch = asyncio.create_task(supervisor.watch())
    await until(lambda: "Rasa: answers again" in lines)
    await supervisor.prove([PROBE])
    watch.cancel()
    assert len(started(tmp_path)) == 2
    assert "exit code 7" in lines[0]


async def test_rasa_that_keeps_dying_is_given_up(rasa: Callable[..., RasaSupervisor], tmp_path: Path) -> None:
    supervisor = rasa("dies-always-after-ready", rasa_restart_limit=1)
    await supervisor.start()
    with pytest.raises(GaveUp, match="ended 2 times"):
        await asyncio.wait_for(supervisor.watch(), 15)
    assert len(started(tmp_path)) == 2


async def test_rasa_that_never_answers_is_ended_and_reported(
    rasa: Callable[..., RasaSupervisor], tmp_path: Path
) -> None:
    supervisor = rasa("never-ready", rasa_start_timeout_s=1)
    with pytest.raises(StartError, match="not ready after 1 s"):
        await supervisor.start()
    assert not alive(started(tmp_path)[0])


async def test_failed_start_shows_the_end_of_the_log(rasa: Callable[..., RasaSupervisor]) -> None:
    with pytest.raises(StartError, match=r"exit code 1[\s\S]*the model cannot be loaded"):
        await rasa("broken").start()


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("untrained", "not whole: it reads 'xin chào' as greet \\(0.05\\)"),
        ("failing-turns", "500"),
        ("silent", "no reply"),
    ],
)
async def test_model_that_does_not_work_is_not_announced(
    rasa: Callable[..., RasaSupervisor], mode: str, message: str
) -> None:
    supervisor = rasa(mode)
    await supervisor.start()
    with pytest.raises(StartError, match=message):
        await supervisor.prove([PROBE])


async def test_wrong_intent_is_not_announced(rasa: Callable[..., RasaSupervisor]) -> None:
    supervisor = rasa("healthy")
    await supervisor.start()
    with pytest.raises(StartError, match="as ask_tuition"):
        await supervisor.prove([Probe(text="học phí", intent="ask_policy", min_confidence=0.1)])


async def test_stop_ends_the_whole_group_even_if_it_ignores_sigterm(
    rasa: Callable[..., RasaSupervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.supervisor.STOP_GRACE_S", 0.3)
    supervisor = rasa("stubborn")
    await supervisor.start()
    grandchild = int((tmp_path / "grandchild").read_text())
    assert alive(grandchild)
    await supervisor.stop()
    assert not alive(started(tmp_path)[0])
    await until(lambda: not alive(grandchild))


async def test_rasa_dies_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from pathlib import Path
from connectors.supervisor import RasaSupervisor
from tests.connectors.processes import complete_settings

async def main():
    folder, port = Path({str(tmp_path)!r}), {free_port()}
    command = [sys.executable, {str(FAKE)!r}, str(port), folder, "healthy"]
    await RasaSupervisor(complete_settings(folder, port), print, command).start()
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "started\n"
        (rasa_pid,) = started(tmp_path)
        assert alive(rasa_pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        await until(lambda: not alive(rasa_pid))


def test_start_script_has_a_probe_that_goes_through_an_action() -> None:
    script = StartScript.load()
    assert "{url}" in script.ready
    assert {probe.intent for probe in script.probes} >= {"greet", "ask_tuition"}
