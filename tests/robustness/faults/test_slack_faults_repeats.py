"""What comes twice, or two of a kind at once: every one gets its ack, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import Slow
from bot.playground.simulators.slack import Message, Person, Signer
from tests.support.form_values import fill_form as filled
from tests.support.messages import row_ids as ids

from .slack_faults import AT_ONCE, Stage, on_stage, told
from .slack_surfaces import Twice

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path_factory.mktemp("bot")) as stage:
        yield stage


@dataclass(frozen=True)
class _Retrying:
    """Signs what Slack sends again as it had no answer to it."""

    signer: Signer

    def headers(self, body: str) -> dict[str, str]:
        return {
            **self.signer.headers(body),
            "X-Slack-Retry-Num": "2",
            "X-Slack-Retry-Reason": "http_timeout",
        }


EVENTS: dict[str, dict[str, Any]] = {
    "app_mention": {"type": "app_mention", "text": "hi", "user": "U0ADA0001", "channel": "C0GENERAL"},
    "app_uninstalled": {"type": "app_uninstalled"},
    "tokens_revoked": {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT0001"]}},
    "channel_archive": {"type": "channel_archive", "channel": "C0OPS0001", "user": "U0ADA0001"},
    "member_left_channel": {"type": "member_left_channel", "channel": "C0OPS0001", "user": "U0BOT0001"},
}


@pytest.mark.parametrize("event", EVENTS)
async def test_an_event_that_is_sent_again_gets_its_ack_each_time(event: str, stage: Stage) -> None:
    async with stage.cell():
        before = stage.ada().screen()
        payload = {"type": "event_callback", "event_id": "Ev1", "event": EVENTS[event]}
        again = stage.slack.http(stage.slack.request_url, _Retrying(Signer(stage.slack.signing_secret)))
        for person in (stage.ada(), stage.ada(via=again), stage.ada(via=again)):
            assert (await person.send(payload, "events_api")).ack.status == 200
        await stage.settled()
        assert stage.ada().screen() == before


async def _list(stage: Stage) -> Message:
    return await (await stage.ada().command("/workflows", stage.workflow())).message()


async def _numbers(stage: Stage) -> int:
    await stage.settled()
    listed = await told(await stage.ada().command("/workflows", "digest list"), "igest")
    return listed.all_text().count("*Digest ")


def _twice(stage: Stage) -> Person:
    return stage.ada(via=Twice(stage))


async def test_a_command_that_comes_twice_is_answered_by_one_call(stage: Stage) -> None:
    async with stage.cell():
        calls = stage.cloudflare.list_calls
        name = stage.workflow()
        await told(await _twice(stage).command("/workflows", name), name)
        await stage.settled()
        assert stage.cloudflare.list_calls == calls + 1


@pytest.mark.parametrize("action", ["page_next", "page_refresh"])
async def test_a_click_that_comes_twice_leaves_one_message(action: str, stage: Stage) -> None:
    async with stage.cell():
        message = await _list(stage)
        before = len(stage.ada().screen())
        reply = await _twice(stage).click(message, action)
        shown = await told(reply, "·")
        await stage.settled()
        assert len(stage.ada().screen()) == before
        assert len(ids(shown)) == 10


async def test_a_click_that_comes_twice_opens_one_form_and_no_excuse(stage: Stage) -> None:
    async with stage.cell():
        message = await _list(stage)
        before = stage.ada().screen()
        await (await _twice(stage).click(message, "filter_open")).view()
        await stage.settled()
        assert len(stage.slack.views.open_now()) == 1
        assert stage.ada().screen() == before


async def test_a_filter_form_that_comes_twice_leaves_one_message(stage: Stage) -> None:
    async with stage.cell():
        message = await _list(stage)
        view = await (await stage.ada().click(message, "filter_open")).view()
        before = len(stage.ada().screen())
        following = stage.slack.next_message()
        await _twice(stage).submit(view, filled(view.payload, status="🔴 Errored"))
        assert len(ids(await following)) == 5
        await stage.settled()
        assert len(stage.ada().screen()) == before


@pytest.mark.parametrize("way", ["command", "form"])
async def test_what_comes_twice_makes_one_digest(way: str, stage: Stage) -> None:
    async with stage.cell():
        before = await _numbers(stage)
        if way == "form":
            view = await (await stage.ada().command("/workflows", "digest")).view()
            reply = await _twice(stage).submit(view, filled(view.payload))
        else:
            reply = await _twice(stage).command("/workflows", "digest create daily 09:00")
        await told(reply, "is made")
        await stage.settled()
        assert await _numbers(stage) == before + 1
    assert stage.events().count("duplicate_request") == 1


@pytest.mark.parametrize("way", ["command", "form"])
async def test_what_comes_twice_about_a_digest_is_answered_once(way: str, stage: Stage) -> None:
    async with stage.cell():
        number = await stage.digest()
        if way == "form":
            view = await (await stage.ada().command("/workflows", f"digest edit {number}")).view()
            values = filled(view.payload, words="daily 10:00")
            before = len(stage.ada().screen())
            await _twice(stage).submit(view, values)
        else:
            before = len(stage.ada().screen())
            await _twice(stage).command("/workflows", f"digest preview {number}")
        await stage.settled()
        assert len(stage.ada().screen()) == before + 1


async def test_a_button_of_a_digest_that_comes_twice_is_answered_once(stage: Stage) -> None:
    async with stage.cell():
        shown = await told(
            await stage.ada().command("/workflows", f"digest show {await stage.digest()}"), "Digest"
        )
        before = len(stage.ada().screen())
        await _twice(stage).click(shown, "digest_pause")
        await stage.settled()
        assert len(stage.ada().screen()) == before + 1
    assert stage.events().count("duplicate_request") == 1


async def test_what_is_asked_for_again_by_the_same_person_is_done_again(stage: Stage) -> None:
    async with stage.cell():
        before = await _numbers(stage)
        for _ in range(2):
            await told(await stage.ada().command("/workflows", "digest create daily 09:00"), "is made")
        assert await _numbers(stage) == before + 2


async def test_a_preview_that_comes_twice_stands_once(stage: Stage) -> None:
    async with stage.cell():
        view = await (await stage.ada().command("/workflows", "digest")).view()
        (row,) = (block for block in view.payload["blocks"] if block["type"] == "actions")
        action = {"type": "button", "action_id": "digest_form_preview", "block_id": row["block_id"]}
        before = stage.ada().screen()
        await _twice(stage).act_in_view(view, action, filled(view.payload))
        await stage.settled()
        assert len(stage.slack.views.open_now()) == 2
        assert "Nothing newly" in stage.slack.views.open_now()[-1].all_text()
        assert stage.ada().screen() == before


@pytest.mark.parametrize("action", ["digest_pause", "digest_resume", "digest_delete", "digest_restore"])
async def test_two_clicks_at_once_on_a_digest_come_to_the_same(action: str, stage: Stage) -> None:
    async with stage.cell():
        made = await told(await stage.ada().command("/workflows", "digest create daily 09:00"), "is made")
        button = made.button("digest_pause")
        pressed = {"type": "button", "action_id": action, "block_id": "b", "value": button.value}
        replies = await asyncio.gather(*(stage.ada().act(made, pressed) for _ in range(2)))
        said = [(await reply.message()).all_text().split("\n")[0] for reply in replies]
        assert said[0] == said[1]
        assert f"Digest {button.value}" in said[0]
        assert all(reply.ack.seconds < AT_ONCE for reply in replies)


@pytest.mark.parametrize("action", ["page_next", "page_refresh"])
async def test_two_clicks_at_once_leave_one_whole_page_by_one_call(action: str, stage: Stage) -> None:
    async with stage.cell():
        message = await _list(stage)
        before = len(stage.ada().screen())
        calls = stage.cloudflare.list_calls
        stage.cloudflare.inject(Slow(0.1))
        replies = await asyncio.gather(*(stage.ada().click(message, action) for _ in range(2)))
        for reply in replies:
            assert reply.ack.seconds < AT_ONCE
            assert len(ids(await reply.message())) == 10
        await stage.settled()
        assert len(stage.ada().screen()) == before
        assert stage.cloudflare.list_calls - calls <= 1


async def test_clicks_on_two_buttons_at_once_leave_one_of_the_two_pages(stage: Stage) -> None:
    async with stage.cell():
        message = await _list(stage)
        second = await (await stage.ada().click(message, "page_next")).message()
        replies = await asyncio.gather(
            stage.ada().click(second, "page_next"), stage.ada().click(second, "page_previous")
        )
        pages = [ids(await reply.message()) for reply in replies]
        await stage.settled()
        standing = stage.slack.workspace.message(second.ts)
        assert standing is not None
        assert ids(standing) in pages
        assert pages[0] != pages[1]
