"""Queries of Cloudflare's GraphQL analytics about workflows, and their answers, without any I/O.

Schema: https://developers.cloudflare.com/workflows/observability/metrics-analytics/
Errors: https://developers.cloudflare.com/analytics/graphql-api/errors/
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from bot.cloudflare.envelopes import decode_refusal
from bot.cloudflare.errors import (
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
)
from bot.cloudflare.http_responses import BAN, Response, retry_after
from bot.cloudflare.models import to_utc
from bot.cloudflare.refusals import check_arrival, error_from
from bot.cloudflare.requests import Request, timestamp

LONGEST_HISTORY: Final = timedelta(days=31)
LONGEST_REACH: Final = LONGEST_HISTORY - timedelta(hours=1)
"""How far back a query asks: one for all that is kept may be refused when it arrives a moment later."""
_MOST_GROUPS: Final = 10_000
"""Rows of one answer: the most that the API allows."""


class EventType(StrEnum):
    """What can happen to a workflow's instance; a group may have another one, as the API's set is open."""

    WORKFLOW_QUEUED = "WORKFLOW_QUEUED"
    WORKFLOW_START = "WORKFLOW_START"
    WORKFLOW_SUCCESS = "WORKFLOW_SUCCESS"
    WORKFLOW_FAILURE = "WORKFLOW_FAILURE"
    WORKFLOW_TERMINATED = "WORKFLOW_TERMINATED"
    STEP_START = "STEP_START"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    SLEEP_START = "SLEEP_START"
    SLEEP_COMPLETE = "SLEEP_COMPLETE"
    ATTEMPT_START = "ATTEMPT_START"
    ATTEMPT_SUCCESS = "ATTEMPT_SUCCESS"
    ATTEMPT_FAILURE = "ATTEMPT_FAILURE"


class Dimension(StrEnum):
    """What events are grouped by; the values are the API's names. `DAY` and `HOUR` are in UTC."""

    WORKFLOW = "workflowName"
    EVENT = "eventType"
    STEP = "stepName"
    INSTANCE = "instanceId"
    DAY = "date"
    HOUR = "datetimeHour"


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events to count.

    Attributes:
        since: from when on; the API refuses what is older than `LONGEST_HISTORY`.
        until: up to when.
        by: what to group them by; a `DAY` and an `HOUR` exclude each other.
        events: their types; none means all.
        workflows: the names of their workflows; none means all.
        instance: the id of their instance; None means any.
    """

    since: datetime
    until: datetime
    by: tuple[Dimension, ...]
    events: tuple[EventType, ...] = ()
    workflows: tuple[str, ...] = ()
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class EventCount:
    """Events that are alike in what they were grouped by; a field that they were not grouped by is None.

    Attributes:
        count: about how many there were.
        wall_time: about how long all of them took together; None where the answer does not say. That the API
            counts it in milliseconds is inferred.
        at: the begin of the day or of the hour.
    """

    count: int
    wall_time: timedelta | None = None
    workflow: str | None = None
    event: str | None = None
    step: str | None = None
    instance: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventCounts:
    """The answer to an `EventQuery`.

    Attributes:
        rows: the largest counts first.
        cut_short: whether there may be more rows than one answer takes.
        incomplete_rows: the number of rows that could not be read.
    """

    rows: tuple[EventCount, ...]
    cut_short: bool = False
    incomplete_rows: int = 0


def counts_request(query: EventQuery, account_id: str) -> Request:
    """Build the request for counts of events.

    Raises:
        InvalidParameter: A time has no zone, or nothing says what to group by.
    """
    if not query.by:
        raise InvalidParameter("events are grouped by at least one dimension")
    filters = {"datetime_geq": "$since", "datetime_leq": "$until"}
    types = {"account": "string!", "since": "Time!", "until": "Time!"}
    values: dict[str, object] = {
        "account": account_id,
        "since": timestamp(query.since),
        "until": timestamp(query.until),
    }
    optional: Mapping[str, tuple[str, str, object]] = {
        "workflowName_in": ("workflows", "[string!]", list(query.workflows)),
        "eventType_in": ("events", "[string!]", [event.value for event in query.events]),
        "instanceId": ("instance", "string!", query.instance),
    }
    for field, (name, kind, value) in optional.items():
        if value:
            filters[field], types[name], values[name] = f"${name}", kind, value
    declared = ", ".join(f"${name}: {kind}" for name, kind in types.items())
    wanted = ", ".join(f"{field}: {variable}" for field, variable in filters.items())
    text = (
        f"query Events({declared}) {{ viewer {{ accounts(filter: {{accountTag: $account}}) {{"
        f" workflowsAdaptiveGroups(limit: {_MOST_GROUPS}, filter: {{{wanted}}}, orderBy: [count_DESC]) {{"
        f" count sum {{ wallTime }} dimensions {{ {' '.join(query.by)} }} }} }} }} }}"
    )
    body = json.dumps({"query": text, "variables": values}, separators=(",", ":")).encode()
    return Request("POST", "/graphql", body=body)


def read_counts(response: Response, query: EventQuery, now: datetime) -> EventCounts:
    """Read the response to `counts_request`.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    if error := _refusal(response, now):
        raise error
    check_arrival(response, now)
    groups = _groups(response)
    rows = [_count(group, query) for group in groups]
    known = tuple(row for row in rows if row is not None)
    if rows and not known:
        raise InvalidResponse("no group of events can be read", http_status=200, ray=response.ray)
    return EventCounts(known, len(rows) >= _MOST_GROUPS, len(rows) - len(known))


