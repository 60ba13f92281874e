"""The composition root: settings in, a running bot out, and everything closed at its end."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from aiohttp.web import Application, RouteDef
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.access.people import People
from bot.access.policy import Access
from bot.access.rules import load_rules
from bot.browse.browser import Browser
from bot.browse.causes import CauseReader
from bot.browse.handlers import ListHandlers
from bot.browse.overview import OverviewReader
from bot.browse.overview_handlers import OverviewHandlers
from bot.browse.person_clock import PersonClock
from bot.browse.service import ListService
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import Call, observe_nothing
from bot.database import database
from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.worker import run_worker
from bot.digests.form_handlers import DigestFormHandlers
from bot.digests.handlers import DigestHandlers
from bot.digests.limits import DigestLimits
from bot.digests.reading import ReportBuilder
from bot.digests.rights import DigestRights
from bot.digests.scope import DigestScope
from bot.digests.service import DigestService
from bot.digests.store import DigestRepository, teams_with_digests
from bot.digests.zones import AssumedZones
from bot.errors import Role, StartupError
from bot.export.destinations import Destinations
from bot.export.handlers import ExportHandlers
from bot.export.plan import Bounds
from bot.export.planning import ExportPlanner
from bot.export.service import Exports
from bot.export.store import ExportStore
from bot.failures.handlers import FailureHandlers
from bot.failures.reading import FailureReader
from bot.find.handlers import FindHandlers
from bot.find.search import InstanceSearch
from bot.home.handlers import HomeHandlers
from bot.inspect.handlers import InspectHandlers
from bot.inspect.look_up import LookUpHandler
from bot.inspect.masked_errors import mask_step_name
from bot.inspect.payload_handlers import PayloadHandlers
from bot.inspect.payloads import PayloadPolicy
from bot.jobs.presence import WorkerMonitor
from bot.request_reader import RequestReader
from bot.routing import routes
from bot.settings import Settings
from bot.slack.admission import Admission
from bot.slack.background import Background
from bot.slack.bolt import SlackApp
from bot.slack.channels import ChannelAccess
from bot.slack.client import SlackUnreachable, answer_session, slack_client
from bot.slack.connections import ConnectionLimits, Connections
from bot.slack.edited_messages import EditedMessages
from bot.slack.files import FileSender
from bot.slack.health import Health, Probe
from bot.slack.http import SlackEndpoint, slack_route
from bot.slack.poster import Poster
from bot.slack.refusals import Refusals
from bot.slack.responder import Responder
from bot.slack.router import Router
from bot.slack.socket_mode import SocketMode
from bot.slack.team import InstalledTeam
from bot.slack.user_groups import UserGroups
from bot.slack.users import UserProfiles, UserTimeZones
from bot.slack.written_messages import AnswerShares, MessageAnswers
from bot.stats.handlers import StatsHandlers
from bot.stats.reading import StatsReader
from bot.storage.database import DatabaseUnusable, adopt_rows, probe
from bot.stored_requests import StoredRequests, open_stores, purge_regularly
from bot.telemetry import Metrics
from bot.upstream import cause_reader, cloudflare_session, open_accounts, open_analytics
from bot.verbs import nearest_command

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is ready to be served.

    Attributes:
        web: the endpoints of its port.
        monitoring: those of the port for metrics, where that is another one.
        is_called_by_slack: whether Slack's requests come to its port.
        connections: those of both.
        socket_mode: its connection to Slack, where it does without HTTP.
        background: what still runs after its ack.
        client: Slack's Web API, with the bot's token.
    """

    web: Application
    monitoring: Application | None
    is_called_by_slack: bool
    connections: Connections
    socket_mode: SocketMode | None
    background: Background
    client: AsyncWebClient


