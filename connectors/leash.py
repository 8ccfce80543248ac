"""Runs a command that the kernel kills when the process that started it dies, whatever it died of.

    python -I leash.py PARENT_PID NICENESS COMMAND [ARGUMENT …]

NICENESS, 0 to 19, says how far it gives way to other processes when all processors are busy.

It is a program of its own, not a `preexec_fn`, because code between fork and exec is unsafe in a process that
has threads. On systems other than Linux the command simply runs.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h; the setting survives exec


def main() -> None:
    """Tie this process to its parent, step back, then become the command."""
    parent, niceness = int(sys.argv[1]), int(sys.argv[2])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # The parent died before the line above.
            sys.exit(1)
        if niceness:
            give_way(niceness)
    os.execvp(sys.argv[3], sys.argv[3:])


def give_way(niceness: int) -> None:
    """Lower the priority of this process, and that of its session: see "The autogroup feature" in sched(7)."""
    os.nice(niceness)
    # Where sessions are groups, niceness counts only within each. Not every kernel has them, nor every container.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


if __name__ == "__main__":
    main()
