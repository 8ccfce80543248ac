"""Log lines: structured, without message text or personal data; JSON for a collector, else plain."""

from __future__ import annotations

import logging
import sqlite3
import sys
import traceback
from pathlib import Path

import structlog

from connectors.settings import Settings

_PLACES = 4


def configure_logging(settings: Settings) -> None:
    """Sends all log lines to stderr in the form that the settings ask for."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # Libraries speak up from warnings on: below that httpx, for one, has a line for every request.
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


def place_of(error: BaseException) -> str:
    """Returns where an error arose, innermost last, without its message: that may quote what a user wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


def failure_of(error: Exception) -> str:
    """Returns what went wrong with the records, without statements, values and addresses: those may be personal."""
    cause = getattr(error, "orig", None)
    # What SQLite says is about files, locks and the schema: "database is locked", "no such column".
    detail = str(cause) if isinstance(cause, sqlite3.OperationalError) else getattr(cause, "sqlstate", None)
    return ": ".join(filter(None, (type(error).__name__, detail)))