@asynccontextmanager
async def build_bot(
    settings: Settings, observe: Callable[[Call], None] = observe_nothing, role: Role = Role.ALL
) -> AsyncIterator[Bot]:
    """Build a bot and connect it to its database; close all of it at the end.

    Args:
        settings: all of them.
        observe: told of every request to Cloudflare, beside the metrics.
        role: what of it is put together.

    Raises:
        SettingsError: the rules of access can't be read.
        StartupError: the database can't be used, or not by several processes that have a role each.
        TokenRefused: Slack refuses the bot's token.
    """
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        client = await stack.enter_async_context(slack_client(settings))
        access, zones = await stack.enter_async_context(open_access(settings, client))
        answers = await stack.enter_async_context(answer_session(settings))
        engine = await stack.enter_async_context(database(settings))
        if role is not Role.ALL and engine.dialect.name == "sqlite":
            raise StartupError(
                f"--role {role.value}: processes with a role each share a PostgreSQL: "
                "set DATABASE_URL to one, or leave --role out"
            )
        installed = InstalledTeam(client, partial(_adopt, engine))
        stack.push_async_callback(installed.close)
        await _learn_team(installed)
        upstream = await stack.enter_async_context(cloudflare_session())
        accounts = open_accounts(settings, upstream, metrics, observe)
        for account in accounts.values():
            stack.push_async_callback(account.close)
        stored = await stack.enter_async_context(open_stores(engine, settings.keep_bookmarks, _now))
        causes = cause_reader(settings, accounts, stored.causes)
        reader = ReportBuilder(accounts, settings.digest_lookback, _now, causes)
        background = Background(timedelta(seconds=settings.bot_ack_within))
        workers = WorkerMonitor(engine)
        probes: dict[str, Probe] = {"database": partial(_database_fault, engine)}
        refusals = Refusals()
        stack.callback(refusals.close)
        app = socket_mode = None
        slack_routes: list[RouteDef] = []
        if role is not Role.WORKER:
            responder = Responder(answers, client)
            exports = await stack.enter_async_context(run_exports(settings, client, engine, installed.get_id))
            router = build_router(
                settings,
                client,
                engine,
                installed,
                accounts,
                open_analytics(settings, upstream, metrics, observe),
                reader,
                stored,
                responder,
                background,
                workers,
                access,
                zones,
                causes,
                exports,
            )
            app = SlackApp(client, metrics)
            app.listen(router)
        if app is not None and settings.slack_app_token is not None:
            socket_mode = SocketMode(app, client, settings.slack_app_token.get_secret_value())
            probes["socket mode"] = partial(_socket_fault, socket_mode)
        elif app is not None and settings.slack_signing_secret is not None:
            endpoint = SlackEndpoint(app, settings.slack_signing_secret.get_secret_value())
            slack_routes.append(slack_route(endpoint, metrics, refusals))

        await stack.enter_async_context(purge_regularly(stored, installed.get_id))
        if role is not Role.WEB:
            stores = partial(DigestRepository, engine, now=_now)
            assumed = AssumedZones(installed.get_id, stores, zones)
            await stack.enter_async_context(assumed.run())
            poster = Poster(client, EVENT_TYPE)
            worker = await stack.enter_async_context(
                run_worker(
                    settings,
                    engine,
                    installed.get_id,
                    poster,
                    reader,
                    stored.buttons,
                    metrics,
                    _now,
                    DigestScope(access),
                )
            )
            probes["worker"] = worker.fault
            workers.own_fault = lambda: worker.outage
        health = Health(metrics, probes)
        stack.push_async_callback(health.close)
        is_apart = settings.bot_metrics_port is not None
        yield Bot(
            web=_application(*slack_routes, *health.routes(in_full=not is_apart)),
            monitoring=_application(*health.routes()) if is_apart else None,
            is_called_by_slack=bool(slack_routes),
            connections=Connections(_connection_limits(settings), refusals, metrics),
            socket_mode=socket_mode,
            background=background,
            client=client,
        )


def _application(*routes: RouteDef) -> Application:
    application = Application()
    application.add_routes(routes)
    return application


def _connection_limits(settings: Settings) -> ConnectionLimits:
    return ConnectionLimits(
        total=settings.bot_max_connections,
        per_address=settings.bot_max_connections_per_address,
        keep_alive=timedelta(seconds=settings.bot_keep_alive_seconds),
    )


@asynccontextmanager
async def run_exports(
    settings: Settings, client: AsyncWebClient, engine: AsyncEngine, team: Callable[[], Awaitable[str]]
) -> AsyncIterator[Exports]:
    """Run what makes exports; `team` returns Slack's id of the workspace."""
    bounds = Bounds(settings.export_time, settings.bot_export_rows)
    exports = Exports(ExportStore(engine, _now), EditedMessages(client), FileSender(client), bounds)
    async with exports.run(team):
        yield exports


@asynccontextmanager
async def open_access(
    settings: Settings, client: AsyncWebClient
) -> AsyncIterator[tuple[Access, UserTimeZones]]:
    """Return who may do what, and people's time zones; end its calls of Slack at the end.

    Raises:
        SettingsError: the rules can't be read.
    """
    rules = load_rules(settings)
    profiles, groups = UserProfiles(client, time.monotonic), UserGroups(client, time.monotonic)
    people = People(profiles, groups, rules.groups)
    try:
        yield Access(rules, people, tuple(settings.endpoints)), UserTimeZones(profiles)
    finally:
        await profiles.close()
        await groups.close()


