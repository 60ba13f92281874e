"""The buttons of a digest that open one instance: the newest of each cause, and each that it reported."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.browse.model import ListQuery
from bot.digests.command.requests import OpenInstances
from bot.digests.links import DigestLinks
from bot.digests.messages.instances import InstanceButtons, reported_message
from bot.digests.messages.report import DigestControls, digest_message
from bot.digests.report import Group
from bot.ui import limits
from bot.ui.elements import Message
from tests.support.digest_messages import ERRORED, NOW, RUNNING, assert_slack_shows, group, report
from tests.support.rows import uuid
from tests.support.screens import visible_text
from tests.unit.browse.strategies import LONGEST_ID
from tests.unit.language.strategies import hostile_text

SECONDS = int(NOW.timestamp())


def details_of(*groups: Group) -> dict[tuple[str, str], str]:
    return {(one.workflow, one.shown[0].id): f"{one.workflow}/{one.shown[0].id}" for one in groups}


def digest(*groups: Group, **links: dict[str, str]) -> Message:
    controls = DigestControls(DigestLinks(details=details_of(*groups), **links))
    message = digest_message(7, report([*groups]), controls).full
    assert_slack_shows(message)
    return message


def sections(message: Message) -> list[tuple[str, str | None]]:
    """Return the first line of each paragraph and what its button carries."""
    return [
        (block["text"]["text"].partition("\n")[0], block.get("accessory", {}).get("value"))
        for block in message.blocks
        if block["type"] == "section"
    ]


def test_each_cause_has_a_button_for_its_newest_instance() -> None:
    first = group(total=8)
    second = group(error="TypeError", said="no such key", total=2, shown=group(total=9).shown[1:])
    assert sections(digest(first, second, instances={"order-processing": "rest"})) == [
        ("`order-processing` · 10 newly errored", "rest"),
        ("8 times *PaymentDeclined*: the card was declined", "order-processing/ord-58800"),
        ("2 times *TypeError*: no such key", "order-processing/ord-58799"),
    ]


def test_one_cause_stands_below_its_workflow_where_both_have_a_button() -> None:
    assert sections(digest(group(total=2), lists={"order-processing": "list"})) == [
        ("`order-processing`", "list"),
        ("2 times *PaymentDeclined*: the card was declined", "order-processing/ord-58800"),
    ]


def test_one_cause_stands_beside_its_workflow_where_only_it_has_a_button() -> None:
    assert sections(digest(group(total=1))) == [
        ("`order-processing` · once *PaymentDeclined*: the card was declined", "order-processing/ord-58800")
    ]


def test_a_button_is_called_after_its_instance() -> None:
    (button,) = (block["accessory"] for block in digest(group()).blocks if "accessory" in block)
    assert button["text"]["text"] == "Details"
    assert button["action_id"] == "instance_show"
    assert button["accessibility_label"] == "Details of ord-58800"


def test_a_digest_with_buttons_for_its_causes(snapshot: SnapshotAssertion) -> None:
    message = digest(
        group(total=15),
        group(error="TypeError", said="no such key", total=4, step="charge card"),
        group("refunds", None, None, 2),
        instances={"order-processing": "rest"},
        lists={"refunds": "list"},
    )
    assert message == snapshot


def test_buttons_give_way_before_what_is_said() -> None:
    groups = [group(f"workflow-{number}", total=3) for number in range(5)]
    links = DigestLinks(details=dict.fromkeys(details_of(*groups), "v" * 2_000))
    message = digest_message(7, report(groups), DigestControls(links)).full
    assert_slack_shows(message)
    assert not [block for block in message.blocks if "accessory" in block]
    assert all(f"`workflow-{number}`" in visible_text(message) for number in range(5))


def reported(ids: Sequence[str], **fields: Any) -> OpenInstances:
    values: dict[str, Any] = {
        "digest": 7,
        "query": ListQuery.of("orders", status=ERRORED),
        "account": "prod",
        "until": SECONDS,
        "instances": tuple((id_, SECONDS - place) for place, id_ in enumerate(ids)),
        **fields,
    }
    return OpenInstances(**values)


def with_details(ids: Sequence[str], value: str = "") -> InstanceButtons:
    return InstanceButtons(None, None, "list", [value or f"value of {id_}" for id_ in ids])


def test_each_reported_instance_has_a_button(snapshot: SnapshotAssertion) -> None:
    ids = [f"ord-{number}" for number in range(3)]
    message = reported_message(reported(ids), with_details(ids))
    assert_slack_shows(message)
    assert [value for _, value in sections(message)] == [f"value of {id_}" for id_ in ids]
    assert message == snapshot


@pytest.mark.parametrize(("status", "word"), [(ERRORED, "failed"), (RUNNING, "since"), (None, "failed")])
def test_a_reported_row_says_what_became_of_it_and_when(status: Any, word: str) -> None:
    request = replace(reported(["a"]), query=ListQuery.of("orders", status=status))
    (row, _), *_ = sections(reported_message(request, with_details(["a"])))
    at = datetime.fromtimestamp(SECONDS, UTC)
    assert row.startswith(f"`a`   <!date^{SECONDS}^{word} {{date_short_pretty}}"), at


def test_ten_reported_instances_of_the_longest_names_keep_their_buttons() -> None:
    ids = [f"{LONGEST_ID}-{number:013}" for number in range(10)]
    message = reported_message(reported(ids), with_details(ids, "v" * 350))
    assert_slack_shows(message)
    assert sum("accessory" in block for block in message.blocks) == 10


def test_buttons_of_reported_instances_give_way_before_their_ids() -> None:
    ids = [uuid(number) * 7 for number in range(10)]
    message = reported_message(reported(ids), with_details(ids, "v" * 1_500))
    assert limits.size(message.blocks) <= limits.MESSAGE
    assert not [block for block in message.blocks if "accessory" in block]
    assert "The buttons for details are left out" in visible_text(message)


@given(st.lists(hostile_text, min_size=1, max_size=10), st.integers(1, 2_000))
@example([LONGEST_ID] * 10, 2_000)
def test_whatever_was_reported_slack_takes_the_message(ids: list[str], length: int) -> None:
    message = reported_message(reported(ids), with_details(ids, "v" * length))
    assert_slack_shows(message)
