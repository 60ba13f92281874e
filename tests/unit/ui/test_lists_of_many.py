"""A list over several workflows and statuses: where a row is from, why it failed, and what is missing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.browse.messages.completeness import RETRY
from bot.browse.messages.instances import instances_message, table_message
from bot.browse.messages.rows import cause_in_words
from bot.browse.model import ListQuery
from bot.browse.screen import Row, Searched
from bot.browse.selection import Conditions, Selection, Stream
from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import CloudflareError, RateLimited, Unavailable
from bot.cloudflare.models import Status
from bot.language.times import TimePoint
from bot.ui import limits
from bot.ui.elements import Controls, Message
from tests.support.buttons import value_of
from tests.support.rows import uuid
from tests.support.screens import NOW, assert_slack_shows, instance, screen, visible_text
from tests.unit.browse.strategies import LONGEST_ID
from tests.unit.language.strategies import hostile_text

ERRORED, TERMINATED, RUNNING = Status("errored"), Status("terminated"), Status("running")
HOUR_AGO = TimePoint("1h", NOW - timedelta(hours=1))
DECLINED = Cause("charge card", "PaymentError", "card declined")
CONTROLS = Controls("before", "after", "here", "question", "share", retry="retry")
SEARCHING = replace(CONTROLS, next=None, further="further")
SOMEWHERE = screen([]).here
WIDEST = "w" * 64


def of(*workflows: str, rows: int = 10, **fields: Any) -> ListQuery:
    return ListQuery(Selection(workflows, **fields), rows)


def failed(number: int, workflow: str = "orders", cause: Cause | None = None, **fields: Any) -> Row:
    return Row(workflow, instance(number, "errored", **fields), cause)


def shown(rows: Sequence[Row], query: ListQuery, **fields: Any) -> Message:
    controls = SEARCHING if "further" in fields else CONTROLS
    message = instances_message(screen(rows, query, **fields), controls, (), value_of)
    assert_slack_shows(message)
    assert limits.fits(message.blocks)
    return message


def row_texts(message: Message) -> list[str]:
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    return [re.sub(r"<!date\^\d+\^(\w+)[^>]*>", r"\1 …", text) for text in texts]


def labels(message: Message) -> list[str]:
    (row,) = (block for block in message.blocks if block["type"] == "actions")
    return [element["text"]["text"] for element in row["elements"]]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (of("orders"), "orders"),
        (of("orders", "emails", statuses=(ERRORED,)), "orders, emails · 🔴 errored"),
        (of("a", "b", "c", "d", "e"), "a, b, c and 2 more"),
        (of("order-*", statuses=(ERRORED, TERMINATED)), "order-* · 🔴 errored, ⚫ terminated"),
        (of(statuses=(ERRORED,)), "All workflows · 🔴 errored"),
        (of("*"), "All workflows"),
        (of("orders", statuses=tuple(Status(name) for name in "abcde")), "orders · 5 statuses"),
        (
            of(WIDEST, WIDEST[:-1], WIDEST[:-2], statuses=(ERRORED,)),
            f"{WIDEST}, {WIDEST[:-1]}, wwwwww… · 🔴 errored",
        ),
    ],
)
def test_the_title_names_the_workflows_and_never_loses_the_statuses(query: ListQuery, title: str) -> None:
    said = shown([], query).blocks[0]["text"]["text"]
    assert said == title
    assert len(said) <= limits.HEADER


def test_a_row_names_its_workflow_where_the_list_is_of_several() -> None:
    rows = [failed(1), Row("emails", instance(2, "terminated"))]
    message = shown(rows, of("orders", "emails", statuses=(ERRORED, TERMINATED)))
    assert [text.split("\n")[0] for text in row_texts(message)] == [
        "🔴 *Errored*   `ord-58799` in `orders`",
        "⚫ *Terminated*   `ord-58798` in `emails`",
    ]
    assert "Errored ord-58799 in orders; Terminated ord-58798 in emails" in message.text
    assert " in `orders`" not in visible_text(shown([failed(1)], of("orders", statuses=(ERRORED, RUNNING))))


def test_why_an_instance_failed_stands_in_the_second_line_of_its_row() -> None:
    one = of("orders", statuses=(ERRORED,))
    assert row_texts(shown([failed(1, cause=DECLINED)], one)) == [
        "`ord-58799`   failed … · ran 1m 29s\ncharge card: PaymentError: card declined"
    ]
    lines = [
        "`ord-58799` in `orders`", "charge card: PaymentError: card declined", "failed … · ran 1m 29s"
    ]  # fmt: skip
    assert row_texts(shown([failed(1, cause=DECLINED)], of(statuses=(ERRORED,)))) == ["\n".join(lines)]
    long = shown([failed(1, cause=DECLINED, id=uuid(1))], one)
    assert row_texts(long)[0].split("\n")[1:] == lines[1:]
    assert (
        "Errored ord-58799, charge card: PaymentError: card declined"
        in shown([failed(1, cause=DECLINED)], one).text
    )


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (None, ""),
        (Cause(), ""),
        (Cause("charge card", "Error", "502 Bad Gateway"), "charge card: 502 Bad Gateway"),
        (Cause("charge card", "Error", None), "charge card: Error"),
        (Cause(None, "TypeError", "x is\n not a function"), "TypeError: x is not a function"),
        (Cause("<!channel>", None, "a & b"), "&lt;!channel&gt;: a &amp; b"),
        (Cause(None, None, "long " * 9), "long long long long long long…"),
    ],
)
def test_a_cause_is_one_escaped_line(cause: Cause | None, words: str) -> None:
    assert cause_in_words(cause, 30) == words


def test_causes_are_shortened_and_times_give_way_before_them() -> None:
    query = of(statuses=(ERRORED,), rows=20)
    why = Cause("s" * 100, "E", "m" * 200)
    short = visible_text(shown([failed(number, cause=why) for number in range(10)], query))
    assert (short.count("s" * 100), short.count("failed {date")) == (10, 10)
    rows = [failed(number, "order-processing", why, id=uuid(number)) for number in range(20)]
    long = visible_text(shown(rows, query))
    assert "Times are left out: the names and ids are too long" in long
    assert (long.count("s" * 59), long.count("Details"), long.count("in `order-processing`")) == (20, 20, 20)
    rows = [failed(number, WIDEST, why, id=(uuid(number) * 3)[:76]) for number in range(20)]
    longer = visible_text(shown(rows, query))
    assert "Causes and times are left out: the names and ids are too long" in longer
    assert (longer.count("Details"), longer.count(f"in `{WIDEST}`")) == (20, 20)


def test_twenty_rows_of_the_longest_ids_and_names_are_shown_or_counted() -> None:
    rows = [failed(number, WIDEST, DECLINED, id=f"{LONGEST_ID}-{number:013}") for number in range(20)]
    message = shown(rows, of(WIDEST, "*-b", statuses=(ERRORED,), rows=20))
    text = visible_text(message)
    left = sum(f"-{number:013}`" in text for number in range(20))
    assert left == 20 or f"{20 - left} more rows do not fit" in text
    assert "Causes, times and the buttons for details" in text


LISTS = [Stream("orders", ERRORED), Stream("emails", ERRORED), Stream("refunds", TERMINATED)]
THROTTLED = RateLimited("slow down", retry_after=timedelta(seconds=20))
UNAVAILABLE = Unavailable("no answer", http_status=503)


def unread(failing: dict[Stream, CloudflareError], rows: Sequence[Row] = (), **fields: Any) -> Message:
    query = of("orders", "emails", "refunds", statuses=(ERRORED, TERMINATED))
    return shown(rows or [failed(1)], query, streams=LISTS, unread=failing, **fields)


def test_lists_that_could_not_be_read_are_named_with_why_and_retry() -> None:
    message = unread({LISTS[0]: UNAVAILABLE, LISTS[1]: THROTTLED, LISTS[2]: THROTTLED}, known=40)
    (notice,) = (text for text in row_texts(message) if "⚠️" in text)
    first, second, third = notice.split("\n")
    assert first == "⚠️ *3 lists could not be read, so instances may be missing here.*"
    assert second.startswith("`emails` (errored), `refunds` (terminated): Too many requests")
    assert "Try again in 20s" in second
    assert third.startswith("`orders` (errored): Cloudflare gave no usable answer. It answered HTTP 503.")
    (block,) = (block for block in message.blocks if "accessory" in block and "⚠️" in block["text"]["text"])
    assert (block["accessory"]["action_id"], block["accessory"]["value"]) == (RETRY, "retry")
    assert "could not be read: orders (errored), emails (errored), refunds (terminated)" in message.text


def test_several_unread_lists_of_a_workflow_are_named_once() -> None:
    failing: dict[Stream, CloudflareError] = {
        Stream("orders", each): UNAVAILABLE for each in (ERRORED, TERMINATED)
    }
    assert "`orders` (errored, terminated): Cloudflare gave" in visible_text(unread(failing))


def test_a_list_with_unread_parts_is_not_called_whole() -> None:
    message = unread({LISTS[0]: UNAVAILABLE})
    assert "*1 of 3 lists could not be read" in visible_text(message)
    assert "1 of 1+ ·" in visible_text(message)
    assert "the end of what was read" in visible_text(message)
    assert "the end of the list" not in visible_text(message) + message.text
    empty = visible_text(shown([], of(statuses=(ERRORED,)), streams=LISTS, unread={LISTS[0]: UNAVAILABLE}))
    assert "*Nothing in what was read.*" in empty
    assert "No instance matches" not in empty


def test_without_a_place_to_read_again_there_is_no_retry() -> None:
    query = of("orders", "emails")
    shown_ = screen([failed(1)], query, streams=LISTS, unread={LISTS[0]: UNAVAILABLE})
    message = instances_message(shown_, replace(CONTROLS, retry=None))
    assert "could not be read" in visible_text(message)
    assert "Retry" not in visible_text(message)


def test_lists_left_out_are_named_with_how_to_see_them() -> None:
    streams = [Stream(f"w{number}", ERRORED) for number in range(57)]
    message = shown(
        [failed(1)], of(statuses=(ERRORED,)), streams=streams[:50], left_out=streams[50:53], left_out_count=7
    )
    assert (
        "7 lists are left out, as one message reads 50 at most, those with most errored: "
        "`w50`, `w51`, `w52` and 4 more. Name fewer workflows or statuses to see them."
    ) in visible_text(message)
    assert "the end of the list" not in visible_text(message)


BACK_TO = NOW - timedelta(hours=2)
LONGER = of("orders", where=Conditions(longer=timedelta(minutes=10)))


def searched(rows: int, found: int, **fields: Any) -> Searched:
    return Searched(**{"rows": rows, "found": found, "back_to": BACK_TO, "complete": False, **fields})


def test_a_search_says_how_far_it_came_and_goes_on() -> None:
    message = shown(
        [failed(1)] * 3, LONGER, further=SOMEWHERE, is_last=False, searched=searched(2_400, 3), known=3
    )
    text = visible_text(message)
    assert re.search(r"Searched 2,400 instances <!date\^\d+\^back to \{date[^>]+>: 3 found\. ", text)
    assert "*Search further* goes on from there." in text
    assert labels(message) == ["◀ Newer", "Search further ▶", "⟳ Refresh", "Filter…", "Share"]
    assert "1–3 of 3+ ·" in text


def test_a_search_that_went_on_says_how_many_more_were_found() -> None:
    by_end = of("orders", statuses=(ERRORED,), since=HOUR_AGO)
    whole = shown([failed(1)] * 7, by_end, searched=searched(900, 7, complete=True, more=4))
    assert "Searched all 900 instances: 4 more found, 7 in all." in visible_text(whole)
    part = shown([failed(1)] * 7, by_end, further=SOMEWHERE, searched=searched(900, 7, more=0))
    assert ": 0 more found, 7 in all. *Search further* goes on from there." in visible_text(part)


def test_a_search_that_was_not_all_read_again_says_so() -> None:
    less = shown([failed(1)], LONGER, further=SOMEWHERE, searched=searched(110, 1, is_again=True))
    assert "Fewer rows than before" in visible_text(less)


def test_a_full_screen_of_a_search_leads_to_older_rows() -> None:
    message = shown([failed(1)] * 10, LONGER, next=SOMEWHERE, searched=searched(2_400, 10))
    assert "Older ▶" in labels(message)
    assert "goes on from there" not in visible_text(message)


def test_a_search_that_was_stopped_says_why() -> None:
    message = shown([], LONGER, further=SOMEWHERE, searched=searched(100, 0, stopped=THROTTLED))
    assert "It stopped early: Too many requests to Cloudflare just now. Try again in 20s." in (
        visible_text(message)
    )


def test_a_list_of_workflows_that_was_cut_short_is_no_end_either() -> None:
    text = visible_text(shown([failed(1)], of("*"), unlisted=True))
    assert "others may be missing here. To see one of them, name it." in text
    assert "the end of the list" not in text
    assert "1 of 1+" in text


def test_a_search_that_found_nothing_says_no_more_than_that() -> None:
    going = visible_text(
        shown([], LONGER, further=SOMEWHERE, is_last=False, searched=searched(1_000, 0, unknown=7))
    )
    assert "*None found so far.* *Search further* looks through older ones." in going
    assert "7 that do not say are not shown." in going
    assert "No instance matches" not in going
    over = visible_text(shown([], LONGER, searched=searched(1_000, 0, complete=True)))
    assert "*No instance matches.* All of them: `/workflows list orders`" in over
    assert "Searched all 1,000 instances: 0 found." in over


def test_rows_that_do_not_say_whether_they_are_meant_leave_nothing_certain() -> None:
    unclear = searched(40, 0, complete=True, unknown=2)
    text = visible_text(shown([], LONGER, searched=unclear))
    assert "*None that is certain.* All of them: " in text
    assert "No instance matches" not in text
    assert "1 of 1+" in visible_text(shown([failed(1)], LONGER, searched=unclear))
    bounded = replace(unclear, bounded_at=BACK_TO)
    assert "None that is certain among those created since" in (
        visible_text(shown([], LONGER, searched=bounded, further=SOMEWHERE, is_last=False))
    )
    some = visible_text(shown([failed(1)], LONGER, searched=bounded, further=SOMEWHERE, is_last=False))
    assert "Searched all" not in some


@pytest.mark.parametrize("statuses", [(ERRORED,), (ERRORED, RUNNING), (TERMINATED,)])
@pytest.mark.parametrize("rows", [[failed(1)], []])
def test_a_list_by_end_has_an_end_that_is_true(statuses: tuple[Status, ...], rows: list[Row]) -> None:
    query = of("orders", statuses=statuses, since=HOUR_AGO)
    bounded = searched(40, len(rows), complete=True, bounded_at=BACK_TO)
    whole = shown(rows, query, searched=bounded, is_last=False, further=SOMEWHERE)
    assert ("^no more among" if rows else "^None among") in visible_text(whole)
    assert "among those created since {date_short_pretty} at {time}" in visible_text(whole)
    assert ("no more among those created since 2026-11-23T12:03:22Z" in whole.text) == bool(rows)
    assert "the end of the list" not in visible_text(whole) + whole.text
    assert "No instance matches" not in visible_text(whole)
    assert "Searched" not in visible_text(whole)
    assert ("1 of 1+" in visible_text(whole)) == bool(rows)
    past = shown(rows, query, searched=searched(40, len(rows), complete=True))
    assert ("the end of the list" in past.text) == bool(rows)
    part = shown(rows, query, searched=searched(40, len(rows)), further=SOMEWHERE, is_last=False)
    assert "no more" not in visible_text(part) + part.text
    assert "Searched 40 instances" in visible_text(part)
    until = of("orders", statuses=statuses, until=HOUR_AGO)
    all_of_it = shown(rows, until, searched=searched(40, len(rows), complete=True, back_to=None))
    assert ("the end of the list" in all_of_it.text) == bool(rows)


def test_a_list_by_end_says_its_order() -> None:
    early, late = failed(1), failed(2, ended_on=NOW)
    by_failure = of("orders", statuses=(ERRORED,), since=HOUR_AGO)
    assert "newest failure first" in visible_text(shown([late, early], by_failure))
    several = of("orders", statuses=(ERRORED, TERMINATED), since=HOUR_AGO)
    assert "newest end first" in visible_text(shown([late, early], several))
    assert "first" not in visible_text(shown([early, late], several))


def test_a_table_has_columns_for_workflow_step_and_error_where_they_tell_anything() -> None:
    query = replace(of("orders", "emails", statuses=(ERRORED,), rows=100), view="table")
    message = table_message(
        screen([failed(1, cause=DECLINED), failed(2, "emails")], query), CONTROLS, (), value_of
    )
    assert message is not None
    header, first, second = table_rows(message)
    assert header == [
        "Instance", "Workflow", "Created (UTC)", "Ended (UTC)", "Ran", "Step", "Error", "Trigger", "Details",
    ]  # fmt: skip
    assert (first[1], first[5:7]) == ("orders", ["charge card", "PaymentError: card declined"])
    assert (second[1], second[5:7]) == ("emails", ["–", "–"])


def test_a_table_gives_up_columns_before_rows() -> None:
    query = replace(of("*", statuses=(ERRORED,), rows=100), view="table")
    rows = [
        failed(number, "order-processing", DECLINED, id=uuid(number), version_id=uuid(number))
        for number in range(100)
    ]
    message = table_message(screen(rows, query), CONTROLS, (), value_of)
    assert message is not None
    header, *lines = table_rows(message)
    assert len(lines) == 100
    assert header == ["Instance", "Workflow", "Created (UTC)", "Ended (UTC)", "Ran", "Details"]


def table_rows(message: Message) -> list[list[str]]:
    (block,) = (block for block in message.blocks if block["type"] == "data_table")
    return [
        [cell["element"]["text"]["text"] if cell["type"] == "action" else cell["text"] for cell in row]
        for row in block["rows"]
    ]


streams = st.builds(Stream, hostile_text, st.sampled_from([ERRORED, TERMINATED, Status("x <y>")]))
causes = st.none() | st.builds(Cause, *(st.none() | hostile_text,) * 3)


@given(
    st.lists(st.builds(failed, st.integers(0, 50), hostile_text, causes), max_size=20),
    st.dictionaries(streams, st.sampled_from([UNAVAILABLE, THROTTLED]), max_size=5),
    st.lists(streams, max_size=50),
)
def test_whatever_things_are_called_slack_shows_it(
    rows: list[Row], failing: dict[Stream, CloudflareError], left: list[Stream]
) -> None:
    query = of("*", statuses=(ERRORED, TERMINATED), rows=20)
    message = shown(
        rows, query, unread=failing, left_out=left, left_out_count=len(left), streams=[*failing, *left]
    )
    assert bool(failing) == ("could not be read" in visible_text(message))
