"""Which handler answers which request, and which right it needs."""

from dataclasses import dataclass
from typing import Any

from bot.access.handlers import AccessHandlers
from bot.access.policy import Access
from bot.access.requests import ShowAccess
from bot.browse.filter_menu import FilterMenu
from bot.browse.handlers import ListHandlers
from bot.browse.model import HelpQuery
from bot.browse.overview.handlers import OverviewHandlers
from bot.browse.requests import (
    ApplyFilter,
    DeleteShared,
    DescribeInstance,
    ListInstances,
    ListWorkflows,
    NotYet,
    OpenFilter,
    OpenList,
    RefreshPage,
    ShareList,
    ShowFailures,
    ShowInstance,
    SuggestNames,
    SuggestWorkflow,
    TurnPage,
)
from bot.browse.rights import ListRights
from bot.digests.command.requests import (
    ChangeDigest,
    CreateDigest,
    DeleteDigest,
    EditDigest,
    ListDigests,
    OpenForm,
    OpenInstances,
    PauseDigest,
    PreviewDigest,
    PreviewForm,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    SaveDigest,
    ShowDigest,
    SuggestWorkflows,
    SuggestZones,
    TurnInstances,
)
from bot.digests.form_handlers import DigestFormHandlers
from bot.digests.handlers import DigestHandlers
from bot.export.handlers import ExportHandlers
from bot.export.requests import CancelExport, StartExport
from bot.failures.handlers import FailureHandlers
from bot.failures.requests import ListFailures, RefreshFailures, ShareFailures
from bot.find.handlers import FindHandlers
from bot.find.requests import FindInstances
from bot.find.rights import FindRights
from bot.home.handlers import HomeHandlers
from bot.home.requests import HelpWithMessage, ShowAccounts, ShowVersion
from bot.inspect.handlers import InspectHandlers
from bot.inspect.look_up import LookUpHandler
from bot.inspect.payload_requests import SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.requests import (
    ListVersion,
    LookUp,
    OpenDashboard,
    RefreshInstance,
    ShareInstance,
    TurnSteps,
)
from bot.inspect.rights import InspectRights
from bot.slack.routes import Route, allow_everyone
from bot.stats.handlers import StatsHandlers
from bot.stats.requests import RefreshStats, ShareStats, ShowStats, TurnStats


@dataclass(frozen=True, slots=True)
class Handlers:
    """What answers requests, by feature."""

    access: AccessHandlers
    lists: ListHandlers
    filter_menu: FilterMenu
    overview: OverviewHandlers
    inspect: InspectHandlers
    mentions: LookUpHandler
    finds: FindHandlers
    failures: FailureHandlers
    stats: StatsHandlers
    exports: ExportHandlers
    digests: DigestHandlers
    digest_forms: DigestFormHandlers
    home: HomeHandlers


