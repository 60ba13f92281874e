"""How these tests ask for digests: what a person types, as Slack sends it, in one channel of one person's."""

import re
from collections.abc import Sequence

from bot.digests.command.requests import CreateDigest
from bot.digests.model import DigestSpec
from bot.language.errors import QueryError
from bot.slack.requests import Request
from tests.support.commands import ACCOUNTS, escaped, read

WORKSPACE = {
    "#ops": "<#C0OPS0001|ops>",
    "#dev": "<#C0DEV0001|dev>",
    "#7": "<#C0SEVEN01|7>",
    "@ada": "<@U0ADA0001|ada>",
    "@grace": "<@U0GRACE01|grace>",
    "@oncall": "<!subteam^S0ONCALL1|@oncall>",
    "@here": "<!here>",
    "@channel": "<!channel>",
    "@everyone": "<!everyone>",
}
"""What Slack recognises in a command."""

_RECOGNISED = re.compile(rf"(?:{'|'.join(WORKSPACE)})\b")


def as_slack_sends(typed: str) -> str:
    return _RECOGNISED.sub(lambda found: WORKSPACE[found[0]], escaped(typed))


def sent(text: str, accounts: Sequence[str] = ACCOUNTS) -> Request:
    """What a command asks for, given as Slack sends it."""
    return read(text, accounts)


def asked(typed: str) -> Request:
    """The same, given as it was typed."""
    return sent(as_slack_sends(typed))


def planned(typed: str) -> DigestSpec:
    """What is planned by the words behind `digest create`."""
    request = asked(f"digest create {typed}")
    assert isinstance(request, CreateDigest)
    return request.plan


def refused(typed: str) -> QueryError | None:
    """How a command is refused, if it is, given as it was typed."""
    return refusal(as_slack_sends(typed))


def refusal(text: str) -> QueryError | None:
    """The same, given as Slack sends it."""
    try:
        sent(text)
    except QueryError as error:
        return error
    return None
