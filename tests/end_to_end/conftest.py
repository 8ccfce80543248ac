"""One real assistant for all end-to-end tests; each test leaves it as it found it."""

import secrets
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from connectors.listening import free_port
from connectors.settings import ROOT
from tests.end_to_end.server import RunningAssistant, running_assistant
from tests.end_to_end.staff import Staff

ACTION_TOKEN = "action-token-of-the-tests"
STAFF_TOKEN = "staff-token-of-the-tests"
# A day after the end of Kế hoạch 126, which the documents' periods are held against.
TODAY = "2026-01-15"


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAssistant]:
    """`laban serve` with documents of its own, on another loopback address than its private ports."""
    folder = tmp_path_factory.mktemp("assistant")
    documents = folder / "documents"
    shutil.copytree(ROOT / "knowledge" / "documents", documents)
    with running_assistant(
        folder,
        host="127.0.0.2",
        documents_dir=documents,
        questions_dir=ROOT / "knowledge" / "questions",
        facts_dir=ROOT / "knowledge" / "facts",
        action_port=free_port(),
        action_token=ACTION_TOKEN,
        staff_token=STAFF_TOKEN,
        today=TODAY,
        log_level="debug",
    ) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows the end of the assistant's log with a failed test."""
    report = yield
    running = getattr(item, "funcargs", {}).get("assistant")
    if report.failed and isinstance(running, RunningAssistant):
        report.sections.append(("log of laban serve", running.log_tail()))
    return report


@pytest.fixture
def conversation() -> str:
    """An id that no other conversation has."""
    return f"test-{secrets.token_hex(8)}"


@pytest.fixture(scope="session")
def staff(assistant: RunningAssistant) -> Staff:
    """A person of the office."""
    return Staff(assistant, STAFF_TOKEN)


@pytest.fixture(scope="session")
def database(assistant: RunningAssistant) -> Path:
    """The file in which Rasa keeps conversations."""
    return assistant.settings.var_dir / "rasa" / "conversations.sqlite"
