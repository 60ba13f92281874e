"""What one message shows, and where its buttons lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.browse.bookmark import KeptPlace, ListBookmark, OverviewBookmark
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.overview.changes import Changes
from bot.browse.overview.trouble import Failures, WorkflowRow
from bot.browse.selection import Stream
from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import ApiMessage, Instance, InstancePage, PageQuery


@dataclass(frozen=True, slots=True)
class Source:
    """The page that a screen was cut from, and the question that it answered."""

    asked: PageQuery
    page: InstancePage


@dataclass(frozen=True, slots=True)
class Row:
    """An instance in a list.

    Attributes:
        workflow: its workflow's name.
        instance: what the API's list says of it.
        cause: why it failed, where that was asked for; with no secrets in it.
    """

    workflow: str
    instance: Instance
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """How far lists were looked through for rows that the API can't choose.

    Attributes:
        rows: how many rows were looked at, from the beginning of the lists on.
        found: how many of them were what was asked for.
        back_to: every row that was created since then was looked at; None where that is not known.
        complete: whether that was all of them.
        all_but_failed: whether it was but for the lists of which nothing could be read.
        unknown: how many rows do not say whether they are.
        stopped: why no more could be asked, where it was not the number of pages or the time.
        bounded_at: those that were created before it were not looked at, though some of them may have ended
            in time; None where no such bound was set.
        more: how many more were found than before it was searched further; None where it was not.
        is_again: less was looked at than before, as that would take too much at once.
    """

    rows: int
    found: int
    back_to: datetime | None
    complete: bool
    unknown: int = 0
    stopped: CloudflareError | None = None
    bounded_at: datetime | None = None
    more: int | None = None
    is_again: bool = False
    all_but_failed: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """Some rows of a list of instances.

    Attributes:
        query: what was asked.
        account: the account's name, also where the query leaves it to the default.
        rows: at most `query.rows`.
        first: the first row's number in the whole list, from 1; None behind a typed cursor.
        known: how many rows the list has as far as it was read; None behind a typed cursor.
        is_last: the list was read to its end.
        here: this very place, for a refresh.
        previous: the screen before, if any.
        next: the screen after, if any.
        messages: the API's own words, usually none.
        cursor_loop: the API gave a cursor it had given before, so the list ends here.
        fetched_at: when the API was asked.
        incomplete_rows: rows of the API's answer that could not be read in full.
        unread_fields: fields beside the rows that could not be read.
        source: where its rows are from; None where that took more than one question.
        cut_short: the API gave a cursor that can't be used, so the list ends here.
        streams: the API's lists that its rows are from.
        left_out: some of those that were not asked for as they are too many.
        left_out_count: how many those are.
        others_left_out: there are others, and how many is not for the person to know.
        unlisted: the account may have more workflows than it listed.
        unread: those that could not be read, and why; refreshing `here` tries them again.
        searched: how far they were looked through; None where every row of theirs is shown.
        further: the same list, searched further; None where nothing is left to search.
    """

    query: ListQuery
    account: str
    rows: Sequence[Row]
    first: int | None
    known: int | None
    is_last: bool
    here: ListBookmark
    previous: ListBookmark | KeptPlace | None
    next: ListBookmark | None
    messages: tuple[ApiMessage, ...]
    cursor_loop: bool
    fetched_at: datetime
    incomplete_rows: int = 0
    unread_fields: Sequence[str] = ()
    source: Source | None = None
    cut_short: bool = False
    streams: Sequence[Stream] = ()
    left_out: Sequence[Stream] = ()
    left_out_count: int = 0
    others_left_out: bool = False
    unlisted: bool = False
    unread: Mapping[Stream, CloudflareError] = field(default_factory=dict)
    searched: Searched | None = None
    further: ListBookmark | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """All rows of a selection, as far as they were read.

    Attributes:
        account: the account's name.
        rows: by their end, newest first, if the selection is `by_end`; else by their creation.
        searched: how many were looked at, and whether that was all.
        streams: the API's lists that were read.
        left_out: some of those that were not asked for as they are too many.
        left_out_count: how many those are.
        unlisted: the account may have more workflows than it listed.
        unread: those that could not be read to their end, and why.
        fetched_at: when the API was first asked.
        incomplete_rows: rows of the API's answers that could not be read in full, or not at all.
    """

    account: str
    rows: Sequence[Row]
    searched: Searched
    streams: Sequence[Stream]
    left_out: Sequence[Stream]
    left_out_count: int
    unlisted: bool
    unread: Mapping[Stream, CloudflareError]
    fetched_at: datetime
    incomplete_rows: int = 0

    @property
    def is_complete(self) -> bool:
        """Return whether these are all rows of the selection that the person may see.

        Where `searched.bounded_at` is set, they are all of those that were created since then.
        """
        is_certain = not (self.searched.unknown or self.incomplete_rows)
        lacks_lists = self.unread or self.left_out_count or self.unlisted
        return self.searched.complete and is_certain and not lacks_lists


@dataclass(frozen=True, slots=True)
class Overview:
    """Some workflows of an account.

    Attributes:
        query: what was asked.
        account: the account's name.
        rows: workflows, those with trouble first and the others by name; see `OverviewBookmark`.
        first: the first row's number, from 1.
        total: how many there are; all of them were read unless the list is `cut_short`.
        failed: how many failed in the last 24 hours in all of them, as far as that is known; None where
            nothing of it is. It is not `complete` where there may be more.
        changes: what has changed in all of them since the last look; None where there was none.
        over_time: how many were errored in all of them at times of the last day; empty if there is nothing to
            draw.
        here: this very place, for a refresh.
        previous: the screen before, if any.
        next: the screen after, if any.
        messages: the API's own words, usually none.
        fetched_at: when the API was asked.
        incomplete_rows: rows of the API's answer that could not be read in full.
        unread_fields: fields beside the rows that could not be read.
        uncounted: workflows that could not be counted, and why.
        cut_short: whether there may be more than were read.
        compared: whether earlier counts could be read.
        some_hidden: there may be workflows that not every reader may view.
    """

    query: OverviewQuery
    account: str
    rows: Sequence[WorkflowRow]
    first: int
    total: int
    failed: Failures | None
    changes: Changes | None
    over_time: Sequence[tuple[datetime, int]]
    here: OverviewBookmark
    previous: OverviewBookmark | None
    next: OverviewBookmark | None
    messages: tuple[ApiMessage, ...]
    fetched_at: datetime
    incomplete_rows: int = 0
    unread_fields: Sequence[str] = ()
    uncounted: Mapping[str, CloudflareError] = field(default_factory=dict)
    cut_short: bool = False
    compared: bool = True
    some_hidden: bool = False