def routes(handlers: Handlers, access: Access) -> list[Route[Any]]:
    """Return what answers each type of request, and the right that it needs."""
    rights, may_list, may_inspect = handlers.digests.rights, ListRights(access), InspectRights(access)
    may_find = FindRights(access)
    return [
        Route(HelpQuery, allow_everyone, handlers.home.show_help),
        Route(HelpWithMessage, allow_everyone, handlers.home.help_with_message),
        Route(ShowAccounts, allow_everyone, handlers.home.show_accounts),
        Route(ShowVersion, allow_everyone, handlers.home.show_version),
        Route(ShowAccess, allow_everyone, handlers.access.show_access),
        Route(StartExport, handlers.exports.require_any, handlers.exports.start, once=True),
        Route(CancelExport, allow_everyone, handlers.exports.cancel),
        Route(NotYet, allow_everyone, handlers.finds.show_not_yet, asks_cloudflare=True),
        Route(ListInstances, may_list.require_list, handlers.lists.list_instances, asks_cloudflare=True),
        Route(ListWorkflows, may_list.require_overview, handlers.lists.list_workflows, asks_cloudflare=True),
        Route(SuggestWorkflow, handlers.overview.require_menu, handlers.overview.suggest),
        Route(TurnPage, may_list.require_place, handlers.lists.turn_page, asks_cloudflare=True),
        Route(RefreshPage, may_list.require_place, handlers.lists.refresh_page, asks_cloudflare=True),
        Route(OpenList, may_list.require_place, handlers.lists.open_list, asks_cloudflare=True),
        Route(ShareList, may_list.require_place, handlers.lists.share_list, once=True),
        Route(DeleteShared, allow_everyone, handlers.lists.delete_shared),
        Route(SuggestNames, handlers.filter_menu.require_any, handlers.filter_menu.suggest),
        Route(OpenFilter, may_list.require_query, handlers.lists.open_filter),
        Route(ApplyFilter, may_list.require_query, handlers.lists.apply_filter, asks_cloudflare=True),
        Route(FindInstances, may_find.require_found, handlers.finds.find, asks_cloudflare=True),
        Route(DescribeInstance, may_find.require_described, handlers.finds.describe, asks_cloudflare=True),
        Route(ShowInstance, may_list.require_instance, handlers.inspect.open),
        Route(TurnSteps, may_inspect.require_instance, handlers.inspect.turn_steps, asks_cloudflare=True),
        Route(RefreshInstance, may_inspect.require_instance, handlers.inspect.refresh, asks_cloudflare=True),
        Route(ShareInstance, may_inspect.require_instance, handlers.inspect.share, once=True),
        Route(ListVersion, may_inspect.require_instance, handlers.inspect.list_version, asks_cloudflare=True),
        Route(LookUp, allow_everyone, handlers.mentions.look_up),
        Route(ShowPayload, may_inspect.require_payload, handlers.inspect.payloads.show),
        Route(ShowOutputs, may_inspect.require_payload, handlers.inspect.payloads.show_outputs),
        Route(SendPayload, may_inspect.require_payload, handlers.inspect.payloads.send, once=True),
        Route(SharePayload, may_inspect.require_sharing, handlers.inspect.payloads.share, once=True),
        Route(OpenDashboard, allow_everyone, handlers.inspect.follow_link),
        Route(ListFailures, may_list.require_list, handlers.failures.list, asks_cloudflare=True),
        Route(ShowFailures, may_list.require_selection, handlers.failures.show, asks_cloudflare=True),
        Route(RefreshFailures, may_list.require_selection, handlers.failures.refresh, asks_cloudflare=True),
        Route(ShareFailures, may_list.require_selection, handlers.failures.share, once=True),
        Route(ShowStats, may_list.require_list, handlers.stats.show, asks_cloudflare=True),
        Route(TurnStats, may_list.require_selection, handlers.stats.turn, asks_cloudflare=True),
        Route(RefreshStats, may_list.require_selection, handlers.stats.refresh, asks_cloudflare=True),
        Route(ShareStats, may_list.require_selection, handlers.stats.share, once=True),
        Route(OpenForm, rights.require_subscribe, handlers.digest_forms.open_form),
        Route(CreateDigest, rights.require_subscribe, handlers.digests.create, once=True),
        Route(ListDigests, rights.require_list, handlers.digests.list_digests),
        Route(ShowDigest, rights.require_view, handlers.digests.show),
        Route(PreviewDigest, rights.require_view, handlers.digests.preview, asks_cloudflare=True),
        Route(RunDigest, rights.require_view, handlers.digests.run, once=True),
        Route(OpenInstances, rights.require_reported, handlers.digests.open_instances),
        Route(TurnInstances, rights.require_reported, handlers.digests.turn_instances),
        Route(EditDigest, rights.require_change, handlers.digest_forms.edit),
        Route(ChangeDigest, rights.require_change, handlers.digests.change, once=True),
        Route(PauseDigest, rights.require_change, handlers.digests.pause, once=True),
        Route(ResumeDigest, rights.require_resume, handlers.digests.resume, once=True),
        Route(DeleteDigest, rights.require_change, handlers.digests.delete, once=True),
        Route(RestoreDigest, rights.require_restore, handlers.digests.restore, once=True),
        Route(SaveDigest, rights.require_save, handlers.digest_forms.save, once=True),
        Route(PreviewForm, rights.require_subscribe, handlers.digest_forms.preview_form),
        Route(SuggestZones, allow_everyone, handlers.digest_forms.suggest_zones),
        Route(SuggestWorkflows, rights.require_subscribe, handlers.digest_forms.suggest_workflows),
    ]
