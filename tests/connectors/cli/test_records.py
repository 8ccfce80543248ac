"""The commands on the records: tickets are handled, questions grouped, old conversations erased."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actions.records import Records, Turn
from connectors.keys import Keys
from tests.connectors.cli.conftest import Laban
from tests.connectors.conftest import DOCUMENT

SECRET = "a secret of the tests that is long enough"


@pytest.fixture
def url(tmp_path: Path, laban: Laban, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that the commands use."""
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("LABAN_DATABASE_URL", address)
    monkeypatch.setenv("LABAN_SECRET_KEY", SECRET)
    return address


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    """The same database, opened by the test."""
    opened = Records.open(url, Keys(SECRET))
    yield opened
    opened.close()


@pytest.fixture
def number(records: Records) -> int:
    """A ticket that is open, with a contact."""
    records.conversations.record_turn(
        "web-1", "web", Turn("gặp người tư vấn [x]", ["Vâng."], "handoff", "i", [])
    )
    opened = records.tickets.open_ticket("web-1", "asked", "normal")
    records.tickets.set_contact("web-1", "0912 345 678")
    return opened.id


def test_a_ticket_goes_its_way_in_the_terminal(laban: Laban, number: int, records: Records) -> None:
    assert f"│ {number}" in laban("tickets", "list")[1].replace("┃", "│")
    shown = laban("tickets", "show", number)[1]
    assert "0912 345 678" in shown
    assert "gặp người tư vấn [x]" in shown
    assert laban("tickets", "answer", number, "Chào em.", "--staff", "Hà")[0] == 0
    assert records.conversations.state("web-1").held
    code, _, err = laban("tickets", "take", number, "--staff", "Nam")
    assert (code, err) == (1, f"laban: ticket {number} is held by Hà\n")
    assert laban("tickets", "close", number, "--staff", "Hà")[0] == 0
    told = records.conversations.messages("web-1", only_told=True)
    assert [message.author for message in told] == ["staff", "assistant"]
    assert json.loads(laban("tickets", "list", "--json")[1]) == []
    assert [row["id"] for row in json.loads(laban("tickets", "list", "--status", "closed", "--json")[1])] == [
        number
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tickets", "show", 999), "there is no ticket 999"),
        (("tickets", "close", 999), "there is no ticket 999"),
        (("tickets", "list", "--status", "lost"), "--status lost: there are open, held, closed"),
        (("tickets", "answer", 999, "  "), "the answer is empty"),
        (("tickets", "take", 1, "--staff", " "), "say with --staff who answers, in at most 80 characters"),
        (
            ("tickets", "take", 1, "--staff", "a" * 81),
            "say with --staff who answers, in at most 80 characters",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line(
    laban: Laban, url: str, arguments: tuple[object, ...], message: str
) -> None:
    assert laban(*arguments) == (1, "", f"laban: {message}\n")


def test_a_database_that_cannot_be_used_is_one_line_without_its_password(
    laban: Laban, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABAN_DATABASE_URL", "postgresql://someone:geheim@127.0.0.1:1/none")
    code, _, err = laban("tickets", "list")
    assert code == 1
    assert err.startswith("laban: LABAN_DATABASE_URL: the database postgresql://someone:***@127.0.0.1:1/none")
    assert "geheim" not in err


def test_questions_without_an_answer_are_grouped_by_meaning(laban: Laban, records: Records) -> None:
    for text in ("giá vàng hôm nay bao nhiêu", "giá vàng hôm nay là bao nhiêu ạ", "mấy giờ bảo tàng mở cửa"):
        records.unanswered.note("web-1", text, ["faq#a", "faq#b"])
    first, second = json.loads(laban("unanswered", "--json")[1])
    assert (first["count"], second["count"]) == (2, 1)
    assert [passage["id"] for passage in first["nearest"]] == ["faq#a", "faq#b"]
    assert "giá vàng" in laban("unanswered")[1]


def test_without_such_questions_the_list_is_empty(laban: Laban, url: str) -> None:
    assert json.loads(laban("unanswered", "--json")[1]) == []


def test_old_conversations_are_erased(laban: Laban, url: str) -> None:
    old = Records.open(url, Keys(SECRET), now=lambda: datetime.now(UTC) - timedelta(days=40))
    old.conversations.record_turn("web-1", "web", Turn("chào", ["chào"], "flow", "greet", []))
    old.close()
    assert laban("records", "purge")[1] == "erased: 0 conversations, 0 messages, 0 tickets\n"
    assert laban("records", "purge", "--days", 30)[1] == "erased: 1 conversations, 2 messages, 0 tickets\n"


def test_the_database_is_made_where_the_settings_say(laban: Laban, url: str) -> None:
    assert laban("records", "migrate") == (0, f"{url}\n", "")


def test_passages_near_a_question_are_named_by_their_headings(
    laban: Laban, records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "hoc-phi.md").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.setenv("LABAN_INDEX_DIR", str(tmp_path / "index"))
    assert laban("kb", "build", "--documents", folder)[0] == 0
    records.unanswered.note("web-1", "giá vàng", ["quy-che-thu#i", "faq#gone"])
    (row,) = json.loads(laban("unanswered", "--json")[1])
    first, gone = [passage["title"] for passage in row["nearest"]]
    assert first.startswith("Quy chế 7 › ")
    assert "Học phí" in first
    assert gone == "faq#gone"


def test_what_is_kept_of_a_conversation_is_printed_and_erased(laban: Laban, records: Records) -> None:
    key = Keys(SECRET).conversation_key("web", "c-1")
    records.conversations.record_turn(key, "web", Turn("chào", ["chào"], "flow", "greet", []))
    kept = json.loads(laban("records", "export", "web", "c-1")[1])
    assert [message["text"] for message in kept["messages"]] == ["chào", "chào"]
    assert laban("records", "forget", "web", "c-1") == (0, "erased: web c-1\n", "")
    assert not records.conversations.state(key).known
    for command in ("forget", "export"):
        assert laban("records", command, "web", "c-1") == (1, "", "laban: nothing is kept of web c-1\n")


def test_a_contact_that_nobody_can_read_any_more_is_told(
    laban: Laban, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABAN_SECRET_KEY", f"not {SECRET}")
    assert "another LABAN_SECRET_KEY" in laban("tickets", "show", number)[1]
