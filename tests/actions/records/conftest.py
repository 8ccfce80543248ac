"""Records on SQLite and on PostgreSQL: Debian's own server, started for the tests where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from actions.records import Records, TicketError, Turn

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANSWER = Turn("học hàn mấy năm", ["Hai năm."], "answered", "ask_pathway", ["occupations#han"])
_NUMBERS = count()


class Backwards:
    """A cipher that shows whether one is used."""

    def encrypt(self, text: str) -> bytes:
        return text[::-1].encode()

    def decrypt(self, data: bytes) -> str:
        return data.decode()[::-1]


class OtherSecret(Backwards):
    """A cipher that can read nothing of before."""

    def decrypt(self, data: bytes) -> str:
        raise ValueError("encrypted with another secret")


@dataclass
class Clock:
    """A time that the test sets."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> None:
        """Goes on."""
        self.now += timedelta(**span)


def at_once(step: Callable[[int], object], count: int = 4) -> list[object]:
    """What a step returns, or the records' own error, of several threads that begin together."""
    barrier = Barrier(count)

    def begin(number: int) -> object:
        barrier.wait()
        try:
            return step(number)
        except TicketError as error:
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes the address of a new database each time it is called."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    # The server refuses to run as root, and pytest's folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="laban-pg-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(found[-1] / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd="/")

    run("initdb", "-A", "trust", "-U", "postgres")
    run(
        "pg_ctl",
        "-w",
        "start",
        "-l",
        str(folder / "log"),
        "-o",
        f"-k {folder} -c listen_addresses='' -c fsync=off",
    )
    server = sa.create_engine(
        f"postgresql+psycopg://postgres@/postgres?host={folder}", isolation_level="AUTOCOMMIT"
    )

    def make() -> str:
        name = f"laban{next(_NUMBERS)}"
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={folder}"

    yield make
    server.dispose()
    run("pg_ctl", "stop", "-m", "immediate")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'records.sqlite'}"
    made: str = request.getfixturevalue("postgresql")()
    return made


@pytest.fixture
def clock() -> Clock:
    """The time of the records."""
    return Clock()


@pytest.fixture
def records(url: str, clock: Clock) -> Iterator[Records]:
    """Records that hold nothing."""
    opened = Records.open(url, Backwards(), clock)
    yield opened
    opened.close()
