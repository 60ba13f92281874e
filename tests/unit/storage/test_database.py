"""Addresses as platforms give them, tables from nothing, and replicas that start at once."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, inspect, make_url, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.dbos_runtime import system_database_url
from bot.storage.database import (
    DatabaseUnusable,
    adopt_rows,
    migrate,
    newest_migration,
    open_database,
    probe,
)
from bot.storage.tables import alembic_version, bookmarks, digest_runs, digests, metadata, workers
from bot.storage.url import database_url
from tests.support import databases
from tests.support.old_databases import downgrade

from .conftest import opened

TABLES_BEFORE_TEAMS = ("bookmarks", "digests", "digest_runs", "workers")
ROWS_WITHOUT_TEAM = (
    "INSERT INTO bookmarks (key, text, expires_at) VALUES ('k', 'a place in a list', 1)",
    """INSERT INTO digests (number, channel, creator, plan, state, created_at, changed_at)
    VALUES (7, 'C0GENERAL', 'U0ADA0001', '{}', 'active', 1, 1)""",
    """INSERT INTO digest_runs (digest, slot, due_at, state, attempt, posting)
    VALUES (7, 'now:1', 1, 'due', 0, FALSE)""",
    "INSERT INTO workers (executor, beat_at) VALUES ('one', 1)",
)
"""A row of each table, as versions wrote it that knew of no teams."""


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db.example.com:5432/bot", "postgresql+psycopg://u:p@db.example.com:5432/bot"),
        ("postgresql://u:p@db.example.com/bot", "postgresql+psycopg://u:p@db.example.com/bot"),
        ("postgresql+psycopg://u@/bot?host=/run/pg", "postgresql+psycopg://u@/bot?host=%2Frun%2Fpg"),
        (
            "postgres://u:p%40ss%2F@h/bot?sslmode=require",
            "postgresql+psycopg://u:p%40ss%2F@h/bot?sslmode=require",
        ),
        ("sqlite:///bot.sqlite3", "sqlite+aiosqlite:///bot.sqlite3"),
        ("sqlite:////var/lib/bot.sqlite3", "sqlite+aiosqlite:////var/lib/bot.sqlite3"),
        ("sqlite+aiosqlite:///bot.sqlite3", "sqlite+aiosqlite:///bot.sqlite3"),
        ("POSTGRES://u:a:b#c@h/bot", "postgresql+psycopg://u:a%3Ab%23c@h/bot"),
        ("postgres://u:p@[::1]:5433/bot", "postgresql+psycopg://u:p@[::1]:5433/bot"),
        ("postgres:///bot", "postgresql+psycopg:///bot"),
    ],
)
def test_an_address_gets_the_driver_that_is_used(given: str, used: str) -> None:
    assert database_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize("given", ["", "bot.sqlite3", "postgres:/x", "://", "postgres://h:port/bot"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is not a database URL"):
        database_url(given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sqlite://bot.sqlite3", "has two slashes before its file; write three"),
        ("sqlite://var/lib/bot.sqlite3", "has two slashes before its file; write three"),
        ("sqlite://", "names a database in memory"),
        ("sqlite:///", "names a database in memory"),
        ("sqlite:///:memory:", "names a database in memory"),
        ("sqlite:///file::memory:?uri=true", "names a database in memory"),
        ("sqlite:///bot.sqlite3?mode=ro", "has options"),
        ("sqlite:///bot.sqlite3?timeout=5", "has options"),
        ("sqlite:///file:bot.sqlite3", "has options"),
        ("postgres://u:p@h/bot?sslmod=require", "does not know: sslmod;"),
        ("postgres://u:p@h/bot?pgbouncer=true", "does not know: pgbouncer;"),
        ("postgres://u:p@h/bot?prepare_threshold=1", "does not know: prepare_threshold;"),
        ("postgres://u:p@h/bot?sslmode", "has an option without a value"),
        ("postgres://u:p@h/bot?sslmode=require&sslmode=prefer", "sslmode more than once"),
        ("postgres://u:p@h", "names no database"),
        ("postgres://u:p@h/", "names no database"),
        ("postgres://u:p@h:0/bot", "a host or a port that can't be one"),
        ("postgres://u:p@h h/bot", "a host or a port that can't be one"),
    ],
)
def test_an_address_that_would_be_read_otherwise_is_refused_with_what_to_write(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        database_url(given)


@pytest.mark.parametrize(
    "written",
    [
        "{}@{}",
        "{}@{}@x",
        "12/{}{}",
        "12?{}{}",
        "12?{}={}",
        "{}/{}",
        "{}?{}",
        "@{}{}",
        "12345678/{}{}",
        "{}[{}]/",
    ],
)
def test_a_password_that_is_not_encoded_is_refused_and_no_part_of_it_repeated(written: str) -> None:
    password = written.format("cana", "ries")
    with pytest.raises(ValueError, match="must be encoded") as refused:
        database_url(f"postgres://ada:{password}@db.example.com/bot")
    for part in ("cana", "ries", "1234"):
        assert part not in str(refused.value)


@pytest.mark.parametrize("kind", ["mysql", "postgresql+asyncpg", "oracle", "sqlite+pysqlite", "redis"])
def test_another_database_is_refused_by_its_name(kind: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        open_database(f"{kind}://ada:s3cr3t@h/bot")
    assert kind in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


async def test_two_processes_that_begin_with_one_file_at_once_take_turns(tmp_path: Path) -> None:
    for number in range(10):
        url = f"sqlite:///{tmp_path / f'{number}.sqlite3'}"
        engines = [open_database(url) for _ in range(4)]
        outcomes = await asyncio.gather(*map(migrate, engines), return_exceptions=True)
        for engine in engines:
            await engine.dispose()
        assert outcomes == [None] * 4


async def test_the_tables_are_made_from_nothing(empty_url: str) -> None:
    async with opened(empty_url) as engine:
        await migrate(engine)
        assert await tables(engine) == {*metadata.tables, "alembic_version"}


async def test_the_migrations_make_what_the_code_knows(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_tables_are_brought_up_to_date_as_often_as_one_likes(engine: AsyncEngine) -> None:
    await migrate(engine)
    await migrate(engine)
    assert await tables(engine) == {*metadata.tables, "alembic_version"}


def test_the_newest_migration_is_the_one_that_alembic_would_run_last() -> None:
    scripts = ScriptDirectory(str(files("bot.storage") / "migrations"))
    assert scripts.get_heads() == [newest_migration()]


def test_every_migration_is_named_after_its_revision() -> None:
    scripts = ScriptDirectory(str(files("bot.storage") / "migrations"))
    for script in scripts.walk_revisions():
        assert Path(script.path).name.partition("_")[0] == script.revision


async def test_tables_of_a_version_to_come_are_left_alone(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(alembic_version).values(version_num="9999"))
    with pytest.raises(DatabaseUnusable, match="9999"):
        await migrate(engine)


async def test_tables_of_the_version_before_gain_what_is_new_and_lose_nothing(engine: AsyncEngine) -> None:
    kept = {"key": "k", "text": "a place in a list", "expires_at": 1}
    async with engine.begin() as connection:
        await connection.run_sync(downgrade, "0001")
        await connection.execute(text("INSERT INTO bookmarks VALUES (:key, :text, :expires_at)"), kept)
    assert await tables(engine) == {"bookmarks", "alembic_version"}

    await migrate(engine)

    assert await tables(engine) == {*metadata.tables, "alembic_version"}
    async with engine.connect() as connection:
        rows = (await connection.execute(select(bookmarks))).mappings().all()
        assert [dict(row) for row in rows] == [{**kept, "team_id": ""}]
        assert await connection.run_sync(_differences) == []


async def test_rows_of_the_version_before_go_to_the_team_of_the_first_bot_to_start(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(downgrade, "0002")
        for statement in ROWS_WITHOUT_TEAM:
            await connection.execute(text(statement))
    await migrate(engine)
    assert await teams(engine) == dict.fromkeys(TABLES_BEFORE_TEAMS, ("",))

    await asyncio.gather(*(adopt_rows(engine, "T1") for _ in range(4)))
    await adopt_rows(engine, "T2")

    assert await teams(engine) == dict.fromkeys(TABLES_BEFORE_TEAMS, ("T1",))


async def test_a_row_that_the_version_before_writes_while_it_is_replaced_is_adopted_later(
    engine: AsyncEngine,
) -> None:
    await adopt_rows(engine, "T1")
    async with engine.begin() as connection:
        for statement in ROWS_WITHOUT_TEAM:
            await connection.execute(text(statement))
    await adopt_rows(engine, "T1")
    assert await teams(engine) == dict.fromkeys(TABLES_BEFORE_TEAMS, ("T1",))


async def test_rows_of_another_team_are_not_adopted(engine: AsyncEngine) -> None:
    row = {"executor": "one", "beat_at": 1, "team_id": "T2"}
    async with engine.begin() as connection:
        await connection.execute(insert(workers).values(row))
    await adopt_rows(engine, "T1")
    assert (await teams(engine))["workers"] == ("T2",)


async def test_processes_that_start_at_once_adopt_together(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as two, opened(postgres_url) as three:
        await migrate(one)
        async with one.begin() as connection:
            for statement in ROWS_WITHOUT_TEAM:
                await connection.execute(text(statement))
        await asyncio.gather(*(adopt_rows(engine, "T1") for engine in (one, two, three)))
        assert await teams(three) == dict.fromkeys(TABLES_BEFORE_TEAMS, ("T1",))


async def test_the_team_can_be_taken_back_and_what_is_kept_stays(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for statement in ROWS_WITHOUT_TEAM:
            await connection.execute(text(statement))
        await connection.run_sync(downgrade, "0002")
    await migrate(engine)
    async with engine.connect() as connection:
        assert await connection.scalar(select(digests.c.plan)) == "{}"
        assert await connection.scalar(select(digest_runs.c.slot)) == "now:1"
        assert await connection.run_sync(_differences) == []


async def test_replicas_that_start_at_once_bring_older_tables_up_to_date_together(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as two, opened(postgres_url) as three:
        await migrate(one)
        async with one.begin() as connection:
            await connection.run_sync(downgrade, "0001")
        await asyncio.gather(migrate(one), migrate(two), migrate(three))
        assert await tables(three) == {*metadata.tables, "alembic_version"}


async def test_replicas_that_start_at_once_take_turns(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as two, opened(postgres_url) as three:
        await asyncio.gather(migrate(one), migrate(two), migrate(three))
        assert await tables(three) == {*metadata.tables, "alembic_version"}


async def test_the_migrations_lie_where_an_address_may_have_a_percent_sign(tmp_path: Path) -> None:
    folder = tmp_path / "100%"
    folder.mkdir()
    async with opened(f"sqlite:///{folder}/bot.sqlite3") as engine:
        await migrate(engine)
        assert "bookmarks" in await tables(engine)


async def test_a_database_that_answers_is_proven(url: str) -> None:
    async with opened(url) as engine:
        await probe(engine)


async def test_a_database_that_does_not_answer_is_an_error_without_its_password() -> None:
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as engine:
        for attempt in (probe, migrate):
            with pytest.raises(DatabaseUnusable) as refused:
                await attempt(engine)
            assert "s3cr3t" not in str(refused.value)
        assert "s3cr3t" not in repr(engine)


async def teams(engine: AsyncEngine) -> dict[str, tuple[str, ...]]:
    """The teams of the rows of each table."""
    async with engine.connect() as connection:
        return {
            name: tuple(await connection.scalars(select(table.c.team_id).distinct()))
            for name, table in metadata.tables.items()
            if name in TABLES_BEFORE_TEAMS
        }


async def tables(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_an_sqlite_file_and_its_journal_are_for_their_owner_alone(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        await migrate(engine)
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO workers (executor, beat_at) VALUES ('one', 1)"))
            modes = await asyncio.to_thread(_modes, tmp_path)
    files = ("bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm")
    assert modes == dict.fromkeys(files, 0o600)


async def test_a_reader_of_an_sqlite_file_waits_for_no_write(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        await migrate(engine)
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            other.execute("INSERT INTO workers (executor, beat_at) VALUES ('one', 1)")
            async with asyncio.timeout(5), engine.connect() as connection:
                assert await connection.scalar(select(func.count()).select_from(workers)) == 0


async def test_a_file_of_an_earlier_version_is_logged_ahead_from_its_next_start(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE kept (a)")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    async with opened(f"sqlite:///{file}") as engine, engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await tables(engine) == {"kept"}


async def test_a_server_that_is_gone_without_a_word_is_noticed_by_both_engines(postgres_url: str) -> None:
    async with opened(f"{postgres_url}&keepalives_idle=7") as engine:
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            used = raw.driver_connection.info.get_parameters()
        jobs = make_url(system_database_url(engine.url)).query
    for name, value in {"keepalives_idle": "7", "keepalives_count": "3", "tcp_user_timeout": "30000"}.items():
        assert used[name] == value
        assert jobs[name] == value


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    file.write_text("not a database, and long enough to be taken for one" * 50)
    with pytest.raises(DatabaseUnusable, match=f"file is not a database: {file}"):
        open_database(f"sqlite:///{file}")


async def test_what_was_to_be_written_is_in_no_error(engine: AsyncEngine) -> None:
    row = {"key": "k", "text": "canary-of-a-person", "expires_at": 1, "team_id": ""}
    async with engine.begin() as connection:
        await connection.execute(insert(bookmarks).values(row))
    with pytest.raises(IntegrityError) as refused:
        async with engine.begin() as connection:
            await connection.execute(insert(bookmarks).values(row))
    assert "canary-of-a-person" not in str(refused.value)


async def test_a_database_that_can_not_be_written_is_not_ready(postgres_url: str) -> None:
    async with opened(postgres_url) as engine:
        await migrate(engine)
        await probe(engine)
        async with engine.begin() as connection:
            name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
            await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    async with opened(postgres_url) as engine:
        with pytest.raises(DatabaseUnusable, match="read-only transaction"):
            await probe(engine)


def test_threads_that_want_a_new_file_at_once_take_turns_to_migrate(tmp_path: Path) -> None:
    databases._new_file.cache_clear()  # noqa: SLF001 - as at the start of a worker
    paths = [tmp_path / f"{number}.sqlite3" for number in range(4)]
    with ThreadPoolExecutor(len(paths)) as threads:
        placed = [threads.submit(databases.place_tables, f"sqlite:///{path}") for path in paths]
        assert [each.result(timeout=30) for each in placed] == [None] * len(paths)
    assert len({path.read_bytes() for path in paths}) == 1
