"""Rights of people: who they are, where they act, and what the rules allow them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.access.messages import (
    guest_message,
    not_a_person_message,
    refused_message,
    scope_missing_message,
    unknown_person_message,
)
from bot.access.model import AccessRules, Person, Right, Rule, Standing
from bot.access.people import People
from bot.slack.interaction import Interaction
from bot.slack.lookups import LookupFailed
from bot.slack.reply import UserError
from bot.ui.elements import Message
from bot.ui.mrkdwn import code
from bot.ui.notices import other_team_message

_log = structlog.get_logger(__name__)

_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person where they act now, and what they may see and do there.

    Attributes:
        person: who.
        channel: Slack's id of where they act; empty where that is no channel.
        team: Slack's id of the workspace.
        rules: all of them.
        accounts: the names of all accounts, the default first.
    """

    person: Person
    channel: str
    team: str
    rules: AccessRules
    accounts: Sequence[str]

    @property
    def visible_accounts(self) -> tuple[str, ...]:
        """Return the accounts of which they may look at anything, in the order of all."""
        return self.accounts_for(Right.VIEW)

    def accounts_for(self, right: Right) -> tuple[str, ...]:
        """Return the accounts in which they have a right for anything."""
        return tuple(account for account in self.accounts if self.may_any(right, account))

    def meant_accounts(self, right: Right = Right.VIEW) -> tuple[str | None, ...]:
        """Return the accounts of which one is meant where none is named, as requests name them.

        That is the default one, None. Those who have the right for nothing of that mean another one in which
        they have it; if they have it nowhere, nothing is meant but what is refused.
        """
        if self.may_any(right, None):
            return (None,)
        return self.accounts_for(right) or (None,)

    def may(self, right: Right, account: str | None, workflow: str) -> bool:
        """Return whether they have a right for a workflow; no account means the default one."""
        return self.rules.allows(self.person, self.channel, right, self._named(account), workflow)

    def may_any(self, right: Right, account: str | None) -> bool:
        """Return whether they have a right for any workflow that an account has or may get."""
        return self.rules.allows_any(self.person, self.channel, right, self._named(account))

    def may_all(self, right: Right, account: str | None) -> bool:
        """Return whether they have a right for all workflows of an account."""
        return self.rules.allows_all(self.person, self.channel, right, self._named(account))

    def may_read_payloads(self, account: str | None, workflow: str) -> bool:
        """Return whether params and outputs may be shown to them alone.

        Where rules are set, that takes the right `payloads`, as to share them does. Where none are, all who
        may look at a workflow may read them for themselves, and nobody may share them.
        """
        return self.may(Right.PAYLOADS if self.rules.are_set else Right.VIEW, account, workflow)

    def workflow_filter(self, account: str | None) -> Callable[[str], bool]:
        """Return a filter of an account's workflows, by their names: those that they may look at."""
        return lambda workflow: self.may(Right.VIEW, account, workflow)

    def among(
        self, workflows: Iterable[str], account: str | None, right: Right = Right.VIEW
    ) -> tuple[str, ...]:
        """Return those of some workflows' names for which they have a right."""
        return tuple(name for name in workflows if self.may(right, account, name))

    def rules_granting(self, right: Right) -> tuple[Rule, ...]:
        """Return the rules that give them a right here."""
        return self.rules.rules_granting(self.person, self.channel, right)

    def require(self, right: Right, account: str | None, workflow: str) -> None:
        """Require a right for a workflow.

        Raises:
            UserError: they lack it; the message says who has it.
        """
        if not self.may(right, account, workflow):
            raise self.refusal(right, account, workflow)

    def require_any(self, right: Right, account: str | None) -> None:
        """Require a right for any workflow of an account.

        Raises:
            UserError: they lack it; the message says who has it.
        """
        if not self.may_any(right, account):
            raise self.refusal(right, account)

    def refusal(self, right: Right, account: str | None, workflow: str | None = None) -> UserError:
        """Return the refusal of a right, which says who has it.

        An account that they may look at nothing of is not named to them.
        """
        name = self._named(account)
        who = self.rules.who_may(right, name, workflow)
        return UserError(
            refused_message(right, workflow, self._where(account), who, self.person.unread_groups)
        )

    def _where(self, account: str | None) -> str:
        """Return where something is refused, in mrkdwn, as far as that needs to be said and may be."""
        visible = self.visible_accounts
        if len(self.accounts) == 1 or not (visible or account):
            return ""
        if self._named(account) in visible:
            return "" if account is None else f" in {code(account)}"
        return " in the default account" if account in {None, self.accounts[0]} else " in that account"

    def _named(self, account: str | None) -> str:
        return self.accounts[0] if account is None else account


