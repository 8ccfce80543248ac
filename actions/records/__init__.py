"""What the assistant keeps of conversations: messages, tickets, ratings, questions without an answer."""

from actions.records.conversations import Conversations, ConversationState, RecordedMessage, Turn
from actions.records.database import DatabaseUnusable
from actions.records.feedback import Feedback, Rating, Reason
from actions.records.records import PurgeCounts, Records
from actions.records.tickets import (
    Cipher,
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
    "Cipher",
    "ConversationState",
    "Conversations",
    "DatabaseUnusable",
    "Feedback",
    "OpenedTicket",
    "PurgeCounts",
    "Rating",
    "Reason",
    "RecordedMessage",
    "Records",
    "Ticket",
    "TicketClosed",
    "TicketError",
    "TicketNotFound",
    "TicketTaken",
    "Tickets",
    "Turn",
    "Unanswered",
    "UnansweredQuestion",
]
