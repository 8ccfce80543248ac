"""Dates as documents give them, some without their day or month: "2024", "2024-03", "2024-03-15"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def check_partial_date(value: object) -> str | None:
    """Returns a date as written in YAML, as text.

    Raises:
        ValueError: it is not of the form, or no day of the calendar.
    """
    if value is None:
        return None
    written = str(value)
    if not _PARTIAL_DATE.fullmatch(written):
        raise ValueError(f"{written!r} is not a date: write 2024, 2024-03 or 2024-03-15")
    try:
        last_day(written)
    except ValueError as error:
        raise ValueError(f"{written!r} is no day of the calendar ({error})") from error
    return written


def first_day(partial: str) -> date:
    """Returns the first day that a partial date may mean ("2025" is 2025-01-01)."""
    year, month, day = [*map(int, partial.split("-")), 1, 1][:3]
    return date(year, month, day)


def last_day(partial: str) -> date:
    """Returns the last day that a partial date may mean ("2025" is 2025-12-31); ValueError if there is none such."""
    parts = [int(part) for part in partial.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = parts[0], parts[1] if len(parts) == 2 else 12
    return date(year, month, monthrange(year, month)[1])
