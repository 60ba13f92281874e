"""Cloudflare as settings describe it: the session, each account with its budget and cache, and analytics."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import aiohttp

from bot import __version__
from bot.browse.causes import CauseReader
from bot.browse.kept_causes import CauseStore
from bot.cloudflare.analytics import QUERIES, AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import Call, WorkflowsClient, observe_nothing
from bot.cloudflare.concurrency import ConcurrencyLimit
from bot.cloudflare.endpoint import Credentials, NoCredentials
from bot.cloudflare.limiter import Budget
from bot.cloudflare.timed_cache import CacheTimes
from bot.inspect.masked_errors import mask_cause
from bot.inspect.payloads import PayloadPolicy
from bot.outgoing import proxy_middleware
from bot.settings import ReportSettings
from bot.telemetry import Metrics

_ANALYTICS_DEADLINE = timedelta(seconds=5)
"""What they say is a hint, which is not waited for as long as for an answer."""


@asynccontextmanager
async def cloudflare_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open one session for all accounts; it keeps no cookies.

    It has no limit of its own to connections, for which requests would wait within their deadline, and those
    of one account for another's: each account has its `ConcurrencyLimit`.
    """
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"workflows-bot/{__version__}"},
        middlewares=[proxy_middleware()],
    ) as session:
        yield session


def open_accounts(
    settings: ReportSettings,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    observe: Callable[[Call], None] = observe_nothing,
) -> dict[str, CachedWorkflows]:
    """Return every account by name, the default first; accounts of one token share its budget."""
    budgets: dict[Credentials, Budget] = {}
    deadline = timedelta(seconds=settings.bot_request_deadline)
    times = CacheTimes(
        first=timedelta(seconds=settings.bot_cache_first_pages),
        rest=timedelta(seconds=settings.bot_cache_other_pages),
        pages=settings.bot_cache_size,
    )
    accounts = {}
    for name, endpoint in settings.endpoints.items():
        budget = None
        if not isinstance(endpoint.credentials, NoCredentials):
            budget = budgets.setdefault(
                endpoint.credentials,
                Budget(
                    settings.bot_request_budget,
                    settings.bot_request_reserve,
                    time.monotonic,
                    settings.bot_person_share,
                ),
            )
            metrics.budget_left.labels(name).set_function(partial(getattr, budget, "left"))
        concurrency = ConcurrencyLimit(settings.bot_connections, longest_wait=deadline)
        metrics.upstream_waiting.labels(name).set_function(partial(getattr, concurrency, "waiting"))
        client = WorkflowsClient(
            session,
            endpoint,
            budget=budget,
            concurrency=concurrency,
            deadline=deadline,
            observe=_counting_calls(metrics, name, observe),
        )
        accounts[name] = CachedWorkflows(client, times, time.monotonic, _counting_pages(metrics, name))
    return accounts


def cause_reader(
    settings: ReportSettings, accounts: Mapping[str, CachedWorkflows], kept: CauseStore | None = None
) -> CauseReader:
    """Return what reads why instances failed, without the secrets that settings name."""
    policy = PayloadPolicy(redact=settings.bot_redact)
    return CauseReader(accounts, partial(mask_cause, policy=policy), kept)


def open_analytics(
    settings: ReportSettings,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    observe: Callable[[Call], None] = observe_nothing,
) -> dict[str, AnalyticsClient]:
    """Return what asks analytics, by the name of each account that has a token for them.

    Accounts of one token share its budget.
    """
    budgets: dict[Credentials, Budget] = {}
    deadline = min(timedelta(seconds=settings.bot_request_deadline), _ANALYTICS_DEADLINE)
    return {
        name: AnalyticsClient(
            session,
            endpoint,
            budget=budgets.setdefault(
                endpoint.credentials,
                Budget(QUERIES, settings.bot_request_reserve, time.monotonic, settings.bot_person_share),
            ),
            deadline=deadline,
            observe=_counting_calls(metrics, name, observe),
        )
        for name, endpoint in settings.analytics_endpoints.items()
    }


def _counting_calls(
    metrics: Metrics, account: str, observe: Callable[[Call], None]
) -> Callable[[Call], None]:
    def count(call: Call) -> None:
        metrics.upstream_calls.labels(account, call.outcome).inc()
        metrics.upstream_seconds.labels(account).observe(call.seconds)
        observe(call)

    return count


def _counting_pages(metrics: Metrics, account: str) -> Callable[[str], None]:
    return lambda outcome: metrics.pages.labels(account, outcome).inc()
