"""`workflows-bot digest preview`: what a digest would say, for the bot's operator."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.errors import CloudflareError, UnknownAccount
from bot.database import database
from bot.digests.messages.text import report_text
from bot.digests.model import Digest
from bot.digests.reading import ReportBuilder
from bot.digests.store import NoSuchDigest
from bot.errors import StartupError
from bot.settings import ReportSettings
from bot.telemetry import Metrics
from bot.terminal import open_digests
from bot.upstream import cause_reader, cloudflare_session, open_accounts


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
    for store in await open_digests(engine):
        with suppress(NoSuchDigest):
            return await store.get(number)
    raise NoSuchDigest(number)


def _now() -> datetime:
    return datetime.now(UTC)
