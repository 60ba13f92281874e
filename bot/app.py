"""The composition root: settings in, a running bot out, and everything closed at its end."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
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
from bot.cloudflare.client import Call, observe_nothing
from bot.database import database
from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.running import run_worker
from bot.digests.reading import ReportBuilder
from bot.digests.scope import DigestScope
from bot.digests.store import DigestRepository, teams_with_digests
from bot.digests.zones import AssumedZones
from bot.errors import Role, StartupError
from bot.export.plan import Bounds
from bot.export.service import Exports
from bot.export.store import ExportStore
from bot.features import Resources, build_router
from bot.jobs.presence import WorkerMonitor
from bot.settings import Settings
from bot.slack.background import Background
from bot.slack.bolt import SlackApp
from bot.slack.client import SlackUnreachable, answer_session, slack_client
from bot.slack.connections import ConnectionLimits, Connections
from bot.slack.edited_messages import EditedMessages
from bot.slack.files import FileSender
from bot.slack.health import Health, Probe
from bot.slack.http import SlackEndpoint, slack_route
from bot.slack.poster import Poster
from bot.slack.refusals import Refusals
from bot.slack.responder import Responder
from bot.slack.socket_mode import SocketMode
from bot.slack.team import InstalledTeam
from bot.slack.user_groups import UserGroups
from bot.slack.users import UserProfiles, UserTimeZones
from bot.storage.database import DatabaseUnusable, adopt_rows, probe
from bot.stored_requests import open_stores, purge_regularly
from bot.telemetry import Metrics
from bot.upstream import cause_reader, cloudflare_session, open_accounts, open_analytics

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
            resources = Resources(
                settings=settings,
                client=client,
                engine=engine,
                installed=installed,
                accounts=accounts,
                analytics=open_analytics(settings, upstream, metrics, observe),
                reports=reader,
                stored=stored,
                responder=responder,
                background=background,
                workers=workers,
                access=access,
                zones=zones,
                causes=causes,
                exports=exports,
                now=_now,
            )
            app = SlackApp(client, metrics)
            app.listen(build_router(resources))
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
