"""A list as a table, from end to end: where Slack takes one, and where it does not."""

from typing import Any

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, PayloadValidator, Person
from tests.support.filter_form import echoed_command, open_filter, submit_and_wait
from tests.support.messages import ask, click, has_button, row_ids
from tests.support.rows import fill, opened_by


def table_of(message: Message) -> dict[str, Any]:
    (table,) = (block for block in message.blocks if block["type"] == "data_table")
    return dict(table)


def ids(message: Message) -> list[str]:
    """Return the instances of a table, from top to bottom."""
    header, *rows = table_of(message)["rows"]
    place = next(place for place, cell in enumerate(header) if cell["text"] == "Instance")
    return [row[place]["text"] for row in rows]


async def test_a_table_has_a_hundred_rows_and_pages_below(ada: Person, cloudflare: Simulation) -> None:
    made = fill(cloudflare, 250)
    first = await ask(ada, "list orders view:table")
    assert ids(first) == opened_by(first) == made[:100]
    assert not has_button(first, "page_previous")
    second = await click(ada, first, "page_next")
    third = await click(ada, second, "page_next")
    assert (ids(second), ids(third)) == (made[100:200], made[200:])
    assert ids(await click(ada, third, "page_previous")) == made[100:200]
    assert cloudflare.list_calls == 3
    assert len(ada.screen()) == 1


async def test_a_table_that_was_asked_for_before_is_not_read_again(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    made = fill(cloudflare, 30)
    for person in (ada, ada, slack.person("grace")):
        assert ids(await ask(person, "orders as a table")) == made
    assert cloudflare.list_calls == 1


async def test_a_button_within_a_table_opens_its_instance(ada: Person, cloudflare: Simulation) -> None:
    made = fill(cloudflare, 30)
    message = await ask(ada, "list orders view:table")
    button = next(button for button in message.buttons() if button.action_id == "instance_show:17")
    view = await (await ada.press(message, button)).view()
    assert made[16] in view.all_text()


async def test_the_ack_of_a_table_is_empty_since_it_cannot_tell_whether_slack_takes_one(
    ada: Person, cloudflare: Simulation
) -> None:
    fill(cloudflare, 3)
    for _ in range(2):
        reply = await ada.command("/workflows", "list orders view:table")
        assert table_of(await reply.message())
        assert not reply.ack.body


@pytest.mark.parametrize("refused", ["data_table", "action"])
async def test_where_slack_takes_no_table_the_first_rows_are_shown_and_said_to_be(
    ada: Person, cloudflare: Simulation, slack: LocalSlack, refused: str
) -> None:
    slack.workspace.validator = PayloadValidator(unsupported=frozenset({refused}))
    made = fill(cloudflare, 120)
    message = await ask(ada, "list orders view:table")
    assert row_ids(message) == opened_by(message) == made[:20]
    assert "These are the first 20 of its 100 rows." in message.all_text()
    assert row_ids(await click(ada, message, "page_next")) == made[100:]


async def test_the_form_makes_a_table_of_a_list_and_a_list_of_a_table(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    made = fill(cloudflare, 30)
    message = await ask(ada, "list orders errored")
    view = await open_filter(ada, message)
    table = await submit_and_wait(slack, ada, view, view="A table")
    assert ids(table) == made
    assert echoed_command(table) == "/workflows list orders status:errored view:table"
    view = await open_filter(ada, table)
    back = await submit_and_wait(slack, ada, view, view="A paragraph for each instance")
    assert row_ids(back) == made[:10]
    assert echoed_command(back) == "/workflows list orders status:errored"


async def test_an_empty_table_is_an_empty_list(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")
    message = await ask(ada, "list orders view:table")
    assert "*No instances.*" in message.all_text()
    assert echoed_command(message) == "/workflows list orders view:table"
