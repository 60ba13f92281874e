"""What the API takes and what it answers, as small frozen types.

Field names are Cloudflare's own ("List of workflow instances" and "List all workflows" in its API
reference). Fields that a newer API adds are ignored, fields that an engine leaves out are None.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Final, NewType

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Tag

Status = NewType("Status", str)
"""An instance's status as Cloudflare writes it. The set is open: one never seen before is shown as it is."""

STATUSES: Final[tuple[Status, ...]] = tuple(
    Status(name)
    for name in (
        "queued",
        "running",
        "paused",
        "errored",
        "terminated",
        "complete",
        "waitingForPause",
        "waiting",
        "rollingBack",
    )
)
"""The statuses known today; the API takes one of them per list."""

DIRECTIONS: Final = ("asc", "desc")

MAX_PER_PAGE: Final = 100
"""The API's upper bound of `per_page`, for instances and for workflows."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """An opaque token from `result_info.cursor`."""

    token: str


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A page by its number, from 1: all that wrangler's local engine offers."""

    number: int


Position = Cursor | PageNumber
"""Where a page of the list starts. The first page is None: the answer then says which kind follows."""


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """The query parameters of the instance list that choose rows.

    Attributes:
        status: one status; any text passes through, the API decides.
        date_start: earliest creation time, aware.
        date_end: latest creation time, aware.
        direction: `asc` or `desc`, only together with a cursor, which it turns round.
    """

    status: Status | None = None
    date_start: datetime | None = None
    date_end: datetime | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """One page of a workflow's instances, asked for: all that shapes the answer, so it is the cache's key."""

    workflow: str
    filter: InstanceFilter
    position: Position | None
    per_page: int


_FIRST_DAY: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST_DAY: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Beyond them a time may be no time any more once it is put into another zone."""


def _utc(moment: datetime) -> datetime:
    """A time without an offset is UTC: the API speaks nothing else."""
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not _FIRST_DAY < utc < _LAST_DAY:
        raise ValueError("is no moment in any calendar")
    return utc


Moment = Annotated[
    # The API always says the zone: no Python runs for the hundreds of times in an answer.
    Annotated[AwareDatetime, Field(gt=_FIRST_DAY, lt=_LAST_DAY), Tag("time")]
    | Annotated[datetime, AfterValidator(_utc), Tag("time without zone")],
    Field(union_mode="left_to_right"),
]


class _Answered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def _said(value: object) -> object:
    """A message without words says nothing, which is no reason to refuse the rest."""
    return "" if value is None else value


class ApiMessage(_Answered):
    """One entry of `errors` or `messages`."""

    code: int | None = None
    message: Annotated[str, BeforeValidator(_said)] = ""


class Instance(_Answered):
    """A row of the instance list. The local engine sends `id`, `status` and `created_on` only."""

    id: str
    status: Status | None = None
    created_on: Moment | None = None
    modified_on: Moment | None = None
    started_on: Moment | None = None
    ended_on: Moment | None = None
    version_id: str | None = None
    workflow_id: str | None = None
    trigger_source: str | None = None


def _named(value: object) -> object:
    """What was thrown need not have been an error: a mere text is its message, anything else says nothing."""
    if isinstance(value, str):
        return {"message": value}
    return value if isinstance(value, dict | BaseModel) else None


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value)


class InstanceError(_Answered):
    """What made an instance fail; both are the author's own words."""

    name: Annotated[str | None, BeforeValidator(_text)] = None
    message: Annotated[str | None, BeforeValidator(_text)] = None


class InstanceDetail(_Answered):
    """One instance, described without its steps ("Get logs and status from instance")."""

    status: Status | None = None
    queued: Moment | None = None
    start: Moment | None = None
    end: Moment | None = None
    success: bool | None = None
    error: Annotated[InstanceError | None, BeforeValidator(_named)] = None
    step_count: int | None = None


class ResultInfo(_Answered):
    """`result_info` of a list. `total_count` is deprecated and inaccurate under cursors."""

    count: int | None = None
    per_page: int | None = None
    total_count: int | None = None
    total_pages: int | None = None
    page: int | None = None
    cursor: str | None = None


def _known_counts(value: object) -> object:
    """A count may be null: then it counts nothing."""
    if isinstance(value, dict):
        return {status: count for status, count in value.items() if count is not None}
    return value


class CronSchedule(_Answered):
    """A schedule that starts instances of a workflow by itself."""

    cron: str
    next_instance: Moment | None = None


class Workflow(_Answered):
    """A workflow, with the number of its instances by status.

    In production a list of workflows counts them; the local engine counts only where it is asked for one.
    """

    name: str
    id: str | None = None
    class_name: str | None = None
    script_name: str | None = None
    created_on: Moment | None = None
    modified_on: Moment | None = None
    triggered_on: Moment | None = None
    instances: Annotated[dict[Status, int] | None, BeforeValidator(_known_counts)] = None
    schedules: tuple[CronSchedule, ...] | None = None
    script_deleted: bool | None = None


@dataclass(frozen=True)  # without slots, which `newest` needs to be kept
class InstancePage:
    """One answer of the instance list.

    Attributes:
        rows: as the API ordered them (newest first in practice).
        next: where the next page starts; None at the end of the list.
        info: `result_info` as it came.
        messages: the API's own words to its caller, usually none.
        fetched_at: when the answer arrived.
        incomplete_rows: the number of rows that could not be read in full, or not at all.
    """

    rows: tuple[Instance, ...]
    next: Position | None
    info: ResultInfo
    messages: tuple[ApiMessage, ...]
    fetched_at: datetime
    incomplete_rows: int = 0

    @cached_property
    def newest(self) -> datetime | None:
        """The latest creation time among the rows, if any of them has one."""
        return max((row.created_on for row in self.rows if row.created_on), default=None)


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """One answer of the workflow list: rows, and the number of the page that follows, if any.

    Attributes:
        incomplete_rows: the number of rows that could not be read in full, or not at all.
    """

    rows: tuple[Workflow, ...]
    next: PageNumber | None
    messages: tuple[ApiMessage, ...]
    incomplete_rows: int = 0


@dataclass(frozen=True, slots=True)
class WorkflowList:
    """Every workflow of an account, or every one that matches a search.

    Attributes:
        incomplete_rows: the number of rows that could not be read in full, or not at all.
    """

    rows: tuple[Workflow, ...]
    messages: tuple[ApiMessage, ...]
    fetched_at: datetime
    incomplete_rows: int = 0
