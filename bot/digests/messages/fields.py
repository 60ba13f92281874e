"""The elements of a digest's form, each with what stands in it already."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.cloudflare.models import Status
from bot.digests.model import MOST_MENTIONS, MOST_WORKFLOWS, Mention
from bot.ui import limits
from bot.ui.elements import URGENCY, appearance, plain_text
from bot.ui.limits import Block

DEFAULT: Final = "(default)"
"""The value of the option that leaves the account to settings. No account is called so."""

_EVERYBODY: Final = {
    "here": "@here (everybody who is active)",
    "channel": "@channel (everybody in the channel)",
}
_LONGEST_TEXT: Final = 300


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


def boxes(texts: Mapping[str, str], selected_options: Sequence[str]) -> Block:
    """Build boxes to tick; `texts` are by value."""
    options = {value: _option(text, value) for value, text in texts.items()}
    element: Block = {"type": "checkboxes", "options": [*options.values()]}
    initial = [option for value, option in options.items() if value in selected_options]
    return {**element, "initial_options": initial} if initial else element


def clock(time: str) -> Block:
    """Build the field for a time of day, as `HH:MM`."""
    return {"type": "timepicker", **({"initial_time": time} if time else {})}


def text(text: str, such_as: str) -> Block:
    """Build a field for a line of text."""
    element: Block = {
        "type": "plain_text_input",
        "max_length": _LONGEST_TEXT,
        "placeholder": plain_text(such_as, limits.BUTTON),
    }
    return {**element, "initial_value": text} if text else element


def zone(zone: str) -> Block:
    """Build the menu of time zones, which loads while a person types."""
    element: Block = {"type": "external_select", "action_id": "digest_zone", "min_query_length": 0}
    return {**element, "initial_option": _option(zone, zone)} if zone else element


def accounts(present: str | None, names: Sequence[str]) -> Block:
    """Build the menu of accounts; an account that settings no longer have can be kept or dropped."""
    values = {name: name for name in names[: limits.OPTIONS - 1]}
    if present is None:
        values[names[0]] = DEFAULT
    else:
        values[present] = present
    return _menu([_option(name, value) for name, value in values.items()], present or DEFAULT)


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


def statuses(present: Status) -> Block:
    """Build the menu of statuses, the most urgent first; an unknown status comes last."""
    statuses = [*map(Status, URGENCY), *([] if present in URGENCY else [present])]
    options = [
        _option(f"{appearance(status).emoji} {appearance(status).word}", status) for status in statuses
    ]
    return _menu(options, present)


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
    return boxes(texts, [*selected_options, *(value for value in texts if value not in _EVERYBODY)])


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
    return [_option(name, name, emoji=False) for name in names]


def _menu(options: list[Block], chosen: str) -> Block:
    (initial,) = (option for option in options if option["value"] == chosen)
    return {"type": "static_select", "options": options, "initial_option": initial}


def _option(text: str, value: str, *, emoji: bool = True) -> Block:
    if len(value) > limits.OPTION_VALUE:
        raise ValueError(f"an option's value has {len(value)} characters")
    return {"text": plain_text(text, limits.OPTION, emoji=emoji), "value": value}
