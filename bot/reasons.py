"""What the log may say of an error: its kind, and its text only where that quotes nothing.

An error's text may repeat what somebody typed or what was to be stored: `invalid literal for int(): '…'`, the
key of a row that is there already, the row that a trigger refuses. So the texts of most kinds are left out.
"""

import sqlite3
from typing import Any, Final

from sqlalchemy.exc import StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_LONGEST: Final = 300  # characters

_QUOTES_NOTHING: Final = (
    *(TypeError, AttributeError, NameError, UnboundLocalError, ImportError, ModuleNotFoundError),
    *(IndexError, ZeroDivisionError, RecursionError, RuntimeError, PoolTimeout),
)
"""Kinds whose text names types, attributes and limits. Their subclasses are others."""

_ABOUT_ROWS: Final = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_MISUSE,
    }
)
"""Results of SQLite that tell of a row, what a trigger says among them. Others tell of the database."""

_ABOUT_SERVER: Final = frozenset({"08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE that tell of the server or of its tables, not of a row:
https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def reason_of(error: BaseException) -> str:
    """Return why something failed, in one line that may be logged and shown.

    An error of the bot's own that quotes nothing, or that words itself for the log, has it as `for_log`.
    """
    while isinstance(error, StatementError) and error.orig is not None:
        error = error.orig
    lines = _text(error).strip().splitlines()
    return lines[0][:_LONGEST] if lines else type(error).__name__


def _text(error: BaseException) -> str:
    for_log = getattr(error, "for_log", None)
    if isinstance(for_log, str):
        return for_log
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if hasattr(error, "sqlstate"):
        return _of_postgres(error)
    if isinstance(error, OSError):
        return str(error.strerror or "")  # its text has the name of a file, too
    return str(error) if type(error) in _QUOTES_NOTHING else ""


def _of_sqlite(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python's own; one of them quotes a column that is not UTF-8
        return ""
    return str(error.sqlite_errorname if code & 0xFF in _ABOUT_ROWS else error)


def _of_postgres(error: Any) -> str:  # noqa: ANN401 - psycopg is loaded only for PostgreSQL
    state: str | None = error.sqlstate
    if state is None:  # the connection's own: it names the server, and no password
        return str(error) if type(error).__name__ == "OperationalError" else ""
    said = error.diag
    # With a context it is from within a function or a parameter, and so may say anything.
    if state[:2] in _ABOUT_SERVER and not said.context and said.message_primary:
        return str(said.message_primary)
    where = f", {said.constraint_name}" if said.constraint_name else ""
    return f"{type(error).__name__} (SQLSTATE {state}{where})"
