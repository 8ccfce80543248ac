"""Measures search, turns, resources and channels beside plain alternatives, and an index of many passages beside ours.

python -m tests.benchmarks                           all of it, in some twenty minutes
python -m tests.benchmarks search turns              some of it
python -m tests.benchmarks scale --passages 10000    with fewer passages than 100,000

Prints a report and writes it to var/reports/bench.md (under LABAN_VAR_DIR). Other work on the machine spoils the
figures.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from connectors.settings import Settings
from tests.benchmarks import channels, resources, scale, search, turns, widget
from tests.benchmarks.servers import laban, stock_rasa

PARTS = ("search", "turns", "resources", "channels", "widget", "scale")


def main() -> None:
    """Runs the parts named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure La Bàn.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument(
        "--passages", type=int, default=scale.PASSAGES, metavar="N", help="of the part scale; %(default)s"
    )
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    console = Console()
    sections = [_heading()]
    if "search" in parts:
        console.print("Search: indexing and asking XQuAD-vi …")
        sections.append(search.section())
    if {"turns", "resources"} & set(parts):
        sections += _servers(parts, console)
    if "channels" in parts:
        console.print("Channels: 200 events a second …")
        sections.append(channels.section())
    if "widget" in parts:
        console.print("Widget: bytes, and many open ones …")
        sections.append(widget.section())
    if "scale" in parts:
        console.print(f"Scale: building and searching an index of {arguments.passages:,} passages …")
        sections.append(scale.section(arguments.passages))
    report = "\n\n".join([*sections, f"Load average at the end: {_load_average()}."]) + "\n"
    file = Settings().var_dir / "reports" / "bench.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(report, encoding="utf-8")
    console.print(Markdown(report))
    console.print(f"Written to {file}")


def _servers(parts: tuple[str, ...] | list[str], console: Console) -> list[str]:
    """Measures one server after the other, so that neither disturbs the other."""
    took: list[turns.Turns] = []
    needed: list[resources.Resources] = []
    for name, running in (("La Bàn", laban), ("stock Rasa", stock_rasa)):
        console.print(f"{name}: starting …")
        with tempfile.TemporaryDirectory(prefix="laban-bench-") as folder, running(Path(folder)) as server:
            console.print(f"{name}: ready after {server.start_seconds:.0f} s, asking …")
            if "turns" in parts:
                took.append(turns.measure(server))
            else:
                turns.warm_up(server)
            needed.append(resources.measure(server))
    return [
        *([turns.section(*took)] if "turns" in parts else []),
        *([resources.section(*needed)] if "resources" in parts else []),
    ]


def _heading() -> str:
    return (
        f"# Benchmark\n\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; load average before: {_load_average()}."
    )


def _load_average() -> str:
    return f"{os.getloadavg()[0]:.2f}"


if __name__ == "__main__":
    main()
