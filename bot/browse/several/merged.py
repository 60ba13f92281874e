"""Screens of several lists by creation time, forward and back.

A screen is cut from the merged rows. Where rows have to be looked at, it ends early after so many pages or so
much time. How far the lists were shown with it is kept, so that the way back shows the very same rows. Rows
that have gone are missing then; where others have come between them, the screen has the last ones, and one
more screen comes before it.

What can't be promised, as the API lists one status at a time and each answer is of another moment:

- An instance whose status changes while lists are read may be missing until a refresh, if it was in neither.
- One whose status changed since a list failed may come twice once that is tried again.
- Without cursors, where more instances than a page has were created in one millisecond, some of those may be
  missing once others of them are deleted. So may any rows if the API's cursors count rows.
- Rows of a list that is not in order may be missing or come twice if the list changes meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.browse.bookmark import Bookmark, MergedBookmark
from bot.browse.screen import Screen, Searched
from bot.browse.several.cutting import Cutting, LookedAt, cut
from bot.browse.several.places import StreamPlace
from bot.browse.several.reading import Asked
from bot.browse.several.shown import ShownProgress, ShownScreen, Taken


async def merged_screen(asked: Asked, mark: MergedBookmark) -> Screen:
    """Return the screen at a bookmark.

    Raises:
        CloudflareError: no list could be read.
    """
    hidden = asked.hidden(mark.places)
    again = None if mark.shown is None or mark.shown.end is None else mark.shown
    cutting = await cut(asked, mark, hidden, again)
    if not cutting.rows:
        cutting.reading.require_any()
        if cutting.stopped is not None and not cutting.reading.pages:
            raise cutting.stopped
        if again is not None and not (cutting.reading.errors or cutting.stopped):
            # All of it has gone: what is before it is shown, or else what is behind it.
            before = _previous(mark, hidden)
            following = replace(mark, shown=None)
            return await merged_screen(asked, before if isinstance(before, MergedBookmark) else following)
    return await _cut_screen(mark, cutting, hidden)


def _shown_screen(rows: Sequence[LookedAt], end: ShownProgress) -> ShownScreen:
    """Return what is kept of a screen.

    Args:
        rows: those that were looked at for it.
        end: how far the lists are shown with it.
    """
    taken = Counter(each.number for each in rows)
    shown = Counter(each.number for each in rows if each.answer)
    unknown = Counter(each.number for each in rows if each.answer is None)
    counts = [Taken(number, taken[number], shown[number], unknown[number]) for number in sorted(taken)]
    return ShownScreen(tuple(counts), end.reached, tuple(sorted(end.behind_by_list.items())))


def _here(mark: MergedBookmark, cutting: Cutting) -> MergedBookmark:
    """Return the place of a screen, and keep of its rows no more than it has room for.

    Where others have come between those that it showed, the first of them are one more screen before it.
    """
    size, places = mark.query.rows, list(cutting.merge.begun)
    found = [at for at, each in enumerate(cutting.looked_at) if each.answer]
    if len(found) <= size:
        shown = _shown_screen(cutting.looked_at, cutting.merge.end)
        return replace(mark, places=tuple(places), shown=shown)
    cut = found[-size - 1] + 1
    before, cutting.looked_at = cutting.looked_at[:cut], cutting.looked_at[cut:]
    cutting.rows = cutting.rows[-size:]
    progress = ShownProgress.of(mark.reached, (place.reached for place in mark.places))
    for each in before:
        progress.add(each.number, each.key)
    for number, rows in Counter(each.number for each in before).items():
        place = places[number]
        places[number] = replace(place, passed=place.passed + rows, head=None)
    return replace(
        mark,
        places=tuple(
            replace(place, reached=progress.behind_by_list.get(number)) for number, place in enumerate(places)
        ),
        back=(*mark.back, _shown_screen(before, progress)),
        shown=_shown_screen(cutting.looked_at, cutting.merge.end),
        reached=progress.reached,
    )


async def _cut_screen(mark: MergedBookmark, cutting: Cutting, hidden: frozenset[int]) -> Screen:
    query, reading = mark.query, cutting.reading
    here = _here(mark, cutting)
    end, after = cutting.merge.end, cutting.merge.places
    seen = {number: place for number, place in enumerate(after) if number not in hidden}
    read = [number for number, place in seen.items() if place.failure is None]
    done = {number for number in read if seen[number].is_done(end.of_list(number))}
    is_search = bool(query.selection.where)
    following = None
    if len(done) < len(read):
        shown = _shown_screen(cutting.looked_at, end)
        back = (*here.back, shown)
        following = replace(mark, places=after, back=back, shown=None, reached=end.reached)
    goes_on = following if is_search and len(cutting.rows) < query.rows else None
    before = sum(_shown(screen, hidden) for screen in here.back)
    left = 0 if is_search else sum(max(place.rows - place.passed, 0) for place in seen.values())
    is_whole = len(read) == len(seen) and all(place.end == "end" for place in seen.values())
    is_all = is_whole and not (mark.omitted.count or mark.omitted.unlisted)
    return Screen(
        query=query,
        account=cutting.asked.account,
        rows=cutting.rows,
        first=before + 1,
        known=before + len(cutting.rows) + left,
        is_last=is_all and not (is_search and following),
        here=here,
        previous=_previous(here, hidden),
        next=None if goes_on else following,
        cursor_loop=any(seen[number].end == "loop" for number in done),
        cut_short=any(seen[number].end == "cut" for number in done),
        fetched_at=await reading.asked_at(),
        streams=[place.stream for place in seen.values()],
        **cutting.asked.left_out(mark.omitted, hidden),
        unread=reading.unread(after, hidden),
        searched=_searched(
            here,
            cutting,
            [seen[number] for number in read if number not in done],
            hidden,
            is_all=is_whole and not following,
        )
        if is_search
        else None,
        further=goes_on,
        **reading.beside_rows(),
    )


def _searched(
    here: MergedBookmark,
    cutting: Cutting,
    left: Sequence[StreamPlace],
    hidden: frozenset[int],
    *,
    is_all: bool,
) -> Searched:
    """Return how far was searched.

    Args:
        here: the place of the screen.
        cutting: its rows.
        left: the lists that have more rows.
        hidden: the numbers of those that may not be seen.
        is_all: all lists were read to their end.
    """
    heads = [place.head for place in left]
    known = [head for head in heads if head is not None]
    back_to = cutting.oldest if not heads else max(known) if len(known) == len(heads) else None
    before = [each for screen in here.back for each in screen.taken if each.number not in hidden]
    return Searched(
        rows=sum(each.rows for each in before) + len(cutting.looked_at),
        found=sum(each.shown for each in before) + len(cutting.rows),
        back_to=back_to,
        complete=is_all,
        unknown=sum(each.unknown for each in before) + sum(each.answer is None for each in cutting.looked_at),
        stopped=cutting.stopped,
    )


def _shown(screen: ShownScreen, hidden: frozenset[int]) -> int:
    """Return how many rows a screen showed of lists that may be seen."""
    return sum(each.shown for each in screen.taken if each.number not in hidden)


def _previous(here: MergedBookmark, hidden: frozenset[int]) -> MergedBookmark | Bookmark | None:
    """Return the last screen before this one that showed rows.

    An earlier version's buttons do not tell where that began: they lead to the first one.
    """
    passed, back = Counter[int](), list(here.back)
    while back:
        screen = back.pop()
        if screen.end is None:
            return Bookmark(here.query)
        passed.update({each.number: each.rows for each in screen.taken})
        if not _shown(screen, hidden):
            continue
        begin = ShownProgress.after(back)
        places = [
            replace(
                place,
                passed=max(place.passed - passed[number], 0),
                head=None if passed[number] else place.head,
                reached=begin.behind_by_list.get(number),
            )
            for number, place in enumerate(here.places)
        ]
        return replace(here, places=tuple(places), back=tuple(back), shown=screen, reached=begin.reached)
    return None
