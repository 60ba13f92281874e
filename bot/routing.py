"""Which words, buttons, forms and menus ask for what, and which handler answers it.

The verbs are in `verbs.py`.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from cachetools import LRUCache

from bot.access.handlers import AccessHandlers
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.access.requests import ShowAccess
from bot.browse.bookmark import AnyBookmark, Bookmark, decode_v1
from bot.browse.command import account_in
from bot.browse.filter_menu import FilterMenu
from bot.browse.handlers import ListHandlers
from bot.browse.messages import filter_form
from bot.browse.model import HelpQuery
from bot.browse.names import looks_like_instance
from bot.browse.overview_handlers import OverviewHandlers
from bot.browse.phrases import is_phrase
from bot.browse.requests import (
    ApplyFilter,
    AtPlace,
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
    DIGEST_CODEC,
    ChangeDigest,
    CreateDigest,
    DeleteDigest,
    EditDigest,
    ListDigests,
    OfDigest,
    OfInstances,
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
from bot.digests.handlers import DigestHandlers
from bot.digests.messages import form as digest_form
from bot.digests.messages.plan import MENU
from bot.export.handlers import ExportHandlers
from bot.export.messages import CANCEL
from bot.export.requests import CancelExport, StartExport
from bot.failures.handlers import FailureHandlers
from bot.failures.requests import ListFailures, RefreshFailures, ShareFailures
from bot.failures.rights import FailureRights
from bot.find.handlers import FindHandlers
from bot.find.requests import FindInstances
from bot.find.rights import FindRights
from bot.home.handlers import HomeHandlers
from bot.home.requests import HelpWithMessage, ShowAccounts, ShowVersion
from bot.inspect.handlers import InspectHandlers
from bot.inspect.look_up import SHORTCUT, LookUpHandler
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
from bot.language.command import Command
from bot.language.errors import QueryError, UnknownName, verify_proposals
from bot.language.tokens import quote, split
from bot.slack.interaction import Interaction
from bot.slack.reply import ShowMessage
from bot.slack.requests import VERSION, InvalidButton, Request, RequestCodec, RequestStore
from bot.slack.routes import Route, UnknownControl, allow_everyone
from bot.slack.users import UserTimeZones
from bot.stats.handlers import StatsHandlers
from bot.stats.requests import OfStats, RefreshStats, ShareStats, ShowStats, TurnStats
from bot.stats.rights import StatsRights
from bot.ui.problems import RUN_COMMAND
from bot.ui.sharing import SHARE
from bot.verbs import read_command, read_message, read_with_times

_MOST_TEXTS: Final = 256
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

LIST_BUTTONS: Final[dict[str, type[AtPlace | OpenFilter]]] = {
    "page_next": TurnPage,
    "page_previous": TurnPage,
    "page_refresh": RefreshPage,
    "list_further": TurnPage,
    "list_retry": TurnPage,
    "list_open": OpenList,
    "filter_open": OpenFilter,
    SuggestWorkflow.kind: OpenList,
}
"""Buttons that carry a request, and of which type."""

DIGEST_BUTTONS: Final[dict[str, type[OfDigest]]] = {
    request.kind: request for request in DIGEST_CODEC.kinds if issubclass(request, OfDigest)
}
"""Buttons that carry a request about one digest."""

INSTANCE_BUTTONS: Final[dict[str, type[OfInstances]]] = {
    "digest_instances": OpenInstances,
    "digest_instances_newer": TurnInstances,
    "digest_instances_older": TurnInstances,
}
"""Buttons that carry instances which a digest reported."""

INSPECT_BUTTONS: Final[dict[str, type[Request]]] = {
    "instance_show": ShowInstance,
    "instance_refresh": RefreshInstance,
    "steps_next": TurnSteps,
    "steps_previous": TurnSteps,
    "steps_failed": TurnSteps,
    "steps_going": TurnSteps,
    "payload_params": ShowPayload,
    "payload_output": ShowPayload,
    "payload_step": ShowPayload,
    "payload_send": SendPayload,
    "outputs_show": ShowOutputs,
    "version_list": ListVersion,
}
"""Buttons that carry one instance."""

FAILURE_BUTTONS: Final[dict[str, type[ShowFailures]]] = {
    "failures_show": ShowFailures,
    RefreshFailures.kind: RefreshFailures,
}
"""Buttons that carry what failed."""

STATS_BUTTONS: Final[dict[str, type[OfStats]]] = {
    request.kind: request for request in (TurnStats, RefreshStats)
}
"""Buttons that carry the statistics of some instances."""

_KEPT_BUTTONS: Final[dict[str, type[Request] | tuple[type[Request], ...]]] = {
    **INSTANCE_BUTTONS,
    **INSPECT_BUTTONS,
    **FAILURE_BUTTONS,
    **STATS_BUTTONS,
    SHARE: (ShareFailures, ShareList, ShareInstance, SharePayload, ShareStats),
    CANCEL: CancelExport,
}

PLAIN_BUTTONS: Final[dict[str, type[Request]]] = {
    request.kind: request for request in (OpenForm, PreviewForm, OpenDashboard, DeleteShared)
}
"""Buttons that carry nothing."""

SHORTCUTS: Final[dict[str, Callable[[str], Request]]] = {SHORTCUT: LookUp}
"""Shortcuts on messages, by their callback ids in `manifest.yaml`."""

MENUS: Final[dict[str, Callable[[str], Request]]] = {
    SuggestZones.kind: SuggestZones,
    SuggestWorkflows.kind: SuggestWorkflows,
    SuggestWorkflow.kind: SuggestWorkflow,
    SuggestNames.kind: SuggestNames,
}

_COMMON: Final = (
    b'filter{"query":{"workflow":""}}open{"place":{"overview":{"account":"search":""},"offset":10}}'
    b'refresh{"place":{"overview":{}}}'
    b"waitingForPauserollingBackterminatedcompletepausedrunningqueuedwaiting"
    b'open{"place":{"query":{"workflow":"","account":"","status":"errored"}}}refresh{"place":{"query":{"workflow":"'
    b'turn{"place":{"query":{"workflow":"","account":"","status":"errored","since":{"text":"24h","at":"2026-11-2'
    b'"until":{"text":"1h","at":"2026-11-"rows":20,"start":{"number":}},"position":{"number":"direction":"asc"},'
    b'"position":{"token":"","offset":10,"anchor":"2026-11-2Z","trail":[{"position":null,"rows":100},'
    b'{"position":{"token":""},"rows":100}]}}"}}}'
)
"""What most buttons carry. A change of it is a new version of the codec."""


def request_codec() -> RequestCodec:
    """Return what writes and reads the requests that buttons carry."""
    of_lists = (TurnPage, RefreshPage, OpenList, OpenFilter, ShareList, OpenInstances, TurnInstances)
    of_failures = (ShowFailures, RefreshFailures, ShareFailures)
    of_exports = (CancelExport,)
    of_one = (ShowInstance, RefreshInstance, TurnSteps, ShareInstance, ListVersion)
    of_payloads = (ShowPayload, SendPayload, SharePayload, ShowOutputs)
    of_stats = (TurnStats, RefreshStats, ShareStats)
    return RequestCodec((*of_lists, *of_failures, *of_exports, *of_one, *of_payloads, *of_stats), _COMMON)


def _may_mean_another(request: Request, typed: Command) -> bool:
    """Return whether the workflows' names are needed to tell what a command means.

    What was read as a name may be something else: a whole command in quotes, or a lone `yesterday`. What was
    read without a name may have one that is a filler, as `jobs`, or a verb not there yet, as `restart`. Each
    of several names is to be one of the account's.
    """
    of_lists = ListInstances | ListFailures | StartExport | ShowStats
    if isinstance(request, of_lists) and (name := request.query.query.workflow):
        is_read = bool(request.readings) and bool(request.query.query.selection.where)
        is_read = is_read or _may_be_text(name, typed.text)
        return " " in name or is_phrase(name) or looks_like_instance(name) or is_read
    if isinstance(request, DescribeInstance) and request.workflow is not None:
        # Two words of a name may have been read as a name and an id, or a name that looks like an id as one.
        instance, text = request.instance, typed.text
        is_odd = instance is not None and not looks_like_instance(instance)
        return is_odd or (instance is not None and text.find(instance) < text.find(request.workflow))
    may_lack_name = isinstance(request, of_lists | ListWorkflows | NotYet | DescribeInstance)
    return may_lack_name and any(word.key is None for word in split(typed.text))


def _may_be_text(name: str, text: str) -> bool:
    """Return whether what was read as a name may be a step's or an error's: `failed in X`, `X errors`."""
    word = re.escape(name)
    beside = rf"\b(?:in|at|on|during) (?:the )?{word}|{word} (?:errors?|exceptions?)\b"
    return re.search(beside, text) is not None


@dataclass
class CommandReader:
    """Reads what people do as requests.

    Attributes:
        accounts: the names of all, the default first.
        requests: reads buttons.
        zones: people's time zones.
        lists: has replies to commands that were typed before.
        now: the clock.
        access: says which accounts a person may see.
    """

    accounts: Sequence[str]
    requests: RequestStore
    zones: UserTimeZones
    lists: ListHandlers
    now: Callable[[], datetime]
    access: Access
    buttons: Collection[str] = (
        *LIST_BUTTONS,
        *DIGEST_BUTTONS,
        MENU,
        *_KEPT_BUTTONS,
        *PLAIN_BUTTONS,
        RUN_COMMAND,
    )
    forms: Collection[str] = (filter_form.CALLBACK, digest_form.CALLBACK)
    menus: Collection[str] = tuple(MENUS)
    shortcuts: Collection[str] = tuple(SHORTCUTS)
    _typed_before: LRUCache[str, Request] = field(default_factory=lambda: LRUCache(_MOST_TEXTS))

    def cached_reply(self, text: str, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to the words of a command, if all that it takes is in memory."""
        known = self._typed_before.get(text)
        return None if known is None else self.lists.cached_reply(known, interaction)

    async def command(self, text: str, interaction: Interaction) -> Request:
        """Read the words of a command.

        Raises:
            QueryError: they can't be understood.
            UserError: they name a workflow that the person may not look at.
        """
        viewer = await self.access.viewer(interaction)
        typed = self._to_command(text, interaction)
        try:
            request = await self._read(typed, viewer)
        except UnknownName as error:
            account = account_in(typed)
            if not error.similar and not viewer.may(Right.VIEW, account, error.name):
                raise viewer.refusal(Right.VIEW, account, error.name) from error
            raise
        if isinstance(request, CreateDigest):  # all else asks for the person's zone later, or needs none
            zone = await self.zones.get(interaction.team, interaction.user)
            request = read_command(replace(typed, zone=zone.name, zone_assumed=not zone.is_named))
        if isinstance(request, ListInstances) and not request.readings:
            self._typed_before[text] = request
        return request

    def propose(self, error: QueryError, text: str, interaction: Interaction) -> None:
        """Turn the words that a handler's error proposes into whole commands."""
        typed = self._to_command(text, interaction)
        if error.proposals or typed.text.count(error.word) != 1:
            return  # the handler knows its own, or nobody can tell which of the words is meant
        start = typed.text.index(error.word)
        error.span = (start, start + len(error.word))
        error.choices = tuple(quote(choice) if choice else "" for choice in error.choices)
        verify_proposals(error, typed, read_with_times)

    async def _read(self, typed: Command, viewer: Viewer) -> Request:
        """Read a command; where that fails, with the names of the workflows, which most need no look at.

        Only those count that the person may see.

        Raises:
            QueryError: it can't be understood.
        """
        try:
            request = read_command(typed)
            if not _may_mean_another(request, typed):
                return request
        except QueryError:
            names = await self.lists.workflow_names(account_in(typed), viewer)
            if not names:
                raise
        else:
            names = await self.lists.workflow_names(account_in(typed), viewer)
        return read_command(replace(typed, workflows=names))

    async def button(self, action_id: str, value: str, interaction: Interaction) -> Request:
        """Read a button.

        Raises:
            UnknownControl: this version has no such button.
            InvalidButton, ExpiredButton: its value can't be read.
        """
        if expected := LIST_BUTTONS.get(action_id):
            team = interaction.team
            request = await self.requests.load(value, team, lambda text: at_place(expected, decode_v1(text)))
            if not isinstance(request, expected):
                raise InvalidButton("made for another kind of list")
            return request
        if of_instances := _KEPT_BUTTONS.get(action_id):
            reported = await self.requests.load(value, interaction.team, _refuse_old)
            if not isinstance(reported, of_instances):
                raise InvalidButton("made for another button")
            return reported
        if about_digest := DIGEST_BUTTONS.get(action_id):
            return _digest_request(about_digest, value)
        if action_id == RUN_COMMAND:
            return await self.command(value, interaction)
        if action_id == MENU:
            return _digest_request(OfDigest, value)
        if plain := PLAIN_BUTTONS.get(action_id):
            return plain()
        raise UnknownControl

    async def form(self, callback_id: str, interaction: Interaction) -> Request:
        """Read a submitted modal.

        Raises:
            UnknownControl: this version has no such modal, or can't read what it was opened with.
            InvalidButton, ExpiredButton: as `button`.
        """
        carried = interaction.carried
        if callback_id == filter_form.CALLBACK:
            opened = await self.button("filter_open", carried, interaction)
            return ApplyFilter(opened.query) if isinstance(opened, OpenFilter) else opened
        saved = SaveDigest.read(carried) if callback_id == digest_form.CALLBACK else None
        if saved is None:
            raise UnknownControl
        return saved

    def menu(self, action_id: str, typed: str) -> Request:
        """Read what was typed into a menu.

        Raises:
            UnknownControl: this version has no such menu.
        """
        if action_id not in MENUS:
            raise UnknownControl
        return MENUS[action_id](typed)

    def shortcut(self, callback_id: str, text: str) -> Request:
        """Read a shortcut on a message with a text.

        Raises:
            UnknownControl: this version has no such shortcut.
        """
        if callback_id not in SHORTCUTS:
            raise UnknownControl
        return SHORTCUTS[callback_id](text)

    async def message(self, text: str, interaction: Interaction) -> Request:
        """Read what was written to the bot in a message, as Slack sends it but for the mention of the bot."""
        return read_message(self._to_command(text, interaction))

    def _to_command(self, text: str, interaction: Interaction) -> Command:
        """Return what was typed, in UTC until the person's zone is needed."""
        viewer = self.access.known(interaction)
        accounts = self.accounts if viewer is None else viewer.visible_accounts
        return Command.from_slack(
            text, accounts=accounts, channel=interaction.channel or "", zone="UTC", now=self.now()
        )


