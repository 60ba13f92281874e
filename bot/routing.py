"""Which words, buttons, forms and menus ask for what, and which handler answers it.

The verbs are in `verbs.py`.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from cachetools import LRUCache

from bot.browse.bookmark import AnyBookmark, Bookmark, decode_v1
from bot.browse.command import account_in, looks_like_instance
from bot.browse.handlers import ListHandlers
from bot.browse.messages import filter_form
from bot.browse.model import HelpQuery
from bot.browse.phrases import is_phrase
from bot.browse.requests import (
    ApplyFilter,
    DescribeInstance,
    FindStatus,
    ListInstances,
    ListWorkflows,
    NotYet,
    OpenFilter,
    OpenList,
    RefreshPage,
    ShowInstance,
    TurnPage,
)
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
from bot.home.handlers import HomeHandlers
from bot.home.requests import HelpWithMessage, ShowAccounts, ShowVersion
from bot.inspect.handlers import InspectHandlers
from bot.inspect.payload_requests import SendPayload, ShowOutputs, ShowPayload
from bot.inspect.requests import OpenDashboard, RefreshInstance, TurnSteps
from bot.language.command import Command
from bot.language.errors import QueryError, verify_proposals
from bot.language.tokens import quote, split
from bot.slack.interaction import Interaction
from bot.slack.reply import ShowMessage
from bot.slack.requests import VERSION, InvalidButton, Request, RequestCodec, RequestStore
from bot.slack.routes import Route, UnknownControl, allow_everyone
from bot.slack.users import UserTimeZones
from bot.ui.problems import RUN_COMMAND
from bot.verbs import read_command, read_message, read_with_times

_MOST_TEXTS: Final = 256
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

LIST_BUTTONS: Final[dict[str, type[TurnPage | RefreshPage | OpenList | OpenFilter]]] = {
    "page_next": TurnPage,
    "page_previous": TurnPage,
    "page_refresh": RefreshPage,
    "list_open": OpenList,
    "filter_open": OpenFilter,
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
}
"""Buttons that carry one instance."""

_KEPT_BUTTONS: Final[dict[str, type[Request]]] = {**INSTANCE_BUTTONS, **INSPECT_BUTTONS}

PLAIN_BUTTONS: Final[dict[str, type[Request]]] = {
    request.kind: request for request in (OpenForm, PreviewForm, OpenDashboard)
}
"""Buttons that carry nothing."""

MENUS: Final[dict[str, Callable[[str], Request]]] = {
    SuggestZones.kind: SuggestZones,
    SuggestWorkflows.kind: SuggestWorkflows,
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
    of_lists = (TurnPage, RefreshPage, OpenList, OpenFilter, OpenInstances, TurnInstances)
    of_one = (ShowInstance, RefreshInstance, TurnSteps, ShowPayload, SendPayload, ShowOutputs)
    return RequestCodec((*of_lists, *of_one), _COMMON)


def _may_mean_another(request: Request, typed: Command) -> bool:
    """Return whether the workflows' names are needed to tell what a command means.

    What was read as a name may be something else: a whole command in quotes, or a lone `yesterday`. What was
    read without a name may have one that is a filler, as `jobs`, or a verb not there yet, as `export`.
    """
    if isinstance(request, ListInstances):
        name = request.query.query.workflow
        return " " in name or is_phrase(name) or looks_like_instance(name)
    if isinstance(request, DescribeInstance) and request.workflow is not None:
        # Two words of a name may have been read as a name and an id, or a name that looks like an id as one.
        instance, text = request.instance, typed.text
        is_odd = instance is not None and not looks_like_instance(instance)
        return is_odd or (instance is not None and text.find(instance) < text.find(request.workflow))
    may_lack_name = isinstance(request, ListWorkflows | FindStatus | NotYet | DescribeInstance)
    return may_lack_name and any(word.key is None for word in split(typed.text))


@dataclass
class CommandReader:
    """Reads what people do as requests.

    Attributes:
        accounts: the names of all, the default first.
        requests: reads buttons.
        zones: people's time zones.
        lists: has replies to commands that were typed before.
        now: the clock.
    """

    accounts: Sequence[str]
    requests: RequestStore
    zones: UserTimeZones
    lists: ListHandlers
    now: Callable[[], datetime]
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
    _typed_before: LRUCache[str, Request] = field(default_factory=lambda: LRUCache(_MOST_TEXTS))

    def cached_reply(self, text: str, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to the words of a command, if all that it takes is in memory."""
        known = self._typed_before.get(text)
        return None if known is None else self.lists.cached_reply(known, interaction)

    async def command(self, text: str, interaction: Interaction) -> Request:
        """Read the words of a command.

        Raises:
            QueryError: they can't be understood.
        """
        typed = self._to_command(text, interaction)
        request = await self._read(typed)
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
        error.choices = tuple(map(quote, error.choices))
        verify_proposals(error, typed, read_with_times)

    async def _read(self, typed: Command) -> Request:
        """Read a command; where that fails, with the names of the workflows, which most need no look at.

        Raises:
            QueryError: it can't be understood.
        """
        try:
            request = read_command(typed)
            if not _may_mean_another(request, typed):
                return request
        except QueryError:
            names = await self.lists.workflow_names(account_in(typed))
            if not names:
                raise
        else:
            names = await self.lists.workflow_names(account_in(typed))
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

    async def message(self, text: str, interaction: Interaction) -> Request:
        """Read what was written to the bot in a message, as Slack sends it but for the mention of the bot."""
        return read_message(self._to_command(text, interaction))

    def _to_command(self, text: str, interaction: Interaction) -> Command:
        """Return what was typed, in UTC until the person's zone is needed."""
        return Command.from_slack(
            text, accounts=self.accounts, channel=interaction.channel or "", zone="UTC", now=self.now()
        )


