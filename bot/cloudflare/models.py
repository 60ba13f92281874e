"""The API's parameters and results, as small frozen types.

The field names are Cloudflare's ("List of workflow instances" and "List all workflows" in its API reference).
Unknown fields are ignored. Missing fields are None.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Final, NewType

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Tag,
)

Status = NewType("Status", str)
"""An instance's status as Cloudflare writes it. The set is open: unknown statuses are shown as they are."""

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
"""The known statuses. A list can be filtered by one of them."""

ENDED_STATUSES: Final = frozenset({Status("complete"), Status("errored"), Status("terminated")})
"""The statuses of an instance at its end, which nothing but a restart changes."""

ACTIVE_STATUSES: Final = frozenset(STATUSES) - ENDED_STATUSES
"""The known statuses of an instance that goes on, or may."""


def is_ended(status: Status | None) -> bool:
    """Return whether an instance of a status is at its end."""
    return status in ENDED_STATUSES


DIRECTIONS: Final = ("asc", "desc")

MAX_PER_PAGE: Final = 100
"""The API's upper bound of `per_page`, for instances and for workflows."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """An opaque token from `result_info.cursor`."""

    token: str


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A page by its number, from 1. wrangler's local engine has page numbers only."""

    number: int


Position = Cursor | PageNumber
"""Where a page of a list starts. The first page has None; its response says which kind follows."""


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """The query parameters that filter a list of instances.

    Attributes:
        status: one status. It is not checked here: the API may know more.
        date_start: earliest creation time, aware.
        date_end: latest creation time, aware.
        direction: `asc` or `desc`, only with a cursor, whose direction it sets.
    """

    status: Status | None = None
    date_start: datetime | None = None
    date_end: datetime | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A query for one page of a workflow's instances; as a cache key, it holds all that affects the page."""

    workflow: str
    filter: InstanceFilter
    position: Position | None
    per_page: int


_FIRST_DAY: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST_DAY: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Times outside these bounds may overflow when they are converted to another zone."""


def to_utc(moment: datetime) -> datetime:
    """Read a time without an offset as UTC, as the API does."""
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not _FIRST_DAY < utc < _LAST_DAY:
        raise ValueError("is no moment in any calendar")
    return utc


def check_moments(*moments: datetime | None) -> None:
    """Refuse times without a zone, and times that overflow in another one.

    Raises:
        ValueError: There is such a time.
    """
    for moment in moments:
        if moment is not None and (moment.tzinfo is None or not _FIRST_DAY < moment < _LAST_DAY):
            raise ValueError("is no moment in any calendar")


Moment = Annotated[
    # The API sends an offset: pydantic reads the hundreds of times in a response without calling Python.
    Annotated[AwareDatetime, Field(gt=_FIRST_DAY, lt=_LAST_DAY), Tag("time")]
    | Annotated[datetime, AfterValidator(to_utc), Tag("time without zone")],
    Field(union_mode="left_to_right"),
]


class ApiModel(BaseModel):
    """What the API sends, read as it is."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def _text_or_empty(value: object) -> object:
    """Replace a missing text by an empty one."""
    return "" if value is None else value


_Code = Annotated[int, Field(strict=True)]
_Count = Annotated[int, Field(strict=True, ge=0)]


class ApiMessage(ApiModel):
    """One entry of `errors` or `messages`."""

    code: _Code | None = None
    message: Annotated[str, BeforeValidator(_text_or_empty)] = ""


_PHANTOM_ID: Final = re.compile(r"[0-9a-f]{64}")


class Instance(ApiModel):
    """A row of a list of instances. The local engine sends `id`, `status` and `created_on` only."""

    id: str
    status: Status | None = None
    created_on: Moment | None = None
    modified_on: Moment | None = None
    started_on: Moment | None = None
    ended_on: Moment | None = None
    version_id: str | None = None
    workflow_id: str | None = None
    trigger_source: str | None = None

    @property
    def is_phantom(self) -> bool:
        """Return whether this is no instance: the local engine makes such a row of an id that it lacks."""
        is_bare = self.status is None and self.created_on is None
        return is_bare and _PHANTOM_ID.fullmatch(self.id) is not None


class ResultInfo(ApiModel):
    """The `result_info` of a list. `total_count` is deprecated, and inaccurate with cursors."""

    count: _Count | None = None
    per_page: _Count | None = None
    total_count: _Count | None = None
    total_pages: _Count | None = None
    page: _Count | None = None
    cursor: str | None = None


def _known_counts(value: object) -> object:
    """Drop the counts that are null."""
    if isinstance(value, dict):
        return {status: count for status, count in value.items() if count is not None}
    return value


class CronSchedule(ApiModel):
    """A schedule that starts instances of a workflow."""

    cron: str
    next_instance: Moment | None = None


class Workflow(ApiModel):
    """A workflow, with the number of its instances by status.

    Production sends the counts in lists too. The local engine sends them for a single workflow only.
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


class Version(ApiModel):
    """A version of a workflow's code, which never changes."""

    id: str | None = None
    created_on: Moment | None = None


@dataclass(frozen=True)  # Without slots: `newest` is stored in the instance.
class InstancePage:
    """One page of a list of instances.

    Attributes:
        rows: the rows in the API's order, which is newest first in practice.
        next: where the next page starts; None at the end of the list.
        info: the page's `result_info`.
        messages: the API's messages to the caller, and errors that it sent beside the rows; usually none.
        fetched_at: when the response arrived.
        incomplete_rows: the number of rows that could not be read in full, or not at all.
        unread_fields: the names of fields beside the rows that could not be read, as `result_info.cursor`.
        cut_short: whether there may be more rows, and no position that leads to them.
    """

    rows: tuple[Instance, ...]
    next: Position | None
    info: ResultInfo
    messages: tuple[ApiMessage, ...]
    fetched_at: datetime
    incomplete_rows: int = 0
    unread_fields: tuple[str, ...] = ()
    cut_short: bool = False

    @cached_property
    def newest(self) -> datetime | None:
        """The latest creation time of the rows, if any row has one."""
        return max((row.created_on for row in self.rows if row.created_on), default=None)


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """One page of a list of workflows, with the number of the next page, if any.

    Attributes:
        incomplete_rows: the number of rows that could not be read in full, or not at all.
        unread_fields: the names of fields beside the rows that could not be read.
        total: the API's count of all workflows in the list, if it sent one.
        pages: how many pages can be asked for at once, from the first one on: by the API's counts, which may
            lie, and this one at least.
    """

    rows: tuple[Workflow, ...]
    next: PageNumber | None
    messages: tuple[ApiMessage, ...]
    incomplete_rows: int = 0
    unread_fields: tuple[str, ...] = ()
    total: int | None = None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class WorkflowList:
    """All workflows of an account, or all that match a search.

    Attributes:
        incomplete_rows: the number of rows that could not be read in full, or not at all.
        unread_fields: the names of fields beside the rows that could not be read, each once.
        cut_short: whether there may be more: the API's list did not come to an end.
    """

    rows: tuple[Workflow, ...]
    messages: tuple[ApiMessage, ...]
    fetched_at: datetime
    incomplete_rows: int = 0
    unread_fields: tuple[str, ...] = ()
    cut_short: bool = False

    @property
    def is_complete(self) -> bool:
        """Return whether these are certainly all: a row that could not be read may be another workflow."""
        return not self.cut_short and not self.incomplete_rows
