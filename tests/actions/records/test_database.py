"""A database is brought to the newest schema once, and one that cannot be used is told without its password."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from actions.records import DatabaseUnusable, Records, schema
from actions.records.database import alembic_config, erase_traces, upgrade, writing
from tests.actions.records.conftest import ANSWER, Backwards


def test_two_that_open_a_new_database_at_once_do_not_clash(url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        for opened in threads.map(lambda _: Records.open(url, Backwards()), range(2)):
            opened.close()


# An index on an expression cannot be read back from SQLite, and is compared on PostgreSQL only.
@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning", "ignore:autogenerate skipping metadata"
)
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


@pytest.mark.parametrize("wrong", ["postgresql://someone:geheim@host:port/none", "geheim"])
def test_an_address_that_cannot_be_read_is_not_repeated(wrong: str) -> None:
    with pytest.raises(DatabaseUnusable) as error:
        Records.open(wrong, Backwards())
    assert "cannot be read" in str(error.value)
    assert "geheim" not in str(error.value)


def test_a_database_of_a_newer_version_is_left_alone(records: Records, url: str) -> None:
    with records.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer version"):
        Records.open(url, Backwards())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_is_told(url: str) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir()
    file.write_text("this is no database" * 100, encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        Records.open(url, Backwards())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_is_erased_leaves_the_log_even_if_that_is_busy_at_first(records: Records, url: str) -> None:
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    records.conversations.record_turn("web-1", "web", ANSWER)
    assert b"web-1" in log.read_bytes()
    with records.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    reading = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False, isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM messages").fetchone()
    done = threading.Timer(0.2, lambda: reading.execute("COMMIT"))
    done.start()
    erase_traces(records.engine)
    done.join()
    reading.close()
    assert not log.read_bytes()
