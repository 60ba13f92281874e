"""Events about messages, as Slack sends them to an app that subscribes to them.

Sources: https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/events/app_mention and
https://docs.slack.dev/reference/events/message.im
"""

import uuid

from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.payloads import VERIFICATION_TOKEN
from bot.playground.simulators.slack.shapes import Payload
from bot.playground.simulators.slack.wire import message_json
from bot.playground.simulators.slack.workspace import Workspace


def event_of(message: Message, workspace: Workspace) -> Payload | None:
    """Return the event that tells the app of a message; None where the app is not told of it.

    A mention in a direct message is no ``app_mention``. The app's own direct messages come, too.
    """
    channel, bot = workspace.channel(message.channel), workspace.team.bot_user_id
    if message.is_ephemeral:
        return None
    if channel.is_im:
        kind, name, scope = "message", "message.im", "im:history"
    elif channel.bot_is_member and f"<@{bot}>" in message.text:
        kind, name, scope = "app_mention", "app_mention", "app_mentions:read"
    else:
        return None
    if name not in workspace.events or scope not in workspace.scopes:
        return None
    event = {**message_json(message, workspace.team), "type": kind}
    event |= {"channel": channel.id, "event_ts": message.ts, **_author(message, workspace)}
    if channel.is_im:
        event["channel_type"] = "im"
    return envelope(event, workspace, is_shared=not channel.is_im and _has_strangers(workspace))


def envelope(event: Payload, workspace: Workspace, *, is_shared: bool = False) -> Payload:
    """Return what goes around an event."""
    team = workspace.team
    at = str(event.get("event_ts", "0.0"))
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": team.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{at.replace('.', '')}",
        "event_time": int(float(at)),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": f"4-{at}",
    }


def _author(message: Message, workspace: Workspace) -> Payload:
    """Return what an event adds about who wrote; of strangers it names the workspace thrice."""
    if message.user is None:
        return {}
    user = workspace.user(message.user)
    added: Payload = {"client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, message.ts))}
    if user.team:
        added |= {"team": user.team, "user_team": user.team, "source_team": user.team}
    return added


def _has_strangers(workspace: Workspace) -> bool:
    return any(user.team for user in workspace.people)