class Access:
    """Says who may do what.

    Args:
        rules: all of them.
        people: says who a person is.
        accounts: the names of all accounts, the default first.
    """

    def __init__(self, rules: AccessRules, people: People, accounts: Sequence[str]) -> None:
        self.rules: Final = rules
        self._people = people
        self._accounts = accounts

    def known_refusal(self, interaction: Interaction) -> Message | None:
        """Return the refusal for a person who is known not to be let in; else None."""
        person = self._people.known(interaction.team, interaction.user)
        return None if person is None else self._refusal_of(person)

    async def refusal(self, interaction: Interaction) -> Message | None:
        """Return the refusal for a person who is not let in, or of whom Slack tells nothing; else None."""
        try:
            person = await self._people.get(interaction.team, interaction.user, _TIMEOUT)
        except LookupFailed as error:
            return _unknown(interaction, error)
        return self._refusal_of(person)

    def known(self, interaction: Interaction) -> Viewer | None:
        """Return who acts, if all about them is in memory."""
        person = self._people.known(interaction.team, interaction.user)
        return None if person is None else self._viewer(person, interaction)

    async def viewer(self, interaction: Interaction) -> Viewer:
        """Return who acts.

        Raises:
            UserError: Slack does not say who they are.
        """
        try:
            person = await self._people.get(interaction.team, interaction.user, _TIMEOUT)
        except LookupFailed as error:
            raise UserError(_unknown(interaction, error)) from error
        return self._viewer(person, interaction)

    async def require(
        self, right: Right, interaction: Interaction, account: str | None, workflow: str
    ) -> Viewer:
        """Require a right for a workflow; return who has it.

        Raises:
            UserError: they lack it, or Slack does not say who they are.
        """
        viewer = await self.viewer(interaction)
        viewer.require(right, account, workflow)
        return viewer

    async def require_any(self, right: Right, interaction: Interaction, account: str | None) -> Viewer:
        """Require a right for any workflow of an account; return who has it.

        Raises:
            UserError: they lack it, or Slack does not say who they are.
        """
        viewer = await self.viewer(interaction)
        viewer.require_any(right, account)
        return viewer

    async def viewer_of(self, team: str, user: str, channel: str) -> Viewer:
        """Return somebody as if they acted in a channel now.

        Raises:
            LookupFailed: Slack does not say who they are.
        """
        person = await self._people.get(team, user, _TIMEOUT)
        return Viewer(person, channel, team, self.rules, self._accounts)

    def channel_may_view(self, channel: str, account: str | None, workflow: str | None) -> bool:
        """Return whether all full members in a channel may look at a workflow, or at any of an account."""
        name = self._accounts[0] if account is None else account
        return self.rules.allows_in(channel, Right.VIEW, name, workflow)

    def _refusal_of(self, person: Person) -> Message | None:
        if person.standing is Standing.MEMBER:
            return None
        if person.standing is Standing.GUEST and self.rules.has_rule_for(person):
            return None
        _log.info("person_refused", user=person.id, standing=person.standing.value)
        if person.standing is Standing.GUEST:
            return guest_message(self.rules.who_may(Right.VIEW))
        return other_team_message() if person.standing is Standing.STRANGER else not_a_person_message()

    def _viewer(self, person: Person, interaction: Interaction) -> Viewer:
        return Viewer(person, interaction.channel or "", interaction.team, self.rules, self._accounts)


def _unknown(interaction: Interaction, error: LookupFailed) -> Message:
    _log.warning("person_unknown", user=interaction.user, reason=error.reason)
    return scope_missing_message() if error.reason == "missing_scope" else unknown_person_message()
