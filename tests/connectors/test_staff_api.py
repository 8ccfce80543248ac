"""The staff's API lets in who shows the token, and nobody else; a ticket goes its way from open to closed."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from actions.records import Records, Turn
from connectors.keys import Keys

TOKEN = "token-of-the-people"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PATH = "/api/v1/tickets"


@pytest.fixture(autouse=True)
def _open_to_staff(client: TestClient) -> Iterator[None]:
    client.app.state.staff_token = SecretStr(TOKEN)  # type: ignore[attr-defined]
    yield
    client.app.state.staff_token = None  # type: ignore[attr-defined]


@pytest.fixture
def records(client: TestClient) -> Records:
    """The app's own records."""
    records: Records = client.app.state.records  # type: ignore[attr-defined]
    return records


@pytest.fixture
def key(client: TestClient, request: pytest.FixtureRequest) -> str:
    """The key of a conversation of this test."""
    keys: Keys = client.app.state.keys  # type: ignore[attr-defined]
    return keys.conversation_key("web", "c-staff")


@pytest.fixture
def number(records: Records, key: str) -> Iterator[int]:
    """A ticket that is open."""
    records.conversations.record_turn(key, "web", Turn("gặp người tư vấn", ["Vâng."], "handoff", "x", []))
    yield records.tickets.open_ticket(key, "asked", "normal").id
    records.forget(key)


@pytest.mark.parametrize("header", [None, "", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \xff"])
def test_without_the_token_nobody_gets_in(client: TestClient, number: int, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    for method, path in (("GET", PATH), ("GET", f"{PATH}/{number}"), ("POST", f"{PATH}/{number}/close")):
        answer = client.request(method, path, headers=headers, json={"staff": "Hà"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "staff_only")


def test_where_no_token_is_set_it_is_closed_to_all(client: TestClient) -> None:
    client.app.state.staff_token = None  # type: ignore[attr-defined]
    answer = client.get(PATH, headers=HEADERS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "staff_closed")


def test_tickets_are_listed_and_shown_with_their_talk(client: TestClient, number: int) -> None:
    listed = client.get(PATH, headers=HEADERS).json()
    assert [ticket["id"] for ticket in listed] == [number]
    assert "contact" not in listed[0]
    shown = client.get(f"{PATH}/{number}", headers=HEADERS).json()
    assert [message["text"] for message in shown["messages"]] == ["gặp người tư vấn", "Vâng."]
    assert (shown["status"], shown["priority"], shown["reason"]) == ("open", "normal", "asked")


def test_a_ticket_is_answered_and_closed(client: TestClient, number: int, records: Records, key: str) -> None:
    answered = client.post(
        f"{PATH}/{number}/answer", headers=HEADERS, json={"staff": "Hà", "text": "Chào em."}
    ).json()
    assert (answered["status"], answered["taken_by"]) == ("held", "Hà")
    assert records.conversations.state(key).held
    closed = client.post(f"{PATH}/{number}/close", headers=HEADERS, json={"staff": "Hà"}).json()
    assert closed["status"] == "closed"
    assert "lại ở đây với bạn" in closed["messages"][-1]["text"]
    assert client.get(PATH, headers=HEADERS).json() == []
    assert len(client.get(PATH, headers=HEADERS, params={"status": "closed"}).json()) == 1
    again = client.post(f"{PATH}/{number}/take", headers=HEADERS, json={"staff": "Hà"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ticket_closed")


def test_two_people_do_not_hold_one_ticket(client: TestClient, number: int) -> None:
    assert client.post(f"{PATH}/{number}/take", headers=HEADERS, json={"staff": "Hà"}).is_success
    other = client.post(f"{PATH}/{number}/take", headers=HEADERS, json={"staff": "Nam"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "ticket_taken")


@pytest.mark.parametrize("path", ["999999", "999999/take", "999999/answer", "999999/close"])
def test_an_unknown_ticket_is_404(client: TestClient, path: str) -> None:
    method = "POST" if "/" in path else "GET"
    answer = client.request(method, f"{PATH}/{path}", headers=HEADERS, json={"staff": "Hà", "text": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_ticket")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"staff": ""},
        {"staff": "Hà"},
        {"staff": "Hà", "text": ""},
        {"staff": "Hà", "text": " \n"},
        {"staff": "Hà", "text": "a\0b"},
        {"staff": "Hà", "text": "\ud800"},
        {"staff": "H\0", "text": "x"},
        {"staff": "a" * 81, "text": "x"},
    ],
)
def test_an_answer_needs_a_name_and_words(client: TestClient, number: int, body: dict[str, str]) -> None:
    # Written by hand: half a character travels in JSON's own notation alone.
    sent = {"headers": {**HEADERS, "Content-Type": "application/json"}, "content": json.dumps(body)}
    assert client.post(f"{PATH}/{number}/answer", **sent).status_code == 422


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**70)])
def test_a_number_that_is_none_is_422(client: TestClient, number: str) -> None:
    assert client.get(f"{PATH}/{number}", headers=HEADERS).status_code == 422
