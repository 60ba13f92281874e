"""How DBOS connects to its database."""

import sqlite3
import time
from typing import Any, Final

_HAS_SUBSECONDS: Final = (3, 42)
"""The first version of SQLite with them: https://sqlite.org/releaselog/3_42_0.html"""


def engine_options(url: str) -> dict[str, Any]:
    """Return what DBOS gives SQLAlchemy for its engine, besides the size of the pool."""
    connect: dict[str, Any] = {}
    if not url.startswith("sqlite"):
        # A pooler in transaction mode gives each transaction another session, without prepared statements.
        connect = {"application_name": "workflows-bot", "prepare_threshold": None}
    elif sqlite3.sqlite_version_info < _HAS_SUBSECONDS:
        connect = {"factory": SubsecondConnection}
    return {"hide_parameters": True, "connect_args": connect}  # what people typed is in no log


class SubsecondConnection(sqlite3.Connection):
    """A connection that knows `unixepoch('subsec')`, which older versions of SQLite do not.

    From Python 3.12 on DBOS takes it for granted, in its statements and in its tables.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as sqlite3 has it
        super().__init__(*args, **kwargs)
        self.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float:
    """Return the seconds since 1970 to the millisecond, as SQLite does."""
    if modifier != "subsec":
        raise ValueError("only 'subsec' is known")
    return round(time.time(), 3)