_REFUSALS: Final[Mapping[type[CloudflareError], tuple[str, ...]]] = {
    NotAuthorized: ("authz", "not authorized", "authentication", "does not have access", "permission"),
    RateLimited: ("budget depleted", "limit reached", "quota exceeded", "rate limit"),
    Unavailable: ("unable to execute", "too many queries", "internal server error", "try again later"),
}
"""Words of the errors that come with HTTP 200 as well as with others; GraphQL's errors have no numbers."""


def _refusal(response: Response, now: datetime) -> CloudflareError | None:
    """Return the error that a response's `errors` stand for; None without any."""
    refusal = decode_refusal(response.body)
    errors = tuple(error for error in (refusal.errors if refusal else None) or () if error.message)
    if not errors:
        return None
    if response.status == 429:
        return error_from(response, refusal, now)
    reason = "; ".join(error.message for error in errors)
    kind = next(
        (kind for kind, words in _REFUSALS.items() if any(word in reason.casefold() for word in words)), None
    )
    if kind is RateLimited:
        pause = retry_after(response.headers, now) if response.headers.get("retry-after") else BAN
        return RateLimited(
            reason, retry_after=pause, errors=errors, http_status=response.status, ray=response.ray
        )
    if kind is None and response.status != 200:
        return error_from(response, refusal, now)
    return (kind or InvalidParameter)(reason, errors=errors, http_status=response.status, ray=response.ray)


def _groups(response: Response) -> Sequence[object]:
    """Return the groups of the only account of an answer.

    Raises:
        InvalidResponse: The answer has another shape.
    """
    try:
        found = json.loads(response.body)["data"]["viewer"]["accounts"]
        groups = [group for account in found for group in account["workflowsAdaptiveGroups"]]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        reason = "the answer is not of the shape that was asked for"
        raise InvalidResponse(reason, http_status=response.status, ray=response.ray) from error
    if not found:
        raise NotAuthorized("no data of this account", http_status=response.status, ray=response.ray)
    return groups


def _count(group: object, query: EventQuery) -> EventCount | None:
    """Read a group; None if it lacks its count, or what it was grouped by."""
    if not isinstance(group, dict) or not isinstance(group.get("dimensions"), dict):
        return None
    count, dimensions = group.get("count"), group["dimensions"]
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        return None
    fields = dict(_fields(dimensions, query))
    return None if None in fields.values() else EventCount(count, _wall_time(group), **fields)


_FIELDS: Final = {
    Dimension.WORKFLOW: "workflow",
    Dimension.EVENT: "event",
    Dimension.STEP: "step",
    Dimension.INSTANCE: "instance",
}


def _fields(dimensions: Mapping[str, object], query: EventQuery) -> Iterator[tuple[str, Any]]:
    for dimension in query.by:
        value = dimensions.get(dimension)
        if dimension in _FIELDS:
            value = (
                "" if value is None and dimension in dimensions else value
            )  # no step of a workflow's event
            yield _FIELDS[dimension], value if isinstance(value, str) else None
        else:
            yield "at", _moment(value)


def _moment(value: object) -> datetime | None:
    try:
        return to_utc(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _wall_time(group: Mapping[str, Any]) -> timedelta | None:
    try:
        return timedelta(milliseconds=group["sum"]["wallTime"])
    except (KeyError, TypeError, OverflowError, ValueError):
        return None
