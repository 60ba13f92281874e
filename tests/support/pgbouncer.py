"""A real PgBouncer in transaction mode: each transaction may get another session of PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

_SETTINGS = """
[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 500
"""
_START_SECONDS = 10


@contextmanager
def run_pgbouncer(url: str, sessions: int = 4) -> Iterator[str]:
    """Run one in front of a database of `run_postgres`, and give the URL of the database behind it.

    Args:
        url: of the database.
        sessions: of PostgreSQL, which all connections share. With few of them, a connection seldom gets the
            same one twice.
    """
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        reason = "there is no PgBouncer: install your system's package `pgbouncer`"
        if os.environ.get("CI"):
            pytest.fail(f"in CI PgBouncer has to run: {reason}")
        pytest.skip(reason)
    database = make_url(url)
    host, port = Path(str(database.query["host"])), _free_port()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(socket=host, port=port, sessions=sessions))
        # It refuses to run as root, and only the owner of PostgreSQL's folder finds its socket.
        owner = host.stat().st_uid if os.getuid() == 0 else None
        process = subprocess.Popen([program, "-q", str(settings)], user=owner)
        try:
            _wait(process, port)
            yield f"postgresql://postgres@127.0.0.1:{port}/{database.database}"
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until it takes connections."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("PgBouncer did not start")
