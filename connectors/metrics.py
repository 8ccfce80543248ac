"""What Prometheus is told: counts and times, never who or what."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Counter("laban_turns_total", "Turns answered, by outcome.", ["outcome"])
TURN_FAILURES = Counter("laban_turn_failures_total", "Turns that could not be answered.")
TURN_SECONDS = Histogram(
    "laban_turn_seconds",
    "Seconds from a message's arrival to its reply.",
    buckets=(0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
