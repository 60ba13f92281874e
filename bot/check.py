"""`workflows-bot check`: proves what a running bot will rely on, a line for each."""

import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from bot.access.rules import load_rules, unmatched_patterns
from bot.cloudflare.analytics import PERMISSION, AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import AccountNotFound, CloudflareError, NotAuthorized
from bot.database import database
from bot.errors import StartupError
from bot.settings import Settings, SettingsError
from bot.settings.sources import describe_cleaned_settings, env_file
from bot.slack.client import SlackUnreachable, TokenRefused, check_app_token, check_bot_token, slack_client
from bot.slack.lookups import LookupFailed
from bot.slack.user_groups import UserGroups
from bot.storage.database import DatabaseUnusable, probe
from bot.telemetry import Metrics
from bot.upstream import cloudflare_session, open_accounts, open_analytics

_SIGNING_SECRET: Final = re.compile(r"[0-9a-f]{32}")
_NEEDED: Final = ("commands", "chat:write", "users:read")
_SENT_AGAIN: Final = "without it, a digest that is cut off while it is sent may come twice, and says so"
_OPTIONAL: Final = {
    "channels:history": _SENT_AGAIN,
    "groups:history": f"{_SENT_AGAIN}, in private channels",
    "app_mentions:read": "without it, messages that mention the bot are not answered",
    "im:history": "without it, direct messages to the bot are not answered",
    "files:write": "without it, nobody can have params and outputs sent as a file",
    "usergroups:read": "without it, rules of access for user groups give nobody anything",
}

_NO_RULES: Final = "no rules: all full members may look at every workflow and set up digests, guests nothing"
_GROUP_TIMEOUT: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, and what to know or to do."""

    subject: str
    ok: bool
    text: str


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Look at settings, Slack, every account and the database."""
    names = ", ".join(settings.endpoints)
    mode = "Socket Mode" if settings.slack_app_token else "HTTP"
    file = env_file()
    read = [f"{mode}; accounts: {names}", *([f"from the environment and {file}"] if file else [])]
    mended = describe_cleaned_settings(sorted(name.upper() for name in Settings.model_fields))
    yield Finding("settings", ok=True, text="; ".join((*read, *mended)))
    async for finding in _check_slack(settings):
        yield finding
    workflows: dict[str, Sequence[str]] = {}
    async with cloudflare_session() as session:
        for name, account in open_accounts(settings, session, Metrics()).items():
            yield await _check_account(name, account, settings, workflows)
        for name, analytics in open_analytics(settings, session, Metrics()).items():
            yield await _check_analytics(name, analytics)
    async for finding in _check_access(settings, workflows):
        yield finding
    yield await _check_database(settings)


async def _check_slack(settings: Settings) -> AsyncIterator[Finding]:
    async with slack_client(settings) as client:
        try:
            answer = await check_bot_token(client)
        except TokenRefused as error:
            yield Finding("slack token", ok=False, text=str(error))
        except SlackUnreachable as error:
            text = f"{error}; asked was {settings.slack_api_url}"
            yield Finding("slack token", ok=False, text=text)
        else:
            yield Finding("slack token", ok=True, text=f"{answer.get('user')} in {answer.get('team')}")
            yield _check_scopes(str(answer.headers.get("x-oauth-scopes", "")))
        if settings.slack_app_token is None and settings.slack_signing_secret is not None:
            for finding in _check_signing_secret(settings.slack_signing_secret.get_secret_value()):
                yield finding
        if settings.slack_app_token is not None:
            try:
                await check_app_token(client, settings.slack_app_token.get_secret_value())
            except (TokenRefused, SlackUnreachable) as error:
                yield Finding("slack app token", ok=False, text=str(error))
            else:
                yield Finding("slack app token", ok=True, text="Socket Mode can connect")


def _check_signing_secret(secret: str) -> Iterator[Finding]:
    """Yield a problem if a text can't be a signing secret; only a request of Slack's shows the right one."""
    if not _SIGNING_SECRET.fullmatch(secret):
        text = (
            "SLACK_SIGNING_SECRET is not 32 hexadecimal digits, as Slack's are: "
            "copy it from the Slack app's Basic Information"
        )
        yield Finding("slack signing secret", ok=False, text=text)


