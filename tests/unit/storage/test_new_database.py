"""A new database is what all migrations make."""

from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate
from tests.support.old_databases import run_all_migrations

from .conftest import opened


async def test_a_new_database_is_what_all_migrations_make(empty_url: str) -> None:
    async with opened(empty_url) as engine:
        await migrate(engine)
        new = await describe(engine)
        async with engine.begin() as connection:
            await connection.run_sync(_drop_all)
            await connection.run_sync(run_all_migrations)
        assert new == await describe(engine)
        assert len(new) > 10


async def describe(engine: AsyncEngine) -> dict[str, object]:
    """Return all that a database has by its name, and which migration it says is its newest."""
    async with engine.connect() as connection:
        return await connection.run_sync(_describe)


def _describe(connection: Connection) -> dict[str, object]:
    found: dict[str, object] = {}
    look: Any = inspect(connection)
    for table in look.get_table_names():
        found[table] = (
            [column | {"type": str(column["type"])} for column in look.get_columns(table)],
            look.get_pk_constraint(table),
            look.get_foreign_keys(table),
            look.get_unique_constraints(table),
            look.get_check_constraints(table),
            sorted(look.get_indexes(table), key=str),
        )
    found["newest migration"] = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    if connection.dialect.name == "sqlite":
        found |= {
            f"SQL of {name}": "".join(sql.split())
            for name, sql in connection.execute(text("SELECT name, sql FROM sqlite_master"))
            if sql is not None
        }
    return found


def _drop_all(connection: Connection) -> None:
    for table in inspect(connection).get_table_names():
        cascade = "CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TABLE {table} {cascade}"))
