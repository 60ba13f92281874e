"""A shared message: who shared it, which is read again from what Slack sends back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.browse.messages.instances import instances_message
from bot.slack.interaction import Interaction
from bot.ui import limits
from bot.ui.elements import Controls, Message, section
from bot.ui.sharing import DELETE_SHARED, SHARE, Sharer, read_sharer, share
from tests.support.screens import assert_slack_shows, instance, screen, visible_text

LIST = instances_message(screen([instance(1), instance(2)]), Controls("p", "n", "r", "f", "s"))
ADA = Sharer("U0ADA0001", "ada")


def actions_in(message: Message) -> list[str]:
    return [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_who_shared_it_stands_above_it_and_it_can_be_deleted_where_it_could_be_shared() -> None:
    shared = share(LIST, ADA)
    assert visible_text(shared).startswith("Shared by `@ada`\norder-processing\n")
    assert actions_in(LIST)[-1] == SHARE
    assert actions_in(shared) == [*actions_in(LIST)[:-1], DELETE_SHARED]
    assert LIST.blocks[-2]["elements"][-1]["action_id"] == SHARE, "the one that others see stays as it is"
    assert_slack_shows(shared)


@pytest.mark.parametrize("blocks", [[section("x")], LIST.blocks])
def test_the_next_page_is_shared_in_the_same_way(blocks: list[limits.Block]) -> None:
    first = share(Message("x", blocks), ADA)
    again = read_sharer({"blocks": first.blocks})
    assert again == ADA
    assert share(Message("x", blocks), again) == first


@given(st.text(), st.text())
def test_any_name_is_shown_safely_and_read_again(name: str, text: str) -> None:
    sharer = Sharer("U0ADA0001", name)
    shared = share(Message(text or "x", LIST.blocks), sharer)
    assert read_sharer({"blocks": shared.blocks}) == Sharer(sharer.id, name[:80])
    assert_slack_shows(Message("x", shared.blocks))
    assert limits.size(shared.blocks) - limits.size(LIST.blocks) < 700


@pytest.mark.parametrize(
    "clicked",
    [{}, {"blocks": None}, {"blocks": {}}, {"blocks": []}, {"blocks": [None]}, {"blocks": [{"block_id": 7}]},
     {"blocks": LIST.blocks}, {"blocks": [{"block_id": "shared"}]}, {"blocks": [{"block_id": "shared//x"}]}],
)  # fmt: skip
def test_a_message_that_nobody_shared_has_no_sharer(clicked: dict[str, Any]) -> None:
    assert read_sharer(clicked) is None


@pytest.mark.parametrize("thread", [None, "1764441234.000100"])
@pytest.mark.parametrize("sharer", [None, Sharer("U0ADA0001")])
@pytest.mark.parametrize("carried", ["", "2.x", "a/b\nc"])
def test_a_modal_remembers_where_it_was_opened(
    thread: str | None, sharer: Sharer | None, carried: str
) -> None:
    opened = Interaction("U1", "C1", "https://hooks.slack.com/x", thread=thread, sharer=sharer)
    view = {"private_metadata": opened.dump(carried)}
    submitted = Interaction.of_payload({"user": {"id": "U2"}, "view": view})
    assert (submitted.channel, submitted.response_url) == (opened.channel, opened.response_url)
    assert (submitted.thread, submitted.sharer, submitted.carried) == (thread, sharer, carried)


def test_a_modal_of_an_older_version_is_read() -> None:
    submitted = Interaction.of_payload({"view": {"private_metadata": "https://x\nC1\n2.abc"}})
    assert (submitted.channel, submitted.thread, submitted.sharer, submitted.carried) == (
        "C1",
        None,
        None,
        "2.abc",
    )
