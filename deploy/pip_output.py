"""Read what pip wrote into its log: how far it has come, why it failed, and what a person can do about it.

Standard library only: it runs before anything is installed.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

# What pip's output says, and what a person can do about it; the first that matches is shown.
REMEDIES = [
    (
        r"No space left on device|Disk quota exceeded",
        "The disk is full. Free at least 6 GB here and in the folder for temporary files (TMPDIR), "
        "then run make again.",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|NewConnectionError|ConnectTimeout"
        r"|ReadTimeout|Network is unreachable|Connection refused|ProxyError|CERTIFICATE_VERIFY_FAILED"
        r"|Connection broken|RemoteDisconnected",
        "The package registry (pypi.org) cannot be reached. Check the network, a proxy (HTTPS_PROXY) or a "
        "mirror (PIP_INDEX_URL), then run make again.",
    ),
    (
        r"command '\S*(gcc|cc|g\+\+|c\+\+|clang)\S*' failed|error: command .* failed: No such file"
        r"|unable to execute '\S*(gcc|cc|g\+\+)'|Python\.h: No such file",
        "A package must be compiled here and the compiler is missing. "
        "On Debian and Ubuntu: sudo apt install build-essential python3.11-dev; then run make again.",
    ),
    (
        r"No matching distribution found|is not a supported wheel on this platform",
        "The registry has no build of a package for this machine. The locked versions are tested on 64-bit "
        "Intel/AMD Linux with Python 3.11; a registry mirror (PIP_INDEX_URL) may also lack packages.",
    ),
    (
        r"ensurepip is not available|No module named ensurepip",
        "This Python cannot make virtual environments. On Debian and Ubuntu: "
        "sudo apt install python3.11-venv.",
    ),
]


def quiet_pip() -> dict[str, str]:
    """The environment for pip: the user's settings (mirrors, proxies, local wheels) and no chatter."""
    return os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
    }


def pip_progress(log: Path) -> str:
    """How far pip has come, from its log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    if "Installing collected packages" in text:
        return "unpacking and compiling the packages"
    return f"{len(re.findall(r'^Collecting ', text, re.M))} packages fetched so far"


def meaningful(text: str) -> Iterator[str]:
    """The lines of pip's output that tell something to a person who looks for a fault."""
    for line in text.splitlines():
        if line.strip() and not re.search(
            r"^WARNING: Location .* is ignored|^\[notice\]|^Requirement already", line
        ):
            yield line


def explain(log: Path) -> str:
    """Why a command failed, from its log: the remedy, the last lines, and where the rest is."""
    text = log.read_text(encoding="utf-8", errors="replace")
    remedy = next((advice for pattern, advice in REMEDIES if re.search(pattern, text)), None)
    tail = "\n".join(f"    {line}" for line in list(meaningful(text))[-12:])
    return f"failed.\n{tail}\n{remedy or 'The lines above say what went wrong.'}\nAll of its output: {log}"
