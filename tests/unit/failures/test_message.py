"""Failures as a message: what is said of what was not read, and that all of it fits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.browse.screen import Found, Row, Searched
from bot.browse.selection import Selection, Stream
from bot.cloudflare.causes import Cause, cause_key
from bot.cloudflare.errors import InvalidResponse, RateLimited
from bot.cloudflare.models import Instance, Status
from bot.failures.grouping import group_by_cause
from bot.failures.messages import MOST_GROUPS, FailureControls, failures_message, reading_message
from bot.failures.model import Deployment, FailureGroup, Failures, UnknownCauses, ranked, spread
from bot.language.times import TimePoint
from bot.ui import limits

NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
SINCE = TimePoint("24h", NOW - timedelta(days=1))
BOUND = NOW - timedelta(days=2)
ERRORED = Status("errored")
DECLINED, NONE, NO_BUTTONS = Cause("charge card", "CardError", "declined"), UnknownCauses(), FailureControls()
ORDERS = Selection(("orders",), None, (ERRORED,), since=SINCE)


def instance(number: int, id_: str = "") -> Instance:
    ended = NOW - timedelta(minutes=number)
    return Instance(
        id=id_ or f"ord-{number}", status=ERRORED, created_on=ended, ended_on=ended, version_id="4f2a91bc-1"
    )


def group(count: int, cause: Cause | None = DECLINED, **fields: Any) -> FailureGroup:
    key = None if cause is None else cause_key(cause)
    return FailureGroup("orders", cause, key, [instance(number) for number in range(count)], **fields)


def failures(*groups: FailureGroup, unknown: UnknownCauses = NONE, **found: Any) -> Failures:
    rows = [Row(each.workflow, one) for each in groups for one in each.instances]
    values: dict[str, Any] = {
        "account": "prod",
        "rows": rows,
        "searched": Searched(len(rows), len(rows), NOW - timedelta(days=2), complete=True, bounded_at=BOUND),
        "streams": [Stream("orders", ERRORED)],
        "left_out": (),
        "left_out_count": 0,
        "unlisted": False,
        "unread": {},
        "fetched_at": NOW,
    }
    return Failures(ORDERS, Found(**{**values, **found}), groups, unknown)


def text_of(shown: Failures, controls: FailureControls = NO_BUTTONS) -> str:
    message = failures_message(shown, "/workflows failures orders since:24h", controls)
    return str(message.blocks)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (failures(), "✅ orders: nothing failed in the last 24h"),
        (failures(incomplete_rows=2), "⚠️ orders: no failure found so far"),
        (failures(incomplete_rows=2), "2 rows of Cloudflare's answer could not be read"),
        (failures(group(2), incomplete_rows=1), "at least 2 failed"),
        (failures(), "<!date^1795269802^among those created since"),
        (failures(group(2)), "<!date^1795269802^among those created since"),
        (failures(searched=Searched(100, 0, NOW, complete=False)), "⚠️ orders: no failure found so far"),
        (
            failures(unread={Stream("orders", ERRORED): InvalidResponse("odd")}),
            "⚠️ orders: no failure found so far",
        ),
        (failures(group(2), searched=Searched(100, 2, NOW, complete=False)), "at least 2 failed"),
        (failures(group(2), searched=Searched(100, 2, NOW, complete=False)), "100 instances were searched"),
        (failures(group(2), left_out_count=3, left_out=[Stream("emails", ERRORED)]), "`emails` and 2 more"),
        (failures(group(2), unlisted=True), "did not come to an end"),
        (
            failures(searched=Searched(4, 0, NOW, complete=True, unknown=4)),
            "4 instances do not say when they ended",
        ),
        (
            failures(group(2), group(3, None), unknown=UnknownCauses(unread=3, error=InvalidResponse("odd"))),
            "Why 3 of 5",
        ),
        (
            failures(group(2), group(3, None), unknown=UnknownCauses(unasked=3)),
            "there was no time left. *Refresh* goes on",
        ),
        (
            failures(
                group(2),
                group(3, None),
                unknown=UnknownCauses(
                    unasked=3, stopped=RateLimited("no", retry_after=timedelta(seconds=90))
                ),
            ),
            "*Refresh* in 1m 30s goes on with them.",
        ),
        (failures(group(1, deployment=Deployment("4f2a91bc-1"))), "version `4f2a91bc`"),
        (failures(group(2, deployment=Deployment("4f2a91bc-1"))), "all on version `4f2a91bc`"),
        (
            failures(group(2, deployment=Deployment("4f2a91bc-1", created_on=NOW - timedelta(minutes=5)))),
            "🆕 first seen 4m after version `4f2a91bc`",
        ),
        (failures(group(2, deployment=Deployment("4f2a91bc-1", is_only=False))), "since version `4f2a91bc`"),
        (failures(group(2, is_new=True)), "🆕 new"),
        (failures(group(2, Cause())), "without an error"),
        (failures(group(2, Cause(None, "Err *or*", "<!channel> `x`"))), "&lt;!channel&gt;"),
    ],
)
def test_what_is_said(shown: Failures, said: str) -> None:
    assert said in text_of(shown)


def test_the_text_of_a_message_says_how_old_instances_were_looked_at() -> None:
    shown = failures_message(failures(), "/workflows failures", NO_BUTTONS)
    assert "14:03:22Z, among those created since 2026-11-21T14:03:22Z, as of" in shown.text


def labels(shown: Failures) -> list[str]:
    """Return what the buttons of lists say."""
    lists = {("orders", cause_key(DECLINED)): "x"}
    message = failures_message(shown, "/workflows failures", FailureControls(lists=lists, all="y"))
    pressed = [each for block in message.blocks for each in block.get("elements", ())]
    return [each["text"]["text"] for each in pressed if each.get("type") == "button"]


def test_a_button_names_a_number_only_if_it_is_known() -> None:
    part = Searched(100, 2, NOW, complete=False)
    assert labels(failures(group(2))) == ["List the 2", "Show all 2"]
    assert labels(failures(group(1))) == ["List it", "Show it"]
    assert labels(failures(group(2), searched=part)) == ["List them", "Show the list"]
    assert labels(failures(group(1), searched=part)) == ["List them", "Show the list"]
    unasked = failures(group(2), group(3, None), unknown=UnknownCauses(unasked=3))
    assert labels(unasked) == ["List them", "Show all 5"]


def test_the_word_before_the_answer_counts_only_what_is_known() -> None:
    assert reading_message(failures(group(70)).found).text.startswith("70 failed.")
    part = failures(group(70), searched=Searched(100, 70, NOW, complete=False))
    assert reading_message(part.found).text.startswith("At least 70 failed.")


def test_failures_whose_cause_is_not_known_are_no_smaller_group() -> None:
    groups = [group(2, Cause("a", "E", word)) for word in "abcdefghi"]
    said = text_of(failures(*groups, group(12, None), unknown=UnknownCauses(unread=12)))
    assert "And 1 smaller group with at least 2 failures" in said
    assert "And 12 failed for reasons that are not known" in said


def test_new_groups_come_behind_the_two_largest() -> None:
    sizes = [9, 8, 7, 6, 5, 4, 3]
    large = [group(size, Cause("a", "E", "x" * size)) for size in sizes]
    first = group(2, Cause("a", "E", "new"), is_new=True)
    second = replace(first, instances=[instance(9)])
    ranks = ranked([group(1, None), *large, second, first])
    assert [each.total for each in ranks] == [9, 8, 2, 1, 7, 6, 5, 4, 3, 1]
    assert ranks[-1].cause is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1hour", "in the last hour"),
        ("an hour", "in the last hour"),
        ("1h", "in the last hour"),
        ("24h", "in the last 24h"),
        ("24 hours", "in the last 24h"),
        ("90min", "in the last 90m"),
        ("2weeks", "in the last 2w"),
        ("1 week", "in the last week"),
        ("half an hour", "in the last 30m"),
        ("1h30m", "in the last 1h 30m"),
        ("an hour and a half", "in the last 1h 30m"),
        ("yesterday", "since yesterday"),
        ("2026-11-22", "since 2026-11-22"),
    ],
)
def test_a_time_is_said_as_people_say_it(typed: str, said: str) -> None:
    shown = failures()
    shown = replace(shown, selection=replace(shown.selection, since=TimePoint(typed, SINCE.at)))
    assert f"nothing failed {said}'" in text_of(shown)


def test_a_group_that_may_have_more_members_says_at_least() -> None:
    shown = failures(group(2), group(3, None), unknown=UnknownCauses(unasked=3))
    assert "*at least 2 " in text_of(shown)
    assert "5 failed" in text_of(shown)
    assert "at least 5" not in text_of(shown)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_longest_names_fit(count: int) -> None:
    odd = "&" * 4_000
    groups = [
        FailureGroup(
            f"{number:02}{'&' * 62}",
            Cause(odd, odd, odd),
            f"{number:010}",
            [instance(0, f"{number}-{each}-{'&' * 260}") for each in range(4)],
            Deployment("&" * 36, created_on=NOW - timedelta(hours=2)),
            counts=(1, 0, 3),
        )
        for number in range(count)
    ]
    details = {(each.workflow, one.id): "x" * 300 for each in groups for one in each.instances}
    lists = {(each.workflow, each.key or ""): "y" * 300 for each in groups}
    unread = {Stream("&" * 64, ERRORED): InvalidResponse("odd")}
    message = failures_message(
        failures(*groups, unread=unread),
        "/workflows failures " + "&" * 300,
        FailureControls(details, lists, "a" * 600, "b" * 600, "c" * 600),
    )
    assert limits.fits(message.blocks)
    assert len(message.blocks) <= 50
    assert "smaller group" in str(message.blocks) or count <= MOST_GROUPS


def test_groups_are_of_one_workflow_and_cause_in_order() -> None:
    one, other = Cause("a", "E", "no 17"), Cause("a", "E", "no 18")
    groups = group_by_cause([("x", 1, one), ("y", 2, one), ("x", 3, None), ("x", 4, other), ("x", 5, None)])
    assert [[each for each, _ in members] for members in groups.values()] == [[1, 4], [2], [3, 5]]
    assert [key.workflow for key in groups] == ["x", "y", "x"]


def test_moments_are_spread_over_stretches_of_time() -> None:
    hour = timedelta(hours=1)
    moments = [NOW, NOW + hour / 2, NOW + hour, NOW - hour, NOW + 9 * hour]
    assert spread(moments, NOW, hour, 3) == (3, 1, 1)
