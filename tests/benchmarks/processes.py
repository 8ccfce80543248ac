"""What the kernel knows of a process: its children, its memory now and at most, the CPU it has used (Linux' /proc)."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Places in /proc/<pid>/stat, counted after the name (man 5 proc).
_PARENT, _USER_TICKS, _SYSTEM_TICKS = 1, 11, 12


def family(pid: int) -> list[int]:
    """Returns a process and all that it has started, the process first."""
    parents = {int(entry.name): _parent(entry) for entry in _PROC.glob("[0-9]*")}
    found = [pid]
    for member in found:  # Grows as children are found.
        found += [child for child, parent in parents.items() if parent == member]
    return found


def command(pid: int) -> str:
    """Returns a process's command line."""
    return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def resident_mib(pid: int) -> float:
    """Returns the memory that a process holds now, in MiB."""
    return _memory_mib(pid, "VmRSS")


def peak_mib(pid: int) -> float:
    """Returns the most memory that a process has held so far, in MiB.

    `resource.getrusage` would count what the process held that started it.
    """
    return _memory_mib(pid, "VmHWM")


def cpu_seconds(pid: int) -> float:
    """Returns the CPU time that a process has used so far."""
    fields = _fields(_PROC / str(pid))
    return (int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])) / _TICKS_PER_SECOND


def _memory_mib(pid: int, name: str) -> float:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory of its own")


def _parent(entry: Path) -> int | None:
    try:
        return int(_fields(entry)[_PARENT])
    except (FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
        return None


def _fields(entry: Path) -> list[str]:
    # The name, in brackets, may hold anything.
    return (entry / "stat").read_text().rpartition(")")[2].split()
