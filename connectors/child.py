"""Child processes that never outlive this one, with their output in a log file."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
LOG_MAX_BYTES = 5_000_000
TAIL_LINES = 15


@dataclass
class Child:
    """A started process, leader of its own process group."""

    process: asyncio.subprocess.Process
    log: Path

    @classmethod
    async def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        cwd: Path,
        stdout: int | None = None,
        niceness: int = 0,
    ) -> "Child":
        """Start `command`; its output is appended to `log`, or stdout is piped when `stdout` is PIPE.

        With a `niceness` of up to 19 it gives way to other processes when all processors are busy.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            output.write(f"--- {datetime.now():%Y-%m-%d %H:%M:%S} ---\n".encode())
            output.flush()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", LEASH, str(os.getpid()), str(niceness), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output if stdout is None else stdout,
                stderr=output,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process.returncode is None

    async def wait(self) -> int:
        """Wait for the end; give the exit code, negative for a signal."""
        return await self.process.wait()

    async def stop(self, grace_s: float) -> None:
        """End the whole process group: SIGTERM, and SIGKILL for what is left after `grace_s` seconds."""
        if self.running:
            self._signal(signal.SIGTERM)
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.process.wait(), grace_s)
            finally:
                self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # The group may be empty already.
            os.killpg(self.process.pid, number)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented for an error message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "    (no output)"
    last = [line for line in text.splitlines() if line.strip()][-lines:]
    return "\n".join(f"    {line}" for line in last) or "    (no output)"
