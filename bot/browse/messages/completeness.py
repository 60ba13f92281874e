"""Whether a list is all that there is: what could not be read, what was left out, how far it was searched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.browse.model import ListQuery
from bot.browse.screen import Screen, Searched
from bot.browse.selection import Stream
from bot.browse.several.planning import MOST_STREAMS
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import ACTIVE_STATUSES
from bot.ui import limits
from bot.ui.elements import SEARCH_FURTHER, button, section
from bot.ui.explanations import explain
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, iso_after, moment_after
from bot.ui.statuses import appearance

RETRY: Final = "list_retry"
"""The action id of the button that reads a screen again, with the lists that could not be read."""

_MOST_NAMES: Final = 5
_MOST_REASONS: Final = 3
_LONGEST_NAME: Final = 64
_MAY_BE_MISSING: Final = "instances created before may have ended since"


def is_whole(screen: Screen) -> bool:
    """Return whether nothing is missing behind the last row of a list, as far as can be known."""
    return not (not screen.is_last or screen.incomplete_rows or _lacks_lists(screen) or _unknown(screen))


def unread_block(screen: Screen, retry: str | None) -> list[Block]:
    """Build the notice of the lists that could not be read, with the button that tries them again."""
    if not screen.unread:
        return []
    count, total = len(screen.unread), len(screen.streams)
    of_all = f"{count} of {total} lists" if total > count else "1 list" if count == 1 else f"{count} lists"
    lines = [f"⚠️ *{of_all} could not be read, so instances may be missing here.*"]
    reasons = _by_reason(screen)
    for reason, streams in reasons[:_MOST_REASONS]:
        lines.append(f"{_names(streams, screen.query)}: {reason}")
    if rest := sum(len(streams) for _, streams in reasons[_MOST_REASONS:]):
        lines.append(f"And {rest} more.")
    pressed = button("Retry", RETRY, retry, "Read this list again with what is missing") if retry else None
    return [section("\n".join(lines), pressed)]


def missing_text(screen: Screen) -> list[str]:
    """Return what could not be read or was left out, and how far was searched, in phrases.

    They are for those who do not see the message.
    """
    found = []
    if screen.unread:
        found.append(f"could not be read: {_plain_names(screen.unread, screen.query)}")
    if screen.left_out_count or screen.others_left_out:
        lists = _lists_left_out(screen)
        found.append(f"{lists[0].lower()}{lists[1:]} left out")
    if screen.searched is not None and _searched(screen):
        searched = screen.searched
        back = (
            ""
            if searched.complete or searched.back_to is None
            else f" {iso_after('back to', searched.back_to)}"
        )
        said = "1 instance" if searched.rows == 1 else f"{searched.rows:,} instances"
        found.append(f"searched {said}{back}")
    return found


def notices(screen: Screen) -> list[str]:
    """Return how far a list was searched, and what was left out of it."""
    return [*_searched(screen), *_left_out(screen)]


def end(screen: Screen) -> list[str]:
    """Return the notice for the end of a list; empty before the end."""
    bounded_at = _bounded_at(screen)
    if screen.next is not None or (screen.further is not None and bounded_at is None):
        return []
    if _lacks_lists(screen):
        return ["the end of what was read"]
    if bounded_at is not None:
        return [moment_after("no more among those created since", bounded_at)] if screen.rows else []
    if not screen.is_last:
        return []
    if _may_miss_ended(screen.query):
        return [f"no more created since then; {_MAY_BE_MISSING}" if screen.rows else _MAY_BE_MISSING]
    return ["the end of the list"] if screen.rows else []


def nothing(screen: Screen) -> str:
    """Say that a screen has no rows: no more than is known, and what to do."""
    query = screen.query
    if _lacks_lists(screen):
        return "*Nothing in what was read.* There may be some in what was not."
    if screen.further is not None:
        return _none_so_far(screen)
    if screen.next is not None:
        return "*Nothing on the first pages.* Cloudflare says there is more: the search goes on further down."
    if (screen.first is not None and screen.first > 1) or query.start is not None:
        start = command(query.from_start.command())
        return f"*Nothing here.* The list ends before this place; its start: {start}"
    if _is_filtered(query):
        none = "None that is certain" if _unknown(screen) else "No instance matches"
        return f"*{none}.* All of them: {command(query.without_filters.command())}"
    return (
        "*No instances.* None was created yet, or all are past their retention "
        "(3 days on Free, up to 30 on Paid)."
    )


def _none_so_far(screen: Screen) -> str:
    """Say that nothing was found so far, as not everything was searched."""
    further = f"*{SEARCH_FURTHER}* looks through older ones"
    if (bounded_at := _bounded_at(screen)) is None:
        return f"*None found so far.* {further}."
    none = "None that is certain" if _unknown(screen) else "None"
    since = moment_after(f"{none} among those created since", bounded_at)
    return f"*{since}.* {further}, which may have ended since."


def _unknown(screen: Screen) -> int:
    """Return how many instances do not say whether they are what was asked for."""
    return 0 if screen.searched is None else screen.searched.unknown


def _bounded_at(screen: Screen) -> datetime | None:
    """Return where the lookback began, if all that was created since then was looked at, and no more."""
    searched = screen.searched
    return searched.bounded_at if searched is not None and searched.complete else None


def _lacks_lists(screen: Screen) -> bool:
    """Return whether there are lists that were not read."""
    return bool(screen.unread or screen.left_out_count or screen.others_left_out or screen.unlisted)


def _may_miss_ended(query: ListQuery) -> bool:
    """Return whether instances that ended in a list's time may be missing, as they were created before it.

    So it is where `since` means the creation and not only those were asked for that can't have ended.
    """
    chosen = query.selection
    if chosen.since is None or chosen.by_end:
        return False
    return not chosen.statuses or not ACTIVE_STATUSES.issuperset(chosen.statuses)


def _is_filtered(query: ListQuery) -> bool:
    chosen = query.selection
    times = (chosen.since, chosen.until, chosen.created_since, chosen.created_until)
    return bool(chosen.statuses or chosen.where or any(times))


def _searched(screen: Screen) -> list[str]:
    searched = screen.searched
    if searched is None:
        return []
    is_plain = not (screen.query.selection.where or searched.unknown) and searched.more is None
    if searched.complete and is_plain:
        return []
    said = [_how_far(searched)]
    if searched.is_again:
        said.append("Fewer rows than before: reading as far again would take too long in one go.")
    if searched.unknown:
        count = searched.unknown
        unclear = "1 that does not say is" if count == 1 else f"{count:,} that do not say are"
        said.append(f"{unclear} not shown.")
    if searched.stopped is not None:
        said.append(f"It stopped early: {_reason(searched.stopped)}")
    if screen.further is not None:
        said.append(f"*{SEARCH_FURTHER}* goes on from there.")
    return [" ".join(said)]


def _how_far(searched: Searched) -> str:
    instances = "1 instance" if searched.rows == 1 else f"{searched.rows:,} instances"
    found = f"{searched.found:,} found"
    if searched.more is not None:
        found = f"{searched.more:,} more found, {searched.found:,} in all"
    if searched.complete and searched.bounded_at is None:
        return f"Searched all {instances}: {found}."
    back = "" if searched.back_to is None else f" {moment_after('back to', searched.back_to)}"
    return f"Searched {instances}{back}: {found}."


def _left_out(screen: Screen) -> list[str]:
    found = []
    if screen.left_out_count or screen.others_left_out:
        what = "instances" if screen.query.status is None else _status(screen.query)
        why = f"as one message reads {MOST_STREAMS} at most, those with most {what}"
        count = None if screen.others_left_out else screen.left_out_count
        names = f": {_names(screen.left_out, screen.query, count)}" * bool(screen.left_out)
        how_to = "Name fewer workflows or statuses to see them."
        found.append(f"{_lists_left_out(screen)} left out, {why}{names}. {how_to}")
    if screen.unlisted:
        found.append(
            "Cloudflare's list of workflows did not come to an end, so others may be missing here. "
            "To see one of them, name it."
        )
    return found


def _lists_left_out(screen: Screen) -> str:
    if screen.others_left_out:
        return "Others are"
    count = screen.left_out_count
    return "1 list is" if count == 1 else f"{count:,} lists are"


def _status(query: ListQuery) -> str:
    return escape(appearance(query.status).word.lower())


def _by_reason(screen: Screen) -> Sequence[tuple[str, list[Stream]]]:
    """Return the unread lists by why they could not be read, most first."""
    found: dict[str, list[Stream]] = {}
    for stream, error in screen.unread.items():
        found.setdefault(_reason(error), []).append(stream)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _reason(error: CloudflareError) -> str:
    problem = explain(error)
    return " ".join((problem.title, *problem.advice[:1]))


def _names(streams: Sequence[Stream], query: ListQuery, count: int | None = None) -> str:
    """Return some lists by their workflows; `count` is how many lists there are, if not these."""
    found = _by_workflow(streams, query)
    names = {name: code(name, _LONGEST_NAME) + what for name, what in found.items()}
    return _first_of(names, streams, count)


def _plain_names(streams: Collection[Stream], query: ListQuery) -> str:
    found = _by_workflow(streams, query)
    names = {name: escape(limits.shorten(name, _LONGEST_NAME)) + what for name, what in found.items()}
    return _first_of(names, streams)


def _by_workflow(streams: Iterable[Stream], query: ListQuery) -> Mapping[str, str]:
    """Return the statuses of each workflow's lists, in words where there are several of them."""
    found: dict[str, list[str]] = {}
    for stream in streams:
        statuses = found.setdefault(stream.workflow, [])
        if stream.status is not None and stream.status != query.status:
            statuses.append(escape(appearance(stream.status).word.lower()))
    return {name: f" ({', '.join(statuses)})" * bool(statuses) for name, statuses in found.items()}


def _first_of(names: Mapping[str, str], streams: Collection[Stream], count: int | None = None) -> str:
    """Return the first of some workflows, in words, and how many more lists there are, `count` in all."""
    shown = list(names)[:_MOST_NAMES]
    more = (len(streams) if count is None else count) - sum(each.workflow in shown for each in streams)
    return ", ".join(names[name] for name in shown) + (f" and {more:,} more" if more > 0 else "")
