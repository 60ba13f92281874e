"""Databases of either kind, with their tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate, open_database


@asynccontextmanager
async def migrated_database(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database, and bring its tables up to date."""
    engine = open_database(url)
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()
