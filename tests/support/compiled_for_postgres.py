"""The dialects of PostgreSQL that share what they compile: see `tests.support.compiled_statements`."""

from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg

from .compiled_statements import RememberingDialect


class RememberingAsyncPostgres(RememberingDialect, PGDialectAsync_psycopg):
    """The dialect of the bot."""

    supports_statement_cache = True


class RememberingPostgres(RememberingDialect, PGDialect_psycopg):
    """The dialect of DBOS."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[RememberingAsyncPostgres]:  # noqa: ARG003 - as SQLAlchemy has it
        return RememberingAsyncPostgres
