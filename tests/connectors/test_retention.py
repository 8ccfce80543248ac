"""Old conversations are erased while the app runs; a database that fails now is tried again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from structlog.testing import capture_logs

from actions.records import Records, Turn
from connectors.keys import Keys
from connectors.retention import retention
from tests.connectors.processes import until

NOW = datetime.now(UTC)


async def test_what_is_older_than_allowed_goes_and_the_rest_stays(tmp_path: Path) -> None:
    now = NOW
    records = Records.open(f"sqlite:///{tmp_path / 'r.sqlite'}", Keys("x" * 40), now=lambda: now)
    for name, days in (("old", 91), ("young", 89)):
        now = NOW - timedelta(days=days)
        records.conversations.record_turn(name, "web", Turn("chào", ["chào"], "flow", "greet", []))
    async with retention(records, days=90):
        await until(lambda: not records.conversations.state("old").known)
    assert records.conversations.state("young").known
    records.close()


async def test_a_database_that_fails_is_logged_and_tried_again(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'r.sqlite'}", Keys("x" * 40))
    with records.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE unanswered"))
    with capture_logs() as lines:
        async with retention(records, days=90, every_s=0.01):
            await until(lambda: len(lines) >= 2)
    assert {line["event"] for line in lines} == {"retention failed"}
    records.close()
