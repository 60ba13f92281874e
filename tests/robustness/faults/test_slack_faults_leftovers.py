"""A click or a form from another version of the bot, or from a channel that is gone: answered as well."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import RESPONSE_URL, Failed, Message, Reply
from tests.support.form_values import fill_form as filled

from .slack_faults import Stage, on_stage, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path_factory.mktemp("bot")) as stage:
        yield stage


async def _list(stage: Stage) -> Message:
    return await (await stage.ada().command("/workflows", stage.workflow())).message()


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
    old: str, stage: Stage
) -> None:
    action, words = OLD[old]
    async with stage.cell():
        message = await _list(stage)
        reply = await stage.ada().act(message, {"type": "button", "block_id": "b", **action})
        assert (await told(reply, words)).ts != message.ts
        assert stage.slack.workspace.message(message.ts) == message


async def test_a_control_of_another_version_within_a_form_is_explained_in_a_direct_message(
    stage: Stage,
) -> None:
    async with stage.cell():
        form = await (await stage.ada().click(await _list(stage), "filter_open")).view()
        action = {"type": "button", "block_id": "b", "action_id": "page_first", "value": "x"}
        message = await told(await stage.ada().act_in_view(form, action), "from an older version of the bot")
        assert message.channel == "D0ADA0001"


METADATA: dict[str, str] = {
    "nothing": "",
    "JSON": '{"channel":"C0GENERAL","number":1}',
    "words": "elsewhere\nC0GENERAL\nmy digest",
}


@pytest.mark.parametrize("remembered", METADATA)
@pytest.mark.parametrize("form", ["filter", "digest"])
async def test_a_form_of_another_version_gets_its_ack(form: str, remembered: str, stage: Stage) -> None:
    async with stage.cell():
        if form == "filter":
            view = await (await stage.ada().click(await _list(stage), "filter_open")).view()
        else:
            view = await (await stage.ada().command("/workflows", "digest")).view()
        view.payload["private_metadata"] = METADATA[remembered]
        reply = await stage.ada().submit(view, filled(view.payload))
        instead = stage.slack.views.current(view)
        if instead is not None:
            assert "from an older version of the bot" in instead.all_text()
        else:
            assert (await reply.seen()).all_text()


GONE: dict[str, Callable[[Stage], None]] = {
    "archived": lambda stage: stage.slack.workspace.archive("ops"),
    "the bot was kicked": lambda stage: stage.slack.workspace.kick("ops", "workflows"),
    "the person left": lambda stage: stage.slack.workspace.kick("ops", "ada"),
}

Click = Callable[[Stage], Awaitable[tuple[Callable[[], Awaitable[Reply]], str]]]


async def _turned(stage: Stage) -> tuple[Callable[[], Awaitable[Reply]], str]:
    ada = stage.ada("ops")
    message = await (await ada.command("/workflows", stage.workflow())).message()
    return lambda: ada.click(message, "page_next"), "11–20"


async def _shown(stage: Stage) -> tuple[Callable[[], Awaitable[Reply]], str]:
    ada = stage.ada("ops")
    made = await told(await ada.command("/workflows", "digest create daily 09:00"), "is made")
    return lambda: ada.click(made, "digest_pause"), "is paused"


@pytest.mark.parametrize("dead", [False, True], ids=["response_url works", "response_url is dead"])
@pytest.mark.parametrize("click", [_turned, _shown], ids=["page", "digest"])
@pytest.mark.parametrize("gone", GONE)
async def test_a_click_in_a_channel_that_is_gone_is_answered(
    gone: str, click: Click, dead: bool, stage: Stage
) -> None:
    async with stage.cell():
        act, words = await click(stage)
        GONE[gone](stage)
        if dead:
            stage.fails(RESPONSE_URL, Failed(404, "used_url"))
        message = await told(await act(), words)
        assert message.channel == ("D0ADA0001" if dead else "C0OPS0001")
    assert not stage.logged("error", "critical")
