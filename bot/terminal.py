"""`workflows-bot digest list`: digests in a terminal, for the bot's operator."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import database
from bot.digests.messages.text import digest_line
from bot.digests.store import DigestRepository, teams_with_digests
from bot.settings import DatabaseSettings


async def list_digests(settings: DatabaseSettings) -> str:
    """Print every digest, a line each.

    Raises:
        StartupError: the database can't be used.
    """
    async with database(settings) as engine:
        found = [digest for store in await open_digests(engine) for digest in await store.list_all()]
    lines = [digest_line(digest) for digest in sorted(found, key=lambda digest: digest.number)]
    return "\n".join(lines) or "No digests yet: /workflows digest creates one."


async def open_digests(engine: AsyncEngine) -> list[DigestRepository]:
    """Return the digests of every workspace in the database: whoever has it may see them all."""
    return [DigestRepository(engine, team, _now) for team in await teams_with_digests(engine)]


def _now() -> datetime:
    return datetime.now(UTC)
