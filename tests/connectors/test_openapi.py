"""Whatever fits our OpenAPI description, and what just does not: the app answers it, and never with a failure."""

import uuid
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from connectors.settings import Settings
from tests.connectors.loopback import RasaChannel
from tests.connectors.widgets import ServedApp, served

_EXAMPLES = 20
_STAFF = "token-of-the-people"
# What takes no end (the stream) is asked without a token.
_ENDLESS = "/stream"
_EVERY_KIND_OF_INPUT = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture(scope="module")
def app(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """An app that is open to the staff, and takes as much as one likes."""
    changes = {
        "var_dir": tmp_path_factory.mktemp("openapi"),
        "staff_token": SecretStr(_STAFF),
        "user_limit": "100000/minute",
        "address_limit": "100000/minute",
    }
    with served(settings.model_copy(update=changes)) as running:
        yield running


def visitor(app: ServedApp) -> dict[str, str]:
    """The headers of somebody who has begun a talk on one of our own pages."""
    origin = {"Origin": app.settings.base_url}
    message = {"id": str(uuid.uuid4()), "text": "chào"}
    with httpx.Client(base_url=app.url, trust_env=False) as client:
        answer = client.post("/widget/v1/laban/messages", json=message, headers=origin)
    return {**origin, "Authorization": f"Bearer {answer.raise_for_status().json()['visitor']}"}


def operations(app: ServedApp) -> Iterator[APIOperation]:
    """Everything that the description describes."""
    for found in schemathesis.openapi.from_url(f"{app.url}/openapi.json").get_all_operations():
        yield found.ok()


def answers(operation: APIOperation, headers: dict[str, str], mode: GenerationMode) -> set[int]:
    """Calls an operation with what may be sent to it, and returns which statuses it answered."""
    statuses = set()

    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Case) -> None:
        if "site" in case.path_parameters:
            case.path_parameters["site"] = "laban"
        answer = case.call(headers=headers, timeout=20)
        assert answer.status_code < 500, f"{answer.status_code}: {case.as_curl_command()}"
        statuses.add(answer.status_code)

    # What takes nothing cannot be given anything wrong.
    with suppress(Unsatisfiable):
        answered()
    return statuses


# Schemathesis mutates with `random`, which Hypothesis seeds all the same.
@pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
@pytest.mark.parametrize("mode", _EVERY_KIND_OF_INPUT, ids=lambda mode: mode.value)
def test_nothing_fails(app: ServedApp, channel: RasaChannel, mode: GenerationMode) -> None:
    on_our_page, staff = visitor(app), {"Authorization": f"Bearer {_STAFF}"}
    statuses = {}
    for operation in operations(app):
        headers = on_our_page if "{site}" in operation.path else staff
        if operation.path.endswith(_ENDLESS):
            headers = {"Origin": app.settings.base_url}
        statuses[operation.label] = answers(operation, headers, mode)
    tried = [label for label, found in statuses.items() if found]
    assert len(tried) > 10
    if mode is GenerationMode.POSITIVE:
        # Otherwise only locks were tried.
        locked = [label for label, found in statuses.items() if found <= {401, 403}]
        assert locked == ["GET /widget/v1/{site}/stream"]
