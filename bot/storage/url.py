"""Where the database is, as platforms write it."""

import re
from typing import Final

from sqlalchemy.engine import URL, make_url

_DRIVERS: Final = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}
_EXAMPLE: Final = "sqlite:///workflows-bot.sqlite3"
_HOST: Final = re.compile(r"[A-Za-z0-9._,-]*|[0-9A-Fa-f:.%]+")
_ENCODED: Final = "@ as %40, / as %2F, ? as %3F"


def database_url(url: str) -> URL:
    """Return a `DATABASE_URL` as platforms write it (`postgres://…`), with the driver this bot uses.

    Raises:
        ValueError: it is no URL, of another database, or would be read otherwise than it is meant. The
            message goes on behind the name of the setting, and repeats no part of a password.
    """
    kind, separator, rest = url.strip().partition("://")
    kind = kind.lower()
    if not separator or not re.fullmatch(r"[a-z0-9+]+", kind, re.ASCII):
        raise ValueError("is not a database URL, as in postgres://user:password@host/name")
    driver = _DRIVERS.get(kind, kind)
    if driver not in _DRIVERS.values():
        raise ValueError(f"names {kind}; sqlite:///file or postgres://… is expected")
    return _sqlite_file(driver, rest) if driver.startswith("sqlite") else _postgres(driver, rest)


def _sqlite_file(driver: str, rest: str) -> URL:
    if rest and not rest.startswith("/"):
        raise ValueError(
            f"has two slashes before its file; write three, as in {_EXAMPLE}, or four for a path from /"
        )
    url = make_url(f"{driver}://{rest}")
    if not url.database or ":memory:" in url.database:
        raise ValueError(
            f"names a database in memory, which would keep nothing; name a file, as in {_EXAMPLE}"
        )
    if url.query or url.database.startswith("file:"):
        raise ValueError(f"has options, and an SQLite file takes none; name the file alone, as in {_EXAMPLE}")
    return url


def _postgres(driver: str, rest: str) -> URL:
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    if rest.count("@") > 1 or "@" in rest[len(authority) :]:
        # What stands before the last @ would be taken for a host, looked up and shown.
        raise ValueError(f"has characters in its user name or password that must be encoded: {_ENCODED}")
    try:
        url = make_url(f"{driver}://{rest}")
    except ValueError as error:  # of its port
        raise ValueError("is not a database URL, as in postgres://user:password@host/name") from error
    if not _HOST.fullmatch(url.host or "") or not (url.port is None or 0 < url.port < 65536):
        raise ValueError(
            "has a host or a port that can't be one; in postgres://user:password@host:port/name, "
            f"user and password write {_ENCODED}"
        )
    if not url.database:
        raise ValueError("names no database; add it, as in postgres://user:password@host/name")
    _check_options(url, rest)
    return url


def _check_options(url: URL, rest: str) -> None:
    """Refuse options that PostgreSQL's client would refuse at the first connection, in words of its own."""
    query = rest.partition("?")[2]
    if not query:
        return
    if any("=" not in part for part in query.split("&") if part):
        raise ValueError("has an option without a value; write it as name=value, or leave it out")
    from psycopg.pq import Conninfo  # noqa: PLC0415 - only PostgreSQL needs it, and it is slow to load

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    for name, value in url.query.items():
        if name not in known:
            said = f": {name}" if re.fullmatch(r"\w{1,40}", name, re.ASCII) else ""
            raise ValueError(f"has an option that PostgreSQL does not know{said}; leave it out")
        if not isinstance(value, str) and name not in {"host", "port"}:
            raise ValueError(f"has the option {name} more than once")
