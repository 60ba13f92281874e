"""What people ask of statistics."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from bot.browse.model import ListQuery
from bot.browse.requests import OfInstances
from bot.browse.selection import Selection
from bot.language import times
from bot.language.times import Clock
from bot.slack.requests import Request

VERB: Final = "stats"
SYNONYMS: Final = (
    "statistics", "statistic", "p50", "p95", "p99", "percentile", "percentiles", "performance", "perf",
    "throughput", "latency", "durations", "slow", "slowest", "longest", "flaky", "flakiest", "flakey",
    "versions", "deploys", "deployments", "releases",
)  # fmt: skip
"""Other words for it."""
OWN_WORDS: Final = frozenset({VERB, "steps", *SYNONYMS})
"""What adds nothing behind the verb, as in `stats orders slowest`; a workflow that is called so is quoted."""
DEFAULT_SINCE: Final = "7d"


@dataclass(frozen=True, slots=True)
class ShowStats(OfInstances):
    """Statistics as they were typed; how the list is shown does not matter."""

    kind: ClassVar[str] = "stats"
    verb: ClassVar[str] = VERB
    own_words: ClassVar[frozenset[str]] = OWN_WORDS


@dataclass(frozen=True, slots=True)
class OfStats(Request):
    """A request about the statistics of some instances.

    Attributes:
        selection: which instances.
    """

    selection: Selection

    def command(self) -> str:
        """Return what to type for the same."""
        return stats_command(self.selection)


@dataclass(frozen=True, slots=True)
class TurnStats(OfStats):
    """Statistics since another time, in place of the message."""

    kind: ClassVar[str] = "stats_turn"


@dataclass(frozen=True, slots=True)
class RefreshStats(OfStats):
    """The same statistics as Cloudflare has them now, in place of the message."""

    kind: ClassVar[str] = "stats_refresh"


@dataclass(frozen=True, slots=True)
class ShareStats(OfStats):
    """The same statistics for everybody in the channel, in a message of its own."""

    kind: ClassVar[str] = "stats_share"


def stats_command(selection: Selection) -> str:
    """Return what to type for the statistics of instances."""
    return ListQuery(selection).command(VERB, OWN_WORDS)


def set_since(selection: Selection, words: str, clock: Clock) -> Selection:
    """Return the same instances since another time, until now."""
    return replace(selection, since=times.read(words, clock), until=None)
