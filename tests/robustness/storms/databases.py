"""Databases that stop working for a while: read-only, full, locked, or gone."""

import random
import resource
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

_FAILING_TABLES: Final = ("workflow_status", "operation_outputs", "digest_runs", "digests", "workers")
_UNFINISHED: Final = "SELECT count(*) FROM {table} WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')"
_LONGEST_CALM: Final = 3.0  # seconds
Pids = Callable[[], Collection[int]]
"""The processes of the bot that are alive."""


@dataclass(frozen=True)
class Fault:
    """A time in which the database fails.

    Attributes:
        name: how.
        after: seconds in which it works before.
        seconds: how long.
    """

    name: str
    after: float
    seconds: float

    def __str__(self) -> str:
        return f"{self.name} for {self.seconds:.1f} s"


class Storm(Protocol):
    """A database that can be made to fail."""

    @property
    def faults(self) -> Mapping[str, Callable[[float], None]]:
        """What can be wrong, by name; a call makes it so for some seconds, and blocks as long."""
        ...

    def prepare(self) -> None:
        """Make what the faults need, once the tables are there."""
        ...

    def unfinished(self) -> int:
        """Return how many jobs wait or run."""
        ...


@dataclass
class SQLiteStorm:
    """Faults of the two files beside each other in a folder.

    Attributes:
        file: the bot's own; DBOS's lies beside it.
        pids: of the bot.
    """

    file: Path
    pids: Pids

    @property
    def faults(self) -> Mapping[str, Callable[[float], None]]:
        """What can be wrong, by name."""
        return {
            "full": self._fill,
            "unwritable": self._forbid_writes,
            "locked": self._lock,
            "gone": self._move_away,
        }

    def unfinished(self) -> int:
        """Return how many jobs wait or run."""
        with closing(self._open(self._files()[1])) as connection:
            return int(connection.execute(_UNFINISHED.format(table="workflow_status")).fetchone()[0])

    def prepare(self) -> None:
        """Make what the faults need, once the tables are there."""
        for file in self._files():
            with closing(self._open(file)) as connection:
                connection.execute("CREATE TABLE storm (fault TEXT)")
                kept = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
                for table in kept & set(_FAILING_TABLES):
                    for change in ("INSERT", "UPDATE"):
                        connection.execute(
                            f"CREATE TRIGGER storm_{table}_{change} BEFORE {change} ON {table} "  # noqa: S608
                            "WHEN EXISTS (SELECT * FROM storm) "
                            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                        )

    def _fill(self, seconds: float) -> None:
        for file in self._files():
            with closing(self._open(file)) as connection:
                connection.execute("INSERT INTO storm VALUES ('full')")
        time.sleep(seconds)
        for file in self._files():
            with closing(self._open(file)) as connection:
                connection.execute("DELETE FROM storm")

    def _forbid_writes(self, seconds: float) -> None:
        """Let the system refuse every write to a file, as it does while a disk fails."""
        pids = self.pids()
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        time.sleep(seconds)
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def _lock(self, seconds: float) -> None:
        with ExitStack() as stack:
            for file in self._files():
                connection = stack.enter_context(closing(self._open(file)))
                connection.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)

    def _move_away(self, seconds: float) -> None:
        folder = self.file.parent
        away = folder.with_name(f"{folder.name}-away")
        folder.rename(away)
        time.sleep(seconds)
        away.rename(folder)

    def _files(self) -> tuple[Path, Path]:
        return self.file, self.file.with_name(f"{self.file.name}.dbos.sqlite3")

    @staticmethod
    def _open(file: Path) -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=30, isolation_level=None)


@dataclass
class PostgresStorm:
    """Faults of one database on a server of its own.

    Attributes:
        url: of the database.
    """

    url: str

    @property
    def faults(self) -> Mapping[str, Callable[[float], None]]:
        """What can be wrong, by name."""
        return {
            "read-only": self._forbid_writes,
            "full": self._fill,
            "locked": self._lock,
            "gone": self._refuse,
        }

    def unfinished(self) -> int:
        """Return how many jobs wait or run."""
        with self._connect() as connection:
            (count,) = connection.execute(_UNFINISHED.format(table="dbos.workflow_status")).fetchall()[0]
            return int(str(count))

    def prepare(self) -> None:
        """Make what the faults need, once the tables are there."""
        with self._connect() as connection:
            connection.execute("CREATE TABLE storm (fault TEXT)")
            connection.execute(
                "CREATE FUNCTION storm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF EXISTS (SELECT FROM public.storm) THEN "
                "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; "
                "END IF; RETURN NEW; END $$"
            )
            for table in self._tables(connection):
                connection.execute(
                    sql.SQL(
                        "CREATE TRIGGER storm BEFORE INSERT OR UPDATE ON {} "
                        "FOR EACH STATEMENT EXECUTE FUNCTION public.storm()"
                    ).format(table)
                )

    def _forbid_writes(self, seconds: float) -> None:
        with self._connect() as connection:
            connection.execute("SET default_transaction_read_only = off")
            self._configure(connection, "ALTER SYSTEM SET default_transaction_read_only = on")
            time.sleep(seconds)
            self._configure(connection, "ALTER SYSTEM RESET default_transaction_read_only")

    def _fill(self, seconds: float) -> None:
        with self._connect() as connection:
            connection.execute("INSERT INTO storm VALUES ('full')")
            time.sleep(seconds)
            connection.execute("DELETE FROM storm")

    def _lock(self, seconds: float) -> None:
        with self._connect() as connection, connection.transaction():
            # The bot takes tables in orders of its own. Of two that wait for each other, PostgreSQL ends the
            # one that looks first: the bot's transaction, which is a fault like others, never the storm.
            connection.execute("SET LOCAL deadlock_timeout = '10min'")
            for table in self._tables(connection):
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
            time.sleep(seconds)

    def _refuse(self, seconds: float) -> None:
        """Cut all connections, and let nobody in."""
        name = make_url(self.url).database
        maintenance = make_url(self.url).set(database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(maintenance, autocommit=True) as connection:
            change = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
            connection.execute(change.format(sql.Identifier(str(name)), sql.SQL("false")))
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )
                time.sleep(0.1)
            connection.execute(change.format(sql.Identifier(str(name)), sql.SQL("true")))

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url, autocommit=True)

    @staticmethod
    def _configure(connection: "psycopg.Connection[tuple[object, ...]]", change: LiteralString) -> None:
        connection.execute(change)
        connection.execute("SELECT pg_reload_conf()")

    @staticmethod
    def _tables(connection: "psycopg.Connection[tuple[object, ...]]") -> Iterator[sql.Identifier]:
        asked = "SELECT schemaname, tablename FROM pg_tables WHERE tablename = ANY(%s) ORDER BY 2"
        for schema, table in connection.execute(asked, (list(_FAILING_TABLES),)).fetchall():
            yield sql.Identifier(str(schema), str(table))


def draw_faults(storm: Storm, times: int, longest: float, chance: random.Random) -> list[Fault]:
    """Draw what will be wrong: each kind as often as any other."""
    names: list[str] = []
    while len(names) < times:
        names += chance.sample(sorted(storm.faults), len(storm.faults))
    return [
        Fault(name, after=chance.uniform(0.2, _LONGEST_CALM), seconds=chance.uniform(1.0, longest))
        for name in names[:times]
    ]
