"""`workflows-bot digest …`: digests in a terminal, for the bot's operator."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import database
from bot.cloudflare.errors import CloudflareError, UnknownAccount
from bot.digests.messages.text import digest_line, report_text
from bot.digests.model import Digest
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository, NoSuchDigest, teams_with_digests
from bot.errors import StartupError
from bot.settings import DatabaseSettings, ReportSettings
from bot.telemetry import Metrics
from bot.upstream import cause_reader, cloudflare_session, open_accounts


async def list_digests(settings: DatabaseSettings) -> str:
    """Print every digest, a line each.

    Raises:
        StartupError: the database can't be used.
    """
    async with database(settings) as engine:
        found = [digest for store in await _stores(engine) for digest in await store.all()]
    lines = [digest_line(digest) for digest in sorted(found, key=lambda digest: digest.number)]
    return "\n".join(lines) or "No digests yet: /workflows digest creates one."


async def preview(settings: ReportSettings, number: int) -> str:
    """Return what a digest would say now. Nothing is posted, and nothing is kept.

    Raises:
        StartupError: there is no such digest, or its account or the database can't be used.
    """
    async with database(settings) as engine, cloudflare_session() as session:
        accounts = open_accounts(settings, session, Metrics())
        try:
            digest = await _find(engine, number)
            causes = cause_reader(settings, accounts)
            reader = ReportBuilder(accounts, settings.digest_lookback, _now, causes)
            return report_text(digest, await reader.report(digest.plan, digest.baseline, patient=False))
        except NoSuchDigest as error:
            raise StartupError(f"{error}; `workflows-bot digest list` shows them all") from error
        except (CloudflareError, UnknownAccount) as error:
            raise StartupError(f"digest {number}: {error}; `workflows-bot check` looks closer") from error


async def _find(engine: AsyncEngine, number: int) -> Digest:
    """Return a digest of whichever workspace.

    Raises:
        NoSuchDigest: there is none.
    """
    for store in await _stores(engine):
        with suppress(NoSuchDigest):
            return await store.get(number)
    raise NoSuchDigest(number)


async def _stores(engine: AsyncEngine) -> list[DigestRepository]:
    """Return the digests of every workspace in the database: whoever has it may see them all."""
    return [DigestRepository(engine, team, _now) for team in await teams_with_digests(engine)]


def _now() -> datetime:
    return datetime.now(UTC)
