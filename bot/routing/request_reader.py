"""Read what people do as requests: typed words, buttons, forms, menus, shortcuts and messages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from cachetools import LRUCache

from bot.access.messages import which_account_message
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import decode_v1
from bot.browse.command.addresses import linked_account, typed_account
from bot.browse.handlers import ListHandlers
from bot.browse.messages import filter_form
from bot.browse.requests import (
    ApplyFilter,
    ListInstances,
    OpenFilter,
)
from bot.digests.command.requests import (
    CreateDigest,
    OfDigest,
    SaveDigest,
)
from bot.digests.messages import form as digest_form
from bot.digests.messages.plan import MENU
from bot.language import name_matching
from bot.language.command import Command
from bot.language.errors import QueryError, UnknownName, verify_proposals
from bot.language.tokens import quote
from bot.routing.command_reader import read_command, read_with_times, workflows_in
from bot.routing.controls import (
    DIGEST_BUTTONS,
    KEPT_BUTTONS,
    LIST_BUTTONS,
    MENUS,
    PLAIN_BUTTONS,
    SHORTCUTS,
    at_place,
    digest_request,
    refuse_old,
)
from bot.routing.meant_account import (
    accounts_to_choose,
    add_account,
    in_linked_account,
    in_only_account,
    linked_name,
)
from bot.routing.message_reader import read_message
from bot.routing.other_meanings import may_mean_another
from bot.slack.interaction import Interaction
from bot.slack.reply import ShowMessage, UserError
from bot.slack.requests import InvalidButton, Request, RequestStore
from bot.slack.routes import UnknownControl
from bot.slack.users import UserTimeZones
from bot.ui.problems import RUN_COMMAND

_MOST_TEXTS: Final = 256
_MOST_OFFERED: Final = 5


@dataclass
class RequestReader:
    """Reads what people do as requests.

    Attributes:
        accounts: the names of all, the default first.
        requests: reads buttons.
        zones: people's time zones.
        lists: has replies to commands that were typed before.
        now: the clock.
        access: says which accounts a person may see.
        account_ids: Cloudflare's id of each account that has one, by its name.
    """

    accounts: Sequence[str]
    requests: RequestStore
    zones: UserTimeZones
    lists: ListHandlers
    now: Callable[[], datetime]
    access: Access
    account_ids: Mapping[str, str] = field(default_factory=dict)
    buttons: Collection[str] = (
        *LIST_BUTTONS,
        *DIGEST_BUTTONS,
        MENU,
        *KEPT_BUTTONS,
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
            UserError: they name a workflow that the person may not look at, or no account of several.
        """
        viewer = await self.access.viewer(interaction)
        typed = self._to_command(text, interaction)
        named = typed_account(typed)
        account_id = linked_account(typed) if named is None and self.account_ids else None
        linked = None if account_id is None else linked_name(account_id, self.account_ids, viewer)
        meant = viewer.meant_accounts() if named is None else (named,)
        if linked is not None:
            meant = (None if linked == self.accounts[0] else linked,)
        account = meant[0] if len(meant) == 1 else None
        try:
            request = await self._read(typed, viewer, account)
        except UnknownName as error:
            if not error.similar and not viewer.may(Right.VIEW, account, error.name):
                raise viewer.refusal(Right.VIEW, account, error.name) from error
            raise
        except QueryError as error:
            accounts = tuple(name for name in meant if name is not None)
            if len(meant) > 1 and (offers := await self._in_accounts(typed, viewer, accounts)):
                raise UserError(which_account_message(accounts, offers)) from error
            raise
        if isinstance(request, CreateDigest):  # all else asks for the person's zone later, or needs none
            zone = await self.zones.get(interaction.team, interaction.user)
            request = read_command(replace(typed, zone=zone.name, zone_assumed=not zone.is_named))
        if account_id is not None:
            request = in_linked_account(request, account_id, self.account_ids, viewer)
        if accounts := accounts_to_choose(request, viewer):
            offers = await self._in_accounts(typed, viewer, accounts)
            raise UserError(which_account_message(accounts, offers))
        request = in_only_account(request, viewer)
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

    async def _in_accounts(
        self, typed: Command, viewer: Viewer, accounts: Sequence[str]
    ) -> tuple[Command, ...]:
        """Return what to type for the same in the first of some accounts, those where it means something."""
        offers = []
        for account in accounts[:_MOST_OFFERED]:
            names = await self.lists.list_visible_names(account, viewer)
            with suppress(QueryError):
                text = add_account(typed, account)
                request = await self._read(text, viewer, account)
                if not names or all(name_matching.resolve(name, names) for name in workflows_in(request)):
                    offers.append(text)
        return tuple(offers)

    async def _read(self, typed: Command, viewer: Viewer, account: str | None) -> Request:
        """Read a command; where that fails, with the names of the workflows, which most need no look at.

        Only those count that the person may see.

        Args:
            typed: the command.
            viewer: the person.
            account: whose workflows they are; None means the default account.

        Raises:
            QueryError: it can't be understood.
        """
        try:
            request = read_command(typed)
            if not may_mean_another(request, typed):
                return request
        except QueryError:
            names = await self.lists.list_visible_names(account, viewer)
            if not names:
                raise
        else:
            names = await self.lists.list_visible_names(account, viewer)
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
        if of_instances := KEPT_BUTTONS.get(action_id):
            reported = await self.requests.load(value, interaction.team, refuse_old)
            if not isinstance(reported, of_instances):
                raise InvalidButton("made for another button")
            return reported
        if about_digest := DIGEST_BUTTONS.get(action_id):
            return digest_request(about_digest, value)
        if action_id == RUN_COMMAND:
            return await self.command(value, interaction)
        if action_id == MENU:
            return digest_request(OfDigest, value)
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
            text,
            accounts=accounts,
            channel=interaction.channel or "",
            zone="UTC",
            now=self.now(),
            channel_name=interaction.channel_name,
        )
