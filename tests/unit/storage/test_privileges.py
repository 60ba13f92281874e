"""A role that may not do what the bot needs is told what its owner has to grant."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from bot.jobs.check import check_jobs
from bot.storage.database import DatabaseUnusable, migrate, probe

from .conftest import opened

ROLE = "plain role"


@pytest.fixture
def limited_url(postgres_url: str) -> Iterator[str]:
    """The database as a role sees it that may connect to it and no more."""
    name, role = str(make_url(postgres_url).database), sql.Identifier(ROLE)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        yield make_url(postgres_url).set(username=ROLE).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(sql.Identifier(name), role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


async def accepted(url: str) -> None:
    """Prove that the database can be used."""
    async with opened(url) as engine:
        await migrate(engine)
        await probe(engine)
        await check_jobs(engine)


async def refused(url: str) -> str:
    """Return why the database can't be used."""
    with pytest.raises(DatabaseUnusable) as error:
        await accepted(url)
    return str(error.value)


def run_grants(url: str, said: str) -> list[str]:
    """Run, as the owner of the database, what a refusal says."""
    grants = said.partition("; as its owner run: ")[2].split("; ")
    with psycopg.connect(url, autocommit=True) as connection:
        for grant in grants:
            connection.execute(grant.encode())
    return grants


async def test_a_role_that_may_not_create_is_told_all_that_it_lacks(
    postgres_url: str, limited_url: str
) -> None:
    said = await refused(limited_url)
    assert said.startswith("permission denied for schema public; ")
    assert run_grants(postgres_url, said) == [
        f'GRANT USAGE, CREATE ON SCHEMA public TO "{ROLE}"',
        f'GRANT CREATE ON DATABASE {make_url(postgres_url).database} TO "{ROLE}"',
    ]
    await accepted(limited_url)


async def test_a_role_that_may_make_no_schema_for_jobs_is_told_so(
    postgres_url: str, limited_url: str
) -> None:
    run_grants(postgres_url, f'; as its owner run: GRANT USAGE, CREATE ON SCHEMA public TO "{ROLE}"')
    said = await refused(limited_url)
    assert said.startswith("permission denied for database ")
    assert run_grants(postgres_url, said) == [
        f'GRANT CREATE ON DATABASE {make_url(postgres_url).database} TO "{ROLE}"'
    ]
    await accepted(limited_url)


async def test_a_role_that_may_not_write_tables_that_are_there_is_told_which(
    postgres_url: str, limited_url: str
) -> None:
    await accepted(postgres_url)
    said = await refused(limited_url)
    assert "public.digests, " in said
    assert f'ON ALL TABLES IN SCHEMA dbos TO "{ROLE}"' in said
    run_grants(postgres_url, said)
    await accepted(limited_url)


async def test_the_proof_leaves_tables_without_a_job(postgres_url: str) -> None:
    await accepted(postgres_url)
    await accepted(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM dbos.workflow_status").fetchall() == [(0,)]


async def test_the_proof_leaves_a_file_without_a_job(tmp_path: Path) -> None:
    await accepted(f"sqlite:///{tmp_path}/bot.sqlite3")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM workflow_status").fetchall() == [(0,)]


async def test_a_file_for_jobs_that_is_no_database_is_found(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3.dbos.sqlite3"
    file.write_text("no database " * 100)
    assert await refused(f"sqlite:///{tmp_path}/bot.sqlite3") == f"file is not a database: {file}"
