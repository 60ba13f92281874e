"""`workflows-bot digest …`: digests in a terminal, for whoever runs the bot."""

from datetime import UTC, datetime

from bot.app import cloudflare_session, database, open_accounts
from bot.cloudflare.errors import CloudflareError, UnknownAccount
from bot.digests.messages.text import digest_line, report_text
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository, NoSuchDigest
from bot.errors import StartupError
from bot.settings import Settings
from bot.telemetry import Metrics


async def list_digests(settings: Settings) -> str:
    """Print every digest, a line each.

    Raises:
        StartupError: the database can't be used.
    """
    async with database(settings) as engine:
        found = await DigestRepository(engine, _now).all()
    return (
        "\n".join(digest_line(digest) for digest in found) or "No digests yet: /workflows digest creates one."
    )


async def preview(settings: Settings, number: int) -> str:
    """Return what a digest would say now. Nothing is posted, and nothing is kept.

    Raises:
        StartupError: there is no such digest, or its account or the database can't be used.
    """
    async with database(settings) as engine, cloudflare_session() as session:
        accounts = open_accounts(settings, session, Metrics())
        try:
            digest = await DigestRepository(engine, _now).get(number)
            reader = ReportBuilder(accounts, settings.digest_lookback, _now)
            return report_text(digest, await reader.report(digest.plan, digest.baseline))
        except NoSuchDigest as error:
            raise StartupError(f"{error}; `workflows-bot digest list` shows them all") from error
        except (CloudflareError, UnknownAccount) as error:
            raise StartupError(f"digest {number}: {error}; `workflows-bot check` looks closer") from error


def _now() -> datetime:
    return datetime.now(UTC)
