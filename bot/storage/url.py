"""Where the database is, as platforms write it."""

from typing import Final

from sqlalchemy.engine import URL, make_url

_DRIVERS: Final = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}


def database_url(url: str) -> URL:
    """Return a `DATABASE_URL` as platforms write it (`postgres://…`), with the driver this bot uses.

    Raises:
        ValueError: it is no URL, or of another database.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError("is not a database URL, as in postgres://user:password@host/name") from error
    driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
    if driver not in _DRIVERS.values():
        raise ValueError(f"names {parsed.drivername}; sqlite:///file or postgres://… is expected")
    return parsed.set(drivername=driver)
