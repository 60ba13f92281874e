"""Read a command about one instance: `show NAME ID`, `show NAME latest failed`, `why did NAME fail`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.browse.command.addresses import read_addresses
from bot.browse.command.filter_words import join_flags
from bot.browse.command.names import is_pattern, require_length
from bot.browse.command.options import ACCOUNT, LIST_OPTIONS
from bot.browse.command.phrases import EVERYTHING
from bot.browse.command.reader import is_instance_id, with_account
from bot.browse.command.word_errors import OLDEST, run_of, unknown_words
from bot.browse.command.written_names import is_phrase, quote_name
from bot.browse.requests import DescribeInstance
from bot.browse.selection import is_match
from bot.cloudflare.models import Status
from bot.language import filters, name_matching
from bot.language.command import Command
from bot.language.errors import QueryError, typed
from bot.language.filler_words import is_filler, without_fillers
from bot.language.tokens import COMMAND, Token, quote

SYNONYMS: Final = (
    "describe", "inspect", "status", "get", "view", "details", "detail", "display", "open",
    "params", "payload", "output", "outputs", "steps", "timeline", "attempts",
)  # fmt: skip
"""Other words for `show`, and what it shows."""
WHY: Final = ("explain", "why", "debug", "reason", "cause", "diagnose", "happened")
"""Words that ask why an instance failed."""

NEWEST: Final = frozenset({"latest", "last", "newest"})
"""Words that ask for the newest instance."""
_MOST_NAMES: Final = 5
_FAILED: Final = "failed"
"""`show NAME errored` is the list: of many, as people say `show errored NAME`, too."""
_ERRORED: Final = Status("errored")


@dataclass(frozen=True, slots=True)
class _Words:
    """The bare words behind the verb, by what they mean.

    Attributes:
        instance: the id of an instance; None without one.
        newest: the word that asks for the newest one; None without one.
        status: the status that is said; None without one.
        rest: all others, among them the workflow's name.
    """

    instance: Token | None
    newest: Token | None
    status: Status | None
    rest: tuple[Token, ...]


def read_show(head: Token, rest: Sequence[Token], command: Command) -> DescribeInstance | None:
    """Read words that ask for one instance; None if they ask for something else, as a list.

    Raises:
        QueryError: something in them can't be understood.
    """
    if any(word.is_flag and word.key == "help" for word in rest):
        return None
    words, readings = read_addresses(rest)
    asks_why = head.value.lower() in WHY
    words = join_flags(words) if asks_why or any(map(is_instance_id, words)) else words
    bare = [word for word in words if word.key is None]
    options = [word for word in words if word.key is not None]
    found: _Words | None = _sort(bare, command)
    if found is not None and not asks_why:
        found = _if_one(found, bare, options, command)
    if found is None:
        return None
    _refuse_oldest(found, command)
    status = None if found.instance else found.status or (_ERRORED if asks_why else None)
    instance = found.instance.value if found.instance else None
    request = DescribeInstance(_name(found, command), instance, status, readings=readings)
    return with_account(request, options, command)


def _refuse_oldest(found: _Words, command: Command) -> None:
    """Refuse `show NAME oldest`.

    Raises:
        QueryError: the oldest one is asked for.
    """
    word = found.instance
    is_oldest = word is not None and word.value.lower() in OLDEST and not word.quoted
    if word is not None and is_oldest and word.value not in command.workflows:
        raise word.wrong(
            "asks for the oldest instance, and Cloudflare gives the newest first",
            expected="`latest`, or an instance's id",
            nearest="latest",
        )


def _sort(bare: Sequence[Token], command: Command) -> _Words:
    """Sort bare words by what they mean; a number behind `last` makes it one of a list's words."""
    if len(bare) == 2 and bare[1].quoted:
        return _Words(bare[1], None, None, (bare[0],))
    newest = status = None
    rest = []
    ids = [word for word in bare if is_instance_id(word) and word.value not in command.workflows]
    for place, word in enumerate(bare):
        text = word.value.lower()
        behind = bare[place + 1].value if place + 1 < len(bare) else ""
        before = bare[place - 1].value.lower() if place else ""
        said = filters.status_of(text)
        if word in ids:
            rest += [word] if word is not ids[-1] else []  # the name of a workflow may look like an id
        elif word.value in command.workflows:
            rest.append(word)
        elif (text == "recent" and before == "most") or (
            text in NEWEST and not word.quoted and not behind.isdecimal()
        ):
            newest = newest or word
        elif said and not word.quoted:
            status = status or said
        elif not (is_filler(word) or text in EVERYTHING):
            rest.append(word)
    return _Words(ids[-1] if ids else None, newest, status, tuple(rest))


