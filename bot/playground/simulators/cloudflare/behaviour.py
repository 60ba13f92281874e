"""How the account behaves where production's documentation is silent, or where production may be faulty."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The choices a client must survive, each with the one that seems likeliest as default.

    Attributes:
        cursor_kind: ``keyset`` remembers the last row shown, so new instances move nothing; ``offset``
            remembers how many rows were passed, so new instances repeat rows.
        cursor_binds_filters: Refuse a cursor that comes with other filters than those it was made for.
        cursor_padding: Make every cursor longer by this many characters, which do not compress.
        cursor_lifetime: Refuse a cursor older than this.
        repeat_cursor: Be faulty: hand out the cursor that was sent, for ever.
        cursor_after_last_row: Hand out a cursor after a full page also where nothing follows: the list
            ends in an empty page.
        end_of_list: How ``result_info.cursor`` looks where nothing follows.
        date_end_inclusive: Whether ``date_end`` includes instances created at that very millisecond.
        total_count_error: Added to ``total_count`` under cursors, where the API calls it inaccurate.
        listing_lag: How long an instance just created is missing from lists, which are eventually consistent.
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
