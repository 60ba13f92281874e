"""An account of many lists in memory, for tests of what is done with their pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.browse.browser import Browser
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidParameter, WorkflowNotFound
from bot.cloudflare.instance_models import InstanceDetail, InstanceError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import (
    Cursor,
    Instance,
    InstancePage,
    PageNumber,
    PageQuery,
    ResultInfo,
    Status,
    Workflow,
    WorkflowList,
)
from bot.cloudflare.timed_cache import CacheTimes

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
_LATE = START + timedelta(days=365)


@dataclass
class ManyLists:
    """Answers like `WorkflowsClient`.

    Attributes:
        workflows: each with its instances.
        page_size: rows on a page, if no fewer are asked for.
        numbered: pages have numbers, not cursors, as the local engine's have.
        counted: the list of workflows has counts.
        ends_empty: a page without rows and cursor follows the last row.
        empty_pages: so many pages without rows, but with a cursor, come before each list's second page.
        fails: returns the error of a request, if any.
        in_milliseconds: times are written without what is less.
        calls: the requests for instances.
        priorities: theirs.
        now: the clock, the same for all.
    """

    workflows: dict[str, list[Instance]]
    page_size: int = 100
    numbered: bool = False
    counted: bool = False
    ends_empty: bool = False
    empty_pages: int = 0
    fails: Callable[[PageQuery], Exception | None] = lambda _: None
    cut_short: bool = False
    in_milliseconds: bool = False
    calls: list[PageQuery] = field(default_factory=list)
    priorities: list[Priority] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    lists: int = 0
    errors: dict[str, InstanceError] = field(default_factory=dict)
    now: datetime = _LATE

    async def list_workflows(
        self, search: str | None = None, priority: Priority = Priority.INTERACTIVE
    ) -> WorkflowList:
        assert search is None
        assert priority
        self.lists += 1
        rows = tuple(
            Workflow(name=name, instances=_counts(rows) if self.counted else None)
            for name, rows in self.workflows.items()
        )
        return WorkflowList(rows, (), self.now, cut_short=self.cut_short)

    async def list_instances(
        self, query: PageQuery, priority: Priority = Priority.INTERACTIVE
    ) -> InstancePage:
        self.calls.append(query)
        self.priorities.append(priority)
        if (error := self.fails(query)) is not None:
            raise error
        if query.workflow not in self.workflows:
            raise WorkflowNotFound("there is none")
        rows = newest_first(row for row in self.workflows[query.workflow] if _is_in(row, query))
        size = min(self.page_size, query.per_page)
        start, empty = 0, 0
        match query.position:
            case PageNumber(number):
                start = (number - 1) * size
            case Cursor(token):
                key, _, left = token.rpartition("/")
                start = next((at for at, row in enumerate(rows) if _token(row) > key), len(rows))
                empty = int(left)
        if empty:
            return self._page([], Cursor(f"{key}/{empty - 1}"))
        page = rows[start : start + size]
        if start + size >= len(rows) and not (self.ends_empty and page):
            return self._page(page, None)
        if self.numbered:
            return self._page(page, PageNumber(start // size + 2))
        return self._page(page, Cursor(f"{_token(page[-1])}/{self.empty_pages}"))

    async def get_instance(
        self,
        workflow: str,
        instance: str,
        priority: Priority = Priority.INTERACTIVE,
        *,
        steps: bool = False,
    ) -> InstanceDetail:
        assert priority
        assert steps
        self.details.append(instance)
        row = next(row for row in self.workflows[workflow] if row.id == instance)
        return InstanceDetail(status=row.status, end=row.ended_on, error=self.errors.get(instance))

    def browser(self, **changes: object) -> Browser:
        """Return a browser of the account, whose cache is fresh for an hour."""
        times = CacheTimes(timedelta(hours=1), timedelta(hours=1))
        cached = CachedWorkflows(self, times, lambda: 0.0)  # type: ignore[arg-type] # what is asked of it
        return Browser({"prod": cached}, **changes)  # type: ignore[arg-type] # as a test says

    def _page(self, rows: Sequence[Instance], following: Cursor | PageNumber | None) -> InstancePage:
        if self.in_milliseconds:
            rows = [row.model_copy(update={"created_on": _cut(row.created_on)}) for row in rows]
        return InstancePage(tuple(rows), following, ResultInfo(), (), self.now)


def newest_first(rows: Iterable[Instance]) -> list[Instance]:
    """Sort rows as the API does, those created at the same time by their ids; without a time first."""
    return sorted(rows, key=_token)


def instance(id_: str, created: float, status: str = "running", ended: float | None = None) -> Instance:
    """Return an instance created, and ended, so many seconds after `START`."""
    return Instance(
        id=id_,
        status=Status(status),
        created_on=START + timedelta(seconds=created),
        started_on=START + timedelta(seconds=created),
        ended_on=None if ended is None else START + timedelta(seconds=ended),
    )


def _cut(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _token(row: Instance) -> str:
    """Return a text by which rows are in order."""
    age = 0.0 if row.created_on is None else (_LATE - row.created_on).total_seconds() + 1
    return f"{age:020.6f} {row.id}"


def _is_in(row: Instance, query: PageQuery) -> bool:
    chosen = query.filter
    if chosen.status is not None and row.status != chosen.status:
        return False
    if row.created_on is None:
        return chosen.date_start is None and chosen.date_end is None
    return not (
        (chosen.date_start is not None and row.created_on < chosen.date_start)
        or (chosen.date_end is not None and row.created_on > chosen.date_end)
    )


def _counts(rows: Iterable[Instance]) -> dict[Status, int]:
    counts = {Status("running"): 0, Status("errored"): 0, Status("complete"): 0}
    for row in rows:
        if row.status is not None:
            counts[row.status] += 1
    return counts


def refused_cursor() -> InvalidParameter:
    """Return the error for a cursor that is too old."""
    return InvalidParameter("the cursor is too old")
