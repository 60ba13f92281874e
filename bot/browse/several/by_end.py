"""Lists by the end of their instances, which the API does not have: all are read back, and sorted here.

The API lists by creation, so that what ended an hour ago may stand anywhere. Lists are read back from now
on, so many pages or so much time at once. What was read is known by its places, so that each screen is cut
from the same pages until it is searched further. A screen begins behind the last row of the one before,
wherever that stands now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.browse.bookmark import EndBookmark, EndRow
from bot.browse.causes import AT_ONCE
from bot.browse.conditions import is_within, moment_of
from bot.browse.screen import Found, Row, Screen, Searched
from bot.browse.selection import Selection, Stream
from bot.browse.several.places import Omitted, StreamPlace
from bot.browse.several.reading import Asked, Reading, deadline
from bot.browse.several.scan import Scan
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Instance, is_ended

_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


async def end_screen(asked: Asked, mark: EndBookmark) -> Screen:
    """Return the screen at a bookmark.

    Raises:
        CloudflareError: no list could be read.
    """
    query, until = mark.query, deadline(asked.limits)
    scan = Scan(Reading(asked), list(mark.places), asked.hidden(mark.places))
    await _read(asked, scan, mark, until)
    asked_at = await scan.reading.asked_at()
    rows = scan.rows()
    latest = [moment for _, row in rows if (moment := moment_of(row)) is not None]
    anchor = mark.anchor or max((scan.reading.now if scan.reading.pages else asked_at, *latest))
    chosen = choose(((stream, row) for stream, row in rows if _is_before(row, anchor)), query.selection)
    found = await _check(asked, scan, chosen.rows, until, mark)
    start = sum(not _is_behind(row, mark.after) for row in found.rows)
    number = mark.offset
    if start == len(found.rows) and start:  # nothing is left behind it
        start = number = (start - 1) // query.rows * query.rows
    end = start + query.rows
    here = replace(
        mark,
        places=tuple(scan.places),
        anchor=anchor,
        offset=number,
        after=_place_of(found.rows, start),
        further=False,
        found=None,
    )
    searched = _searched(scan, chosen.unknown, found, mark.found if mark.further else None)
    is_open = bool(scan.open) or searched.bounded_at is not None
    goes_on = None
    if is_open or (not found.is_all and len(found.rows) <= end):
        goes_on = replace(here, further=True, found=len(found.rows))
        goes_on = replace(goes_on, offset=0, after=None) if is_open else goes_on
    before = max(start - query.rows, 0)
    back = replace(here, offset=max(number - start + before, 0), after=_place_of(found.rows, before))
    unread = scan.reading.unread(scan.places, scan.hidden)
    return Screen(
        query=query,
        account=asked.account,
        rows=found.rows[start:end],
        first=number + 1,
        known=number + len(found.rows) - start,
        is_last=searched.complete
        and searched.bounded_at is None
        and not (unread or mark.omitted.count or mark.omitted.unlisted),
        here=here,
        previous=back if start else None,
        next=replace(here, offset=number + query.rows, after=_place_of(found.rows, end))
        if end < len(found.rows)
        else None,
        cursor_loop=any(place.end == "loop" for place in scan.seen),
        cut_short=any(place.end == "cut" for place in scan.seen),
        fetched_at=asked_at,
        streams=scan.streams,
        **asked.left_out(mark.omitted, scan.hidden),
        unread=unread,
        searched=searched,
        further=goes_on,
        **scan.reading.beside_rows(),
    )


async def read_all(asked: Asked, places: Sequence[StreamPlace], omitted: Omitted) -> Found:
    """Return all rows of some lists, as far as the limits allow.

    Raises:
        CloudflareError: no list could be read.
    """
    until = deadline(asked.limits)
    scan = Scan(Reading(asked), list(places), asked.hidden(places))
    await scan.read_known(until)
    await scan.read_on(until, asked.limits.pages)
    scan.require_any()
    chosen = choose(scan.rows(), asked.query.selection)
    found = await _check(asked, scan, chosen.rows, until, None)
    return Found(
        account=asked.account,
        rows=found.rows,
        searched=_searched(scan, chosen.unknown, found, None),
        streams=scan.streams,
        left_out=omitted.streams,
        left_out_count=omitted.count,
        unlisted=omitted.unlisted,
        unread=scan.reading.unread(scan.places, scan.hidden),
        fetched_at=await scan.reading.asked_at(),
        incomplete_rows=sum(page.incomplete_rows for page in scan.reading.pages),
    )


async def _read(asked: Asked, scan: Scan, mark: EndBookmark, until: float) -> None:
    """Read what was read before, and on from there if that is asked for.

    Raises:
        CloudflareError: no list could be read.
    """
    await scan.read_known(until)
    if mark.further and not scan.open:
        scan.open_older()
    if mark.anchor is None or mark.further:
        # What is read anew is read as far as it was before.
        await scan.read_on(until, max(asked.limits.pages, mark.pages))
    if mark.anchor is None and mark.is_past and not scan.open:
        scan.open_older()
        await scan.read_on(until, max(asked.limits.pages, mark.pages))
    scan.require_any()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of a selection among those that were read, in their order.

    Attributes:
        rows: those.
        unknown: how many others do not say whether they are.
    """

    rows: Sequence[Row]
    unknown: int


