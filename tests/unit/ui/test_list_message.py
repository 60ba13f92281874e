"""A list of instances, as it looks."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.messages.instances import instances_message
from bot.browse.model import ListQuery
from bot.cloudflare.models import STATUSES, Cursor, Instance, PageNumber, Status
from bot.ui import limits
from bot.ui.elements import Controls, Message
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
        "orders cursor:abc errored created:2h rows:5 account:prod",
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
        [instance(1, "hibernated"), instance(2, "x <!channel>")], ListQuery.of("orders", status=Status("zzz"))
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
    by_page = screen(ROWS, ListQuery.of("orders", start=PageNumber(3)), first=21, previous=SOMEWHERE)
    by_cursor = screen(
        ROWS, ListQuery.of("orders", start=Cursor("abc"), direction="asc"), first=None, next=SOMEWHERE
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
    shown = screen(rows, ListQuery.of("orders", rows=20), next=SOMEWHERE)
    message = instances_message(shown, BOTH_WAYS)
    assert_slack_shows(message)
    for row in rows:
        assert sum(f"`{row.id}`" in text for text in visible_text(message).split("\n")) == 1
    assert visible_text(message) == snapshot


def test_rows_that_do_not_fit_are_counted_and_not_dropped_in_silence() -> None:
    rows = [instance(number, id="&" * 250 + f"{number:02}") for number in range(20)]
    shown = screen(rows, ListQuery.of("orders", rows=20))
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
        "orders · errored, ended since 2026-11-23T12:03:00Z: 11–14 of 14, the end of the list. "
    )
    assert "Errored ord-58798" in message.text


@pytest.mark.parametrize(
    ("unread", "rows"),
    [
        ({}, "1–4 of 4 ·"),
        ({"first": 34, "previous": SOMEWHERE}, "34–37 of 37 ·"),
        ({"known": 37, "next": SOMEWHERE, "is_last": True}, "1–4 of 37 ·"),
        ({"known": 100, "next": SOMEWHERE}, "1–4 of 100+ ·"),
        ({"known": 1200, "first": 1197, "next": SOMEWHERE}, "1197–1200 of 1,200+ ·"),
        ({"cursor_loop": True}, "1–4 of 4+ ·"),
        ({"cut_short": True, "is_last": False}, "1–4 of 4+ ·"),
        ({"incomplete_rows": 1}, "1–4 of 4+ ·"),
        ({"first": None, "known": None}, "4 rows ·"),
    ],
)
def test_a_total_is_told_once_the_list_was_read_to_its_end(unread: dict[str, Any], rows: str) -> None:
    shown = screen(ROWS, **unread)
    assert context_line(instances_message(shown, STAYING), 1).startswith(rows)


THE_END = "the end of the list"
MAY_BE_MISSING = "instances created before may have ended since"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("orders", THE_END),
        ("orders errored", THE_END),
        ("orders until:1h", THE_END),
        ("orders errored until:1h", THE_END),
        ("orders running since:2h", THE_END),
        ("orders waitingForPause since:2h", THE_END),
        ("orders since:2h", MAY_BE_MISSING),
        ("orders errored since:2h", THE_END),
        ("orders terminated since:2h until:1h", THE_END),
        ('orders status:"hibernated" since:2h', MAY_BE_MISSING),
    ],
)
def test_the_end_of_a_list_is_only_called_so_where_nothing_that_ended_can_be_missing(
    query: str, told: str
) -> None:
    asked = read_list(query)
    other = MAY_BE_MISSING if told == THE_END else THE_END
    for rows in (ROWS, ROWS[:1], []):
        message = instances_message(screen(rows, asked), STAYING)
        last = context_line(message, -1)
        assert other not in last + message.text
        assert (told in last and told in message.text) or (told == THE_END and not rows)
        before_the_end = instances_message(screen(rows, asked, next=SOMEWHERE), NEXT_ONLY)
        assert told not in context_line(before_the_end, -1) + before_the_end.text


def test_rows_of_the_status_that_was_asked_for_do_not_repeat_it() -> None:
    rows = [instance(1, "errored"), instance(2, "rollingBack"), Instance(id="ord-58797", created_on=NOW)]
    message = instances_message(screen(rows, read_list("orders errored")), STAYING)
    assert message.blocks[0]["text"]["text"] == "orders · 🔴 errored"
    first, second, third = row_texts(message)
    assert first.startswith("`ord-58799`   ")
    assert second.startswith("🟠 *Rolling back*   `ord-58798`\n")
    assert third.startswith("⚪ *No status*   `ord-58797`\n")


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({"status": "errored"}, "failed {day} at 13:57 · ran 1m 29s"),
        ({"status": "complete"}, "completed {day} at 13:57 · ran 1m 29s"),
        ({"status": "terminated"}, "terminated {day} at 13:57 · ran 1m 29s"),
        ({"status": "hibernated", "ended_on": NOW}, "ended {day} at 14:03 · ran 6m 58s"),
        ({"status": "errored", "ended_on": NOW - timedelta(days=1)}, "failed {day} at 14:03 · ran 0ms"),
        ({"status": "errored", "started_on": None}, "failed {day} at 13:57 · created {day} at 13:56"),
        ({"status": "errored", "created_on": None, "started_on": None}, "failed {day} at 13:57"),
        ({"status": "errored", "created_on": None}, "failed {day} at 13:57 · ran 1m 29s"),
        ({"status": "running"}, "started {day} at 13:56 · running for 6m 58s"),
        ({"status": "running", "created_on": None}, "started {day} at 13:56 · running for 6m 58s"),
        ({"status": "running", "started_on": None}, "created {day} at 13:56 · 7m ago"),
        ({"status": "queued"}, "created {day} at 13:56 · queued for 7m"),
        ({"status": "waiting"}, "started {day} at 13:56 · 6m 58s ago"),
        ({"status": "hibernated"}, "started {day} at 13:56"),
        ({"status": None, "started_on": None}, "created {day} at 13:56"),
        ({"status": "errored", "ended_on": None}, "started {day} at 13:56"),
        (
            {"status": "errored", "created_on": None, "started_on": None, "ended_on": None},
            "no times given",
        ),
    ],
)
def test_a_row_tells_what_became_of_it_and_when_and_how_long_it_ran(
    fields: dict[str, Any], times: str
) -> None:
    (row,) = row_texts(instances_message(screen([instance(1, **fields)]), STAYING))
    assert reads_as(row).partition("\n")[2] == times


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        ([1, 2, 3], "newest created first"),
        ([3, 2, 1], "oldest created first"),
        ([1, 1], "newest created first"),
        ([1, 3, 2], None),
        ([1], None),
    ],
)
def test_the_order_that_is_told_is_the_order_of_the_rows(numbers: list[int], order: str | None) -> None:
    for direction in (None, "asc", "desc"):
        query = ListQuery.of("orders", start=Cursor("abc"), direction=direction)
        message = instances_message(screen([instance(number) for number in numbers], query), STAYING)
        assert [words for words in context_line(message, 1).split(" · ") if "first" in words] == (
            [order] if order else []
        )


def test_no_date_in_a_sentence_begins_its_format_where_slack_would_write_it_large() -> None:
    shown = screen(ROWS, read_list("orders since:2h until:1h"))
    for found in re.findall(r"[^ ·\n] <!date\^\d+\^([^|]+)", visible_text(instances_message(shown, STAYING))):
        assert not found.startswith("{date"), found


def context_line(message: Message, place: int) -> str:
    """Return the text of the context block at a place."""
    text: str = message.blocks[place]["elements"][0]["text"]
    return text


def row_texts(message: Message) -> list[str]:
    return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


def reads_as(text: str) -> str:
    """Return mrkdwn as a reader in UTC sees it, with `{day}` for a day."""

    def written(date: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(date[1]), UTC)
        return date[2].replace("{date_short_pretty}", "{day}").replace("{time}", f"{at:%H:%M}")

    return re.sub(r"<!date\^(\d+)\^([^|]+)\|[^>]*>", written, text)
