"""The API without the network: what to ask for, and what an answer means.

A question becomes a `Request`; a `Response` (status, headers, body) becomes a page, or is raised as one
of `errors`. Nothing here waits, so all of it can be tested with plain values.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from bot.cloudflare.envelopes import (
    Decoded,
    Envelope,
    Instances,
    OneInstance,
    OneWorkflow,
    Workflows,
    decode,
)
from bot.cloudflare.errors import InstanceNotFound, InvalidParameter, InvalidResponse, WorkflowNotFound
from bot.cloudflare.models import (
    DIRECTIONS,
    MAX_PER_PAGE,
    Cursor,
    InstanceDetail,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    Position,
    ResultInfo,
    Workflow,
    WorkflowPage,
)
from bot.cloudflare.refusals import Response, error_of, refusal

MAX_WORKFLOW_NAME: Final = 64
_DOTS: Final = frozenset({".", ".."})
_LOCAL_NOT_FOUND: Final = 10501
"""The local engine's one code for a workflow and for an instance that it does not have."""


@dataclass(frozen=True, slots=True)
class Request:
    """A GET below an account's root: `path` is percent-encoded, `query` is encoded and without `?`."""

    path: str
    query: str = ""


def instances_request(query: PageQuery) -> Request:
    """Ask for one page of a workflow's instances.

    Raises:
        InvalidParameter: the API would refuse this; it is not asked.
    """
    _check_workflow(query.workflow)
    if not 1 <= query.per_page <= MAX_PER_PAGE:
        raise InvalidParameter(f"per_page must be 1 to {MAX_PER_PAGE}, not {query.per_page}")
    params = {"per_page": str(query.per_page)}
    params |= _position_params(query.position)
    params |= _filter_params(query.filter, turns_cursor=isinstance(query.position, Cursor))
    return Request(f"/workflows/{_segment(query.workflow)}/instances", urlencode(params))


def _position_params(position: Position | None) -> dict[str, str]:
    match position:
        case Cursor(""):
            raise InvalidParameter("a cursor can't be empty")
        case Cursor(token):
            return {"cursor": token}
        case PageNumber(number) if number < 1:
            raise InvalidParameter(f"page must be 1 or more, not {number}")
        case PageNumber(number):
            return {"page": str(number)}
        case None:
            return {}  # the first page: its answer says how the list goes on


def _filter_params(filter_: InstanceFilter, *, turns_cursor: bool) -> dict[str, str]:
    params: dict[str, str] = {}
    if filter_.direction is not None:
        if filter_.direction not in DIRECTIONS:
            raise InvalidParameter(f"direction must be asc or desc, not {filter_.direction}")
        if not turns_cursor:
            raise InvalidParameter("direction goes only with a cursor")
        params["direction"] = filter_.direction
    if filter_.date_start is not None:
        params["date_start"] = timestamp(filter_.date_start)
    if filter_.date_end is not None:
        params["date_end"] = timestamp(filter_.date_end)
    if filter_.status is not None:
        params["status"] = filter_.status
    return params


def workflows_request(search: str | None, page: PageNumber) -> Request:
    """Ask for one page of an account's workflows, as many as one answer holds."""
    params = {"per_page": str(MAX_PER_PAGE), "page": str(page.number)}
    if search:
        params["search"] = search
    return Request("/workflows", urlencode(params))


def workflow_request(workflow: str) -> Request:
    """Ask for one workflow.

    Raises:
        InvalidParameter: the name can't be one.
    """
    _check_workflow(workflow)
    return Request(f"/workflows/{_segment(workflow)}")


def instance_request(workflow: str, instance: str) -> Request:
    """Ask for one instance, without its steps.

    Raises:
        InvalidParameter: the name or the id can't be one.
    """
    _check_workflow(workflow)
    if not instance or instance in _DOTS:
        raise InvalidParameter(f"an instance's id can't be {instance or 'empty'}")
    path = f"/workflows/{_segment(workflow)}/instances/{_segment(instance)}"
    return Request(path, urlencode({"simple": "true"}))


