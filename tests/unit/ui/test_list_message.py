"""A list of instances, as it looks."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.messages.instances import instances_message
from bot.browse.model import ListQuery
from bot.cloudflare.models import STATUSES, Cursor, Instance, PageNumber, Status
from bot.ui import limits
from bot.ui.elements import Controls
from tests.support.list_commands import read_list
from tests.support.screens import NOW, api_message, assert_slack_shows, instance, screen, visible_text

ROWS = [
    instance(number, status) for number, status in enumerate(("queued", "running", "errored", "complete"))
]
STAYING = Controls(previous=None, next=None, refresh="here", filter="question")
NEXT_ONLY = replace(STAYING, next="after")
PREVIOUS_ONLY = replace(STAYING, previous="before")
BOTH_WAYS = replace(STAYING, previous="before", next="after")
FULLEST = Controls(previous="p" * 2000, next="n" * 2000, refresh="r" * 2000, filter="f" * 2000)
SOMEWHERE = screen(ROWS).here


def test_the_first_screen(snapshot: SnapshotAssertion) -> None:
    message = instances_message(screen(ROWS, next=SOMEWHERE), NEXT_ONLY)
    assert_slack_shows(message)
    assert message == snapshot


def test_a_screen_in_the_middle(snapshot: SnapshotAssertion) -> None:
    shown = screen(
        ROWS, read_list("order-processing errored since:24h"), first=11, previous=SOMEWHERE, next=SOMEWHERE
    )
    message = instances_message(shown, BOTH_WAYS)
    assert_slack_shows(message)
    assert message == snapshot


def test_the_last_screen(snapshot: SnapshotAssertion) -> None:
    message = instances_message(screen(ROWS[:2], first=991, previous=SOMEWHERE), PREVIOUS_ONLY)
    assert_slack_shows(message)
    assert message == snapshot


def test_one_row(snapshot: SnapshotAssertion) -> None:
    message = instances_message(screen([instance(1, "errored")]), STAYING)
    assert_slack_shows(message)
    assert message == snapshot


@pytest.mark.parametrize(
    "query",
    [
        "orders",
        "orders errored",
        "orders since:2h",
        "orders page:9",
        "orders cursor:abc errored since:2h rows:5 account:prod",
    ],
)
def test_an_empty_list_says_what_to_do(snapshot: SnapshotAssertion, query: str) -> None:
    message = instances_message(screen([], read_list(query)), STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_the_end_of_a_list_that_became_shorter(snapshot: SnapshotAssertion) -> None:
    message = instances_message(screen([], first=101, previous=SOMEWHERE), PREVIOUS_ONLY)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_every_status_has_an_emoji_and_a_word(snapshot: SnapshotAssertion) -> None:
    rows = [instance(number, status) for number, status in enumerate(STATUSES)]
    message = instances_message(screen(rows), STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_a_status_never_seen_before_is_shown_by_its_name(snapshot: SnapshotAssertion) -> None:
    shown = screen(
        [instance(1, "hibernated"), instance(2, "x <!channel>")], ListQuery("orders", status=Status("zzz"))
    )
    message = instances_message(shown, STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_the_local_engine_s_rows_of_three_fields(snapshot: SnapshotAssertion) -> None:
    rows = [
        Instance(id="a", status=Status("running"), created_on=NOW - timedelta(minutes=3)),
        Instance(id="b", status=Status("complete"), created_on=NOW - timedelta(minutes=4)),
        Instance(id="6f3a"),
    ]
    message = instances_message(screen(rows, account="local"), STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_a_page_by_number_and_a_cursor_say_where_they_start(snapshot: SnapshotAssertion) -> None:
    by_page = screen(ROWS, ListQuery("orders", start=PageNumber(3)), first=21, previous=SOMEWHERE)
    by_cursor = screen(
        ROWS, ListQuery("orders", start=Cursor("abc"), direction="asc"), first=None, next=SOMEWHERE
    )
    messages = [instances_message(by_page, PREVIOUS_ONLY), instances_message(by_cursor, NEXT_ONLY)]
    for message in messages:
        assert_slack_shows(message)
    assert [visible_text(message) for message in messages] == snapshot


def test_what_the_api_says_is_shown(snapshot: SnapshotAssertion) -> None:
    shown = screen(ROWS[:1], messages=(api_message("soon *gone* <https://x|y>", 17), api_message("and more")))
    message = instances_message(shown, STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_a_list_that_went_in_circles_says_so(snapshot: SnapshotAssertion) -> None:
    message = instances_message(screen(ROWS[:1], cursor_loop=True), STAYING)
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_notices_for_the_reader_are_shown() -> None:
    message = instances_message(screen(ROWS[:1]), STAYING, ["Times are read as UTC."])
    assert "Times are read as UTC." in visible_text(message)


def test_twenty_rows_of_the_longest_ids_fit(snapshot: SnapshotAssertion) -> None:
    rows = [
        instance(number, id=f"{'*/30 9-17 * * 1-5,7#2 ' * 20}"[:257] + f"-{number:013}")
        for number in range(20)
    ]
    shown = screen(rows, ListQuery("orders", rows=20), next=SOMEWHERE)
    message = instances_message(shown, BOTH_WAYS)
    assert_slack_shows(message)
    for row in rows:
        assert sum(f"`{row.id}`" in text for text in visible_text(message).split("\n")) == 1
    assert visible_text(message) == snapshot


def test_rows_that_do_not_fit_are_counted_and_not_dropped_in_silence() -> None:
    rows = [instance(number, id="&" * 250 + f"{number:02}") for number in range(20)]
    shown = screen(rows, ListQuery("orders", rows=20))
    message = instances_message(shown, FULLEST)
    assert_slack_shows(message)
    assert limits.size(message.blocks) <= limits.MESSAGE
    left = sum(f"{number:02}`" in visible_text(message) for number in range(20))
    assert left < 20
    assert f"{20 - left} more rows do not fit" in visible_text(message)
    assert f"`rows:{left}`" in visible_text(message)


@pytest.mark.parametrize(
    ("controls", "buttons"),
    [
        (STAYING, ["page_refresh", "filter_open"]),
        (NEXT_ONLY, ["page_next", "page_refresh", "filter_open"]),
        (PREVIOUS_ONLY, ["page_previous", "page_refresh", "filter_open"]),
        (BOTH_WAYS, ["page_previous", "page_next", "page_refresh", "filter_open"]),
        (replace(STAYING, filter=None), ["page_refresh"]),
    ],
)
def test_there_are_only_buttons_that_lead_somewhere(controls: Controls, buttons: list[str]) -> None:
    message = instances_message(screen(ROWS), controls)
    (actions,) = (block for block in message.blocks if block["type"] == "actions")
    assert [element["action_id"] for element in actions["elements"]] == buttons
    values = {
        "page_previous": "before",
        "page_next": "after",
        "page_refresh": "here",
        "filter_open": "question",
    }
    assert all(element["value"] == values[element["action_id"]] for element in actions["elements"])
    assert all(element["accessibility_label"] for element in actions["elements"])


@pytest.mark.parametrize("query", ["orders", "orders errored since:2h rows:5", 'list "my `odd` flow" page:3'])
def test_each_list_ends_in_the_command_that_asks_for_it(query: str) -> None:
    message = instances_message(screen(ROWS, read_list(query)), STAYING)
    command = read_list(query).command().replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    assert message.blocks[-1]["elements"][0]["text"].endswith(f"`{command}`")


def test_each_row_holds_its_id_as_it_is() -> None:
    message = instances_message(screen(ROWS), STAYING)
    sections = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    assert [row.id in text for row, text in zip(ROWS, sections, strict=True)] == [True] * 4


def test_the_text_alone_tells_the_list() -> None:
    message = instances_message(screen(ROWS, read_list("orders errored since:2h"), first=11), STAYING)
    assert message.text.startswith(
        "orders · errored, since 2026-11-23T12:03:00Z: 11–14, the end of the list. "
    )
    assert "Errored ord-58798" in message.text


def test_a_total_is_never_claimed() -> None:
    text = visible_text(instances_message(screen(ROWS, next=SOMEWHERE), NEXT_ONLY))
    assert "1\N{EN DASH}4, more follow" in text
    assert not re.search(r"\d of \d", text)
