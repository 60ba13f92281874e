"""Read the responses of the Workflows API, without the network and without the clock.

Each `read_*` function takes a `Response` and the time of its arrival. It returns a model, or raises one of
`errors`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Final, TypeVar

from msgspec import Raw
from pydantic import TypeAdapter, ValidationError

from bot.cloudflare.details import DetailReader
from bot.cloudflare.envelopes import (
    Decoded,
    Envelope,
    Instances,
    OneVersion,
    OneWorkflow,
    Workflows,
    decode,
    decode_refusal,
)
from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    StepNotAvailable,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.instance_models import InstanceDetail, StepResult
from bot.cloudflare.lenient import read_object, read_values, split_answer
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    ApiMessage,
    Cursor,
    InstancePage,
    PageNumber,
    Position,
    ResultInfo,
    Version,
    Workflow,
    WorkflowPage,
)
from bot.cloudflare.odd_fields import read_odd_fields
from bot.cloudflare.requests import STREAM

_E = TypeVar("_E", bound=Envelope)

BAN: Final = timedelta(minutes=5)
"""The API refuses every request for this long after the limit is exceeded (API reference, "Rate limits")."""

_LONGEST_CURSOR: Final = 16_384
"""Characters. A longer URL is refused by Cloudflare's edge, whatever is in it."""
_THROTTLED: Final = 971
_LONGEST_PAUSE: Final = 600  # Seconds: twice a ban. Whatever the API says, it is asked again then.


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response. Its header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ray(self) -> str | None:
        """The id by which Cloudflare's support finds this response."""
        return self.headers.get("cf-ray")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The state of one rate limit policy, from the `Ratelimit` headers.

    Attributes:
        remaining: requests left in the window.
        reset_after: time until the next window.
        quota: requests in a whole window, from `Ratelimit-Policy`; None if the header lacks it.
    """

    remaining: int
    reset_after: timedelta
    quota: int | None = None


_BY_CODE: Final[Mapping[int, type[CloudflareError]]] = {
    7000: AccountNotFound,  # "No route for that URI"
    7001: AccountNotFound,  # "Method GET not available for that URI"
    7003: AccountNotFound,
    6003: NotAuthorized,  # "Invalid request headers": the token is malformed.
    9103: NotAuthorized,
    9106: NotAuthorized,
    9109: NotAuthorized,
    10000: NotAuthorized,
    10002: InvalidParameter,
    10200: WorkflowNotFound,
    10201: InstanceNotFound,
    10400: InstanceNotFound,
    10501: WorkflowNotFound,  # The local engine's code; production does not use it.
}
_BY_KEY: Final[Mapping[str, type[CloudflareError]]] = {
    "workflow": WorkflowNotFound,
    "instance": InstanceNotFound,
}
_KEY: Final = re.compile(rf"\b({'|'.join(_BY_KEY)})\.not_found\b")
"""Messages are keys, such as `workflows.api.error.workflow.not_found`. They count where no code is known."""

_LOCAL_NOT_FOUND: Final = 10501
"""The local engine's only code for a missing workflow and for a missing instance."""


def read_instances(response: Response, position: Position | None, now: datetime) -> InstancePage:
    """Read the response to `instances_request`.

    Args:
        response: the response.
        position: the position in the request. It decides which kind of position follows.
        now: when the response arrived, aware.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    read = _read(Instances, response, now)
    answer = read.envelope
    info = answer.result_info or ResultInfo()
    following = _next_position(
        info,
        position,
        len(answer.result) + read.missing,
        has_unread_total="result_info.total_pages" in read.unread,
    )
    lost_cursor = following is None and not _UNREAD_CURSOR.isdisjoint(read.unread)
    return InstancePage(
        rows=answer.result,
        next=following,
        info=info,
        messages=_messages_of(answer),
        fetched_at=now,
        incomplete_rows=read.incomplete,
        unread_fields=read.unread,
        cut_short=lost_cursor or _is_unusable(info.cursor),
    )


def read_workflows(response: Response, page: PageNumber, now: datetime) -> WorkflowPage:
    """Read the response to `workflows_request`.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    read = _read(Workflows, response, now)
    answer = read.envelope
    info = answer.result_info or ResultInfo()
    rows = answer.result
    is_full = _is_full(info, len(rows) + read.missing)
    pages = _pages(info, default=page.number + is_full)
    following = PageNumber(page.number + 1) if rows and page.number < pages else None
    # Behind a page that is not full there is hardly another one, whatever the count of pages says.
    filled = pages if info.total_count is None else min(pages, ceil(info.total_count / MAX_PER_PAGE))
    return WorkflowPage(
        rows,
        following,
        _messages_of(answer),
        read.incomplete,
        read.unread,
        total=info.total_count,
        pages=filled if is_full else page.number,
    )