def build_router(  # noqa: PLR0913, PLR0917 - everything that answers people comes together here
    settings: Settings,
    client: AsyncWebClient,
    engine: AsyncEngine,
    installed: InstalledTeam,
    accounts: Mapping[str, CachedWorkflows],
    analytics: Mapping[str, AnalyticsClient],
    reports: ReportBuilder,
    stored: StoredRequests,
    responder: Responder,
    background: Background,
    workers: WorkerMonitor,
    access: Access,
    zones: UserTimeZones,
    causes: CauseReader,
    exports: Exports,
) -> Router:
    """Return what answers people, with every handler on it."""
    refresh_pause = timedelta(seconds=settings.bot_refresh_pause)
    browser = Browser(accounts, stored.walks.has_passed, causes=causes, lookback=settings.lookback)
    overviews = OverviewReader(accounts, stored.counts)
    overview = OverviewHandlers(overviews, browser, stored.buttons, zones, access)
    shown_lists = ListService(browser, stored.buttons, stored.walks, nearest_command, causes, overview)
    clock = PersonClock(zones, _now)
    lists = ListHandlers(shown_lists, browser, clock, refresh_pause, access)
    ids = {name: account.account_id for name, account in settings.endpoints.items() if account.account_id}
    mentions = LookUpHandler(accounts, ids, stored.buttons, _now, access)
    policy = PayloadPolicy(show=settings.bot_payloads == "show", redact=settings.bot_redact)
    payloads = PayloadHandlers(accounts, stored.buttons, policy, FileSender(client), access)
    inspect = InspectHandlers(accounts, ids, browser, stored.buttons, _now, refresh_pause, payloads, access)
    search = InstanceSearch(accounts, analytics, ids)
    finds = FindHandlers(search, inspect, lists, stored.buttons, _now, access)
    failure_reader = FailureReader(browser, causes, accounts)
    failures = FailureHandlers(failure_reader, stored.buttons, clock, refresh_pause, access)
    stats_reader = StatsReader(accounts, browser, analytics, _now, partial(mask_step_name, policy=policy))
    stats = StatsHandlers(stats_reader, stored.buttons, clock, refresh_pause, access)
    limits = DigestLimits(settings.bot_digests_per_person, settings.bot_digests_per_channel)
    run_pause = timedelta(seconds=settings.bot_run_pause)
    stores = partial(DigestRepository, engine, now=_now, limits=limits, run_pause=run_pause)
    channels = ChannelAccess(client)
    scope = DigestScope(access)
    service = DigestService(stores, reports, accounts, stored.buttons, channels, _now, scope, workers)
    rights = DigestRights(stores, settings.bot_admins, channels, scope)
    digests, digest_forms = DigestHandlers(service, rights), DigestFormHandlers(service, rights, zones)
    destinations = Destinations(FileSender(client), channels, access)
    planner = ExportPlanner(Accounts(accounts), causes, destinations, settings.lookback, clock)
    exporting = ExportHandlers(exports, planner, access, settings.bot_admins, stored.buttons)
    names = tuple(accounts)
    admission = Admission(installed, access)
    messages = MessageAnswers(admission, background, responder, stored.handled, AnswerShares())
    return Router(
        admission,
        RequestReader(names, stored.buttons, zones, lists, _now, access, ids),
        routes(
            lists,
            overview,
            inspect,
            mentions,
            digests,
            digest_forms,
            HomeHandlers(lists, access),
            exporting,
            finds,
            failures,
            stats,
            access,
        ),
        responder,
        background,
        stored.handled,
        messages,
    )


async def _learn_team(installed: InstalledTeam) -> None:
    """Refuse to start with a token that Slack refuses; a Slack that is down is no reason to stay down."""
    try:
        await installed.get()
    except SlackUnreachable as error:
        _log.warning("slack_token_unchecked", reason=str(error))


async def _adopt(engine: AsyncEngine, team: str) -> None:
    """Give the bot's team what has none, and say so where the database holds digests of another team."""
    await adopt_rows(engine, team)
    if others := [other for other in await teams_with_digests(engine) if other != team]:
        _log.warning("digests_of_other_teams", teams=others, team=team)


def _now() -> datetime:
    return datetime.now(UTC)


async def _database_fault(engine: AsyncEngine) -> str | None:
    try:
        await probe(engine)
    except DatabaseUnusable as error:
        return str(error)
    return None


async def _socket_fault(socket_mode: SocketMode) -> str | None:
    return None if await socket_mode.is_connected() else "not connected to Slack"
