"""The database of the records: SQLite in a file or PostgreSQL, brought to the newest schema when it is opened."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from enum import IntEnum
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite

MIGRATIONS = Path(__file__).with_name("migrations")
# Whether a connection of SQLite waits for the disk at the end of a transaction, kept with it.
_DURABLE = "durable"
_BUSY_LIMIT_S, _BUSY_PAUSE_S = 10.0, 0.02


class Lock(IntEnum):
    """What one process does at a time; any numbers will do, as long as all processes of ours lock the same."""

    UPGRADE = 7_126_003
    CLAIM_INBOX = 7_126_004
    CLAIM_OUTBOX = 7_126_005


# The lock of each SQLite database that is open, by its pool.
_one_writer: WeakKeyDictionary[sa.Pool, threading.Lock] = WeakKeyDictionary()


class DatabaseUnusable(Exception):
    """The database cannot be opened or upgraded; says which and why, without its password."""


def open_database(url: str) -> sa.Engine:
    """Returns an engine on a database whose schema is the newest.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host/name`.

    Raises:
        DatabaseUnusable: it cannot be reached, read or upgraded, or its schema is newer than this code's.
    """
    try:
        address = sa.engine.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The error may quote the address, and with it the password.
        raise DatabaseUnusable(
            "the address of the database cannot be read; postgresql://user:password@host/name is one"
        ) from None
    shown = address.render_as_string(hide_password=True)
    try:
        engine = _connect(address)
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise DatabaseUnusable(f"the database {shown} cannot be used: {_reason(error)}") from error
    try:
        upgrade(engine)
    except (CommandError, sa.exc.SQLAlchemyError, OSError) as error:
        engine.dispose()
        what = "is of a newer version" if isinstance(error, CommandError) else "cannot be used"
        raise DatabaseUnusable(f"the database {shown} {what}: {_reason(error)}") from error
    return engine


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def upgrade(engine: sa.Engine) -> None:
    """Brings the schema to the newest version; of several processes at once, one does it and the others wait."""
    with writing(engine) as connection:
        go_alone(connection, Lock.UPGRADE)
        command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: sa.Connection) -> Config:
    """Returns Alembic's configuration for a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def writing(engine: sa.Engine, *, durable: bool = False) -> Iterator[sa.Connection]:
    """Lends a connection in a transaction that will write: SQLite takes its lock at once, so it waits and never fails.

    What is `durable` outlives a loss of power too: it is on the disk when the transaction ends.
    """
    # SQLite lets one write at a time, and has the others ask again after longer and longer pauses; the threads of
    # one process need not.
    alone = _one_writer[engine.pool] if engine.dialect.name == "sqlite" else nullcontext()
    with alone, engine.connect() as connection:
        # Of the connection and not of the engine, which would be copied for it each time.
        connection.execution_options(writing=True, durable=durable)
        with connection.begin():
            yield connection


def go_alone(connection: sa.Connection, lock: Lock) -> None:
    """Waits until no other process does what the lock stands for; until the transaction ends they wait for this one.

    SQLite needs no such lock: whoever writes there has the whole database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))


def insert_into(engine: sa.Engine, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Returns an insert that can say what to do where the row is there already."""
    return postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)


def erase_traces(engine: sa.Engine) -> None:
    """Takes deleted rows out of SQLite's log too; PostgreSQL's own housekeeping does so there."""
    if engine.dialect.name != "sqlite":
        return
    last = time.monotonic() + _BUSY_LIMIT_S
    with closing(engine.raw_connection()) as connection:
        # The log beside the database still holds what was deleted (sqlite.org/wal.html). While another connection does
        # the same SQLite says that it is busy, and does not wait.
        while connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > last:
                return  # The next that is erased takes it along.
            time.sleep(_BUSY_PAUSE_S)


def _connect(address: sa.URL) -> sa.Engine:
    # Parameters hold what people wrote: an error must not show them.
    if address.get_backend_name() != "sqlite":
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_size=8)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, hide_parameters=True, poolclass=sa.pool.QueuePool, pool_size=8)
    _one_writer[engine.pool] = threading.Lock()
    sa.event.listen(engine, "connect", _tune_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _tune_sqlite(connection: Any, _: Any) -> None:
    # Python's driver would begin transactions itself, and too late (see the SQLite dialect of SQLAlchemy's manual).
    connection.isolation_level = None
    # In WAL mode NORMAL stays consistent after a crash. With secure_delete what is deleted is overwritten with zeros.
    for pragma in ("busy_timeout=5000", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _switch_to_wal(connection)


def _switch_to_wal(connection: Any) -> None:
    """Switches a new database to its log; SQLite does not wait by itself while another process does the same."""
    last = time.monotonic() + _BUSY_LIMIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last:
                raise
        time.sleep(_BUSY_PAUSE_S)


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("writing")
    if writes and connection.info.get(_DURABLE, False) != options.get("durable", False):
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options['durable'] else 'NORMAL'}")
        connection.info[_DURABLE] = options["durable"]
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