def routes(
    lists: ListHandlers, inspect: InspectHandlers, digests: DigestHandlers, home: HomeHandlers
) -> list[Route[Any]]:
    """Return what answers each type of request, and the right that it needs."""
    rights = digests.rights
    return [
        Route(HelpQuery, allow_everyone, home.show_help),
        Route(HelpWithMessage, allow_everyone, home.help_with_message),
        Route(ShowAccounts, allow_everyone, home.show_accounts),
        Route(ShowVersion, allow_everyone, home.show_version),
        Route(NotYet, allow_everyone, lists.show_not_yet, asks_cloudflare=True),
        Route(ListInstances, allow_everyone, lists.list_instances, asks_cloudflare=True),
        Route(FindStatus, allow_everyone, lists.find_status, asks_cloudflare=True),
        Route(ListWorkflows, allow_everyone, lists.list_workflows, asks_cloudflare=True),
        Route(TurnPage, allow_everyone, lists.turn_page, asks_cloudflare=True),
        Route(RefreshPage, allow_everyone, lists.refresh_page, asks_cloudflare=True),
        Route(OpenList, allow_everyone, lists.open_list, asks_cloudflare=True),
        Route(OpenFilter, allow_everyone, lists.open_filter),
        Route(ApplyFilter, allow_everyone, lists.apply_filter, asks_cloudflare=True),
        Route(DescribeInstance, allow_everyone, inspect.describe, asks_cloudflare=True),
        Route(ShowInstance, allow_everyone, inspect.open),
        Route(TurnSteps, allow_everyone, inspect.turn_steps, asks_cloudflare=True),
        Route(RefreshInstance, allow_everyone, inspect.refresh, asks_cloudflare=True),
        Route(ShowPayload, allow_everyone, inspect.payloads.show),
        Route(ShowOutputs, allow_everyone, inspect.payloads.show_outputs),
        Route(SendPayload, allow_everyone, inspect.payloads.send, once=True),
        Route(OpenDashboard, allow_everyone, inspect.follow_link),
        Route(OpenForm, allow_everyone, digests.open_form),
        Route(CreateDigest, allow_everyone, digests.create, once=True),
        Route(ListDigests, rights.require_list, digests.list_digests),
        Route(ShowDigest, rights.require_view, digests.show),
        Route(PreviewDigest, rights.require_view, digests.preview, asks_cloudflare=True),
        Route(RunDigest, rights.require_view, digests.run, once=True),
        Route(OpenInstances, allow_everyone, digests.open_instances),
        Route(TurnInstances, allow_everyone, digests.turn_instances),
        Route(EditDigest, rights.require_change, digests.edit),
        Route(ChangeDigest, rights.require_change, digests.change, once=True),
        Route(PauseDigest, rights.require_change, digests.pause, once=True),
        Route(ResumeDigest, rights.require_change, digests.resume, once=True),
        Route(DeleteDigest, rights.require_change, digests.delete, once=True),
        Route(RestoreDigest, rights.require_restore, digests.restore, once=True),
        Route(SaveDigest, rights.require_save, digests.save, once=True),
        Route(PreviewForm, allow_everyone, digests.preview_form),
        Route(SuggestZones, allow_everyone, digests.suggest_zones),
        Route(SuggestWorkflows, allow_everyone, digests.suggest_workflows),
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


def at_place(
    request: type[TurnPage | RefreshPage | OpenList | OpenFilter], place: AnyBookmark
) -> TurnPage | RefreshPage | OpenList | OpenFilter:
    """Return what a button of version 1 asks for: it carried a place, and its action said the rest.

    Raises:
        InvalidButton: the overview can't be filtered.
    """
    if not issubclass(request, OpenFilter):
        return request(place)
    if not isinstance(place, Bookmark):
        raise InvalidButton("made for another kind of list")
    return request(place.query)
