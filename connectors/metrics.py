"""What Prometheus is told: counts and times, never who or what."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TURNS = Counter("laban_turns_total", "Turns answered, by outcome.", ["outcome"])
TURN_FAILURES = Counter("laban_turn_failures_total", "Turns that could not be answered.")
TURN_SECONDS = Histogram(
    "laban_turn_seconds",
    "Seconds from a message's arrival to its reply.",
    buckets=(0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
EVENTS = Counter("laban_events_total", "Events of platforms, by channel and kind.", ["channel", "kind"])
REFUSED_CALLS = Counter(
    "laban_refused_calls_total", "Calls that were not the platform's, by channel.", ["channel"]
)
DELIVERIES = Counter(
    "laban_deliveries_total",
    "Messages handed to platforms, by channel and what became of them.",
    ["channel", "state"],
)
WAITING = Gauge(
    "laban_waiting", "Messages in the inbox without an answer, and undelivered in the outbox.", ["box"]
)
STREAMS = Gauge("laban_widget_streams", "Widgets that listen for answers.")
ZALO_UNAUTHORISED = Gauge(
    "laban_zalo_unauthorised", "1 for an Official Account that has to be connected (again).", ["account"]
)
ZALO_REFUSALS = Counter(
    "laban_zalo_refusals_total", "Messages that Zalo did not take, by its error code.", ["code"]
)
