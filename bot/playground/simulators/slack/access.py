"""Checks of the bot's access to channels."""

from bot.playground.simulators.slack.directory import Channel
from bot.playground.simulators.slack.shapes import Payload, RefusedError
from bot.playground.simulators.slack.wire import MissingScopeError
from bot.playground.simulators.slack.workspace import Workspace

HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}
"""The scope that reading requires, by the kind of channel."""


def find_channel(workspace: Workspace, arguments: Payload) -> Channel:
    """Find the channel of a call; a person's id means their direct message with the bot.

    Raises:
        RefusedError: ``channel_not_found``: it does not exist, or it is private and the bot is not a member.
    """
    try:
        channel = workspace.channel(str(arguments.get("channel")))
    except LookupError:
        raise RefusedError("channel_not_found") from None
    if channel.is_private and not channel.bot_is_member:
        # Slack does not reveal that a private channel exists.
        raise RefusedError("channel_not_found")
    return channel


def find_channel_to_post(workspace: Workspace, arguments: Payload) -> Channel:
    """Find the channel of a call that posts for everyone.

    Raises:
        RefusedError: ``channel_not_found``, ``is_archived`` or ``not_in_channel``.
    """
    channel = find_channel(workspace, arguments)
    if channel.is_archived:
        raise RefusedError("is_archived")
    if not channel.bot_is_member and "chat:write.public" not in workspace.scopes:
        raise RefusedError("not_in_channel")
    return channel


def find_channel_for_ephemeral(workspace: Workspace, arguments: Payload) -> Channel:
    """Find the channel of a call that posts for one person: the bot and the person must be members.

    Raises:
        RefusedError: ``channel_not_found``, ``is_archived``, ``not_in_channel`` or ``user_not_in_channel``.
    """
    channel = find_channel(workspace, arguments)
    if channel.is_archived:
        raise RefusedError("is_archived")
    if not channel.bot_is_member:
        raise RefusedError("not_in_channel")
    try:
        reader = workspace.user(str(arguments.get("user")))
    except LookupError:
        raise RefusedError("user_not_in_channel") from None
    if not channel.has(reader):
        raise RefusedError("user_not_in_channel")
    return channel


def find_channel_to_read(workspace: Workspace, arguments: Payload) -> Channel:
    """Find the channel of a call that reads messages; archived channels can be read.

    Raises:
        RefusedError: ``missing_scope``, ``channel_not_found`` or ``not_in_channel``.
    """
    if not workspace.scopes & set(HISTORY.values()):
        raise MissingScopeError(",".join(HISTORY.values()), workspace.scopes)
    channel = find_channel(workspace, arguments)
    needed = HISTORY[channel.kind]
    if needed not in workspace.scopes:
        raise MissingScopeError(needed, workspace.scopes)
    if not channel.bot_is_member:
        raise RefusedError("not_in_channel")
    return channel
