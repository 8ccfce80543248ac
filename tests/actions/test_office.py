"""The office is open when its file says so, and the words tell when an answer is to be expected."""

from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from actions.office import Office


@pytest.mark.parametrize(
    ("now", "there"),
    [
        (datetime(2026, 11, 27, 7, 29), False),
        (datetime(2026, 11, 27, 7, 30), True),
        (datetime(2026, 11, 27, 11, 30), False),
        (datetime(2026, 11, 27, 13, 30), True),
        (datetime(2026, 11, 27, 17, 0), False),
        (datetime(2026, 11, 28, 9, 0), False),
        (datetime(2026, 11, 29, 9, 0), False),
        (datetime(2026, 11, 30, 9, 0), True),
    ],
)
def test_somebody_is_there_in_the_hours_of_working_days(now: datetime, there: bool) -> None:
    office = Office.load()
    assert office.is_open(now) == there
    assert office.spoken in office.told(now)
    assert ("ngoài giờ" in office.told(now)) != there


@pytest.mark.parametrize("wrong", ["days: []", "hours: [[08:00]]", "days: [1]\nopening: x"])
def test_a_file_with_a_fault_is_refused(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "office.yml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(ValidationError):
        Office.load(file)
