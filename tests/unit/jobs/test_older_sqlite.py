"""DBOS on a version of SQLite that is older than it expects, as Debian 12 and RHEL 9 have it."""

import sqlite3
from types import SimpleNamespace

import pytest
from dbos._migration import sqlite_migrations
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.dbos_engine import SubsecondConnection
from bot.jobs.model import Job, JobState, Progress
from bot.storage.database import DatabaseUnusable, open_database

from .test_progress import COUNT, Counting, reached, running

OLD = "(strftime('%s','now') * 1000)"
NEW = "(unixepoch('subsec') * 1000)"


@pytest.fixture
def newer_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have DBOS take this Python for 3.12, from which on it expects SQLite 3.42."""
    migrations = [migration.replace(OLD, NEW) for migration in sqlite_migrations]
    monkeypatch.setattr("dbos._sys_db_sqlite.sqlite_migrations", migrations)
    monkeypatch.setattr("dbos._sys_db.sys", SimpleNamespace(version_info=(3, 12)))
    assert any(NEW in migration for migration in migrations)


@pytest.mark.usefixtures("newer_python")
async def test_jobs_run_where_dbos_expects_a_newer_sqlite(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    steps = Counting()
    steps.let_go_on()
    async with running(engine, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.DONE, 1, 1))


def test_the_time_is_that_of_sqlites_own_clock_and_has_milliseconds() -> None:
    connection = sqlite3.connect(":memory:", factory=SubsecondConnection)
    ((ours, own),) = connection.execute("SELECT unixepoch('subsec'), julianday('now') * 86400 - 210866760000")
    connection.close()
    assert ours == pytest.approx(own, abs=1)
    assert isinstance(ours, float)


def test_an_sqlite_that_lacks_what_the_bot_needs_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(
        DatabaseUnusable, match=r"has SQLite 3\.34\.1, and 3\.35 or newer is needed.*PostgreSQL"
    ):
        open_database("sqlite:///bot.sqlite3")
