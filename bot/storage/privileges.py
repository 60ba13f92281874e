"""What a role of PostgreSQL may not do, and the statements that let it."""

from typing import Any, Final

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.reasons import reason_of
from bot.storage.tables import alembic_version, metadata

JOBS_SCHEMA: Final = "dbos"
"""Where DBOS keeps the jobs; it makes the schema, unless it is there."""

_NOT_PERMITTED: Final = "42501"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_ROLE: Final = text("SELECT quote_ident(current_user), quote_ident(current_database()), current_schema()")
_MAY_CREATE_SCHEMAS: Final = text("SELECT has_database_privilege(current_database(), 'CREATE')")
_MAY_USE: Final = text(
    "SELECT has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')"
    " FROM pg_namespace WHERE nspname = :schema"
)
_CLOSED_TABLES: Final = text(
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p')"
    " AND (relname IN :names OR :schema = :jobs) AND NOT (has_table_privilege(oid, 'SELECT')"
    " AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')"
    " AND has_table_privilege(oid, 'DELETE')) ORDER BY relname"
).bindparams(bindparam("names", expanding=True))


async def reason_with_grants(engine: AsyncEngine, error: Exception) -> str:
    """Return why the database refuses, in one line; if the role may not, with what its owner has to run."""
    said = reason_of(error)
    if not _is_about_privileges(error):
        return said
    try:
        async with engine.connect() as connection:
            grants = await connection.run_sync(missing_grants)
    except (SQLAlchemyError, OSError):
        return said
    return f"{said}; as its owner run: {'; '.join(grants)}" if grants else said


def missing_grants(connection: Connection) -> list[str]:
    """Return the statements that give the role of a connection what the bot and its jobs need."""
    role, name, schema = connection.execute(_ROLE).one()
    grants = []
    for place in dict.fromkeys((schema or "public", JOBS_SCHEMA)):
        may_use = connection.scalar(_MAY_USE, {"schema": place})
        if may_use is None and not connection.scalar(_MAY_CREATE_SCHEMAS):
            grants.append(f"GRANT CREATE ON DATABASE {name} TO {role}")
        elif may_use is False:
            grants.append(f"GRANT USAGE, CREATE ON SCHEMA {place} TO {role}")
        if closed := _closed_tables(connection, place):
            grants.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {closed} TO {role}")
    return grants


def _closed_tables(connection: Connection, schema: str) -> str:
    """Return what to name in a grant on those tables of a schema that the role may not read and write."""
    names = [*metadata.tables, alembic_version.name]
    asked = {"schema": schema, "names": names, "jobs": JOBS_SCHEMA}
    closed = list(connection.scalars(_CLOSED_TABLES, asked))
    if closed and schema == JOBS_SCHEMA:
        return f"ALL TABLES IN SCHEMA {schema}"
    return ", ".join(f"{schema}.{name}" for name in closed)


def _is_about_privileges(error: Exception) -> bool:
    cause: Any = error.orig if isinstance(error, StatementError) else error
    return getattr(cause, "sqlstate", None) == _NOT_PERMITTED
