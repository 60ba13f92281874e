"""Repeated and simultaneous requests: each gets its ack, and none takes effect twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.digests.command.requests import DIGEST_CODEC, OfDigest, PauseDigest
from bot.playground.simulators.cloudflare import Held
from bot.playground.simulators.slack import Message, Person, Signer
from tests.support.clock import far_schedule
from tests.support.form_values import fill_form
from tests.support.messages import ask, is_interim, row_ids

from .slack_harness import Harness, run_harness, wait_for_message
from .slack_surfaces import Twice

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


@dataclass(frozen=True)
class _Retrying:
    """Signs requests that Slack retries."""

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
async def test_an_event_that_is_sent_again_gets_its_ack_each_time(event: str, harness: Harness) -> None:
    async with harness.cell():
        before = harness.ada().screen()
        payload = {"type": "event_callback", "event_id": "Ev1", "event": EVENTS[event]}
        again = harness.slack.http(harness.slack.request_url, _Retrying(Signer(harness.slack.signing_secret)))
        for person in (harness.ada(), harness.ada(via=again), harness.ada(via=again)):
            assert (await person.send(payload, "events_api")).ack.status == 200
        await harness.settled()
        assert harness.ada().screen() == before


async def _list(harness: Harness) -> Message:
    return await ask(harness.ada(), harness.workflow())


async def _numbers(harness: Harness) -> int:
    await harness.settled()
    listed = await wait_for_message(await harness.ada().command("/workflows", "digest list"), "igest")
    return listed.all_text().count("*Digest ")


def _answers(harness: Harness) -> int:
    """Count what the person sees that says more than that an answer follows."""
    return sum(not is_interim(message) for message in harness.ada().screen())


def _twice(harness: Harness) -> Person:
    return harness.ada(via=Twice(harness))


async def test_a_command_that_comes_twice_is_answered_by_one_call(harness: Harness) -> None:
    async with harness.cell():
        calls = harness.cloudflare.list_calls
        name = harness.workflow()
        await wait_for_message(await _twice(harness).command("/workflows", name), name)
        await harness.settled()
        assert harness.cloudflare.list_calls == calls + 1


@pytest.mark.parametrize("action", ["page_next", "page_refresh"])
async def test_a_click_that_comes_twice_leaves_one_message(action: str, harness: Harness) -> None:
    async with harness.cell():
        message = await _list(harness)
        before = len(harness.ada().screen())
        reply = await _twice(harness).click(message, action)
        shown = await wait_for_message(reply, "·")
        await harness.settled()
        assert len(harness.ada().screen()) == before
        assert len(row_ids(shown)) == 10


async def test_a_click_that_comes_twice_opens_one_form_and_no_excuse(harness: Harness) -> None:
    async with harness.cell():
        message = await _list(harness)
        before = harness.ada().screen()
        await (await _twice(harness).click(message, "filter_open")).view()
        await harness.settled()
        assert len(harness.slack.views.open_now()) == 1
        assert harness.ada().screen() == before


async def test_a_filter_form_that_comes_twice_leaves_one_message(harness: Harness) -> None:
    async with harness.cell():
        message = await _list(harness)
        view = await (await harness.ada().click(message, "filter_open")).view()
        before = len(harness.ada().screen())
        following = harness.slack.next_message()
        await _twice(harness).submit(view, fill_form(view.payload, status="🔴 Errored"))
        assert len(row_ids(await following)) == 5
        await harness.settled()
        assert len(harness.ada().screen()) == before


@pytest.mark.parametrize("way", ["command", "form"])
async def test_what_comes_twice_makes_one_digest(way: str, harness: Harness) -> None:
    async with harness.cell():
        before = await _numbers(harness)
        if way == "form":
            view = await (await harness.ada().command("/workflows", "digest")).view()
            reply = await _twice(harness).submit(view, fill_form(view.payload))
        else:
            reply = await _twice(harness).command("/workflows", f"digest create {far_schedule()}")
        await wait_for_message(reply, "is made")
        await harness.settled()
        assert await _numbers(harness) == before + 1
    assert harness.events().count("duplicate_request") == 1


@pytest.mark.parametrize("way", ["command", "form"])
async def test_what_comes_twice_about_a_digest_is_answered_once(way: str, harness: Harness) -> None:
    async with harness.cell():
        number = await harness.digest()
        if way == "form":
            view = await (await harness.ada().command("/workflows", f"digest edit {number}")).view()
            values = fill_form(view.payload, words=far_schedule())
            before = _answers(harness)
            await _twice(harness).submit(view, values)
        else:
            before = _answers(harness)
            await _twice(harness).command("/workflows", f"digest preview {number}")
        await harness.settled()
        assert _answers(harness) == before + 1


async def test_a_button_of_a_digest_that_comes_twice_is_answered_once(harness: Harness) -> None:
    async with harness.cell():
        shown = await wait_for_message(
            await harness.ada().command("/workflows", f"digest show {await harness.digest()}"), "Digest"
        )
        before = len(harness.ada().screen())
        await _twice(harness).click(shown, "digest_pause")
        await harness.settled()
        screen = harness.ada().screen()
        assert len(screen) == before, "its card says so in place"
        assert sum("is paused" in message.all_text() for message in screen) == 1
    assert harness.events().count("duplicate_request") == 1


async def test_what_is_asked_for_again_by_the_same_person_is_done_again(harness: Harness) -> None:
    async with harness.cell():
        before = await _numbers(harness)
        for _ in range(2):
            await wait_for_message(
                await harness.ada().command("/workflows", f"digest create {far_schedule()}"), "is made"
            )
        assert await _numbers(harness) == before + 2


async def test_a_preview_that_comes_twice_stands_once(harness: Harness) -> None:
    async with harness.cell():
        view = await (await harness.ada().command("/workflows", "digest")).view()
        (row,) = (block for block in view.payload["blocks"] if block["type"] == "actions")
        action = {"type": "button", "action_id": "digest_form_preview", "block_id": row["block_id"]}
        before = harness.ada().screen()
        await _twice(harness).act_in_view(view, action, fill_form(view.payload))
        await harness.settled()
        assert len(harness.slack.views.open_now()) == 2
        assert "Nothing failed" in harness.slack.views.open_now()[-1].all_text()
        assert harness.ada().screen() == before


@pytest.mark.parametrize("action", ["digest_pause", "digest_resume", "digest_delete", "digest_restore"])
async def test_two_clicks_at_once_on_a_digest_come_to_the_same(action: str, harness: Harness) -> None:
    async with harness.cell():
        made = await wait_for_message(
            await harness.ada().command("/workflows", f"digest create {far_schedule()}"), "is made"
        )
        request = DIGEST_CODEC.decode(made.button("digest_pause").value or "")
        assert isinstance(request, PauseDigest)
        (pressed_kind,) = (known for known in DIGEST_CODEC.kinds if known.kind == action)
        assert issubclass(pressed_kind, OfDigest)
        value = DIGEST_CODEC.encode(pressed_kind(request.number))
        pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value}
        replies = await asyncio.gather(*(harness.ada().act(made, pressed) for _ in range(2)))
        said = [(await reply.message()).all_text().split("\n")[0] for reply in replies]
        assert said[0] == said[1]
        assert f"Digest {request.number}" in said[0]


@pytest.mark.parametrize("action", ["page_next", "page_refresh"])
async def test_two_clicks_at_once_leave_one_whole_page_by_one_call(action: str, harness: Harness) -> None:
    async with harness.cell():
        message = await _list(harness)
        before = len(harness.ada().screen())
        calls = harness.cloudflare.list_calls
        harness.cloudflare.inject(held := Held())
        replies = await asyncio.gather(*(harness.ada().click(message, action) for _ in range(2)))
        held.released.set()
        for reply in replies:
            assert len(row_ids(await reply.message())) == 10
        await harness.settled()
        assert len(harness.ada().screen()) == before
        assert harness.cloudflare.list_calls - calls <= 1


async def test_clicks_on_two_buttons_at_once_leave_one_of_the_two_pages(harness: Harness) -> None:
    async with harness.cell():
        message = await _list(harness)
        second = await (await harness.ada().click(message, "page_next")).message()
        replies = await asyncio.gather(
            harness.ada().click(second, "page_next"), harness.ada().click(second, "page_previous")
        )
        pages = [row_ids(await reply.message()) for reply in replies]
        await harness.settled()
        standing = harness.slack.workspace.message(second.ts)
        assert standing is not None
        assert row_ids(standing) in pages
        assert pages[0] != pages[1]
