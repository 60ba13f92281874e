"""Read words that ask how workflows do: `stats NAME`, `health NAME`, `how is NAME doing`, `success rate`."""

from collections.abc import Sequence
from typing import Final

from bot.browse.command.condition_options import TRIGGER, VERSION
from bot.browse.command.filter_words import join_flags
from bot.browse.command.list_filters import refuse_other_filters
from bot.browse.command.options import ACCOUNT, CREATED, CREATED_UNTIL, SINCE, UNTIL
from bot.browse.command.pending_query import PendingQuery
from bot.browse.command.phrases import read_phrases
from bot.browse.command.reader import read_instances
from bot.browse.model import HelpQuery, ListQuery
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import PATTERN, Selection
from bot.language import name_matching
from bot.language.command import Command
from bot.language.errors import one_of
from bot.language.filler_words import without_fillers
from bot.language.tokens import COMMAND, Token
from bot.slack.requests import Request
from bot.stats.requests import OWN_WORDS, SYNONYMS, VERB, ShowStats

_SPEEDS: Final = frozenset({"slow", "slowest", "longest", "flaky", "flakiest", "flakey"})
_BEHIND_SPEEDS: Final = frozenset({"running", "step"})
WITH_NAME: Final = frozenset({"health", "summary", "healthy"})
"""Words that mean it beside the name of a workflow; alone they are the overview."""
STATS_OPTIONS: Final = (SINCE, UNTIL, CREATED, CREATED_UNTIL, ACCOUNT, VERSION, TRIGGER)
_KINDS: Final = frozenset({"success", "failure", "fail", "failed", "error", "errors", "completion"})
_RATES: Final = frozenset({"rate", "rates", "ratio", "percentage"})
_HOW: Final = frozenset({"how", "hows", "how's", "how’s"})
_DOING: Final = frozenset({
    "doing", "going", "performing", "behaving", "running", "do", "perform", "take", "takes", "taking", "took",
})  # fmt: skip
_BESIDE: Final = frozenset({
    "been", "usually", "normally", "long", "well", "lately", "often", "frequently", "fast", "fail", "fails",
    "failing", "failed", "break", "breaks", "steps", "step",
})  # fmt: skip
"""Words of a question that say nothing more."""


def read_stats(head: Token, rest: Sequence[Token], command: Command) -> Request:
    """Read the words behind the verb.

    Raises:
        QueryError: something in them can't be understood.
    """
    rest = _without_own_words(head, rest, command)
    words = read_phrases(join_flags(rest), command.workflows)[0]
    expected = one_of([f"{each.key}:" for each in STATS_OPTIONS])
    refuse_other_filters(words, STATS_OPTIONS, command, "can't be used in statistics", expected)
    request = read_instances(rest, command)
    match request:
        case ListInstances(query):
            return ShowStats(query, readings=request.readings)
        case ListWorkflows(overview) if overview.search is None:
            query = PendingQuery(ListQuery(Selection(account=overview.account)))
            return ShowStats(query, readings=request.readings)
        case HelpQuery() | DescribeInstance():
            return request
    raise rest[0].wrong(
        "does not say which workflow",
        expected=f"a name or a pattern, as in `{COMMAND} stats order-{PATTERN}`",
        nearest=(PATTERN,),
    )


def _without_own_words(head: Token, rest: Sequence[Token], command: Command) -> list[Token]:
    """Return the words behind the verb without those that mean it as well: `stats orders slowest`.

    A word that means a workflow stays, and so does one in quotes.
    """
    left = []
    before = ""
    for word in sorted((head, *rest), key=lambda word: word.start):
        text = "" if word.key is not None or word.quoted else word.value.lower()
        is_own = text in OWN_WORDS or (text in _BEHIND_SPEEDS and before in _SPEEDS)
        is_own = is_own and not name_matching.resolve(word.value, command.workflows)
        if word is not head and not is_own:
            left.append(word)
        before = text
    return left


def find_stats(words: Sequence[Token], command: Command) -> tuple[Token, Sequence[Token]] | None:
    """Return the word that asks for statistics and the words that say of what; None if they ask for others.

    A word that is the name of a workflow asks for nothing.
    """
    texts = [
        word.value.lower()
        if word.key is None and not word.quoted and word.value not in command.workflows
        else ""
        for word in words
    ]
    for place, text in enumerate(texts):
        if text in {VERB, *SYNONYMS}:
            beside = _HOW | {"steps", "step"} if text in _SPEEDS else frozenset[str]()
            rest = [word for other, word in enumerate(words) if other != place and texts[other] not in beside]
            return words[place], rest
        behind = texts[place + 1] if place + 1 < len(texts) else ""
        if text in _KINDS and behind in _RATES:
            return words[place], [*words[:place], *words[place + 2 :]]
    rest = [word for word, text in zip(words, texts, strict=True) if text not in WITH_NAME]
    if len(rest) < len(words) and without_fillers(rest):
        return next(word for word in words if word not in rest), rest
    if texts and texts[0] in _HOW and (_DOING | {"often", "frequently", "fast"}).intersection(texts[1:]):
        left = [word for word, text in zip(words, texts, strict=True) if text not in _HOW | _DOING | _BESIDE]
        return words[0], left
    return None
