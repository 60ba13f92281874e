"""One memory of compiled statements for all databases of this process.

SQLAlchemy compiles a statement once for each engine: in a bot that is once in its life, in these tests once a
test, which took a tenth of the time of a test with a bot or with jobs.
"""

from typing import Final

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_COMPILED: Final[LRUCache[object, object]] = LRUCache(2000)


class RememberingDialect(DefaultDialect):
    """Makes a dialect remember; all of its kind compile alike, as their engines are made alike."""

    supports_statement_cache = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


class RememberingSQLite(RememberingDialect, SQLiteDialect_pysqlite):
    """The dialect of DBOS beside an SQLite file."""

    supports_statement_cache = True


class RememberingAsyncSQLite(RememberingDialect, SQLiteDialect_aiosqlite):
    """The dialect of the bot on an SQLite file."""

    supports_statement_cache = True


def share_compiled_statements() -> None:
    """Let engines that are made from now on share what they compile."""
    registry.register("sqlite.pysqlite", __name__, RememberingSQLite.__name__)
    registry.register("sqlite", __name__, RememberingSQLite.__name__)
    registry.register("sqlite.aiosqlite", __name__, RememberingAsyncSQLite.__name__)
    postgres = f"{__package__}.compiled_for_postgres"  # loads only for a PostgreSQL
    registry.register("postgresql.psycopg", postgres, "RememberingPostgres")
