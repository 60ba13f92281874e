"""Look for news in the lists of instances that are likeliest to have some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.cloudflare.errors import CloudflareError, InvalidParameter, RateLimited, WorkflowNotFound
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter, PageQuery, Position, Status
from bot.digests import news
from bot.digests.model import Baseline, DigestSpec
from bot.digests.news import Candidate, WorkflowFindings
from bot.digests.report import NewInstance
from bot.digests.survey import AccountSnapshot, gather_answers

MOST_LISTS: Final = 10
"""Lists of instances that one digest asks for."""
SHARED_FOR: Final = timedelta(minutes=10)
"""How old what is read for the digests of one slot may be when the last of them is made."""

_COUNTED_WITHIN: Final = timedelta(seconds=20)
"""How long a list of workflows takes at most, whose first counts are as old when its last ones come in."""


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """The time that a digest is about.

    Attributes:
        since: when the last one was made.
        after: news ended later than this: a little before, for what came to light afterwards.
        until: and not later than this.
        created_after: instances created earlier are not looked at.
        reported_ids: what ended between `after` and `since` and was reported.
        behind: workflows that the last one could not read, and since when theirs is about them.
    """

    since: datetime
    after: datetime
    until: datetime
    created_after: datetime
    reported_ids: frozenset[str]
    behind: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(
        cls, plan: DigestSpec, baseline: Baseline | None, read_at: datetime, lookback: timedelta
    ) -> "ReportPeriod":
        """Return the period of a digest whose workflows were read at a moment."""
        if baseline is None:
            since = after = read_at - plan.window
            reported_ids: frozenset[str] = frozenset()
        else:
            # Somebody asked for one out of turn while what its slot shares was read already; a last one that
            # lies further ahead was made before the clock was put back.
            since = baseline.at if baseline.at <= read_at + SHARED_FOR else read_at
            after, reported_ids = since - news.OVERLAP, baseline.reported_ids
        behind = {} if baseline is None else baseline.behind
        return cls(since, after, max(read_at, since), _day(since - lookback), reported_ids, behind)

    def of_workflow(self, name: str) -> "ReportPeriod":
        """Return the time that the digest is about for one workflow: a longer one if that is behind."""
        since = min(self.behind.get(name, self.since), self.since)
        if since == self.since:
            return self
        created_after = _day(self.created_after - (self.since - since))
        return replace(self, since=since, after=since - news.OVERLAP, created_after=created_after)

    def knows(self, workflow: str, new_instance: NewInstance) -> bool:
        """Return whether an instance was reported, and did not fail again since."""
        return new_instance.at <= self.since and news.key(workflow, new_instance.id) in self.reported_ids


def _day(moment: datetime) -> datetime:
    """Return the day's start, so that digests last made some minutes or hours apart ask the same."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search came to.

    Attributes:
        found: news of each workflow that has any.
        exact: False where there may be more.
        unexplained: workflows whose count rose, by how much, and of which no list shows why.
        gone: workflows that were deleted since they were listed.
        unread: workflows whose list can't be read, and why; nothing of them is in the others.
        left_out: workflows that were not looked at.
    """

    found: Sequence[WorkflowFindings]
    exact: bool
    unexplained: dict[str, int]
    gone: frozenset[str]
    unread: Mapping[str, CloudflareError]
    left_out: frozenset[str]


@dataclass(slots=True)
class _Scan:
    """A list of instances, as far as it was read.

    Attributes:
        span: the time that is looked at.
        moved: instances that came to their status after the span's `after` and were not reported, by id.
        again: ids of those that were, and that may have ended after the last digest's counts were read.
        further: where the next page starts.
        cut_short: whether pages are left that can't be read.
        incomplete: whether rows were among them that could not be read in full, or have no date.
        gone: whether the workflow is.
        error: why it can't be read; None if it can.
    """

    candidate: Candidate
    span: ReportPeriod
    moved: dict[str, NewInstance] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    further: Position | None = None
    cut_short: bool = False
    incomplete: bool = False
    gone: bool = False
    error: CloudflareError | None = None

    @property
    def unexplained(self) -> int:
        """Return how much of the rise of the count no instance explains."""
        return self.candidate.rise - len(self.moved) - len(self.again)

    @property
    def is_exact(self) -> bool:
        is_whole = self.further is None and not self.cut_short and not self.incomplete
        return is_whole and self.unexplained <= 0

    @property
    def is_unexplained(self) -> bool:
        return self.unexplained > 0 and not self.moved and not self.gone


@dataclass(frozen=True, slots=True)
class Search:
    """Reads lists of instances with one status."""

    survey: AccountSnapshot
    status: Status
    span: ReportPeriod

    async def search(self, candidates: Sequence[Candidate], *, patient: bool) -> SearchResult:
        """Search the likeliest candidates, which come first.

        Args:
            candidates: where to look.
            patient: a list that Cloudflare refuses for too many requests is worth waiting for.

        Raises:
            CloudflareError: no list can be read.
            RateLimited: one is worth waiting for.
        """
        walks = [
            _Scan(candidate, self.span.of_workflow(candidate.name)) for candidate in candidates[:MOST_LISTS]
        ]
        await gather_answers(self._turn(walk) for walk in walks)
        for _ in range(MOST_LISTS - len(walks)):
            unfinished = [walk for walk in walks if walk.further is not None]
            if not unfinished:
                break
            await self._turn(max(unfinished, key=lambda walk: walk.unexplained))
        unread = {walk.candidate.name: walk.error for walk in walks if walk.error is not None}
        for error in unread.values():
            if len(unread) == len(walks) or (patient and isinstance(error, RateLimited)):
                raise error
        walks = [walk for walk in walks if walk.error is None]
        left_out = candidates[MOST_LISTS:]
        unexplained = {walk.candidate.name: walk.unexplained for walk in walks if walk.is_unexplained}
        unexplained |= {candidate.name: candidate.rise for candidate in left_out if candidate.rise}
        found = [self._found(walk) for walk in walks]
        return SearchResult(
            found=[one for one in found if one.new_instances],
            exact=not unread
            and all(one.exact for one in found)
            and not any(one.was_active for one in left_out),
            unexplained=unexplained,
            gone=frozenset(walk.candidate.name for walk in walks if walk.gone),
            unread=unread,
            left_out=frozenset(one.name for one in left_out),
        )

    def _found(self, walk: _Scan) -> WorkflowFindings:
        new_instances = [
            new_instance for new_instance in walk.moved.values() if new_instance.at <= self.span.until
        ]
        newest_first = sorted(new_instances, key=lambda new_instance: new_instance.at, reverse=True)
        return WorkflowFindings(walk.candidate.name, newest_first, walk.gone or walk.is_exact)

    async def _turn(self, walk: _Scan) -> None:
        """Read a list's next page."""
        position, walk.further = walk.further, None
        asked = InstanceFilter(status=self.status, date_start=walk.span.created_after)
        try:
            page = await self.survey.read_page(PageQuery(walk.candidate.name, asked, position, MAX_PER_PAGE))
        except WorkflowNotFound:
            walk.gone = True
            return
        except CloudflareError as error:
            if isinstance(error, InvalidParameter) and position is not None:
                walk.cut_short = True  # a cursor that has expired, say
            else:
                walk.error = error
            return
        walk.cut_short = page.cut_short or (page.next is not None and page.next == position)
        walk.further = None if walk.cut_short else page.next
        walk.incomplete |= bool(page.incomplete_rows) or any(map(news.is_undated, page.rows))
        for new_instance in news.moved_after(page.rows, walk.span.after):
            if not walk.span.knows(walk.candidate.name, new_instance):
                walk.moved.setdefault(
                    new_instance.id, new_instance
                )  # a list that moves shows some of them twice
            elif new_instance.at > walk.span.since - _COUNTED_WITHIN:
                walk.again.add(new_instance.id)
