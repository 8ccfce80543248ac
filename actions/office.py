"""The opening hours of the people who answer tickets (`actions/office.yml`)."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

OFFICE_FILE = Path(__file__).with_name("office.yml")


class Office(BaseModel):
    """Days (1 = Monday) and hours of a week in which somebody is there, and the words that tell so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: frozenset[int] = Field(min_length=1)
    hours: tuple[tuple[time, time], ...] = Field(min_length=1)
    spoken: str
    open: str
    closed: str

    @classmethod
    def load(cls, file: Path = OFFICE_FILE) -> Self:
        """Reads a file; pydantic's ValidationError names what is wrong in it."""
        return cls.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))

    def is_open(self, now: datetime) -> bool:
        """Tells whether somebody is there at `now` (local time)."""
        return now.isoweekday() in self.days and any(begin <= now.time() < end for begin, end in self.hours)

    def told(self, now: datetime) -> str:
        """Returns the sentence that says when an answer is to be expected."""
        return (self.open if self.is_open(now) else self.closed).format(hours=self.spoken)
