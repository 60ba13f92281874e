"""The title of a digest: a sentence that would do as a notification."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.models import Status
from bot.digests.messages.report import DigestControls, digest_message
from bot.digests.messages.title import title
from bot.digests.report import UnreadCauses
from bot.language.schedule import Schedule
from tests.support.digest_messages import NOW, group, plan, report, visible_lines

DAY = timedelta(days=1)
AT_NINE = datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)
"""Nine o'clock in Berlin."""


def said(*totals: int, since: datetime = AT_NINE, **fields: Any) -> str:
    groups = [group(f"flow-{place}", total=total) for place, total in enumerate(totals)]
    return title(report(groups, since=since, until=AT_NINE + timedelta(hours=6), **fields))


def test_it_says_how_many_failed_since_when_and_mostly_where() -> None:
    assert said(20, 10, 4) == "34 failed since 9:00, most in flow-0"
    assert said(17, 17) == "34 failed since 9:00, in 2 workflows", "half of them is not most"
    assert said(3) == "3 failed since 9:00, all in flow-0"
    assert said(1) == "1 failed since 9:00, in flow-0"
    assert said(3, ungrouped={"others": 40}) == "43 failed since 9:00, most in others"
    assert said(3, exact=False) == "At least 3 failed since 9:00, all in flow-0"
    assert said(1234, 1) == "1,235 failed since 9:00, most in flow-0"


def test_without_failures_it_says_so_and_no_more_than_is_known() -> None:
    assert said() == "Nothing failed since 9:00"
    assert said(exact=False) == "Nothing failed since 9:00, as far as could be looked at"
    rose = said(unexplained={"a": 3, "b": 1}, exact=False)
    assert rose == "At least 4 failed since 9:00 by the counts, most in a"


def test_another_status_has_its_own_words() -> None:
    assert said(2, plan=plan(status=Status("complete"))) == "2 newly complete since 9:00, all in flow-0"
    assert said(plan=plan(status=Status("waiting"))) == "Nothing newly waiting since 9:00"


@pytest.mark.parametrize(
    ("ago", "when"),
    [
        (timedelta(0), "since 9:00"),
        (timedelta(hours=8, minutes=55), "since 0:05"),
        (timedelta(hours=9, minutes=1), "since yesterday 23:59"),
        (DAY, "since yesterday 9:00"),
        (3 * DAY, "since Friday 9:00"),
        (6 * DAY, "since Tuesday 9:00"),
        (7 * DAY, "since 16 November 9:00"),
    ],
)
def test_the_time_is_said_as_people_say_it(ago: timedelta, when: str) -> None:
    assert said(since=AT_NINE - ago) == f"Nothing failed {when}"


def test_times_are_in_the_zone_of_the_digest() -> None:
    tokyo = plan(schedule=Schedule("0 9 * * *", "Asia/Tokyo"))
    assert said(plan=tokyo) == "Nothing failed since 17:00"
    gone = plan(schedule=Schedule("0 9 * * *", "Mars/Olympus"))
    assert said(plan=gone) == "Nothing failed since 8:00", "a preview is no reason to fail"


def test_the_first_one_is_about_its_window() -> None:
    assert said(2, first=True, plan=plan(window=7 * DAY)) == "2 failed in the last 7 days, all in flow-0"


@given(st.text(min_size=1, max_size=100), st.integers(1, 10**6), st.integers(0, 10**6))
def test_any_workflow_fits_into_a_title(name: str, total: int, other: int) -> None:
    groups = [group(name, total=total), *([group("other", total=other)] if other else [])]
    messages = digest_message(7, report(groups), DigestControls())
    head = messages.full.blocks[0]["text"]["text"]
    assert 1 < len(head) <= 150
    assert f"{total + (0 if name == 'other' and not other else other):,} failed" in head


# What follows the title.


def test_a_sample_is_called_one() -> None:
    groups = [
        group(total=8, exact=False, step="charge card"),
        group(error="TypeError", said=None, total=7, exact=False),
    ]
    part = report(groups, ungrouped={"order-processing": 25}, read={"order-processing": 15})
    text = visible_lines(digest_message(7, part, DigestControls()).full)
    assert "40 newly errored" in text
    assert "\nof the 15 read: 8 times *PaymentDeclined*: the card was declined · step `charge card`\n" in text
    assert "\nof the 15 read: 7 times *TypeError*\n" in text
    whole = replace(part, ungrouped={}, total=15, read={"order-processing": 15})
    assert "of the" not in visible_lines(digest_message(7, whole, DigestControls()).full)


def test_causes_that_could_not_be_read_are_counted_with_why() -> None:
    groups = [group(total=8), group(error=None, said=None, total=2, described=False)]
    part = report(groups, read={"order-processing": 8}, unread_causes=UnreadCauses(2, None))
    text = visible_lines(digest_message(7, part, DigestControls()).full)
    assert "\n2 whose cause could not be read\n• " in text
    assert "⚠️ Why 2 of them failed could not be read: Cloudflare took too long." in text


def test_those_without_an_error_are_told_from_those_that_could_not_be_read() -> None:
    none = report([group(total=8), group(error=None, said=None, total=2)], read={"order-processing": 10})
    assert "\n2 times without an error\n• " in visible_lines(digest_message(7, none, DigestControls()).full)


# Previews.


def test_a_preview_says_what_the_next_one_would_say_so_far() -> None:
    controls = DigestControls(is_preview=True, next_due=NOW)
    due = "<!date^1795420804^due {date_short_pretty} at {time}|due 2026-11-23T08:00:04Z>"
    text = visible_lines(digest_message(7, report([group()]), controls).full)
    assert f"👁️ A preview, for you alone: what the next one, {due}, would say so far." in text
    first = visible_lines(digest_message(7, report([group()], first=True), controls).full)
    assert f"what it would say now. The first one, {due}, tells of the 24 hours before it." in first
    paused = visible_lines(digest_message(7, report([group()]), DigestControls(is_preview=True)).full)
    assert "for you alone: what the next one would say so far." in paused


def test_a_preview_of_a_quiet_one_says_that_it_would_not_come() -> None:
    quiet = report(plan=plan(quiet=True))
    shown = visible_lines(digest_message(7, quiet, DigestControls(is_preview=True)).full)
    assert "Nothing is new, so it would not be posted." in shown
    loud = report([group()], plan=plan(quiet=True))
    shown = visible_lines(digest_message(7, loud, DigestControls(is_preview=True)).full)
    assert "would not be posted" not in shown
