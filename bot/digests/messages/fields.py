"""The elements of a digest's form, each with what stands in it already."""

from collections.abc import Sequence
from typing import Final

from bot.digests.form import NOT_CHOSEN
from bot.digests.model import MOST_MENTIONS, MOST_WORKFLOWS, Mention
from bot.ui import limits
from bot.ui.elements import plain_text
from bot.ui.form_fields import checkboxes, menu, menu_option
from bot.ui.limits import Block

DEFAULT: Final = "(default)"
"""The value of the option that leaves the account to settings. No account is called so."""

_EVERYBODY: Final = {
    "here": "@here (everybody who is active)",
    "channel": "@channel (everybody in the channel)",
}


def channels(channel: str) -> Block:
    """Build the menu of visible channels; include direct messages only where one is already chosen."""
    is_direct = channel.startswith("D")
    kinds = ["public", "private", *(["im"] if is_direct else [])]
    element: Block = {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": kinds, "exclude_bot_users": not is_direct},
    }
    return {**element, "initial_conversation": channel} if channel else element


def zone(zone: str) -> Block:
    """Build the menu of time zones, which loads while a person types."""
    element: Block = {"type": "external_select", "action_id": "digest_zone", "min_query_length": 0}
    return {**element, "initial_option": menu_option(zone, zone)} if zone else element


def accounts(present: str | None, names: Sequence[str]) -> Block:
    """Build the menu of accounts; an account that settings no longer have can be kept or dropped.

    Args:
        present: the one that is chosen; None for the default one, `NOT_CHOSEN` for none.
        names: of all that may be chosen, the default first if it is one of them.
    """
    values = {name: name for name in names[: limits.OPTIONS - 1]}
    if present is None:
        values[names[0]] = DEFAULT
    elif present != NOT_CHOSEN:
        values[present] = present
    chosen = DEFAULT if present is None else present or None
    return menu([menu_option(name, value) for name, value in values.items()], chosen)


def workflows(names: Sequence[str]) -> Block:
    """Build the menu of workflows, which loads while a person types."""
    element: Block = {
        "type": "multi_external_select",
        "action_id": "digest_workflows",
        "min_query_length": 0,
        "max_selected_items": MOST_WORKFLOWS,
        "placeholder": plain_text("All workflows", limits.BUTTON),
    }
    return {**element, "initial_options": named(names)} if names else element


def people(mentions: Sequence[Mention]) -> Block:
    """Build the menu of all people in Slack."""
    element: Block = {"type": "multi_users_select", "max_selected_items": MOST_MENTIONS}
    users = [mention.id for mention in mentions if mention.kind == "person"]
    return {**element, "initial_users": users} if users else element


def groups(mentions: Sequence[Mention]) -> Block:
    """Build boxes for `@here`, `@channel` and user groups already mentioned: Slack can't pick others."""
    groups = [mention for mention in mentions if mention.kind == "group"]
    texts = {
        **_EVERYBODY,
        **{f"{group.id} {group.name}".strip(): f"@{group.name or group.id}" for group in groups},
    }
    selected_options = [mention.id for mention in mentions if mention.kind == "everybody"]
    return checkboxes(texts, [*selected_options, *(value for value in texts if value not in _EVERYBODY)])


def group(value: str) -> Mention | None:
    """Return the mention of a ticked box of `groups`; None for any other box."""
    if value in _EVERYBODY:
        return Mention("everybody", value, value)
    group_id, _, name = value.partition(" ")
    return Mention("group", group_id, name) if group_id.isalnum() else None


def named(names: Sequence[str]) -> list[Block]:
    """Build options whose values are their names.

    Raises:
        ValueError: a name does not fit, and cutting it would break it.
    """
    return [menu_option(name, name, emoji=False) for name in names]
