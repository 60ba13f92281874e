"""What people are told of exports: Slack shows it, whatever the names, and it ends in what to type."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.browse.selection import Stream
from bot.cloudflare.errors import InvalidResponse, NotAuthorized, Unavailable
from bot.cloudflare.models import Status
from bot.export.collector import Progress
from bot.export.messages import (
    Asked,
    begun_message,
    cancelled_message,
    disk_lines,
    failed_message,
    lost_message,
    not_sent_lines,
    progress_message,
    proof_message,
    restarted_message,
    result_message,
    sending_message,
)
from bot.export.plan import Bounds
from bot.export.reader import Gap
from bot.export.refusals import (
    busy_message,
    channel_refused_message,
    channel_unavailable_message,
    ended_message,
    not_allowed_message,
    not_begun_message,
    not_yours_message,
    too_many_message,
)
from bot.export.result import Ending, Result
from bot.export.windows import NO_END, Window
from bot.language.command import Command
from bot.slack.channels import Reason
from bot.ui.elements import Message
from bot.ui.limits import fits
from tests.support.digest_messages import assert_slack_shows

HOSTILE = "`<!everyone>`&" + "ü" * 51
AGAIN = Command(f'export "{HOSTILE}" error:"{HOSTILE * 20}" to #ops')
ASKED = Asked("U0ADA0001", AGAIN)
REASONS: tuple[Reason, ...] = ("person", "bot", "direct", "archived")
AT = datetime(2026, 11, 29, tzinfo=UTC)
BOUNDS = Bounds()


def result(
    ending: Ending = "whole", *, rows: int = 2, unread: int = 0, since: datetime | None = AT
) -> Message:
    gaps = [
        Gap(Window(Stream(f"{HOSTILE}{number}", Status("errored")), None, since or NO_END), Unavailable("no"))
        for number in range(unread)
    ]
    left = [] if ending == "whole" else [Gap(Window(Stream(HOSTILE), None, since or NO_END))]
    found = Result("x" * 200, "csv", rows, ending, [*gaps, *left], some_hidden=True, created_since=AT)
    return result_message(found, ASKED, BOUNDS)


def uncertain(ending: Ending = "whole", *, rows: int = 2) -> Message:
    """Tell of a file that lacks rows of every kind."""
    found = Result(
        "x" * 200,
        "csv",
        rows,
        ending,
        unreadable_rows=3,
        unknown=4,
        unread_causes=5,
        cause_error=Unavailable("no answer"),
        created_since=AT,
        unlisted=True,
        some_hidden=True,
    )
    return result_message(found, ASKED, BOUNDS)


MESSAGES = [
    progress_message(Progress(1, 1, None, None), ASKED, "v" * 100, None),
    progress_message(Progress(10, 2_000, 50_000, 1.0), ASKED, "v" * 100, 280.0),
    sending_message(1, ASKED, "v" * 100),
    uncertain(),
    uncertain(rows=0),
    uncertain("refused"),
    result(),
    result(rows=0),
    result("time"),
    result("rows", since=None),
    result("size", unread=300),
    result(unread=1),
    cancelled_message("U0GRACE01", ASKED),
    restarted_message(ASKED),
    lost_message(ASKED),
    failed_message("no.", not_sent_lines("<!here>"), ASKED),
    failed_message("no.", disk_lines(), ASKED),
    begun_message(""),
    begun_message("C0OPS0001"),
    not_allowed_message(AGAIN),
    not_begun_message("<!here>", AGAIN),
    too_many_message(AGAIN),
    busy_message(4, AGAIN),
    proof_message("C0OPS0001"),
    channel_refused_message("C0OPS0001", HOSTILE),
    *(channel_unavailable_message("C0OPS0001", why, AGAIN) for why in REASONS),
    not_yours_message("U0ADA0001", ["U0GRACE01"]),
    ended_message(),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.text[:30])
def test_slack_shows_it_with_the_longest_and_worst_names(message: Message) -> None:
    assert_slack_shows(message)
    assert fits(message.blocks)


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(1, 1, None, None), "1 row so far"),
        (Progress(1_200, 1_200, None, None), "1,200 rows so far"),
        (Progress(1_200, 1_200, 50_000, None), "1,200 of about 50,000 rows so far"),
        (Progress(1_200, 1_200, 900, None), "1,200 rows so far"),
        (Progress(3, 2_400, 50_000, None), "searched 2,400 of about 50,000 rows, 3 found"),
        (Progress(3, 2_400, None, None), "searched 2,400 rows, 3 found"),
    ],
)
def test_progress_says_how_many_of_about_how_many(progress: Progress, said: str) -> None:
    assert f"Exporting: {said} " in progress_message(progress, ASKED, "v", None).text


def test_a_partial_file_says_why_and_what_is_surely_in_it() -> None:
    text = result("time", unread=7).text
    assert "Partial export: 2 instances, and some are missing." in text
    assert "It was ended after 1h" in text
    assert "and 2 more. Cloudflare gave no usable answer." in text
    assert "created since 2026-11-29T00:00:00Z" in text
    assert "Rows may be missing anywhere in it." in result("rows", since=None).text


def test_a_whole_one_says_no_more_than_there_is() -> None:
    found = Result("orders", "csv", 1, "whole")
    text = result_message(found, Asked("U0ADA0001", Command("export orders")), BOUNDS).text
    assert text == "Exported 1 instance. The file is `orders.csv`. `/workflows export orders`"
    assert timedelta(minutes=60) == BOUNDS.time


WHOLE = Result("a", "csv", 1, "whole")


@pytest.mark.parametrize(
    ("missing", "is_sure", "said"),
    [
        ({"ending": "time"}, True, "It was ended after 1h"),
        (
            {"ending": "refused", "unread_causes": 1, "cause_error": NotAuthorized("no")},
            True,
            "It was ended because",
        ),
        (
            {"gaps": (Gap(Window(Stream("a"), None, AT), InvalidResponse("x")),)},
            True,
            "Not read in full: `a`.",
        ),
        ({"unreadable_rows": 1}, False, "1 row could not be read in full."),
        ({"unknown": 2}, False, "2 rows did not say whether they meet the filters"),
        (
            {"unread_causes": 3, "cause_error": Unavailable("x")},
            False,
            "Why 3 instances failed could not be read",
        ),
        ({"unlisted": True}, False, "The account's list of workflows could not be read in full"),
    ],
    ids=str,
)
@pytest.mark.parametrize("rows", [0, 1])
def test_whatever_may_be_missing_makes_an_export_partial_and_is_said(
    missing: dict[str, Any], rows: int, said: str, *, is_sure: bool
) -> None:
    found = replace(WHOLE, rows=rows, **missing)
    assert found.is_partial
    assert found.name == "a_partial.csv"
    text = result_message(found, ASKED, BOUNDS).text
    assert text.startswith("Partial export:")
    assert said in text
    assert ("some are missing" if is_sure else "some may be missing") in text
    assert not WHOLE.is_partial


def test_a_file_that_lacks_rows_anywhere_is_not_called_whole_since_any_time() -> None:
    cut = replace(WHOLE, ending="rows", gaps=(Gap(Window(Stream("a"), None, AT)),))
    assert cut.complete_since == AT
    for lack in ({"unknown": 1}, {"unreadable_rows": 1}, {"unread_causes": 1}, {"unlisted": True}):
        assert replace(cut, **lack).complete_since is None


def test_how_far_back_instances_were_looked_for_is_said() -> None:
    nothing = result_message(replace(WHOLE, rows=0, created_since=AT), ASKED, BOUNDS).text
    assert "Nothing to export: no such instances among those <!date^" in nothing
    assert "|created since 2026-11-29T00:00:00Z>." in nothing
    some = result_message(replace(WHOLE, created_since=AT), ASKED, BOUNDS).text
    assert (
        "|created since 2026-11-29T00:00:00Z>. An older one that has ended since then is not in it." in some
    )
