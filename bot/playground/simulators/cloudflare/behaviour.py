"""Options for behaviour that production does not document, or that may be faulty there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Variants of behaviour that a client must handle; the defaults are the most likely ones.

    Attributes:
        cursor_kind: ``keyset`` stores the last row shown, so new instances shift nothing; ``offset``
            stores the number of rows before it, so new instances repeat rows.
        cursor_binds_filters: Refuse a cursor if the filters differ from those of the first request.
        cursor_padding: Lengthen every cursor by this many incompressible characters.
        cursor_lifetime: Refuse a cursor older than this.
        repeat_cursor: Always return the cursor of the request, which is a fault.
        cursor_after_last_row: Return a cursor after a full page even if no row follows: the list
            ends in an empty page.
        end_of_list: The value of ``result_info.cursor`` on the last page.
        date_end_inclusive: Whether ``date_end`` includes instances created in that millisecond.
        total_count_error: Error of ``total_count`` in cursor listings, where the API calls it inaccurate.
        listing_lag: Time until a new instance appears in lists, which are eventually consistent.
        analytics_sampling: Of this many events analytics keep about one, which counts for all of them.
        analytics_delay: Time until an event appears in analytics.
    """

    cursor_kind: Literal["keyset", "offset"] = "keyset"
    cursor_binds_filters: bool = False
    cursor_padding: int = 0
    cursor_lifetime: timedelta | None = None
    repeat_cursor: bool = False
    cursor_after_last_row: bool = False
    end_of_list: Literal["absent", "null", "empty"] = "absent"
    date_end_inclusive: bool = True
    total_count_error: int = 0
    listing_lag: timedelta = timedelta(0)
    analytics_sampling: int = 1
    analytics_delay: timedelta = timedelta(0)
