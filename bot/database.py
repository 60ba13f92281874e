"""The database of the settings, open while a block runs.

Commands that need no more than that load no more than this.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StartupError
from bot.settings import DatabaseSettings
from bot.storage.database import DatabaseUnusable, migrate, open_database


@asynccontextmanager
async def database(settings: DatabaseSettings) -> AsyncIterator[AsyncEngine]:
    """Open the database with its tables up to date.

    Raises:
        StartupError: it can't be used.
    """
    try:
        engine = open_database(settings.database_url.get_secret_value())
        try:
            await migrate(engine)
            yield engine
        finally:
            await engine.dispose()
    except DatabaseUnusable as error:
        raise StartupError(f"DATABASE_URL: the database can't be used: {error}") from error
