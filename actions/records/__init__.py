"""What the assistant keeps: talks, tickets, ratings, questions without an answer, and messages on their way."""

from actions.records.accounts import Accounts
from actions.records.cipher import Cipher
from actions.records.conversations import Conversations, ConversationState, Place, RecordedMessage, Turn
from actions.records.database import DatabaseUnusable
from actions.records.feedback import Feedback, Rating, Reason
from actions.records.inbox import Arrival, Inbox, Item, Kind
from actions.records.outbox import Delivery, Outbox, Parcel, Window
from actions.records.records import PurgeCounts, Records
from actions.records.sites import Sites
from actions.records.tickets import (
    OpenedTicket,
    Ticket,
    TicketClosed,
    TicketError,
    TicketNotFound,
    Tickets,
    TicketTaken,
)
from actions.records.unanswered import Unanswered, UnansweredQuestion

__all__ = [
    "Accounts",
    "Arrival",
    "Cipher",
    "ConversationState",
    "Conversations",
    "DatabaseUnusable",
    "Delivery",
    "Feedback",
    "Inbox",
    "Item",
    "Kind",
    "OpenedTicket",
    "Outbox",
    "Parcel",
    "Place",
    "PurgeCounts",
    "Rating",
    "Reason",
    "RecordedMessage",
    "Records",
    "Sites",
    "Ticket",
    "TicketClosed",
    "TicketError",
    "TicketNotFound",
    "TicketTaken",
    "Tickets",
    "Turn",
    "Unanswered",
    "UnansweredQuestion",
    "Window",
]
