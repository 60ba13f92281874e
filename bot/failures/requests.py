"""What people ask of failures, beside `ShowFailures`, for which other rooms have buttons."""

from dataclasses import dataclass
from typing import ClassVar, Final

from bot.browse.pending_query import PendingQuery
from bot.browse.requests import ShowFailures
from bot.slack.requests import Request

DEFAULT_SINCE: Final = "24h"


@dataclass(frozen=True, slots=True)
class ListFailures(Request):
    """What failed, as it was typed; its times wait for a clock and a zone.

    Attributes:
        query: which instances, of a list; how it is shown does not matter.
    """

    kind: ClassVar[str] = "failures_typed"
    query: PendingQuery


@dataclass(frozen=True, slots=True)
class RefreshFailures(ShowFailures):
    """The same as Cloudflare has it now, in place of the message; it goes on where the last one stopped."""

    kind: ClassVar[str] = "failures_refresh"


@dataclass(frozen=True, slots=True)
class ShareFailures(ShowFailures):
    """The same for everybody in the channel, in a message of its own."""

    kind: ClassVar[str] = "failures_share"
