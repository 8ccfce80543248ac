"""Log lines go to stderr, in the form and from the level that the settings name."""

import json
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog

from connectors.logging import configure_logging, failure_of, place_of
from connectors.settings import Settings


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leaves logging as it was."""
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configuration)


def configured(**values: object) -> None:
    """Configures logging by these settings, as in a new process: without pytest's handlers."""
    logging.getLogger().handlers.clear()
    configure_logging(Settings(_env_file=None, **values))  # type: ignore[arg-type]


def test_default_is_readable_and_quiet_below_info(capsys: pytest.CaptureFixture[str]) -> None:
    configured()
    log = structlog.get_logger()
    log.debug("turn", outcome="flow")
    log.info("started", port=8000)
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert "started" in line
    assert "port=8000" in line
    assert "\x1b" not in line


def test_debug_shows_turns(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_level="DEBUG")
    structlog.get_logger().debug("turn", outcome="flow")
    assert "outcome=flow" in capsys.readouterr().err


def test_collector_gets_json_with_vietnamese_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_json=True)
    structlog.get_logger().warning("turn failed", reason="không trả lời")
    line = capsys.readouterr().err
    assert "không trả lời" in line
    read = json.loads(line)
    assert (read["event"], read["level"], read["reason"]) == ("turn failed", "warning", "không trả lời")
    assert read["timestamp"].endswith("Z")


@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str], level: str) -> None:
    configured(log_level=level)
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert capsys.readouterr().err.splitlines() == ["WARNING uvicorn.error Invalid HTTP request received."]


def test_libraries_follow_a_stricter_level(capsys: pytest.CaptureFixture[str]) -> None:
    configured(log_level="error")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    structlog.get_logger().warning("turn failed")
    assert capsys.readouterr().err == ""


def test_place_of_an_error_names_the_innermost_function_and_not_the_message() -> None:
    def inner() -> None:
        raise ValueError("chuyện thầm kín")

    with pytest.raises(ValueError, match="thầm kín") as caught:
        inner()
    place = place_of(caught.value)
    assert place.endswith(" inner")
    assert "test_logging.py" in place
    assert "thầm kín" not in place


def test_error_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError("x")) == ""


def test_failure_of_the_records_is_told_in_the_words_of_sqlite_without_what_was_to_be_written() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as raised:
        connection.execute(sa.text("INSERT INTO inbox (text) VALUES (:text)"), {"text": "em tên là Lan"})
    engine.dispose()
    assert failure_of(raised.value) == "OperationalError: no such table: inbox"


def test_values_that_a_constraint_refused_are_not_told() -> None:
    class Refused(Exception):
        sqlstate = "23505"

    error = sa.exc.IntegrityError(
        "INSERT …", {"text": "em tên là Lan"}, Refused("Key (text)=(em tên là Lan)")
    )
    assert failure_of(error) == "IntegrityError: 23505"


def test_failure_of_anything_else_is_its_kind() -> None:
    assert failure_of(ValueError("em tên là Lan")) == "ValueError"
