"""The rows and the ``result_info`` of a list call."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from operator import attrgetter
from typing import Final

from bot.playground.simulators.cloudflare.behaviour import Behaviour
from bot.playground.simulators.cloudflare.cursors import CursorContent, decode_cursor, encode_cursor
from bot.playground.simulators.cloudflare.envelope import invalid
from bot.playground.simulators.cloudflare.model import InstanceRecord
from bot.playground.simulators.cloudflare.parameters import Direction, ListRequest
from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp

_KEY: Final = attrgetter("key")
_CREATED_ON: Final = attrgetter("created_on")


@dataclass(frozen=True, slots=True)
class Listing:
    """A page: its rows in display order, and ``result_info``."""

    rows: Sequence[InstanceRecord]
    result_info: JsonObject


@dataclass(frozen=True, slots=True)
class Lister:
    """Answers list calls for one workflow at one time.

    Attributes:
        workflow: Its name, as a cursor is valid for one workflow only.
        instances: All its instances, oldest first.
        behaviour: The options for undocumented behaviour.
        now: The time of the call.
    """

    workflow: str
    instances: Sequence[InstanceRecord]
    behaviour: Behaviour
    now: datetime

    def answer(self, request: ListRequest) -> Listing:
        """Return the requested page.

        Raises:
            ApiError: The cursor is invalid.
        """
        admitted = self._admitted(request)
        if request.page is not None:
            return _numbered_page(admitted, request.page, request.per_page)
        return self._cursor_page(admitted, request)

    def _admitted(self, request: ListRequest) -> Sequence[InstanceRecord]:
        created = self._created(request.filter.date_start, request.filter.date_end)
        status = request.filter.status
        return created if status is None else [each for each in created if each.status == status]

    def _created(self, start: datetime | None, end: datetime | None) -> Sequence[InstanceRecord]:
        """Return the listed instances that were created between two times."""
        begin, stop = 0, len(self.instances)
        if start is not None:
            begin = bisect_left(self.instances, start, key=_CREATED_ON)
        if end is not None:
            bisect = bisect_right if self.behaviour.date_end_inclusive else bisect_left
            stop = bisect(self.instances, end, key=_CREATED_ON)
        if self.behaviour.listing_lag:
            newest_listed = self.now - self.behaviour.listing_lag
            stop = min(stop, bisect_right(self.instances, newest_listed, key=_CREATED_ON))
        return self.instances[begin:stop]

    def _cursor_page(self, admitted: Sequence[InstanceRecord], request: ListRequest) -> Listing:
        opened = None if request.cursor is None else self._open(request.cursor, request)
        direction: Direction = request.direction or (opened.direction if opened else "desc")
        following = _following(admitted, opened, direction)
        rows = following[: request.per_page]
        info: JsonObject = {
            "count": len(rows),
            "per_page": request.per_page,
            "total_count": max(0, len(admitted) + self.behaviour.total_count_error),
        }
        token = self._next_cursor(admitted, following, direction, request)
        if token is not None:
            info["cursor"] = token
        elif self.behaviour.end_of_list != "absent":
            info["cursor"] = None if self.behaviour.end_of_list == "null" else ""
        return Listing(rows, info)

    def _open(self, token: str, request: ListRequest) -> CursorContent:
        content = decode_cursor(token)
        if content.workflow != self.workflow:
            raise invalid("invalid_cursor")
        lifetime = self.behaviour.cursor_lifetime
        if lifetime is not None and self.now.timestamp() - content.issued_at > lifetime.total_seconds():
            raise invalid("cursor_expired")
        if self.behaviour.cursor_binds_filters and content.filter != request.filter.to_json():
            raise invalid("cursor_does_not_match_filters")
        return content

    def _next_cursor(
        self,
        admitted: Sequence[InstanceRecord],
        following: Sequence[InstanceRecord],
        direction: Direction,
        request: ListRequest,
    ) -> str | None:
        rows = following[: request.per_page]
        if self.behaviour.repeat_cursor and request.cursor is not None:
            return request.cursor
        if not rows:
            return None
        full = len(rows) == request.per_page and self.behaviour.cursor_after_last_row
        if len(following) == len(rows) and not full and not self.behaviour.repeat_cursor:
            return None
        return self._cursor_after(rows[-1], admitted, direction, request)

    def _cursor_after(
        self,
        last: InstanceRecord,
        admitted: Sequence[InstanceRecord],
        direction: Direction,
        request: ListRequest,
    ) -> str:
        content = CursorContent(
            kind=self.behaviour.cursor_kind,
            workflow=self.workflow,
            created_on=timestamp(last.created_on),
            id=last.id,
            newer_rows=len(admitted) - bisect_right(admitted, last.key, key=_KEY),
            direction=direction,
            filter=request.filter.to_json(),
            issued_at=self.now.timestamp(),
        )
        return encode_cursor(content, self.behaviour.cursor_padding)


def _following(
    admitted: Sequence[InstanceRecord], opened: CursorContent | None, direction: Direction
) -> Sequence[InstanceRecord]:
    """Return all rows after the cursor's row, nearest first: ``desc`` older ones, ``asc`` newer ones."""
    if opened is None:
        return admitted[::-1]
    if opened.kind == "offset":
        older, newer = _around_offset(len(admitted), opened.newer_rows)
    else:
        older = bisect_left(admitted, opened.key, key=_KEY)
        newer = bisect_right(admitted, opened.key, key=_KEY)
    return admitted[:older][::-1] if direction == "desc" else admitted[newer:]


def _around_offset(size: int, newer_rows: int) -> tuple[int, int]:
    """Return the number of older rows, and the index of the first newer row."""
    begin = max(0, size - newer_rows)
    return max(0, begin - 1), begin


def _numbered_page(admitted: Sequence[InstanceRecord], page: int, per_page: int) -> Listing:
    newest_first = admitted[::-1]
    rows = newest_first[(page - 1) * per_page : page * per_page]
    return Listing(rows, numbered_info(len(rows), len(admitted), page, per_page))


def numbered_info(count: int, total: int, page: int, per_page: int) -> JsonObject:
    """Return ``result_info`` of a listing by page number."""
    return {
        "count": count,
        "page": page,
        "per_page": per_page,
        "total_count": total,
        "total_pages": ceil(total / per_page),
    }
