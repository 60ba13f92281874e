"""JSON for the page: the shapes that the modules in `static/` read."""

from dataclasses import asdict
from operator import attrgetter
from typing import Final

from bot.language.tokens import COMMAND
from bot.playground.exchange import Answer, Exchange, Notice
from bot.playground.faults import FAULT_OPTIONS, HEALTHY
from bot.playground.playground import Playground
from bot.playground.simulators.slack import Ack, Change, Channel, Payload, User, View, Workspace

COMMANDS: Final = (
    {
        "command": COMMAND,
        "description": "Browse Cloudflare Workflows instances",
        "usage_hint": "[list] NAME [status:errored] [since:2h] | show NAME ID | digest | help",
    },
)
"""The commands of manifest.yaml, which is not part of the installed package."""

_MAX_MESSAGES: Final = 300


def workspace_to_json(playground: Playground) -> Payload:
    """Return the whole state, for a page that has just been opened."""
    slack, account = playground.slack, playground.account
    conversations = slack.workspace.conversations
    messages = [message for channel in conversations for message in slack.messages(channel.id)]
    messages.sort(key=attrgetter("ts"))
    return {
        "team": slack.workspace.team.domain,
        "bot": {"id": slack.workspace.team.bot_user_id, "name": slack.workspace.team.bot_name},
        "people": [asdict(person) for person in slack.workspace.people],
        "groups": [asdict(group) for group in slack.workspace.groups],
        "channels": channels_to_json(slack.workspace),
        "commands": COMMANDS,
        "account": {"kind": account.kind, "description": account.description},
        "faults": [
            {"name": choice.name, "label": choice.label, "description": choice.description}
            for choice in (FAULT_OPTIONS if account.faults else ())
        ],
        "fault": account.faults.selected if account.faults else HEALTHY,
        "suggestions": [asdict(suggestion) for suggestion in account.suggestions],
        "messages": [asdict(message) for message in messages[-_MAX_MESSAGES:]],
        "notices": [asdict(notice) for notice in playground.exchange_log.notices],
        "views": [view_to_json(view) for view in slack.views.open_now()],
        "exchanges": [exchange_to_json(exchange) for exchange in playground.exchange_log.recent()],
    }


def channels_to_json(workspace: Workspace) -> list[Payload]:
    """Return all channels, then the direct messages with the bot."""
    return [_channel(channel, workspace.people) for channel in workspace.conversations]


def _channel(channel: Channel, people: tuple[User, ...]) -> Payload:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_archived": channel.is_archived,
        "bot_is_member": channel.bot_is_member,
        "members": [user.id for user in people if channel.has(user)],
    }


def change_to_json(change: Change) -> Payload:
    """Return a message that was posted, updated or deleted."""
    return {"kind": change.kind, "message": asdict(change.message)}


def view_to_json(view: View) -> Payload:
    """Return the current state of a modal."""
    return {"id": view.id, "user": view.user, "payload": view.payload}


def notice_to_json(notice: Notice) -> Payload:
    """Return a message from Slackbot."""
    return asdict(notice)


def exchange_to_json(exchange: Exchange) -> Payload:
    """Return an exchange with its results so far."""
    sent = exchange.sent
    return {
        "id": exchange.id,
        "ts": exchange.ts,
        "person": exchange.person,
        "channel": exchange.channel,
        "kind": exchange.kind,
        "title": _title(exchange),
        "sent": None if sent is None else {"as": sent.kind, "payload": sent.payload},
        "ack": None if exchange.ack is None else _ack(exchange.ack),
        "failure": exchange.failure,
        "answers": [_answer(answer) for answer in exchange.answers],
        "calls": [
            {
                "path": f"{call.path}?{call.query}" if call.query else call.path,
                "outcome": call.outcome,
                "seconds": call.seconds,
            }
            for call in exchange.calls
        ],
    }


def _title(exchange: Exchange) -> str:
    """Return the title of an exchange; for a command, its text as it was typed."""
    sent = exchange.sent
    if sent is None or exchange.kind != "command":
        return exchange.title
    return f"{sent.payload['command']} {sent.typed}".rstrip()


def _ack(ack: Ack) -> Payload:
    return {"status": ack.status, "seconds": ack.seconds, "body": ack.as_json() or ack.body}


def _answer(answer: Answer) -> Payload:
    return {
        "via": answer.via,
        "after": answer.after,
        "status": answer.status,
        "error": answer.error,
        "problems": [str(problem) for problem in answer.problems],
        "is_membership_check": answer.is_membership_check,
        "body": answer.body,
    }
