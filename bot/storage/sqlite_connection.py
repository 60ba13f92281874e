"""Connections to an SQLite file that do a statement in one go.

SQLAlchemy opens a cursor, executes, fetches, closes, and ends the transaction. aiosqlite hands each of these
to the connection's thread and waits for it, which takes longer than most of the bot's statements themselves.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import aiosqlite

_CHUNK: Final = 64  # rows; aiosqlite's own, for cursors that are not used here


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a statement, as the DB-API names it: https://peps.python.org/pep-0249/#cursor-attributes."""

    description: tuple[tuple[Any, ...], ...] | None = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class StatementCursor:
    """Executes statements and fetches all their rows at once; it holds nothing that has to be closed.

    It has what SQLAlchemy asks of an asynchronous cursor that is not on the server's side.

    Args:
        connection: must be open.
    """

    arraysize = 1

    def __init__(self, connection: "StatementConnection") -> None:
        self._connection = connection
        self._outcome = _Outcome()

    @property
    def description(self) -> tuple[tuple[Any, ...], ...] | None:
        """Return the columns of the rows; None if the last statement returns none."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """Return how many rows the last statement changed; -1 if that is not known."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        """Return the id of the row that was inserted last."""
        return self._outcome.lastrowid

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Execute a statement.

        Raises:
            sqlite3.Error: it fails.
        """
        self._outcome = await self._connection.run(_execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Execute a statement with each set of parameters.

        Raises:
            sqlite3.Error: it fails.
        """
        self._outcome = await self._connection.run(_execute_many, sql, parameters)
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Return all rows of the last statement."""
        return self._outcome.rows

    async def close(self) -> None:
        """Do nothing: the cursor in the thread was closed with its statement."""


class StatementConnection(aiosqlite.Connection):
    """A connection whose cursors do a statement in one go."""

    def cursor(self) -> StatementCursor:  # type: ignore[override]
        """Return a cursor."""
        return StatementCursor(self)

    async def run(self, execute: Callable[..., _Outcome], sql: str, parameters: object) -> _Outcome:
        """Call a function with the connection, a statement and its parameters, in the connection's thread."""
        outcome: _Outcome = await self._execute(  # type: ignore[no-untyped-call]
            execute, self._conn, sql, parameters
        )
        return outcome

    async def rollback(self) -> None:
        """Roll back the transaction, if there is one: SQLAlchemy also asks for it after a commit."""
        if self.in_transaction:
            await super().rollback()


def connect(database: str, **options: object) -> StatementConnection:
    """Return a connection to a file, which is opened when it is awaited.

    Args:
        database: the path of the file.
        options: those of `sqlite3.connect`.
    """
    connection = StatementConnection(lambda: sqlite3.connect(database, **options), _CHUNK)  # type: ignore[call-overload]
    connection._thread.daemon = True  # noqa: SLF001 - SQLAlchemy does the same to its own
    return connection


def _execute(connection: sqlite3.Connection, sql: str, parameters: Iterable[Any]) -> _Outcome:
    return _fetch(connection.execute(sql, parameters))  # type: ignore[arg-type]


def _execute_many(connection: sqlite3.Connection, sql: str, parameters: Iterable[Iterable[Any]]) -> _Outcome:
    return _fetch(connection.executemany(sql, parameters))  # type: ignore[arg-type]


def _fetch(cursor: sqlite3.Cursor) -> _Outcome:
    rows = cursor.fetchall() if cursor.description else ()
    outcome = _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    cursor.close()
    return outcome
