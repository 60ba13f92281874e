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


@dataclass(frozen=True, slots=True)
class Request:
    """A request to one account.

    Attributes:
        method: the HTTP method.
        path: the path below the account's base URL, percent-encoded.
        query: the query string, encoded, without `?`.
        body: the JSON body, encoded; None for a request without one.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = None

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


def instance_request(workflow: str, instance: str, *, steps: bool = False) -> Request:
    """Build the request for one instance, without its steps unless they are asked for.

    API reference: https://developers.cloudflare.com/api/resources/workflows/subresources/instances/methods/get/

    Raises:
        InvalidParameter: No workflow can have this name, or no instance this id.
    """
    _check_workflow(workflow)
    if not instance or instance in _DOT_SEGMENTS:
        raise InvalidParameter(f"an instance's id can't be {instance or 'empty'}")
    path = f"/workflows/{_segment(workflow)}/instances/{_segment(instance)}"
    return Request("GET", path, "" if steps else urlencode({"simple": "true"}))


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