def _messages_of(answer: Envelope) -> tuple[ApiMessage, ...]:
    """Return what the API said beside the rows: errors, which it may send with a success, and messages."""
    return (*(answer.errors or ()), *(answer.messages or ()))


def read_workflow(response: Response, now: datetime) -> Workflow:
    """Read the response to `workflow_request`.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    return _read(OneWorkflow, response, now).envelope.result


def read_version(response: Response, now: datetime) -> Version:
    """Read the response to `version_request`.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    return _read(OneVersion, response, now).envelope.result


def open_instance(response: Response, now: datetime) -> DetailReader:
    """Open the response to `instance_request`; its steps are to be read afterwards, and never fail.

    HTTP 200 can carry an error, code 10001, beside an instance with its status, whose steps may be missing.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    try:
        answer = _open(response, now)
    except WorkflowNotFound as error:
        if _LOCAL_NOT_FOUND in error.codes:
            raise _error(InstanceNotFound, error.reason, response, error.errors) from error
        raise
    if not answer.envelope.success and not _names_its_status(answer.result):
        raise error_from(response, answer.envelope, now)
    return DetailReader(answer.result, is_partial=not answer.envelope.success, unread=answer.unread)


def read_instance(response: Response, now: datetime) -> InstanceDetail:
    """Read the response to `instance_request` in one go.

    Raises:
        CloudflareError: The request failed, or the response can't be read.
    """
    reader = open_instance(response, now)
    for _ in reader.read_steps():
        pass
    return reader.detail()


def read_step(response: Response, now: datetime) -> StepResult:
    """Read the response to `step_request`.

    Raises:
        StepNotAvailable: The API has no such step or attempt, or no results of steps at all.
        CloudflareError: The request failed, or the response can't be read.
    """
    if response.status == 200 and response.headers.get("content-type", "").startswith(STREAM):
        return StepResult(is_stream=True)
    if response.status == 404:
        refusal = decode_refusal(response.body)
        errors = _refusal_errors(refusal)
        if _kind_by_code(errors) is None:
            reason = "; ".join(error.message for error in errors if error.message)
            raise _error(StepNotAvailable, reason or "no results of single steps here", response, errors)
    answer = _open(response, now)
    if not answer.envelope.success:
        raise error_from(response, answer.envelope, now)
    values, undecoded = read_values(answer.result, _STEP_FIELDS)
    result, unread = read_object(_STEP_RESULT, values)
    return result.model_copy(update={"unread_fields": (*answer.unread, *undecoded, *unread)})


@dataclass(frozen=True, slots=True)
class _Opened:
    """A response whose result is an object.

    Attributes:
        envelope: what is beside the result.
        result: the result's fields, still as JSON.
        unread: the names of the fields beside it that could not be read.
    """

    envelope: Envelope
    result: dict[str, Raw]
    unread: tuple[str, ...]


def _open(response: Response, now: datetime) -> _Opened:
    """Take a response apart, or raise the error that it stands for. A failure with a result is none yet."""
    check_arrival(response, now)
    try:
        fields, result = split_answer(response.body)
    except ValueError as error:
        raise _error(InvalidResponse, "the answer is not a JSON object", response) from error
    values, undecoded = read_values(fields, _BESIDE)
    odd = read_odd_fields(values)
    envelope = Envelope.model_validate(odd.values)
    if result is None:
        if not envelope.success or envelope.errors:
            raise error_from(response, envelope, now)
        raise _error(InvalidResponse, "result is not of the API's shape: no object", response)
    if not envelope.success and _is_known(_refusal_errors(envelope)):
        raise error_from(response, envelope, now)
    return _Opened(envelope, result, (*undecoded, *odd.unread))


def _is_known(errors: tuple[ApiMessage, ...]) -> bool:
    """Return whether errors say why there can be no usable result."""
    return _kind_by_code(errors) is not None or any(error.code == _THROTTLED for error in errors)


def _names_its_status(result: dict[str, Raw]) -> bool:
    values, _ = read_values(result, ("status",))
    return isinstance(values.get("status"), str)


_BESIDE: Final = ("success", "errors", "messages", "result_info")
_STEP_FIELDS: Final = ("status", "error", "output", "event_type")
_STEP_RESULT: Final = TypeAdapter(StepResult)


_UNREAD_CURSOR: Final = frozenset({"result_info", "result_info.cursor"})
"""Fields without which nothing says whether a cursor follows."""


def _next_position(
    info: ResultInfo, asked: Position | None, rows: int, *, has_unread_total: bool
) -> Position | None:
    """Return the position of the next page: a cursor if the response has one, otherwise a page number.

    After a request by cursor, a list ends when the cursor is absent, null or empty; `total_pages` is ignored.
    """
    if _is_unusable(info.cursor):
        return None
    if info.cursor:
        return Cursor(info.cursor)
    if isinstance(asked, Cursor) or not rows:
        return None
    number = asked.number if asked else 1
    # Without total_pages, only a request by number can be followed by another number. If the last page
    # happens to be full, one empty page is requested. A first page without either is the whole list.
    full = (asked is not None or has_unread_total) and _is_full(info, rows)
    return PageNumber(number + 1) if number < _pages(info, default=number + full) else None


def _is_unusable(cursor: str | None) -> bool:
    """Return whether a cursor is too long for any URL."""
    return cursor is not None and len(cursor) > _LONGEST_CURSOR


def _is_full(info: ResultInfo, rows: int) -> bool:
    """Return whether a page has as many rows as it can; `per_page` may be lower than asked, not higher."""
    per_page = info.per_page if info.per_page is not None and info.per_page > 0 else MAX_PER_PAGE
    return rows >= min(per_page, MAX_PER_PAGE)


def _pages(info: ResultInfo, *, default: int) -> int:
    """Return the number of pages. Rows that are there prove that it is not zero."""
    return info.total_pages if info.total_pages is not None and info.total_pages > 0 else default


def _read(envelope: type[_E], response: Response, now: datetime) -> Decoded[_E]:
    """Decode a response, or raise the error that it stands for."""
    check_arrival(response, now)
    try:
        read = decode(envelope, response.body)
    except ValidationError as error:
        failure = decode_refusal(response.body)
        if failure is not None and (not failure.success or failure.errors):
            raise error_from(response, failure, now) from error
        raise _error(InvalidResponse, _describe_mismatch(error), response) from error
    if not read.envelope.success:
        raise error_from(response, read.envelope, now)
    return read


def check_arrival(response: Response, now: datetime) -> None:
    """Raise the error that a response stands for by its status and its headers."""
    if response.headers.get("cf-mitigated"):
        raise _error(InvalidResponse, "a firewall answered with its challenge page", response)
    if 300 <= response.status < 400:
        raise _error(InvalidResponse, "the answer is a redirect, which is not followed", response)
    if response.status != 200:
        raise error_from(response, decode_refusal(response.body), now)


def _describe_mismatch(error: ValidationError) -> str:
    """Describe where a body differs from the API's shape. Leave out its values, which may be secret."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if fault["type"] == "json_invalid":
        return "the answer is not JSON"
    where = ".".join(str(part) for part in fault["loc"]) or "the answer"
    message = fault["msg"]
    return f"{where} is not of the API's shape: {message[:1].lower()}{message[1:]}"