def routes(  # noqa: PLR0913, PLR0917 - everything that is asked for comes together here
    lists: ListHandlers,
    overview: OverviewHandlers,
    inspect: InspectHandlers,
    mentions: LookUpHandler,
    digests: DigestHandlers,
    home: HomeHandlers,
    exports: ExportHandlers,
    finds: FindHandlers,
    failures: FailureHandlers,
    stats: StatsHandlers,
    access: Access,
) -> list[Route[Any]]:
    """Return what answers each type of request, and the right that it needs."""
    rights, may_list, may_inspect = digests.rights, ListRights(access), InspectRights(access)
    may_find = FindRights(access)
    of_failures, of_stats = FailureRights(access), StatsRights(access)
    names = FilterMenu(lists.workflow_names, access)
    return [
        Route(HelpQuery, allow_everyone, home.show_help),
        Route(HelpWithMessage, allow_everyone, home.help_with_message),
        Route(ShowAccounts, allow_everyone, home.show_accounts),
        Route(ShowVersion, allow_everyone, home.show_version),
        Route(ShowAccess, allow_everyone, AccessHandlers(access).show_access),
        Route(StartExport, exports.require_any, exports.start, once=True),
        Route(CancelExport, allow_everyone, exports.cancel),
        Route(NotYet, allow_everyone, finds.show_not_yet, asks_cloudflare=True),
        Route(ListInstances, may_list.require_list, lists.list_instances, asks_cloudflare=True),
        Route(ListWorkflows, may_list.require_overview, lists.list_workflows, asks_cloudflare=True),
        Route(SuggestWorkflow, overview.require_menu, overview.suggest),
        Route(TurnPage, may_list.require_place, lists.turn_page, asks_cloudflare=True),
        Route(RefreshPage, may_list.require_place, lists.refresh_page, asks_cloudflare=True),
        Route(OpenList, may_list.require_place, lists.open_list, asks_cloudflare=True),
        Route(ShareList, may_list.require_place, lists.share_list, once=True),
        Route(DeleteShared, allow_everyone, lists.delete_shared),
        Route(SuggestNames, names.require_any, names.suggest),
        Route(OpenFilter, may_list.require_query, lists.open_filter),
        Route(ApplyFilter, may_list.require_query, lists.apply_filter, asks_cloudflare=True),
        Route(FindInstances, may_find.require_found, finds.find, asks_cloudflare=True),
        Route(DescribeInstance, may_find.require_described, finds.describe, asks_cloudflare=True),
        Route(ShowInstance, may_list.require_instance, inspect.open),
        Route(TurnSteps, may_inspect.require_instance, inspect.turn_steps, asks_cloudflare=True),
        Route(RefreshInstance, may_inspect.require_instance, inspect.refresh, asks_cloudflare=True),
        Route(ShareInstance, may_inspect.require_instance, inspect.share, once=True),
        Route(ListVersion, may_inspect.require_instance, inspect.list_version, asks_cloudflare=True),
        Route(LookUp, allow_everyone, mentions.look_up),
        Route(ShowPayload, may_inspect.require_payload, inspect.payloads.show),
        Route(ShowOutputs, may_inspect.require_payload, inspect.payloads.show_outputs),
        Route(SendPayload, may_inspect.require_payload, inspect.payloads.send, once=True),
        Route(SharePayload, may_inspect.require_sharing, inspect.payloads.share, once=True),
        Route(OpenDashboard, allow_everyone, inspect.follow_link),
        Route(ListFailures, of_failures.require_typed, failures.list, asks_cloudflare=True),
        Route(ShowFailures, of_failures.require_shown, failures.show, asks_cloudflare=True),
        Route(RefreshFailures, of_failures.require_shown, failures.refresh, asks_cloudflare=True),
        Route(ShareFailures, of_failures.require_shown, failures.share, once=True),
        Route(ShowStats, of_stats.require_typed, stats.show, asks_cloudflare=True),
        Route(TurnStats, of_stats.require_shown, stats.turn, asks_cloudflare=True),
        Route(RefreshStats, of_stats.require_shown, stats.refresh, asks_cloudflare=True),
        Route(ShareStats, of_stats.require_shown, stats.share, once=True),
        Route(OpenForm, rights.require_subscribe, digests.open_form),
        Route(CreateDigest, rights.require_subscribe, digests.create, once=True),
        Route(ListDigests, rights.require_list, digests.list_digests),
        Route(ShowDigest, rights.require_view, digests.show),
        Route(PreviewDigest, rights.require_view, digests.preview, asks_cloudflare=True),
        Route(RunDigest, rights.require_view, digests.run, once=True),
        Route(OpenInstances, rights.require_reported, digests.open_instances),
        Route(TurnInstances, rights.require_reported, digests.turn_instances),
        Route(EditDigest, rights.require_change, digests.edit),
        Route(ChangeDigest, rights.require_change, digests.change, once=True),
        Route(PauseDigest, rights.require_change, digests.pause, once=True),
        Route(ResumeDigest, rights.require_resume, digests.resume, once=True),
        Route(DeleteDigest, rights.require_change, digests.delete, once=True),
        Route(RestoreDigest, rights.require_restore, digests.restore, once=True),
        Route(SaveDigest, rights.require_save, digests.save, once=True),
        Route(PreviewForm, rights.require_subscribe, digests.preview_form),
        Route(SuggestZones, allow_everyone, digests.suggest_zones),
        Route(SuggestWorkflows, rights.require_subscribe, digests.suggest_workflows),
    ]


def _refuse_old(_: str) -> Request:
    """Refuse a value of version 1, which had no such button.

    Raises:
        InvalidButton: always.
    """
    raise InvalidButton("made by another version of this bot")


def _digest_request(expected: type[OfDigest], value: str) -> OfDigest:
    """Return what a digest's button asks for; one of version 1 carried the number alone.

    Raises:
        UnknownControl: the value is of no version.
        InvalidButton: it was cut or changed, or belongs to another button.
    """
    if _NUMBER.fullmatch(value) and expected is not OfDigest:
        return expected(int(value))
    if not value.startswith(f"{VERSION}."):
        raise UnknownControl
    request = DIGEST_CODEC.decode(value)
    if not isinstance(request, expected):
        raise InvalidButton("made for another button")
    return request


def at_place(request: type[AtPlace | OpenFilter], place: AnyBookmark) -> AtPlace | OpenFilter:
    """Return what a button of version 1 asks for: it carried a place, and its action said the rest.

    Raises:
        InvalidButton: the overview can't be filtered.
    """
    if not issubclass(request, OpenFilter):
        return request(place)
    if not isinstance(place, Bookmark):
        raise InvalidButton("made for another kind of list")
    return request(place.query)
