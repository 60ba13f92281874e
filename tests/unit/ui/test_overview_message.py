"""The overview, as it looks."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.messages.overview import chart_of, line_chart_of, overview_message
from bot.browse.model import OverviewQuery
from bot.browse.overview.changes import Changes
from bot.browse.overview.trouble import Failures, Rise, WorkflowRow
from bot.browse.screen import Overview
from bot.cloudflare.models import CronSchedule, Status, Workflow
from bot.ui import limits
from bot.ui.elements import Controls, Message
from tests.support.screens import (
    NOW,
    api_message,
    assert_slack_shows,
    overview,
    row_buttons,
    visible_text,
)

ONLY_REFRESH = Controls(previous=None, next=None, refresh="here")
BOTH_WAYS = Controls(previous="before", next="after", refresh="here")
NIGHTLY = (CronSchedule(cron="0 3 * * *", next_instance=NOW + timedelta(hours=13)),)


def workflow(name: str, schedules: tuple[CronSchedule, ...] | None = None, **counts: int) -> Workflow:
    return Workflow(
        name=name,
        instances={Status(status): count for status, count in counts.items()},
        schedules=schedules,
        triggered_on=NOW - timedelta(minutes=2),
    )


ORDERS = workflow("orders", complete=12_345, queued=0, errored=31, hibernated=1, running=7, another=2)
DELETED = Workflow(
    name="exchange-rates",
    instances={},
    schedules=(CronSchedule(cron="*/30 * * * *", next_instance=NOW), CronSchedule(cron="0 9 * * 1-5")),
    script_deleted=True,
)
FAILING = WorkflowRow(ORDERS, Failures(9, 20), since_look=Rise(5, NOW - timedelta(hours=2)))
ROWS = [
    FAILING,
    WorkflowRow(workflow("mail", errored=300), Failures(0, 100, complete=False)),
    WorkflowRow(workflow("sms", errored=4), in_day=Rise(3, NOW - timedelta(hours=20))),
    WorkflowRow(workflow("nightly", NIGHTLY), Failures(0, 0), missed=NOW - timedelta(hours=11)),
    WorkflowRow(workflow("images", queued=90), queue=Rise(60, NOW - timedelta(hours=1))),
    WorkflowRow(DELETED),
    WorkflowRow(workflow("refunds", errored=7)),
    WorkflowRow(workflow("letters", errored=900), Failures(0, 0, complete=False)),
    WorkflowRow(workflow("cleanup", NIGHTLY, running=3, errored=8), Failures(0, 0)),
    WorkflowRow(Workflow(name="uncounted")),
]


def shown(rows: list[Any], **fields: Any) -> Overview:
    return overview(rows, **fields)


def message_of(listed: Overview, controls: Controls = ONLY_REFRESH, **more: Any) -> Message:
    message = overview_message(listed, controls, row_buttons(listed), **more)
    assert_slack_shows(message)
    return message


def test_trouble_comes_first_and_the_rest_in_a_line_each(snapshot: SnapshotAssertion) -> None:
    changes = Changes(NOW - timedelta(hours=2), errored=5, workflows=1)
    message = message_of(shown(ROWS, failed=Failures(9, 120, complete=False), changes=changes))
    assert message == snapshot


def test_an_account_without_trouble(snapshot: SnapshotAssertion) -> None:
    changes = Changes(NOW - timedelta(days=2), 0, 0)
    listed = shown(ROWS[8:9], failed=Failures(0, 0), changes=changes)
    assert visible_text(message_of(listed)) == snapshot


def test_a_screen_in_the_middle(snapshot: SnapshotAssertion) -> None:
    place = overview([ORDERS]).here
    listed = shown([FAILING], first=11, total=31, previous=place, next=place)
    assert visible_text(message_of(listed, BOTH_WAYS)) == snapshot


@pytest.mark.parametrize("query", [OverviewQuery(), OverviewQuery("prod", "x <!here>")])
def test_an_empty_overview_says_what_to_do(snapshot: SnapshotAssertion, query: OverviewQuery) -> None:
    assert visible_text(message_of(overview([], query))) == snapshot


def test_a_search_is_said(snapshot: SnapshotAssertion) -> None:
    listed = overview([ORDERS], OverviewQuery(search="order"), messages=(api_message("soon gone", 17),))
    assert visible_text(message_of(listed)) == snapshot


def test_each_workflow_with_trouble_has_one_button_and_a_menu_opens_them_all() -> None:
    message = message_of(shown(ROWS))
    buttons = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert [(button["action_id"], button["accessibility_label"]) for button in buttons] == [
        ("failures_show", "Why orders failed"),
        ("failures_show", "Why mail failed"),
        ("failures_show", "Why sms failed"),
        ("list_open", "Open nightly"),
        ("list_open", "Open images"),
        ("list_open", "Open exchange-rates"),
        ("failures_show", "Why refunds failed"),
        ("failures_show", "Why letters failed"),
    ]
    assert [button.get("style") for button in buttons] == ["danger"] + [None] * 7
    (menu,) = [block for block in message.blocks if block.get("block_id") == "workflows/"]
    assert [each["action_id"] for each in menu["elements"]] == ["page_refresh", "workflow_open"]


def test_the_menu_s_block_names_the_account_that_was_asked_for() -> None:
    message = message_of(overview([ORDERS], OverviewQuery(account="staging")))
    assert [block["block_id"] for block in message.blocks if "block_id" in block] == ["workflows/staging"]


def test_the_text_for_screen_readers_begins_with_trouble() -> None:
    text = message_of(shown(ROWS, failed=Failures(9, 120, complete=False))).text
    title = "10 workflows · at least 120 failed in 24 h in prod, 1–10 of 10."
    assert text.startswith(f"{title} orders: 20 failed in 24 h, 31 errored")
    said = ["nightly: a scheduled run has not started", "images: 60 more queued", "cleanup: 8 errored"]
    assert [text.index(words) for words in said] == sorted(text.index(words) for words in said)


def test_the_most_urgent_counts_come_first() -> None:
    text = visible_text(message_of(overview([ORDERS])))
    assert (
        text.index("31 errored")
        < text.index("7 running")
        < text.index("12,345 complete")
        < text.index("another")
    )
    assert "queued" not in text


def test_nothing_is_said_of_failures_that_are_not_known() -> None:
    for failed in (None, Failures(0, 0, complete=False)):
        text = visible_text(message_of(shown([ORDERS], failed=failed)))
        assert "failed in 24 h" not in text
        assert "1 workflow\n" in text


def test_a_database_without_an_answer_is_said() -> None:
    text = visible_text(message_of(shown([ORDERS], compared=False)))
    assert "What has changed since the last look is not known" in text


def test_ten_workflows_fit_whatever_they_hold() -> None:
    crons = tuple(CronSchedule(cron=f"{minute} * * * *", next_instance=NOW) for minute in range(60))
    hostile = [
        Workflow(name=f"{number:02}" * 32, schedules=crons, instances={Status("errored"): 1})
        for number in range(10)
    ]
    points = tuple((NOW - timedelta(hours=hour), hour) for hour in range(13))
    rise, many = Rise(10**6, NOW), Failures(10**6, 10**6, complete=False)
    wrong = [WorkflowRow(each, many, rise, Rise(2, NOW), rise, missed=NOW) for each in hostile]
    quiet = [WorkflowRow(each, Failures(0, 0)) for each in hostile]
    for rows in (hostile, wrong, quiet):
        listed = shown(list(rows), over_time=points)
        chart = line_chart_of(listed)
        buttons = row_buttons(listed, "v" * 150)
        message = overview_message(listed, Controls("p" * 300, "n" * 300, "r" * 150), buttons, chart=chart)
        assert_slack_shows(message)
        assert limits.size(message.blocks) <= limits.MESSAGE
        assert all(row.name in visible_text(message) for row in listed.rows)


def test_what_is_errored_is_drawn_over_the_day(snapshot: SnapshotAssertion) -> None:
    points = tuple(
        (NOW - timedelta(hours=hours), count) for hours, count in ((23, 4), (9, 5), (2, 9), (0, 31))
    )
    listed = shown([FAILING], over_time=points)
    assert [chart_of(listed, UTC, "UTC"), line_chart_of(listed)] == snapshot
    assert chart_of(shown([FAILING]), UTC, "UTC") == line_chart_of(shown([FAILING])) == []