def error_from(response: Response, refusal: Envelope | None, now: datetime) -> CloudflareError:
    """Choose the error of a failed request: by the API's code first, then by the HTTP status.

    Args:
        response: the response.
        refusal: its fields; None if it has not the API's envelope.
        now: when it arrived.
    """
    status = response.status
    errors = _refusal_errors(refusal)
    reason = "; ".join(error.message for error in errors if error.message) or f"HTTP {status}"
    if status == 429 or any(error.code == _THROTTLED for error in errors):
        return RateLimited(
            reason,
            retry_after=retry_after(response.headers, now),
            errors=errors,
            http_status=status,
            ray=response.ray,
        )
    kind = _kind_by_code(errors) or _kind_by_status(status, refusal, has_errors=bool(errors))
    return _error(kind, reason, response, errors)


def _refusal_errors(refusal: Envelope | None) -> tuple[ApiMessage, ...]:
    """Return the errors of a refusal; its messages if it has none."""
    if refusal is None:
        return ()
    errors, messages = (
        tuple(entry for entry in entries or () if entry.message or entry.code is not None)
        for entries in (refusal.errors, refusal.messages)
    )
    return errors or messages


def _kind_by_code(errors: tuple[ApiMessage, ...]) -> type[CloudflareError] | None:
    """Return the error of a known code; without any, of a known key in the messages."""
    codes = {error.code for error in errors}
    for code, kind in _BY_CODE.items():
        if code in codes:
            return kind
    keys = (_KEY.search(error.message) for error in errors)
    return next((_BY_KEY[key[1]] for key in keys if key), None)


