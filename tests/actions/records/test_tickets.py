"""One ticket of a conversation goes its way from open to closed, however many act at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from actions.records import (
    ConversationState,
    Records,
    Ticket,
    TicketClosed,
    TicketNotFound,
    TicketTaken,
    schema,
)
from tests.actions.records.conftest import NOW, OtherSecret, at_once


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


def test_of_many_that_take_a_ticket_at_once_one_holds_it(records: Records) -> None:
    for number in range(10):
        ticket = records.tickets.open_ticket(f"web-{number}", "asked", "normal").id
        taken = at_once(lambda who, ticket=ticket: records.tickets.take(ticket, f"staff {who}"))
        assert sorted(type(result).__name__ for result in taken) == ["Ticket"] + 3 * ["TicketTaken"]
        holder = next(result for result in taken if isinstance(result, Ticket))
        assert records.tickets.get(ticket).taken_by == holder.taken_by


def test_however_many_close_a_ticket_at_once_the_user_is_told_once(records: Records) -> None:
    for number in range(10):
        ticket = records.tickets.open_ticket(f"web-{number}", "asked", "normal").id
        at_once(lambda who, ticket=ticket: records.tickets.close(ticket, f"staff {who}", "Tạm biệt."))
        assert len(records.conversations.messages(f"web-{number}")) == 1


def test_one_asks_for_a_person_while_another_closes_the_ticket(records: Records) -> None:
    for _ in range(20):
        ticket = records.tickets.open_ticket("web-1", "asked", "normal").id
        at_once(
            lambda who, ticket=ticket: (
                records.tickets.close(ticket, "Hà", "Tạm biệt.")
                if who == 0
                else records.tickets.open_ticket("web-1", "serious", "high")
            )
        )
        assert len(records.tickets.list()) <= 1
        for left in records.tickets.list():
            records.tickets.close(left.id, "Hà", "Tạm biệt.")


def test_a_contact_is_kept_encrypted(records: Records) -> None:
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.want_contact("web-1", wanted=True)
    assert records.conversations.state("web-1").contact_wanted
    records.tickets.set_contact("web-1", "0912345678")
    assert records.tickets.get(number).contact == "0912345678"
    assert not records.tickets.get(number).contact_lost
    assert not records.conversations.state("web-1").contact_wanted
    with records.engine.connect() as connection:
        assert connection.execute(sa.select(schema.tickets.c.contact)).scalar() == b"8765432190"


def test_a_ticket_whose_contact_nobody_can_read_any_more_is_still_handled(records: Records, url: str) -> None:
    number = records.tickets.open_ticket("web-1", "asked", "normal").id
    records.tickets.set_contact("web-1", "0912345678")
    changed = Records.open(url, OtherSecret())
    (ticket,) = changed.tickets.list()
    assert (ticket.contact, ticket.contact_lost) == (None, True)
    assert changed.export("web-1")["tickets"][0]["contact"] is None
    assert changed.tickets.close(number, "Hà", "Tạm biệt.").status == "closed"
    changed.close()
