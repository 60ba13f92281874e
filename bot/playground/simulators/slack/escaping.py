"""Slack's escaping of the text of a command or a message.

``&``, ``<`` and ``>`` become entities. If a command has ``should_escape`` set, the names of channels, people
and groups are replaced by ids, and addresses become links; unknown names stay as typed. The name
of a private channel is omitted.

Source: https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import re
from collections.abc import Iterator

from bot.playground.simulators.slack.directory import User
from bot.playground.simulators.slack.workspace import Workspace

_SPECIAL = re.compile(
    r"(?P<web>https?://[^\s<>|]*[^\s<>|.,;:!?'\")\]])"
    r"|(?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<!\w)(?P<name>[#@][\w.-]*\w)"
    r"|[&<>]"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_EVERYBODY = ("here", "channel", "everyone")


def escape_text(text: str, workspace: Workspace, who: User) -> str:
    """Escape the text of a command of ``who``; names of private channels without ``who`` stay plain."""
    return _escape(text, workspace, who) if workspace.should_escape else _with_entities(text)


def escape_message(text: str, workspace: Workspace, who: User) -> str:
    """Escape a message of ``who``; unlike in a command, people stand there without their name."""
    return re.sub(r"<@(\w+)\|[^<>]*>", r"<@\1>", _escape(text, workspace, who))


def _escape(text: str, workspace: Workspace, who: User) -> str:
    known = dict(_mentions(workspace, who))

    def escape(found: re.Match[str]) -> str:
        if found["web"]:
            return f"<{_with_entities(found['web'])}>"
        if found["mail"]:
            return f"<mailto:{found['mail']}|{found['mail']}>"
        return known.get(found[0]) or _with_entities(found[0])

    return _SPECIAL.sub(escape, text)


def _mentions(workspace: Workspace, who: User) -> Iterator[tuple[str, str]]:
    """Yield all names that can be mentioned, with their sign, and their markup."""
    for name in _EVERYBODY:
        yield f"@{name}", f"<!{name}>"
    for group in workspace.groups:
        yield f"@{group.handle}", f"<!subteam^{group.id}|@{group.handle}>"
    for user in workspace.people:
        yield f"@{user.name}", f"<@{user.id}|{user.name}>"
    team = workspace.team
    yield f"@{team.bot_name}", f"<@{team.bot_user_id}|{team.bot_name}>"
    for channel in workspace.channels:
        if not channel.is_private:
            yield f"#{channel.name}", f"<#{channel.id}|{channel.name}>"
        elif channel.has(who):
            yield f"#{channel.name}", f"<#{channel.id}|>"


def _with_entities(text: str) -> str:
    return re.sub("[&<>]", lambda found: _ENTITIES[found[0]], text)