def _kind_by_status(status: int, refusal: Envelope | None, *, has_errors: bool) -> type[CloudflareError]:
    """Return the error of an HTTP status.

    A response without the API's envelope comes from a firewall or from the local engine's host check.
    """
    is_api = has_errors or (refusal is not None and not refusal.success)
    if status >= 500:
        return Unavailable
    if status in (401, 403) and is_api:
        return NotAuthorized
    return InvalidParameter if status >= 400 and has_errors else InvalidResponse


def _error(
    kind: type[CloudflareError], reason: str, response: Response, errors: tuple[ApiMessage, ...] = ()
) -> CloudflareError:
    """Make an error with the data by which Cloudflare's support finds the response."""
    return kind(reason, errors=errors, http_status=response.status, ray=response.ray)


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """Return the policy with the fewest requests left, from `Ratelimit: "default";r=50;t=30`."""
    policies = _POLICY.findall(headers.get("ratelimit", ""))
    quotas = {name: int(quota) for name, quota in _QUOTA.findall(headers.get("ratelimit-policy", ""))}
    limits = [
        RateLimit(int(left), timedelta(seconds=min(int(reset), _LONGEST_PAUSE)), quotas.get(name))
        for name, left, reset in policies
    ]
    return min(limits, key=lambda limit: limit.remaining, default=None)


_POLICY: Final = re.compile(r'"([^"]*)";\s*r=(\d{1,9});\s*t=(\d{1,6})')
_QUOTA: Final = re.compile(r'"([^"]*)";\s*q=(\d{1,9})')


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return the pause after a 429: from `Retry-After`, else from the rate limit window, else `BAN`."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), _LONGEST_PAUSE))
    if value:
        try:
            date = parsedate_to_datetime(value)
            # A date in "-0000" has no zone, and is in UTC all the same (RFC 5322, 3.3).
            pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            return BAN
        return min(max(pause, timedelta(0)), timedelta(seconds=_LONGEST_PAUSE))
    limit = rate_limit(headers)
    return limit.reset_after if limit else BAN
