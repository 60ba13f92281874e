"""Commands about digests, read as the bot does: what a person types, and what Slack sends of it."""

import re

from bot.digests.command.requests import CreateDigest
from bot.digests.model import DigestSpec
from bot.language.errors import QueryError
from bot.slack.requests import Request
from tests.support.commands import escaped, read

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


def encode_mentions(typed: str) -> str:
    """Return a command as Slack sends it, with its names as mentions."""
    return _RECOGNISED.sub(lambda found: WORKSPACE[found[0]], escaped(typed))


def read_typed(typed: str) -> Request:
    """Read a command as it was typed."""
    return read(encode_mentions(typed))


def read_spec(typed: str) -> DigestSpec:
    """Return the digest that the words behind `digest create` describe."""
    request = read_typed(f"digest create {typed}")
    assert isinstance(request, CreateDigest)
    return request.plan


def catch_typed_refusal(typed: str) -> QueryError | None:
    """Return how a typed command is refused; None if it is read."""
    return catch_refusal(encode_mentions(typed))


def catch_refusal(text: str) -> QueryError | None:
    """Return how a command is refused, as Slack sends it; None if it is read."""
    try:
        read(text)
    except QueryError as error:
        return error
    return None
