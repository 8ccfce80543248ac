"""`laban telegram` tells Telegram where the webhooks are, with a secret, and shows how the bots fare."""

import json
from collections import deque
from collections.abc import Iterator

import pytest

from tests.connectors.cli.conftest import Laban
from tests.connectors.loopback import serving
from tests.fakes.telegram import TOKEN, USERNAME, FakeTelegram, telegram_app


@pytest.fixture
def server(laban: Laban, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTelegram]:
    """Telegram's server, which the settings name."""
    fake = FakeTelegram()
    with serving(telegram_app(fake)) as fake.url:
        monkeypatch.setenv("LABAN_TELEGRAM_API_URL", fake.url)
        monkeypatch.setenv("LABAN_TELEGRAM_BOTS", json.dumps({"truong-a": {"token": TOKEN}}))
        monkeypatch.setenv("LABAN_PUBLIC_URL", "https://laban.example.vn")
        monkeypatch.setenv("LABAN_SECRET_KEY", "a secret of the tests that is long enough")
        yield fake


def test_a_webhook_is_set_with_its_secret_and_commands_shown_and_taken_back(
    laban: Laban, server: FakeTelegram
) -> None:
    code, output = laban("telegram", "set-webhook")[:2]
    assert code == 0
    assert "https://laban.example.vn/webhooks/telegram/truong-a" in output
    assert len(server.webhook["secret_token"]) == 43
    assert server.webhook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
    assert {command["command"] for command in server.of("setMyCommands")[0]["commands"]} >= {
        "start",
        "tuvan",
        "xoa",
    }
    (row,) = json.loads(laban("telegram", "status", "--json")[1])
    assert (row["username"], row["webhook"]) == (USERNAME, server.webhook["url"])
    assert laban("telegram", "delete-webhook", "truong-a")[0] == 0
    assert server.webhook == {}


def test_what_is_missing_is_said_with_its_remedy(
    laban: Laban, server: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "LABAN_TELEGRAM_BOTS" in laban("telegram", "status", "truong-b")[2]
    monkeypatch.setenv("LABAN_PUBLIC_URL", "http://laban.example.vn")
    assert "https" in laban("telegram", "set-webhook")[2]
    monkeypatch.setenv("LABAN_TELEGRAM_BOTS", json.dumps({"truong-a": {"token": "1:wrong"}}))
    code, _, errors = laban("telegram", "status")
    assert code == 1
    assert "Telegram says" in errors
    assert "1:wrong" not in errors


def test_what_is_no_answer_of_telegram_is_said_to_be_none(laban: Laban, server: FakeTelegram) -> None:
    server.refusals["getMe"] = deque([(502, f"<html>POST /bot{TOKEN}/getMe</html>")])
    code, _, errors = laban("telegram", "status")
    assert code == 1
    assert "LABAN_TELEGRAM_API_URL" in errors
    assert TOKEN not in errors
