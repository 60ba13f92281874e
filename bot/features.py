"""Put the features together: the handlers of each, and the router before them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.access.handlers import AccessHandlers
from bot.access.policy import Access
from bot.browse.browser import Browser
from bot.browse.causes import CauseReader
from bot.browse.filter_menu import FilterMenu
from bot.browse.handlers import ListHandlers
from bot.browse.overview.handlers import OverviewHandlers
from bot.browse.overview.reader import OverviewReader
from bot.browse.person_clock import PersonClock
from bot.browse.service import ListService
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.digests.form_handlers import DigestFormHandlers
from bot.digests.handlers import DigestHandlers
from bot.digests.limits import DigestLimits
from bot.digests.reading import ReportBuilder
from bot.digests.rights import DigestRights
from bot.digests.scope import DigestScope
from bot.digests.service import DigestService
from bot.digests.store import DigestRepository
from bot.export.destinations import Destinations
from bot.export.handlers import ExportHandlers
from bot.export.planning import ExportPlanner
from bot.export.service import Exports
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
from bot.routing.request_reader import RequestReader
from bot.routing.routes import Handlers, routes
from bot.routing.verbs import nearest_command
from bot.settings import Settings
from bot.slack.admission import Admission
from bot.slack.background import Background
from bot.slack.channels import ChannelAccess
from bot.slack.dispatcher import Dispatcher
from bot.slack.files import FileSender
from bot.slack.responder import Responder
from bot.slack.router import Router
from bot.slack.team import InstalledTeam
from bot.slack.users import UserTimeZones
from bot.slack.written_messages import AnswerShares, MessageAnswers
from bot.stats.handlers import StatsHandlers
from bot.stats.reading import StatsReader
from bot.stored_requests import StoredRequests


@dataclass(frozen=True, slots=True)
class Resources:
    """What all features share, open and ready.

    Attributes:
        settings: all of them.
        client: Slack's Web API, with the bot's token.
        engine: the database, with its tables up to date.
        installed: the workspace of the bot.
        accounts: Cloudflare's, by their names, the default first.
        analytics: what counts their instances, for those that have it.
        reports: reads what digests tell.
        stored: what the database keeps of people's requests.
        responder: brings the replies that can't go with an ack.
        background: holds the work that goes on after an ack.
        workers: says whether any process delivers digests.
        access: says who may do what.
        zones: people's time zones.
        causes: reads why instances failed.
        exports: makes them.
        now: the clock.
    """

    settings: Settings
    client: AsyncWebClient
    engine: AsyncEngine
    installed: InstalledTeam
    accounts: Mapping[str, CachedWorkflows]
    analytics: Mapping[str, AnalyticsClient]
    reports: ReportBuilder
    stored: StoredRequests
    responder: Responder
    background: Background
    workers: WorkerMonitor
    access: Access
    zones: UserTimeZones
    causes: CauseReader
    exports: Exports
    now: Callable[[], datetime]

    @property
    def account_ids(self) -> Mapping[str, str]:
        """Return Cloudflare's id of each account that has one, by its name."""
        endpoints = self.settings.endpoints.items()
        return {name: account.account_id for name, account in endpoints if account.account_id}


def build_router(given: Resources) -> Router:
    """Build what answers people, with every handler on it."""
    admission = Admission(given.installed, given.access)
    handlers = build_handlers(given)
    reader = RequestReader(
        tuple(given.accounts),
        given.stored.buttons,
        given.zones,
        handlers.lists,
        given.now,
        given.access,
        given.account_ids,
    )
    messages = MessageAnswers(
        admission, given.background, given.responder, given.stored.handled, AnswerShares()
    )
    dispatcher = Dispatcher(
        admission, reader, routes(handlers, given.access), given.responder, given.stored.handled
    )
    return Router(admission, reader, dispatcher, given.responder, given.background, messages)


def build_handlers(given: Resources) -> Handlers:
    """Build the handlers of all features."""
    settings, accounts, access = given.settings, given.accounts, given.access
    buttons, causes = given.stored.buttons, given.causes
    named_accounts = Accounts(accounts, given.account_ids)
    refresh_pause = timedelta(seconds=settings.bot_refresh_pause)
    clock = PersonClock(given.zones, given.now)
    files = FileSender(given.client)

    walks = given.stored.walks
    browser = Browser(accounts, walks.has_passed, causes=causes, lookback=settings.lookback)
    overviews = OverviewReader(accounts, given.stored.counts)
    overview = OverviewHandlers(overviews, browser, buttons, given.zones, access)
    shown_lists = ListService(browser, buttons, walks, nearest_command, causes, overview)
    lists = ListHandlers(shown_lists, browser, clock, refresh_pause, access)

    policy = PayloadPolicy(show=settings.bot_payloads == "show", redact=settings.bot_redact)
    payloads = PayloadHandlers(named_accounts, buttons, policy, files, access)
    inspect = InspectHandlers(named_accounts, browser, buttons, given.now, refresh_pause, payloads, access)
    search = InstanceSearch(named_accounts, given.analytics)
    failure_reader = FailureReader(browser, causes, accounts)
    mask = partial(mask_step_name, policy=policy)
    stats_reader = StatsReader(accounts, browser, given.analytics, given.now, mask)
    channels = ChannelAccess(given.client)
    digests, digest_forms = _build_digest_handlers(given, channels)
    destinations = Destinations(files, channels, access)
    planner = ExportPlanner(named_accounts, causes, destinations, settings.lookback, clock)
    return Handlers(
        access=AccessHandlers(access),
        lists=lists,
        filter_menu=FilterMenu(lists.list_visible_names, access),
        overview=overview,
        inspect=inspect,
        mentions=LookUpHandler(named_accounts, buttons, given.now, access),
        finds=FindHandlers(search, inspect, lists, buttons, given.now, access),
        failures=FailureHandlers(failure_reader, buttons, clock, refresh_pause, access),
        stats=StatsHandlers(stats_reader, buttons, clock, refresh_pause, access),
        exports=ExportHandlers(given.exports, planner, access, settings.bot_admins, buttons),
        digests=digests,
        digest_forms=digest_forms,
        home=HomeHandlers(lists, access),
    )


def _build_digest_handlers(
    given: Resources, channels: ChannelAccess
) -> tuple[DigestHandlers, DigestFormHandlers]:
    """Build what answers about digests, by commands and buttons, and by the form."""
    settings = given.settings
    stores = partial(
        DigestRepository,
        given.engine,
        now=given.now,
        limits=DigestLimits(settings.bot_digests_per_person, settings.bot_digests_per_channel),
        run_pause=timedelta(seconds=settings.bot_run_pause),
    )
    scope = DigestScope(given.access)
    service = DigestService(
        stores,
        given.reports,
        given.accounts,
        given.stored.buttons,
        channels,
        given.now,
        scope,
        given.workers,
    )
    rights = DigestRights(stores, settings.bot_admins, channels, scope)
    return DigestHandlers(service, rights), DigestFormHandlers(service, rights, given.zones)
