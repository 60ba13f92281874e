"""A list as Slack's own table, and the list behind it for where Slack takes none."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.browse.messages.instances import instances_message, table_message
from bot.browse.messages.table import table
from bot.browse.model import ListQuery
from bot.browse.requests import ShowInstance
from bot.cloudflare.models import Instance, Status
from bot.ui import limits
from bot.ui.elements import Controls, Message
from tests.support.buttons import CODEC, value_of
from tests.support.rows import uuid
from tests.support.screens import NOW, api_message, instance, screen, visible_text
from tests.unit.browse.strategies import instances
from tests.unit.language.strategies import hostile_text

TABLE = ListQuery.of("order-processing", rows=100, view="table")
ERRORED = ListQuery.of("order-processing", status=Status("errored"), rows=100, view="table")
CONTROLS = Controls(previous="before", next="after", refresh="here", filter="question")


def as_table(rows: Sequence[Instance], query: ListQuery = TABLE, **fields: Any) -> Message:
    message = table_message(screen(rows, query, **fields), CONTROLS, (), value_of)
    assert message is not None
    return message


def named(request: ShowInstance) -> str:
    """Write a value that can be read in a snapshot, whatever compresses the others."""
    return f"{request.kind} {request.workflow}/{request.instance}"


def table_of(message: Message) -> dict[str, Any]:
    (block,) = (block for block in message.blocks if block["type"] == "data_table")
    return block


def texts(row: Sequence[dict[str, Any]]) -> list[str]:
    return [cell["element"]["text"]["text"] if cell["type"] == "action" else cell["text"] for cell in row]


def test_a_table_of_every_column(snapshot: SnapshotAssertion) -> None:
    rows = [
        instance(number, status, version_id=uuid(number), trigger_source="cron")
        for number, status in enumerate(("queued", "running", "errored", "complete"))
    ]
    message = table_message(screen(rows, TABLE), CONTROLS, (), named)
    assert message == snapshot


def test_each_row_has_a_cell_for_each_name_in_the_header() -> None:
    block = table_of(as_table([instance(1, "errored", version_id="4f2a-x"), instance(2, "running")]))
    header, first, second = map(texts, block["rows"])
    assert header == [
        "Status", "Instance", "Created (UTC)", "Ended (UTC)", "Ran", "Trigger", "Version", "Details",
    ]  # fmt: skip
    assert first == [
        "🔴 Errored", "ord-58799", "23 Nov 13:56", "23 Nov 13:57", "1m 29s", "api", "4f2a-x", "Details",
    ]  # fmt: skip
    assert second == ["🔵 Running", "ord-58798", "23 Nov 13:49", "–", "13m 58s", "api", "–", "Details"]
    assert header[block["row_header_column_index"]] == "Instance"
    assert all(cell["type"] == "raw_text" for cell in block["rows"][0])


def test_times_and_spans_are_numbers_in_every_row_so_that_slack_can_sort_them() -> None:
    rows = [instance(1), instance(2, "running"), Instance(id="a"), instance(4, "queued")]
    block = table_of(as_table(rows))
    for place in (2, 3, 4):
        assert {row[place]["type"] for row in block["rows"][1:]} == {"raw_number"}
    spans = [row[4]["value"] for row in block["rows"][1:]]
    assert spans == [89_000, 838_000, -1, -1]


def test_a_status_that_all_were_asked_for_is_no_column() -> None:
    block = table_of(as_table([instance(1, "errored"), instance(2, "errored")], ERRORED))
    assert texts(block["rows"][0])[0] == "Instance"
    assert block["row_header_column_index"] == 0
    mixed = table_of(as_table([instance(1, "errored"), instance(2, "rollingBack")], ERRORED))
    assert [texts(row)[0] for row in mixed["rows"]] == ["Status", "🔴 Errored", "🟠 Rolling back"]


def test_what_the_local_engine_leaves_out_is_no_column() -> None:
    rows = [Instance(id="a", status=Status("running"), created_on=NOW), Instance(id="b")]
    block = table_of(as_table(rows))
    assert texts(block["rows"][0]) == ["Status", "Instance", "Created (UTC)", "Details"]


def test_a_time_of_another_year_has_its_year() -> None:
    old = instance(1, created_on=NOW - timedelta(days=400), started_on=None)
    assert texts(table_of(as_table([old]))["rows"][1])[2] == "19 Oct 2025 14:03"


def test_each_row_has_a_button_of_its_own_with_what_the_list_knows() -> None:
    rows = [instance(number) for number in range(100)]
    cells = [row[-1] for row in table_of(as_table(rows))["rows"][1:]]
    assert [cell["element"]["action_id"] for cell in cells] == [
        f"instance_show:{number}" for number in range(1, 101)
    ], "Slack takes an action id once in a block"
    assert {cell["type"] for cell in cells} == {"action"}
    assert all(cell["fallback"] == {"type": "raw_text", "text": "–"} for cell in cells)
    requests = [CODEC.decode(cell["element"]["value"]) for cell in cells]
    assert [request.instance for request in requests if isinstance(request, ShowInstance)] == [
        row.id for row in rows
    ]


def test_a_hundred_rows_fit_with_the_ids_that_cloudflare_makes() -> None:
    rows = [
        instance(number, "errored", id=uuid(number), version_id=uuid(number), trigger_source="binding")
        for number in range(100)
    ]
    message = as_table(rows, ERRORED)
    assert len(table_of(message)["rows"]) == 101
    assert "do not fit" not in visible_text(message)


def test_rows_that_do_not_fit_are_counted() -> None:
    rows = [instance(number, id="*/30 9-17 * * 1-5 " * 14 + str(number)) for number in range(100)]
    message = as_table(rows)
    shown = len(table_of(message)["rows"]) - 1
    assert 20 < shown < 100
    assert f"{100 - shown} more rows do not fit into one message: ask for fewer with `rows:{shown}`." in (
        visible_text(message)
    )


def test_without_rows_there_is_no_table() -> None:
    assert table_message(screen([], TABLE), CONTROLS, (), value_of) is None
    first_is_too_long = [instance(1, id="x" * 10_001), instance(2)]
    assert table_message(screen(first_is_too_long, TABLE), CONTROLS, (), value_of) is None


def test_what_stands_around_a_table_is_that_of_a_list() -> None:
    rows = [instance(1), instance(2)]
    messages = (api_message("soon gone"),)
    shown = as_table(rows, messages=messages)
    listed = instances_message(
        screen(rows, ListQuery.of("order-processing"), messages=messages), CONTROLS, (), value_of
    )
    kinds = [block["type"] for block in shown.blocks]
    assert kinds == ["header", "context", "data_table", "context", "actions", "context"]
    assert shown.blocks[:2] == listed.blocks[:2]
    assert shown.blocks[3:5] == listed.blocks[4:6]
    assert shown.blocks[-1]["elements"][0]["text"].endswith("`/workflows list order-processing view:table`")


def test_the_list_behind_a_table_shows_the_first_rows_and_how_to_see_all() -> None:
    plain = instances_message(
        screen([instance(number) for number in range(100)], TABLE), CONTROLS, (), value_of
    )
    assert sum("accessory" in block for block in plain.blocks) == 20
    assert (
        "Slack did not take the table. These are the first 20 of its 100 rows. "
        "The list without one: `/workflows list order-processing rows:20`"
    ) in visible_text(plain)
    few = instances_message(screen([instance(1)], TABLE), CONTROLS, (), value_of)
    assert "Slack did not take the table. The list without one" in visible_text(few)


def test_of_a_table_without_rows_the_list_says_nothing_of_tables() -> None:
    assert "table." not in visible_text(instances_message(screen([], TABLE), CONTROLS, (), value_of))


@given(st.lists(instances, max_size=100), st.lists(hostile_text, max_size=3))
@example([instance(number, id="&" * 600) for number in range(100)], ["x" * 3000] * 3)
def test_whatever_the_rows_are_a_table_keeps_to_slack_s_limits(rows: list[Instance], said: list[str]) -> None:
    shown = screen(rows, TABLE, messages=tuple(api_message(text) for text in said))
    message = table_message(shown, CONTROLS, (), value_of)
    if message is None:
        return
    block = table_of(message)
    assert 2 <= len(block["rows"]) <= limits.TABLE_ROWS
    assert len({len(row) for row in block["rows"]}) == 1
    assert all(text and "\u202e" not in text for row in block["rows"] for text in texts(row))
    characters = sum(len(text) for row in block["rows"] for text in texts(row))
    assert characters <= limits.TABLE_TEXT
    others = [other for other in message.blocks if other is not block]
    assert characters + sum(len(text) for text in visible_text(Message("", others))) <= limits.MESSAGE
    assert block["caption"]


def test_there_is_no_room_for_a_table_of_which_not_one_row_fits() -> None:
    assert table(screen([instance(1)], TABLE), value_of, "caption", 60) == []
    assert table(screen([instance(1)], TABLE), value_of, "caption", 200) != []