def _if_one(
    found: _Words, bare: Sequence[Token], options: Sequence[Token], command: Command
) -> _Words | None:
    """Return words behind `show` if they ask for one instance: an id, the newest, or `NAME failed`."""
    if found.instance is not None:
        return found
    if found.newest is None:
        return _with_odd_id(bare, command) or _newest_failed(bare, found)
    has_filter = any(LIST_OPTIONS.find(word.key or "") not in (None, ACCOUNT) for word in options)
    return None if has_filter else found  # a list, as in `show the last failed orders since:2h`


def _with_odd_id(bare: Sequence[Token], command: Command) -> _Words | None:
    """Read `show NAME ID` where the id does not look like one; where the names are known, NAME is one."""
    if len(bare) != 2 or not _is_name(bare[0], command):
        return None
    both = name_matching.find_name([word.value for word in bare], command.workflows, lambda _: False)
    if both is not None and both.stop - both.start > 1:
        return None
    name, instance = bare
    text = instance.value
    is_other = not instance.quoted and (
        is_phrase(text) or is_filler(instance) or text.lower() in EVERYTHING or filters.nearest_status(text)
    )
    if is_other or (text in command.workflows and not instance.quoted):
        return None
    return _Words(instance, None, None, (name,))


def _is_name(word: Token, command: Command) -> bool:
    """Return whether a word is the name of a workflow, or may be one as the names are not known."""
    if not command.workflows:
        return not (is_filler(word) or is_phrase(word.value) or word.value.lower() in EVERYTHING)
    return len(name_matching.resolve(word.value, command.workflows)) == 1


def _newest_failed(bare: Sequence[Token], found: _Words) -> _Words | None:
    """Read `show NAME failed`, which names one workflow and no more."""
    if len(bare) != 2 or bare[1].value.lower() != _FAILED or bare[1].quoted or len(found.rest) != 1:
        return None
    return found


def _name(found: _Words, command: Command) -> str | None:
    """Return the name of the workflow among the words; None if they have none.

    Raises:
        QueryError: they say more than a name, or fit several.
    """
    words = without_fillers(found.rest)
    if not words:
        return None
    pattern = next((word for word in words if is_pattern(word)), None)
    if pattern is not None:
        names = [name for name in command.workflows if is_match(name, pattern.value)]
        raise pattern.wrong(
            "may mean several workflows",
            expected="the name of one",
            nearest=tuple(map(quote_name, names[:_MOST_NAMES])),
        )
    matched = name_matching.find_name([word.value for word in words], command.workflows, lambda _: False)
    if matched is None:
        if len(words) > 1:
            raise _unknown(words[1:], words[0], command)
        require_length(words[0], words[0].value)
        return words[0].value
    if len(matched.names) > 1:
        raise words[matched.start].wrong(
            "may mean several workflows", expected="a whole name", nearest=tuple(map(quote, matched.names))
        )
    left = [*words[: matched.start], *words[matched.stop :]]
    if left:
        raise _unknown(left, words[matched.start], command)
    return matched.names[0]


def _unknown(words: Sequence[Token], name: Token, command: Command) -> QueryError:
    run = run_of(words, command)
    start, end = run[0].start, run[-1].end
    status = filters.nearest_status(run[0].value) if len(run) == 1 else None
    return QueryError(
        command.text[start:end],
        f"{unknown_words(run)} beside the workflow's name, {typed(name.value)}",
        expected=f"an instance's id, or `latest`, as in `{COMMAND} show NAME latest failed`",
        nearest=(status or "",),
        span=(start, end),
    )