def choose(rows: Iterable[tuple[Stream, Instance]], selection: Selection) -> Chosen:
    """Return the rows of a selection, each instance once, by their end if it is `by_end`, or by creation.

    Of those of the same time the greatest id comes first, as most ids grow. An instance that went from one
    list to another while both were read is as it was last.
    """
    latest: dict[tuple[str, str], tuple[Stream, Instance]] = {}
    for stream, row in rows:
        known = latest.get((stream.workflow, row.id))
        if known is None or _lateness(row) > _lateness(known[1]):
            latest[stream.workflow, row.id] = stream, row
    answers = [is_within(selection, row) if selection.by_end else True for _, row in latest.values()]
    chosen = [each for each, answer in zip(latest.values(), answers, strict=True) if answer]
    found = sorted((Row(stream.workflow, row) for stream, row in chosen), key=_identity, reverse=True)
    found.sort(key=lambda row: _times(row, by_end=selection.by_end), reverse=True)  # equal ones stay in order
    return Chosen(found, answers.count(None))


@dataclass(frozen=True, slots=True)
class _Matching:
    """The first rows that meet the conditions.

    Attributes:
        rows: those.
        left: how many rows behind them were not checked.
        unknown: how many do not say whether they do.
        stopped: why no more could be asked.
    """

    rows: Sequence[Row]
    left: int = 0
    unknown: int = 0
    stopped: CloudflareError | None = None

    @property
    def is_all(self) -> bool:
        """Whether all rows were checked."""
        return not self.left


async def _check(
    asked: Asked, scan: Scan, rows: Sequence[Row], until: float, mark: EndBookmark | None
) -> _Matching:
    """Return rows that meet the conditions; where that has to be asked, no more than a screen needs.

    Args:
        asked: the question.
        scan: what they are from.
        rows: the rows.
        until: when to ask for nothing more, by the clock of the event loop.
        mark: the screen; None for all rows.
    """
    where = asked.query.selection.where
    if not where or not rows:
        return _Matching(rows)
    size = AT_ONCE if where.needs_cause and mark is not None else len(rows)
    found: list[Row] = []
    unknown = 0
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        is_full = mark is not None and sum(_is_behind(row, mark.after) for row in found) > mark.query.rows
        if is_full and not asked.checker.is_remembered(batch):
            return _Matching(found, len(rows) - start, unknown)
        checked = await asked.checker.check(batch, scan.reading.now, until)
        found += (row for row, answer in zip(checked.rows, checked.answers, strict=True) if answer)
        unknown += checked.answers.count(None)
        if len(checked.answers) < len(batch):
            return _Matching(found, len(rows) - start - len(checked.answers), unknown, checked.stopped)
    return _Matching(found, unknown=unknown)


def _searched(scan: Scan, unknown: int, found: _Matching, before: int | None) -> Searched:
    return Searched(
        rows=sum(len(page.rows) for pages in scan.loaded.values() for page in pages) - found.left,
        found=len(found.rows),
        back_to=scan.back_to if found.is_all else None,
        complete=found.is_all and scan.is_all,
        unknown=unknown + found.unknown,
        stopped=scan.stopped or found.stopped,
        bounded_at=None if scan.open else scan.bounded_at,
        more=None if before is None else max(len(found.rows) - before, 0),
        is_again=scan.is_cut,
        all_but_failed=found.is_all and scan.is_all_but_failed,
    )


def _is_before(row: Instance, anchor: datetime) -> bool:
    moment = moment_of(row)
    return moment is None or moment <= anchor


def _lateness(row: Instance) -> tuple[bool, datetime]:
    return is_ended(row.status), moment_of(row) or _OLDEST


def _place_of(rows: Sequence[Row], number: int) -> EndRow | None:
    """Return the row behind which a number begins; None for the first."""
    if not number:
        return None
    row = rows[number - 1]
    moment, created_on = _times(row, by_end=True)
    return EndRow(moment, created_on, row.workflow, row.instance.id)


def _is_behind(row: Row, after: EndRow | None) -> bool:
    """Return whether a row comes after another in a list by the end."""
    if after is None:
        return True
    here, there = _times(row, by_end=True), (after.moment, after.created_on)
    if here != there:
        return here < there
    return _identity(row) < (after.workflow, after.id)


def _times(row: Row, *, by_end: bool) -> tuple[datetime, datetime]:
    created_on = row.instance.created_on or _OLDEST
    return (moment_of(row.instance) or _OLDEST if by_end else created_on), created_on


def _identity(row: Row) -> tuple[str, str]:
    return row.workflow, row.instance.id
