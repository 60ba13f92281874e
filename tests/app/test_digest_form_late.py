"""A form of a digest whose answer takes longer than Slack waits for: it closes, and that comes after."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Held, Simulation, TooManyRequests
from bot.playground.simulators.slack import Held as SlackHeld
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.digest_actions import (
    ask_digest,
    line_of,
    next_answer,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import ReadLog, RunBot
from tests.support.servers import PATIENCE

SOON = 0.2


async def test_a_form_that_is_looked_into_late_is_closed_at_once_and_kept(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot(bot_ack_within=SOON) as bot:
        ada = slack.person("ada")
        view = await (await send_digest_command(ada)).view()
        cloudflare.inject(held := Held())
        following = next_answer(slack)
        await submit_filter(ada, view, workflows=("orders",))
        assert slack.views.current(view) is None
        held.released.set()
        assert line_of(await following) == "✅ *Digest 1* in <#C0GENERAL> *is made.*"
        await bot.background.drain(timedelta(seconds=PATIENCE))
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_mistake_that_is_found_too_late_for_its_field_is_told_below(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot(bot_ack_within=SOON):
        ada = slack.person("ada")
        opened = await send_digest_command(ada)
        cloudflare.inject(held := Held())
        reply = await submit_filter(ada, await opened.view(), workflows=("ordrs",))
        assert not reply.errors
        held.released.set()
        said = (await opened.message()).all_text()
    assert said.startswith("⚠️ *The digest was not saved: please fix the form.*")
    assert "“ordrs” is no workflow of default." in said
    assert "Did you mean “orders”?" in said
    assert "`/workflows digest`" in said
    assert stored_states(tmp_path) == {}


async def test_that_the_bot_is_not_in_the_channel_is_told_below_where_slack_says_so_late(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", held := SlackHeld())
    async with run_bot(bot_ack_within=SOON):
        ada = slack.person("ada")
        opened = await send_digest_command(ada)
        await submit_filter(ada, await opened.view(), channel="C0QUIET01")
        held.released.set()
        assert "This bot is not in this channel." in (await opened.message()).all_text()
    assert stored_states(tmp_path) == {}


async def test_where_cloudflare_does_not_say_what_there_is_nothing_is_kept(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    opened = await send_digest_command(ada)
    view = await opened.view()
    cloudflare.inject(TooManyRequests(30), times=None)
    assert (await ada.type_into_menu("digest_workflows", "", view))["options"] == []
    reply = await submit_filter(ada, view, workflows=("orders",))
    nothing_kept = (
        "The digest was not saved: Too many requests to Cloudflare just now. Try again in a minute."
    )
    assert reply.errors == {"workflows": f"{nothing_kept} (reference {reply.ack.request_id})"}
    assert slack.views.current(view) is not None, "nothing that was typed is lost"
    assert stored_states(tmp_path) == {}


@pytest.mark.parametrize("number", [None, 1])
async def test_a_process_that_ends_in_between_says_so(
    number: int | None,
    run_bot: RunBot,
    slack: LocalSlack,
    cloudflare: Simulation,
    tmp_path: Path,
    read_log: ReadLog,
) -> None:
    async with run_bot(bot_ack_within=SOON) as bot:
        ada = slack.person("ada")
        await ask_digest(ada, "create daily 9am")
        before = stored_states(tmp_path), stored_plans(tmp_path)
        opened = await send_digest_command(ada, f"edit {number}" if number else "")
        cloudflare.inject(Held())
        await submit_filter(ada, await opened.view(), workflows=("orders",))
        await bot.background.drain(timedelta(0))
        assert "being restarted" in (await opened.message()).all_text()
    assert (stored_states(tmp_path), stored_plans(tmp_path)) == before
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]


async def test_menus_do_not_keep_slack_waiting(bot: Bot, slack: LocalSlack, cloudflare: Simulation) -> None:
    assert bot
    ada = slack.person("ada")
    view = await (await send_digest_command(ada)).view()
    cloudflare.inject(Held())
    assert (await ada.type_into_menu("digest_workflows", "", view))["options"] == []