def _check_scopes(header: str) -> Finding:
    granted = [scope.strip() for scope in header.split(",") if scope.strip()]
    if not granted:
        return Finding("slack scopes", ok=True, text="Slack did not say which the token has")
    missing = [scope for scope in _NEEDED if scope not in granted]
    if missing:
        text = f"missing: {', '.join(missing)}; add them under OAuth & Permissions and install the app again"
        return Finding("slack scopes", ok=False, text=text)
    hints = [f"{scope} is not granted: {why}" for scope, why in _OPTIONAL.items() if scope not in granted]
    return Finding("slack scopes", ok=True, text="; ".join((", ".join(granted), *hints)))


async def _check_access(settings: Settings, workflows: Mapping[str, Sequence[str]]) -> AsyncIterator[Finding]:
    """Check the rules of who may do what; `workflows` are those of the accounts that can be read."""
    try:
        rules = load_rules(settings)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("access", ok=False, text=problem)
        return
    if not rules.are_set:
        yield Finding("access", ok=True, text=_NO_RULES)
        return
    yield Finding(
        "access",
        ok=True,
        text="; ".join((f"{len(rules.rules)} rules", *unmatched_patterns(rules, workflows))),
    )
    async with slack_client(settings) as client:
        groups = UserGroups(client, time.monotonic)
        for group in rules.groups:
            try:
                members = await groups.get(group, _GROUP_TIMEOUT)
            except LookupFailed as error:
                text = f"who is in it can't be read ({error.reason}), so its rules give nobody anything"
                yield Finding(f"user group {group}", ok=False, text=text)
            else:
                yield Finding(f"user group {group}", ok=True, text=f"{len(members)} people")


async def _check_account(
    name: str, account: CachedWorkflows, settings: Settings, workflows: dict[str, Sequence[str]]
) -> Finding:
    subject = f"account {name}"
    try:
        found = await account.list_workflows()
    except NotAuthorized as error:
        permissions = ", ".join(error.PERMISSIONS)
        text = f"{error.reason}: its credentials are wrong, or lack one of these permissions: {permissions}"
        return Finding(subject, ok=False, text=text)
    except AccountNotFound as error:
        return Finding(subject, ok=False, text=f"{error.reason}: look at its account id")
    except CloudflareError as error:
        root = settings.endpoints[name].base_url
        return Finding(subject, ok=False, text=f"{error.reason}; asked was {root}")
    workflows[name] = [row.name for row in found.rows]
    return Finding(subject, ok=True, text=f"reads Workflows; there are {len(found.rows)}")


async def _check_analytics(name: str, analytics: AnalyticsClient) -> Finding:
    """Check that an account's analytics answer a question about an instance that there is not."""
    subject = f"analytics of {name}"
    try:
        await analytics.find_workflows("workflows-bot check")
    except NotAuthorized as error:
        text = f"{error.reason}: the analytics token is wrong, or lacks the permission {PERMISSION}"
        return Finding(subject, ok=False, text=text)
    except CloudflareError as error:
        return Finding(subject, ok=False, text=f"{error.reason}; nothing but `find` and `stats` needs them")
    return Finding(subject, ok=True, text="answers queries about Workflows")


async def _check_database(settings: Settings) -> Finding:
    """Check that its tables and those of its jobs can be made and written."""
    from bot.jobs.check import check_jobs  # noqa: PLC0415 - DBOS takes half a second to load

    try:
        async with database(settings) as engine:
            try:
                await probe(engine)
                await check_jobs(engine)
            except DatabaseUnusable as error:
                return Finding(
                    "database", ok=False, text=f"DATABASE_URL: the database can't be used: {error}"
                )
            return Finding(
                "database", ok=True, text=f"{_place(engine.url)}, tables up to date, jobs can be kept"
            )
    except StartupError as error:
        return Finding("database", ok=False, text=str(error))


def _place(url: URL) -> str:
    """Return the kind of a database, and the full path of a file, as a setting may have a relative one."""
    is_file = url.get_backend_name() == "sqlite" and url.database is not None
    return f"sqlite in {Path(str(url.database)).resolve()}" if is_file else url.get_backend_name()
