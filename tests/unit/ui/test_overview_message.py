"""The overview, as it looks."""

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.messages.overview import overview_message
from bot.browse.model import OverviewQuery
from bot.cloudflare.models import CronSchedule, Status, Workflow
from bot.ui.elements import Controls
from tests.support.screens import NOW, api_message, assert_slack_shows, overview, visible_text

ONLY_REFRESH = Controls(previous=None, next=None, refresh="here")
BOTH_WAYS = Controls(previous="before", next="after", refresh="here")
ORDERS = Workflow(
    name="order-processing",
    instances={Status(name): count for name, count in {
        "complete": 12_345, "queued": 0, "errored": 3, "hibernated": 1, "running": 7, "another": 2,
    }.items()},
    triggered_on=NOW - timedelta(minutes=2),
)  # fmt: skip
RATES = Workflow(
    name="exchange-rates",
    instances={},
    schedules=(CronSchedule(cron="*/30 * * * *", next_instance=NOW), CronSchedule(cron="@daily")),
    script_deleted=True,
)


def test_workflows_with_their_counts(snapshot: SnapshotAssertion) -> None:
    message = overview_message(overview([ORDERS, RATES]), ONLY_REFRESH, ["orders", "rates"])
    assert_slack_shows(message)
    assert message == snapshot


def test_a_screen_in_the_middle(snapshot: SnapshotAssertion) -> None:
    place = overview([ORDERS]).here
    shown = overview([ORDERS], first=11, total=31, previous=place, next=place)
    message = overview_message(shown, BOTH_WAYS, ["orders"])
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


@pytest.mark.parametrize("query", [OverviewQuery(), OverviewQuery("prod", "x <!here>")])
def test_an_empty_overview_says_what_to_do(snapshot: SnapshotAssertion, query: OverviewQuery) -> None:
    message = overview_message(overview([], query), ONLY_REFRESH, [])
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_a_search_is_said(snapshot: SnapshotAssertion) -> None:
    shown = overview([ORDERS], OverviewQuery(search="order"), messages=(api_message("soon gone", 17),))
    message = overview_message(shown, ONLY_REFRESH, ["orders"])
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_each_workflow_has_a_button_into_its_list() -> None:
    message = overview_message(overview([ORDERS, RATES]), ONLY_REFRESH, ["orders", "rates"])
    buttons = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert [(button["action_id"], button["value"]) for button in buttons] == [
        ("list_open", "orders"),
        ("list_open", "rates"),
    ]
    assert buttons[0]["accessibility_label"] == "Open order-processing"


def test_the_most_urgent_counts_come_first() -> None:
    text = visible_text(overview_message(overview([ORDERS]), ONLY_REFRESH, ["orders"]))
    assert (
        text.index("3 errored")
        < text.index("7 running")
        < text.index("12,345 complete")
        < text.index("another")
    )
    assert "queued" not in text


def test_ten_workflows_with_a_button_each_fit_whatever_they_hold() -> None:
    crons = tuple(CronSchedule(cron=f"{minute} * * * *", next_instance=NOW) for minute in range(60))
    rows = [Workflow(name=f"{number:02}" * 32, schedules=crons, instances={}) for number in range(10)]
    message = overview_message(
        overview(rows), Controls("p" * 2000, "n" * 2000, "r" * 2000), ["o" * 2000] * 10
    )
    assert_slack_shows(message)
    assert all(row.name in visible_text(message) for row in rows)
