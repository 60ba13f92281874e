"""The Details button of each row of a list: what it carries, and what gives way where not all of it fits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.browse.bookmark import Bookmark
from bot.browse.messages.instances import instances_message
from bot.browse.model import ListQuery
from bot.browse.requests import OpenFilter, ShowInstance
from bot.cloudflare.models import STATUSES, Instance, Status
from bot.ui import limits
from bot.ui.elements import Controls, Message
from tests.support.buttons import CODEC, encode, value_of
from tests.support.rows import uuid
from tests.support.screens import NOW, assert_slack_shows, instance, screen, visible_text
from tests.unit.browse.strategies import LONGEST_ID, instances

ERRORED = ListQuery.of("order-processing", status=Status("errored"), rows=20)
BEFORE, HERE, AFTER = (encode(Bookmark(ERRORED, offset=offset, anchor=NOW)) for offset in (0, 20, 40))
CONTROLS = Controls(BEFORE, AFTER, HERE, CODEC.encode(OpenFilter(ERRORED)))


def shown(rows: Sequence[Instance], query: ListQuery | None = None, **fields: Any) -> Message:
    query = query or ListQuery.of("order-processing", rows=max(len(rows), 1))
    message = instances_message(screen(rows, query, **fields), CONTROLS, (), value_of)
    assert_slack_shows(message)
    assert limits.size(message.blocks) <= limits.MESSAGE
    return message


def named(request: ShowInstance) -> str:
    """Write a value that can be read in a snapshot, whatever compresses the others."""
    return f"{request.kind} {request.workflow}/{request.instance}"


def details(message: Message) -> list[dict[str, Any]]:
    """Return the buttons of the rows, from top to bottom."""
    return [block["accessory"] for block in message.blocks if "accessory" in block]


def carried(message: Message) -> list[ShowInstance]:
    requests = [CODEC.decode(button["value"]) for button in details(message)]
    assert all(isinstance(request, ShowInstance) for request in requests)
    return requests  # type: ignore[return-value]  # as asserted


def test_rows_of_each_status_and_their_buttons(snapshot: SnapshotAssertion) -> None:
    rows = [instance(number, status) for number, status in enumerate(STATUSES)]
    message = instances_message(screen(rows), Controls(None, "after", "here", "question"), (), named)
    assert_slack_shows(message)
    assert [(button["text"]["text"], button["action_id"]) for button in details(message)] == [
        ("Details", "instance_show")
    ] * len(STATUSES)
    assert message == snapshot


def test_a_button_carries_the_instance_and_what_the_list_knows_of_it() -> None:
    row = instance(1, "errored", version_id=uuid(5), workflow_id=uuid(6))
    (request,) = carried(shown([row], ListQuery.of("orders", "staging-eu")))
    assert (request.workflow, request.instance, request.account) == ("orders", row.id, "staging-eu")
    assert request.row == row.model_copy(update={"modified_on": None, "workflow_id": None})


def test_a_button_is_called_after_its_instance_for_those_who_do_not_see_it() -> None:
    (button,) = details(shown([instance(1)]))
    assert button["accessibility_label"] == "Details of ord-58799"


def test_a_row_s_section_holds_its_id_as_it_is() -> None:
    message = shown([instance(number, id=uuid(number)) for number in range(10)])
    rows = [block["text"]["text"] for block in message.blocks if "accessory" in block]
    assert [uuid(number) in text for number, text in enumerate(rows)] == [True] * 10


def test_ten_rows_keep_everything_with_the_ids_that_cloudflare_makes() -> None:
    rows = [instance(number, "errored", id=uuid(number), version_id=uuid(number)) for number in range(10)]
    message = shown(rows)
    assert [request.row is not None for request in carried(message)] == [True] * 10
    assert "left out" not in visible_text(message)


def test_ten_rows_of_the_longest_names_keep_their_buttons() -> None:
    rows = [instance(number, id=f"{LONGEST_ID}-{number:013}") for number in range(10)]
    message = shown(rows, ListQuery.of("w" * 64))
    assert [request.instance for request in carried(message)] == [row.id for row in rows]


def test_twenty_rows_keep_their_times_and_give_up_what_the_list_knows() -> None:
    rows = [instance(number, "errored", id=uuid(number)) for number in range(20)]
    message = shown(rows, ERRORED)
    assert [request.row for request in carried(message)] == [None] * 20
    assert visible_text(message).count("failed {date_short_pretty}") == 20
    assert "left out" not in visible_text(message)
    assert details(message)[1]["accessibility_label"] == f"Details of {uuid(1)[:19]}…"


def test_times_give_way_before_buttons() -> None:
    rows = [instance(number, "errored", id=(uuid(number) * 3)[:90]) for number in range(20)]
    message = shown(rows)
    assert len(carried(message)) == 20
    assert "failed" not in visible_text(message)
    assert "\nTimes are left out: the ids are too long for all of it in one message.\n" in visible_text(
        message
    )


def test_buttons_give_way_before_ids() -> None:
    rows = [instance(number, id=f"{LONGEST_ID}-{number:013}") for number in range(20)]
    message = shown(rows)
    assert not details(message)
    assert all(f"`{row.id}`" in visible_text(message) for row in rows)
    assert "Times and the buttons for details are left out" in visible_text(message)


def test_short_ids_have_their_times_beside_them_and_one_long_id_puts_all_below() -> None:
    asked = ListQuery.of("orders", status=Status("errored"))
    short = [instance(1, "errored"), instance(2, "errored")]
    rows = [text for text in visible_text(shown(short, asked)).split("\n") if text.startswith("`ord-")]
    assert all("`   <!date^" in text for text in rows)
    mixed = shown([*short, instance(3, "errored", id=uuid(3))], asked)
    assert all("`\n<!date^" in block["text"]["text"] for block in mixed.blocks if "accessory" in block)


def test_an_id_too_long_for_any_button_has_none_and_its_row_stays() -> None:
    message = shown([instance(1, id="\N{SNOWMAN}" + "".join(map(uuid, range(80)))), instance(2)])
    assert [request.instance for request in carried(message)] == ["ord-58798"]
    assert "`\N{SNOWMAN}" in visible_text(message)


def test_what_does_not_fit_into_a_button_is_left_out_and_the_id_is_kept() -> None:
    row = instance(1, version_id="".join(map(uuid, range(80))))
    (request,) = carried(shown([row]))
    assert (request.instance, request.row) == (row.id, None)


@given(
    st.lists(instances, max_size=20),
    st.none() | st.sampled_from(STATUSES),
    st.integers(0, 2_000),
)
@example([instance(number, id="&" * 271) for number in range(20)], None, 2_000)
@example([instance(number, id=LONGEST_ID) for number in range(20)], Status("complete"), 700)
def test_whatever_the_rows_are_slack_takes_the_message(
    rows: list[Instance], status: Status | None, length: int
) -> None:
    query = ListQuery.of("orders", status=status, rows=20)
    value = "v" * length or None
    values = Controls(value, value, value, value)
    message = instances_message(screen(rows, query), values, (), value_of)
    assert_slack_shows(message)
    assert limits.size(message.blocks) <= limits.MESSAGE
    named = [request.instance for request in carried(message)]
    assert not named or named == [row.id for row in rows if value_of(ShowInstance("orders", row.id))]


def test_without_a_codec_rows_have_no_buttons() -> None:
    message = instances_message(screen([instance(1)]), replace(CONTROLS, next=None))
    assert not details(message)


def test_a_row_of_a_status_that_goes_on_says_for_how_long() -> None:
    rows = [instance(1, "running"), instance(2, "queued", created_on=NOW - timedelta(hours=3, minutes=5))]
    text = visible_text(shown(rows))
    assert "running for 6m 58s" in text
    assert "queued for 3h 5m" in text
