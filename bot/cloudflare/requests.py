"""Build the requests of the Workflows API, without sending them.

Each function checks its arguments by the API's own rules and returns a `Request`. Its docstring links to the
page of Cloudflare's API reference.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from bot.cloudflare.errors import InvalidParameter
from bot.cloudflare.models import (
    DIRECTIONS,
    MAX_PER_PAGE,
    Cursor,
    InstanceFilter,
    PageNumber,
    PageQuery,
    Position,
)

MAX_WORKFLOW_NAME: Final = 64
_DOT_SEGMENTS: Final = frozenset({".", ".."})
_MIB: Final = 1024 * 1024
MOST_ANSWERED: Final = 8 * _MIB
"""Bytes. A hundred instances take about 50 KB, and a page of workflows less than a megabyte."""
_LONGEST_DETAIL: Final = 48 * _MIB
"""Bytes. 25,000 steps, the most that an instance has, take 12 MB, and 25 MB more if each has an output of a
thousand characters, where Cloudflare cuts it."""
STREAM: Final = "application/octet-stream"
"""The type of a step's result that is no JSON value but bytes, of any number. They are not read."""
STEP_KINDS: Final = ("step", "waitForEvent")
"""The kinds of steps whose whole result can be asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to one account.

    Attributes:
        method: the HTTP method.
        path: the path below the account's base URL, percent-encoded.
        query: the query string, encoded, without `?`.
        body: the JSON body, encoded; None for a request without one.
        most_answered: the bytes that its answer may have.
        may_be_stream: whether the answer may be `STREAM`.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    most_answered: int = MOST_ANSWERED
    may_be_stream: bool = False

    @property
    def is_safe(self) -> bool:
        """Return whether the request changes nothing, so that it may be sent again."""
        return self.method in {"GET", "HEAD"}


def instances_request(query: PageQuery) -> Request:
    """Build the request for one page of a workflow's instances.

    API reference: https://developers.cloudflare.com/api/resources/workflows/subresources/instances/methods/list/

    Raises:
        InvalidParameter: The API would refuse a parameter.
    """
    _check_workflow(query.workflow)
    if not 1 <= query.per_page <= MAX_PER_PAGE:
        raise InvalidParameter(f"per_page must be 1 to {MAX_PER_PAGE}, not {query.per_page}")
    params = {"per_page": str(query.per_page)}
    params |= _position_params(query.position)
    params |= _filter_params(query.filter, has_cursor=isinstance(query.position, Cursor))
    return Request("GET", f"/workflows/{_segment(query.workflow)}/instances", urlencode(params))


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
            return {}  # The answer to the first page says whether a cursor or a number follows.


def _filter_params(filter_: InstanceFilter, *, has_cursor: bool) -> dict[str, str]:
    params: dict[str, str] = {}
    if filter_.direction is not None:
        if filter_.direction not in DIRECTIONS:
            raise InvalidParameter(f"direction must be asc or desc, not {filter_.direction}")
        if not has_cursor:
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
    """Build the request for one page of an account's workflows, with the most rows that the API allows.

    API reference: https://developers.cloudflare.com/api/resources/workflows/methods/list/
    """
    params = {"per_page": str(MAX_PER_PAGE), "page": str(page.number)}
    if search:
        params["search"] = search
    return Request("GET", "/workflows", urlencode(params))


def workflow_request(workflow: str) -> Request:
    """Build the request for one workflow.

    API reference: https://developers.cloudflare.com/api/resources/workflows/methods/get/

    Raises:
        InvalidParameter: No workflow can have this name.
    """
    _check_workflow(workflow)
    return Request("GET", f"/workflows/{_segment(workflow)}")


def version_request(workflow: str, version: str) -> Request:
    """Build the request for one version of a workflow.

    API reference: https://developers.cloudflare.com/api/resources/workflows/subresources/versions/methods/get/

    Raises:
        InvalidParameter: No workflow can have this name, or no version this id.
    """
    _check_workflow(workflow)
    if not version or version in _DOT_SEGMENTS:
        raise InvalidParameter(f"a version's id can't be {version or 'empty'}")
    return Request("GET", f"/workflows/{_segment(workflow)}/versions/{_segment(version)}")


def instance_request(workflow: str, instance: str, *, steps: bool = False) -> Request:
    """Build the request for one instance, without its steps unless they are asked for.

    API reference: https://developers.cloudflare.com/api/resources/workflows/subresources/instances/methods/get/

    Raises:
        InvalidParameter: No workflow can have this name, or no instance this id.
    """
    path = _instance_path(workflow, instance)
    if steps:
        return Request("GET", path, most_answered=_LONGEST_DETAIL)
    return Request("GET", path, urlencode({"simple": "true"}))


def step_request(workflow: str, instance: str, name: str, kind: str, attempt: int | None) -> Request:
    """Build the request for the whole result of one step.

    API reference: https://developers.cloudflare.com/api/resources/workflows/subresources/instances/subresources/step/

    Args:
        workflow: its name.
        instance: its id.
        name: the step's name with its counter, as in the detail: `charge card-1`.
        kind: one of `STEP_KINDS`, the step's `type` in the detail.
        attempt: which one, from 1; None for the last.

    Raises:
        InvalidParameter: No workflow can have this name, no instance this id, or no step this name or kind.
    """
    path = _instance_path(workflow, instance)
    if not name:
        raise InvalidParameter("a step's name can't be empty")
    if kind not in STEP_KINDS:
        raise InvalidParameter(f"a {kind or 'step without a kind'} has no result of its own")
    if attempt is not None and attempt < 1:
        raise InvalidParameter(f"attempt must be 1 or more, not {attempt}")
    params = {"name": name, "type": kind}
    if attempt is not None:
        params["attempt"] = str(attempt)
    return Request("GET", f"{path}/step", urlencode(params), may_be_stream=True)


def _instance_path(workflow: str, instance: str) -> str:
    _check_workflow(workflow)
    if not instance or instance in _DOT_SEGMENTS:
        raise InvalidParameter(f"an instance's id can't be {instance or 'empty'}")
    return f"/workflows/{_segment(workflow)}/instances/{_segment(instance)}"


def timestamp(moment: datetime) -> str:
    """Format a time as the API requires: ISO 8601 in UTC, with milliseconds and `Z`.

    Raises:
        InvalidParameter: The time has no zone.
    """
    if moment.tzinfo is None:
        raise InvalidParameter("a time needs a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_workflow(name: str) -> None:
    if not 1 <= len(name) <= MAX_WORKFLOW_NAME:
        raise InvalidParameter(f"a workflow's name has 1 to {MAX_WORKFLOW_NAME} characters, not {len(name)}")
    if name in _DOT_SEGMENTS:
        raise InvalidParameter(f"a workflow can't be called {name}")


def _segment(text: str) -> str:
    """Encode one path segment. Instance ids may hold spaces, `*`, `/`, `,` and `#`."""
    return quote(text, safe="")
