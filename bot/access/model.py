"""Rules of who may do what with which workflows. Nothing here asks anybody anything."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

EVERYONE: Final = "everyone"
"""All full members of the bot's own workspace."""
ANY: Final = "*"


class Right(StrEnum):
    """What a rule allows. None of them brings another one with it."""

    VIEW = "view"
    PAYLOADS = "payloads"
    SUBSCRIBE = "subscribe"
    OPERATE = "operate"
    BULK = "bulk"
    ADMIN = "admin"


class Standing(StrEnum):
    """What a person is in the bot's workspace."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    BOT = "bot"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wants something of the bot.

    Attributes:
        id: Slack's.
        standing: what they are here.
        groups: Slack's ids of the user groups with a rule that they are in.
        unread_groups: of those with a rule that Slack does not tell the people of.
    """

    id: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    unread_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives rights to some for some workflows.

    Attributes:
        who: Slack's ids of people, user groups and channels, or `everyone`.
        accounts: patterns for the names that settings give them, as in `*` or `prod-*`.
        workflows: patterns for the names of workflows.
        rights: what it allows.
    """

    who: tuple[str, ...]
    accounts: tuple[str, ...]
    workflows: tuple[str, ...]
    rights: frozenset[Right]

    def concerns(self, account: str, workflow: str) -> bool:
        """Return whether it is about a workflow."""
        return matches(account, self.accounts) and matches(workflow, self.workflows)

    def is_for(self, names: AbstractSet[str]) -> bool:
        """Return whether it is for a person, by the names that rules may have for them."""
        return any(who in names for who in self.who)


def names_of(person: Person, channel: str) -> AbstractSet[str]:
    """Return what rules may call a person who acts in a channel; nothing for those who have no rights at all.

    Guests have what names them or a group of theirs, and nothing by a channel or by `everyone`.
    """
    if person.standing is Standing.MEMBER:
        return {person.id, *person.groups, channel, EVERYONE}
    if person.standing is Standing.GUEST:
        return {person.id, *person.groups}
    return frozenset()


DEFAULT_RULES: Final = (Rule((EVERYONE,), (ANY,), (ANY,), frozenset({Right.VIEW, Right.SUBSCRIBE})),)
"""What holds where no rules are set."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """All rules. What none of them allows is refused.

    Attributes:
        rules: each adds to the others.
        are_set: somebody wrote them; else they are the default.
    """

    rules: Sequence[Rule] = DEFAULT_RULES
    are_set: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """Return Slack's ids of the user groups that they name."""
        return tuple(dict.fromkeys(who for rule in self.rules for who in rule.who if who.startswith("S")))

    def allows(self, person: Person, channel: str, right: Right, account: str, workflow: str) -> bool:
        """Return whether a person who acts in a channel has a right for a workflow.

        Args:
            person: who.
            channel: Slack's id of where they act; empty where that is no channel.
            right: which.
            account: its name in settings.
            workflow: its name.
        """
        names = names_of(person, channel)
        return any(
            right in rule.rights and rule.is_for(names) and rule.concerns(account, workflow)
            for rule in self.rules
        )

    def allows_any(self, person: Person, channel: str, right: Right, account: str) -> bool:
        """Return whether a person has a right for any workflow that an account has or may get."""
        names = names_of(person, channel)
        return any(
            right in rule.rights and rule.is_for(names) and matches(account, rule.accounts)
            for rule in self.rules
        )

    def allows_all(self, person: Person, channel: str, right: Right, account: str) -> bool:
        """Return whether a person has a right for all workflows of an account."""
        names = names_of(person, channel)
        return any(
            right in rule.rights
            and ANY in rule.workflows
            and rule.is_for(names)
            and matches(account, rule.accounts)
            for rule in self.rules
        )

    def rules_granting(self, person: Person, channel: str, right: Right) -> tuple[Rule, ...]:
        """Return the rules that give a person a right where they act."""
        names = names_of(person, channel)
        return tuple(rule for rule in self.rules if right in rule.rights and rule.is_for(names))

    def has_rule_for(self, person: Person) -> bool:
        """Return whether any rule is for a person, wherever they act."""
        names = names_of(person, "")
        return any(rule.is_for(names) for rule in self.rules)

    def allows_in(self, channel: str, right: Right, account: str, workflow: str | None) -> bool:
        """Return whether all members in a channel have a right: what a rule gives to it, or to everyone.

        Without a workflow, for any that the account has or may get.
        """
        return any(
            right in rule.rights
            and matches(account, rule.accounts)
            and (workflow is None or matches(workflow, rule.workflows))
            and not {channel, EVERYONE}.isdisjoint(rule.who)
            for rule in self.rules
        )

    def who_may(
        self, right: Right, account: str | None = None, workflow: str | None = None
    ) -> tuple[str, ...]:
        """Return who has a right, as rules name them: for a workflow, or for any of an account or of all."""
        holders = (
            who
            for rule in self.rules
            if right in rule.rights
            and (account is None or matches(account, rule.accounts))
            and (workflow is None or matches(workflow, rule.workflows))
            for who in rule.who
        )
        return tuple(dict.fromkeys(holders))


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a name fits one of the patterns, upper and lower case as they are."""
    return any(pattern == ANY or fnmatchcase(name, pattern) for pattern in patterns)
