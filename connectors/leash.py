"""Runs a command that the kernel kills when the process that started it dies, whatever it died of.

    python -I leash.py PARENT_PID COMMAND [ARGUMENT …]

It is a program of its own, not a `preexec_fn`, because code between fork and exec is unsafe in a process that
has threads. On systems other than Linux the command simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; the setting survives exec


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent = int(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # The parent died before the line above.
            sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