def timestamp(moment: datetime) -> str:
    """ISO 8601 as the API wants it: UTC, milliseconds, `Z`, no offset.

    Raises:
        InvalidParameter: a time without a zone could mean anything.
    """
    if moment.tzinfo is None:
        raise InvalidParameter("a time needs a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_workflow(name: str) -> None:
    if not 1 <= len(name) <= MAX_WORKFLOW_NAME:
        raise InvalidParameter(f"a workflow's name has 1 to {MAX_WORKFLOW_NAME} characters, not {len(name)}")
    if name in _DOTS:
        raise InvalidParameter(f"a workflow can't be called {name}")


def _segment(text: str) -> str:
    """One path segment: ids may hold spaces, `*`, `/`, `,` and `#`."""
    return quote(text, safe="")


_E = TypeVar("_E", bound=Envelope)


def read_instances(response: Response, position: Position | None, fetched_at: datetime) -> InstancePage:
    """The page that an answer to `instances_request` holds.

    Args:
        response: as it came.
        position: what was asked for: it decides how the list goes on.
        fetched_at: when the answer arrived, aware.

    Raises:
        CloudflareError: one of `errors`.
    """
    read = _read(Instances, response)
    answer = read.envelope
    info = answer.result_info or ResultInfo()
    return InstancePage(
        rows=answer.result,
        next=_next_position(info, position, len(answer.result) + read.missing),
        info=info,
        messages=answer.messages or (),
        fetched_at=fetched_at,
        unread=read.unread,
    )


def read_workflows(response: Response, page: PageNumber) -> WorkflowPage:
    """The page that an answer to `workflows_request` holds.

    Raises:
        CloudflareError: one of `errors`.
    """
    read = _read(Workflows, response)
    answer = read.envelope
    info = answer.result_info or ResultInfo()
    rows = answer.result
    is_full = _is_full(info, len(rows) + read.missing)
    more = rows and page.number < _pages(info, otherwise=page.number + is_full)
    following = PageNumber(page.number + 1) if more else None
    return WorkflowPage(rows, following, answer.messages or (), read.unread)


def read_workflow(response: Response) -> Workflow:
    """The workflow that an answer to `workflow_request` holds.

    Raises:
        CloudflareError: one of `errors`.
    """
    return _read(OneWorkflow, response).envelope.result


def read_instance(response: Response) -> InstanceDetail:
    """The instance that an answer to `instance_request` holds.

    Raises:
        CloudflareError: one of `errors`.
    """
    try:
        return _read(OneInstance, response).envelope.result
    except WorkflowNotFound as error:
        if _LOCAL_NOT_FOUND in error.codes:
            raise error_of(InstanceNotFound, error.reason, response, error.errors) from error
        raise


def _next_position(info: ResultInfo, asked: Position | None, rows: int) -> Position | None:
    """Where the next page starts: by cursor if there is one, by number where numbers are all there is.

    Under cursors the end is an absent, null or empty cursor, and `total_pages` counts for nothing.
    """
    if info.cursor:
        return Cursor(info.cursor)
    if isinstance(asked, Cursor) or not rows:
        return None
    number = asked.number if asked else 1
    # Without total_pages only an answer to a question by number goes on by number: it may be full by chance,
    # which costs one empty page; a first page without a cursor is the whole list.
    full = asked is not None and _is_full(info, rows)
    return PageNumber(number + 1) if number < _pages(info, otherwise=number + full) else None


def _is_full(info: ResultInfo, rows: int) -> bool:
    return rows >= (info.per_page or MAX_PER_PAGE)


def _pages(info: ResultInfo, *, otherwise: int) -> int:
    if info.total_pages is not None:
        return info.total_pages
    return otherwise


def _read(envelope: type[_E], response: Response) -> Decoded[_E]:
    """What an answer holds; or raise what it means."""
    if response.headers.get("cf-mitigated"):
        raise error_of(InvalidResponse, "a firewall answered with its challenge page", response)
    if 300 <= response.status < 400:
        raise error_of(InvalidResponse, "the answer is a redirect, which is not followed", response)
    if response.status != 200:
        raise refusal(response, _without_result(response).errors or ())
    try:
        read = decode(envelope, response.body)
    except ValidationError as error:
        failure = _without_result(response)
        if not failure.success:
            raise refusal(response, failure.errors or ()) from error
        raise error_of(InvalidResponse, _first_fault(error), response) from error
    if not read.envelope.success:
        raise refusal(response, read.envelope.errors or ())
    return read


def _without_result(response: Response) -> Envelope:
    """The envelope alone, where it can be read: a failure has no result."""
    try:
        return Envelope.model_validate_json(response.body)
    except ValidationError:
        return Envelope()


def _first_fault(error: ValidationError) -> str:
    """Where a body departs from the API's shape; never the body itself, which may hold anything."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if fault["type"] == "json_invalid":
        return "the answer is not JSON"
    where = ".".join(str(part) for part in fault["loc"]) or "the answer"
    said = fault["msg"]
    return f"{where} is not of the API's shape: {said[:1].lower()}{said[1:]}"
