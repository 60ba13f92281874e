"""Read the responses of the Workflows API, without the network and without the clock.

Each `read_*` function takes a `Response` and the time of its arrival. It returns a model, or raises one of
`errors`.
"""

from dataclasses import dataclass
from datetime import datetime
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
    InstanceNotFound,
    InvalidResponse,
    StepNotAvailable,
    WorkflowNotFound,
)
from bot.cloudflare.http_responses import Response
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
from bot.cloudflare.refusals import (
    check_arrival,
    error_from,
    is_known,
    kind_by_code,
    refusal_errors,
    response_error,
)
from bot.cloudflare.requests import STREAM

_E = TypeVar("_E", bound=Envelope)

_LONGEST_CURSOR: Final = 16_384
"""Characters. A longer URL is refused by Cloudflare's edge, whatever is in it."""

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
            raise response_error(InstanceNotFound, error.reason, response, error.errors) from error
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
        errors = refusal_errors(refusal)
        if kind_by_code(errors) is None:
            reason = "; ".join(error.message for error in errors if error.message)
            raise response_error(
                StepNotAvailable, reason or "no results of single steps here", response, errors
            )
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
        raise response_error(InvalidResponse, "the answer is not a JSON object", response) from error
    values, undecoded = read_values(fields, _BESIDE)
    odd = read_odd_fields(values)
    envelope = Envelope.model_validate(odd.values)
    if result is None:
        if not envelope.success or envelope.errors:
            raise error_from(response, envelope, now)
        raise response_error(InvalidResponse, "result is not of the API's shape: no object", response)
    if not envelope.success and is_known(refusal_errors(envelope)):
        raise error_from(response, envelope, now)
    return _Opened(envelope, result, (*undecoded, *odd.unread))


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
        raise response_error(InvalidResponse, _describe_mismatch(error), response) from error
    if not read.envelope.success:
        raise error_from(response, read.envelope, now)
    return read


def _describe_mismatch(error: ValidationError) -> str:
    """Describe where a body differs from the API's shape. Leave out its values, which may be secret."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if fault["type"] == "json_invalid":
        return "the answer is not JSON"
    where = ".".join(str(part) for part in fault["loc"]) or "the answer"
    message = fault["msg"]
    return f"{where} is not of the API's shape: {message[:1].lower()}{message[1:]}"
