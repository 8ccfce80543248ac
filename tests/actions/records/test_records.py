"""What is kept is found again, is forgotten without a trace, and grows too old; on both databases alike."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from actions.records import (
    ConversationState,
    DatabaseUnusable,
    Records,
    TicketClosed,
    TicketNotFound,
    TicketTaken,
    Turn,
    schema,
)
from actions.records.database import alembic_config, upgrade, writing
from tests.actions.records.conftest import NOW, Backwards, Clock

ANSWER = Turn("học hàn mấy năm", ["Hai năm."], "answered", "ask_pathway", ["occupations#han"])


def test_a_turn_is_kept_in_order_with_what_answered(records: Records) -> None:
    assert records.conversations.state("web-1") == ConversationState()
    last = records.conversations.record_turn("web-1", "web", ANSWER)
    asked, answered = records.conversations.messages("web-1")
    assert (asked.author, asked.text, asked.outcome) == ("user", "học hàn mấy năm", None)
    assert (answered.id, answered.outcome, answered.passages) == (last, "answered", ("occupations#han",))
    assert answered.at == NOW
    assert records.conversations.messages("web-1", after=asked.id) == [answered]
    assert records.conversations.last_message("web-1") == answered
    assert records.conversations.state("web-1").known
    assert records.conversations.messages("web-2") == []


def test_a_turn_without_words_or_without_a_reply_is_kept_too(records: Records) -> None:
    assert records.conversations.record_turn("web-1", "web", Turn("", [], "handoff", "none", [])) is None
    records.conversations.record_turn("web-1", "web", Turn("dạ", [], "handoff", "none", []))
    assert [message.text for message in records.conversations.messages("web-1")] == ["dạ"]


def test_of_many_messages_the_latest_are_given(records: Records) -> None:
    for number in range(5):
        records.conversations.record_turn("web-1", "web", Turn(str(number), [], "handoff", "none", []))
    assert [m.text for m in records.conversations.messages("web-1", latest=2)] == ["3", "4"]


def test_one_ticket_is_open_however_many_ask_at_once(records: Records) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = list(
            threads.map(lambda _: records.tickets.open_ticket("web-1", "asked", "normal"), range(8))
        )
    assert len({ticket.id for ticket in opened}) == 1
    assert sum(not ticket.already_open for ticket in opened) == 1


def test_a_priority_only_rises(records: Records) -> None:
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.open_ticket("web-1", "emergency", "top")
    records.tickets.open_ticket("web-1", "asked", "normal")
    ticket = records.tickets.get(number)
    assert (ticket.priority, ticket.reason) == ("top", "emergency")
    records.tickets.open_ticket("web-2", "serious", "high")
    assert [ticket.priority for ticket in records.tickets.list()] == ["top", "high"]


def test_a_ticket_is_taken_answered_and_closed(records: Records) -> None:
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    assert records.conversations.state("web-1") == ConversationState(True, number)
    records.tickets.answer(number, "Hà", "Chào em.")
    assert records.conversations.state("web-1").held
    with pytest.raises(TicketTaken, match="Hà"):
        records.tickets.take(number, "Nam")
    records.tickets.close(number, "Hà", "Mình lại ở đây.")
    assert records.conversations.state("web-1") == ConversationState(known=True)
    told = records.conversations.messages("web-1", only_told=True)
    assert [(message.author, message.in_turn) for message in told] == [("staff", False), ("assistant", False)]
    for handle in (
        lambda: records.tickets.take(number, "Hà"),
        lambda: records.tickets.close(number, "Hà", "x"),
    ):
        with pytest.raises(TicketClosed):
            handle()
    with pytest.raises(TicketNotFound):
        records.tickets.get(number + 1)
    assert records.tickets.list("closed")[0].closed == NOW
    assert not records.tickets.open_ticket("web-1", "asked", "normal").already_open


def test_a_contact_is_kept_encrypted(records: Records) -> None:
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.want_contact("web-1", wanted=True)
    assert records.conversations.state("web-1").contact_wanted
    records.tickets.set_contact("web-1", "0912345678")
    assert records.tickets.get(number).contact == "0912345678"
    assert not records.conversations.state("web-1").contact_wanted
    with records.engine.connect() as connection:
        assert connection.execute(sa.select(schema.tickets.c.contact)).scalar() == b"8765432190"


def test_the_last_answer_or_a_named_one_is_rated_once(records: Records) -> None:
    assert not records.feedback.rate("web-1", "up")
    first = records.conversations.record_turn("web-1", "web", ANSWER)
    records.conversations.record_turn("web-1", "web", Turn("cảm ơn", ["Không có gì."], "flow", "thanks", []))
    assert records.feedback.rate("web-1", "down")
    assert records.feedback.rate("web-1", "down", message=first, reason="missing")
    assert not records.feedback.rate("web-2", "down", message=first)
    (row,) = records.export("web-1")["feedback"]
    assert (row["rating"], row["reason"], row["question"]) == ("down", "missing", "học hàn mấy năm")
    assert row["passages"] == ["occupations#han"]


def test_questions_without_an_answer_are_kept_since_when(records: Records, clock: Clock) -> None:
    records.unanswered.note("web-1", "giá vàng", ["a#1"])
    clock.go(days=1)
    records.unanswered.note("web-1", "giá bạc", [])
    assert [q.text for q in records.unanswered.since(NOW)] == ["giá vàng", "giá bạc"]
    assert [q.text for q in records.unanswered.since(clock.now)] == ["giá bạc"]


def fill(records: Records, conversation: str) -> None:
    records.conversations.record_turn(conversation, "web", ANSWER)
    records.tickets.open_ticket(conversation, "asked", "normal")
    records.tickets.set_contact(conversation, "0912345678")
    records.feedback.rate(conversation, "up")
    records.unanswered.note(conversation, "bí mật của em", [])


def test_forgetting_leaves_nothing_of_one_and_everything_of_another(records: Records) -> None:
    fill(records, "web-1")
    fill(records, "web-2")
    records.forget("web-1")
    assert all(rows == [] for rows in records.export("web-1").values())
    assert not records.conversations.state("web-1").known
    assert all(len(rows) >= 1 for rows in records.export("web-2").values())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_is_forgotten_is_gone_from_the_disk(records: Records, url: str) -> None:
    fill(records, "web-1")
    folder = Path(url.removeprefix("sqlite:///")).parent
    held = [file for file in folder.iterdir() if "bí mật của em".encode() in file.read_bytes()]
    assert held
    records.forget("web-1")
    assert not any("bí mật của em".encode() in file.read_bytes() for file in folder.iterdir())


def test_what_is_exported_is_json_and_holds_the_contact(records: Records) -> None:
    fill(records, "web-1")
    exported = json.loads(json.dumps(records.export("web-1")))
    assert [row["text"] for row in exported["messages"]] == ["học hàn mấy năm", "Hai năm."]
    assert exported["tickets"][0]["contact"] == "0912345678"


def test_what_is_old_is_erased_with_all_that_belongs_to_it(records: Records, clock: Clock) -> None:
    fill(records, "web-1")
    clock.go(days=10)
    fill(records, "web-2")
    gone = records.purge(NOW.replace(day=30))
    assert (gone.conversations, gone.messages, gone.tickets) == (1, 2, 1)
    assert all(rows == [] for rows in records.export("web-1").values())
    assert records.conversations.state("web-2").known
    assert records.purge(datetime(2020, 1, 1, tzinfo=UTC)).conversations == 0


def test_two_that_open_a_new_database_at_once_do_not_clash(url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        for opened in threads.map(lambda _: Records.open(url, Backwards()), range(2)):
            opened.close()


def test_migrations_make_the_tables_that_the_code_uses_and_can_be_taken_back(records: Records) -> None:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    with writing(records.engine) as connection:
        command.downgrade(alembic_config(connection), "base")
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(records.engine)
    records.conversations.record_turn("web-1", "web", ANSWER)


@pytest.mark.parametrize(
    "wrong",
    ["postgresql://someone:geheim@127.0.0.1:1/none", "sqlite:////proc/nowhere/records.sqlite"],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(wrong: str) -> None:
    with pytest.raises(DatabaseUnusable) as error:
        Records.open(wrong, Backwards())
    assert "cannot be used" in str(error.value)
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_is_told(url: str) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir()
    file.write_text("this is no database" * 100, encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        Records.open(url, Backwards())
