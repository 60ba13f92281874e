"""Clicks and forms of another version of the bot, or in an unavailable channel, are answered."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import RESPONSE_URL, Failed, Message, Reply
from tests.support.clock import far_schedule
from tests.support.form_values import fill_form
from tests.support.messages import ask

from .slack_harness import Harness, run_harness, wait_for_message

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


async def _list(harness: Harness) -> Message:
    return await ask(harness.ada(), harness.workflow())


OLD: dict[str, tuple[dict[str, Any], str]] = {
    "a button that is no more": (
        {"action_id": "page_first", "value": "x"},
        "from an older version of the bot",
    ),
    "a menu that is no more": (
        {
            "type": "static_select",
            "action_id": "rows_menu",
            "selected_option": {"text": {"type": "plain_text", "text": "20"}, "value": "20"},
        },
        "from an older version of the bot",
    ),
    "a button turned into a menu": (
        {
            "type": "overflow",
            "action_id": "page_next",
            "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": "x"},
        },
        "another version",
    ),
    "a bookmark of a later version": ({"action_id": "page_next", "value": "3.eJw"}, "another version"),
    "a bookmark of no version": ({"action_id": "page_refresh", "value": "orders|2"}, "another version"),
    "a cut bookmark of the previous version": (
        {"action_id": "page_next", "value": "1.eJwr"},
        "cut or changed",
    ),
    "a bookmark that is cut": ({"action_id": "page_next", "value": "2.eJwr"}, "cut or changed"),
    "a list without a bookmark": ({"action_id": "list_open"}, "another version"),
    "a filter without a bookmark": ({"action_id": "filter_open"}, "another version"),
    "a kept place that is gone": (
        {"action_id": "page_next", "value": "s1.gone./workflows list orders"},
        "/workflows list orders",
    ),
    "a digest that is gone": ({"action_id": "digest_show", "value": "99999"}, "There is no digest 99999."),
    "a digest by its name": (
        {"action_id": "digest_run", "value": "daily"},
        "from an older version of the bot",
    ),
    "a digest numbered zero": (
        {"action_id": "digest_pause", "value": "0"},
        "from an older version of the bot",
    ),
    "a digest without a number": ({"action_id": "digest_edit"}, "from an older version of the bot"),
}


@pytest.mark.parametrize("old", OLD)
async def test_a_control_of_another_version_is_explained_and_the_message_stays(
    old: str, harness: Harness
) -> None:
    action, words = OLD[old]
    async with harness.cell():
        message = await _list(harness)
        reply = await harness.ada().act(message, {"type": "button", "block_id": "b", **action})
        assert (await wait_for_message(reply, words)).ts != message.ts
        assert harness.slack.workspace.message(message.ts) == message


async def test_a_control_of_another_version_within_a_form_is_explained_in_a_direct_message(
    harness: Harness,
) -> None:
    async with harness.cell():
        form = await (await harness.ada().click(await _list(harness), "filter_open")).view()
        action = {"type": "button", "block_id": "b", "action_id": "page_first", "value": "x"}
        message = await wait_for_message(
            await harness.ada().act_in_view(form, action), "from an older version of the bot"
        )
        assert message.channel == "D0ADA0001"


METADATA: dict[str, str] = {
    "nothing": "",
    "JSON": '{"channel":"C0GENERAL","number":1}',
    "words": "elsewhere\nC0GENERAL\nmy digest",
}


@pytest.mark.parametrize("remembered", METADATA)
@pytest.mark.parametrize("form", ["filter", "digest"])
async def test_a_form_of_another_version_gets_its_ack(form: str, remembered: str, harness: Harness) -> None:
    async with harness.cell():
        if form == "filter":
            view = await (await harness.ada().click(await _list(harness), "filter_open")).view()
        else:
            view = await (await harness.ada().command("/workflows", "digest")).view()
        view.payload["private_metadata"] = METADATA[remembered]
        reply = await harness.ada().submit(view, fill_form(view.payload))
        instead = harness.slack.views.current(view)
        if instead is not None:
            assert "from an older version of the bot" in instead.all_text()
        else:
            assert (await reply.seen()).all_text()


GONE: dict[str, Callable[[Harness], None]] = {
    "archived": lambda harness: harness.slack.workspace.archive("ops"),
    "the bot was kicked": lambda harness: harness.slack.workspace.kick("ops", "workflows"),
    "the person left": lambda harness: harness.slack.workspace.kick("ops", "ada"),
}

Click = Callable[[Harness], Awaitable[tuple[Callable[[], Awaitable[Reply]], str]]]


async def _turned(harness: Harness) -> tuple[Callable[[], Awaitable[Reply]], str]:
    ada = harness.ada("ops")
    message = await ask(ada, harness.workflow())
    return lambda: ada.click(message, "page_next"), "11–20"


async def _shown(harness: Harness) -> tuple[Callable[[], Awaitable[Reply]], str]:
    ada = harness.ada("ops")
    made = await wait_for_message(
        await ada.command("/workflows", f"digest create {far_schedule()}"), "is made"
    )
    return lambda: ada.click(made, "digest_pause"), "is paused"


@pytest.mark.parametrize("dead", [False, True], ids=["response_url works", "response_url is dead"])
@pytest.mark.parametrize("click", [_turned, _shown], ids=["page", "digest"])
@pytest.mark.parametrize("gone", GONE)
async def test_a_click_in_a_channel_that_is_gone_is_answered(
    gone: str, click: Click, dead: bool, harness: Harness
) -> None:
    async with harness.cell():
        act, words = await click(harness)
        GONE[gone](harness)
        if dead:
            harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        message = await wait_for_message(await act(), words)
        assert message.channel == ("D0ADA0001" if dead else "C0OPS0001")
    assert not harness.logged("error", "critical")
