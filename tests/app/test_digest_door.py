"""A digest goes only where both its creator and the bot are; else nothing is kept of it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground.simulators.slack import (
    AnswerLost,
    Channel,
    ErrorCode,
    Failed,
    Fault,
    Held,
    LocalSlack,
    Person,
    RateLimited,
)
from bot.slack.channels import ChannelAccess, ChannelUnknown
from bot.ui.elements import Message
from tests.support.digest_actions import (
    ask_digest,
    first_seen,
    is_proof,
    line_of,
    send_digest_command,
    stored_states,
)
from tests.support.fixtures import ReadLog, RunBot
from tests.support.servers import PATIENCE


async def test_a_channel_that_the_bot_is_not_in(ada: Person, tmp_path: Path) -> None:
    refused = (await ask_digest(ada, "create #quiet daily 9am quiet")).all_text()
    assert refused.startswith("⛔ *This bot is not in <#C0QUIET01>.*")
    assert "`/invite @workflows`" in refused
    assert refused.endswith(
        "Then try again: `/workflows digest create #quiet daily 09:00 Europe/London quiet`"
    )
    assert stored_states(tmp_path) == {}


async def test_a_private_channel_that_the_bot_is_not_in(ada: Person, tmp_path: Path) -> None:
    assert (
        line_of(await ask_digest(ada, "create #secret daily 9am")) == "⛔ *This bot is not in <#G0SECRET1>.*"
    )
    assert stored_states(tmp_path) == {}


@pytest.mark.usefixtures("bot")
async def test_in_a_direct_message_between_two_people_nobody_is_told_to_invite_the_bot(
    slack: LocalSlack, tmp_path: Path
) -> None:
    between = Channel("D0ADAGRAC", "directmessage", is_private=True, bot_is_member=False, is_im=True)
    slack.workspace.channels += (between,)
    for words in ("create daily 9am", "create #D0ADAGRAC daily 9am"):
        reply = await slack.person("ada", between.id).command("/workflows", f"digest {words}")
        refused = (await first_seen(reply)).all_text()
        assert refused.startswith("⛔ *This bot can't post in a direct message between two people.*")
        assert "Choose a channel" in refused
        assert "invite" not in refused
    assert stored_states(tmp_path) == {}


async def test_once_the_bot_was_invited_the_same_words_make_the_digest(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    again = line_of(await ask_digest(ada, "create #quiet daily 9am"), 1).split("`")[-2]
    slack.workspace.invite("quiet", slack.workspace.team.bot_name)
    made = await first_seen(await ada.command("/workflows", again.removeprefix("/workflows ")))
    assert line_of(made).startswith("✅")
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_channel_that_the_person_is_not_in(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    slack.workspace.kick("ops", "ada")
    refused = (await ask_digest(ada, "create #ops daily 9am")).all_text()
    assert refused.startswith("⛔ *You are not in <#C0OPS0001>.*")
    assert "Join it, then try again: `/workflows digest create #ops daily 09:00" in refused
    assert stored_states(tmp_path) == {}


async def test_an_archived_channel(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    slack.workspace.archive("ops")
    refused = (await ask_digest(ada, "create #ops daily 9am")).all_text()
    assert refused.startswith("⛔ *<#C0OPS0001> is archived.*")
    assert "choose another channel" in refused
    assert "digest create" not in refused, "the same again would come to the same"
    assert stored_states(tmp_path) == {}


async def test_a_channel_that_does_not_exist(ada: Person, tmp_path: Path) -> None:
    assert (
        line_of(await ask_digest(ada, "create #C0NOTHERE daily 9am"))
        == "⛔ *This bot is not in <#C0NOTHERE>.*"
    )
    assert stored_states(tmp_path) == {}


SILENCES: dict[str, tuple[Fault, int]] = {
    "broken": (Failed(500), 9),
    "forbidden": (ErrorCode("restricted_action"), 1),
    "unheard of": (ErrorCode("team_added_to_org <!here>"), 1),
}


@pytest.mark.parametrize("name", SILENCES)
async def test_where_slack_does_not_say_nothing_is_made(
    name: str, ada: Person, slack: LocalSlack, tmp_path: Path, read_log: ReadLog
) -> None:
    fault, times = SILENCES[name]
    slack.faults.add("chat.postEphemeral", fault, times=times)
    refused = await (await ada.command("/workflows", "digest create daily 9am")).message()
    assert line_of(refused) == "⚠️ *Slack did not let this bot look into that channel.*"
    assert "Nothing was changed" in refused.all_text()
    assert "<!here>" not in refused.all_text()
    assert stored_states(tmp_path) == {}
    assert not [entry for entry in read_log() if entry["level"] == "error"]
    slack.faults.clear()
    assert line_of(await ask_digest(ada, "create daily 9am")).startswith("✅")


async def test_a_slow_slack_does_not_hold_up_the_ack(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", held := Held())
    async with run_bot(bot_ack_within=0.2) as bot:
        reply = await slack.person("ada").command("/workflows", "digest create daily 9am")
        assert reply.ack_message is None
        assert stored_states(tmp_path) == {}, "nothing is made before Slack has proved that it may be"
        held.released.set()
        assert line_of(await first_seen(reply)).startswith("✅ *Digest 1*")
        await bot.background.drain(timedelta(seconds=PATIENCE))
        assert stored_states(tmp_path) == {1: "active"}


async def test_nobody_waits_for_a_slack_that_asks_for_a_minute(bot: Bot, slack: LocalSlack) -> None:
    slack.faults.add("chat.postEphemeral", RateLimited(60))
    access = ChannelAccess(bot.client, timedelta(seconds=0.2))
    with pytest.raises(ChannelUnknown, match="ratelimited"):
        async with asyncio.timeout(50):
            await access.show(Message("You want a digest.", []), "C0GENERAL", "U0ADA0001")


async def test_of_one_that_is_half_made_as_the_process_ends_nothing_is_left(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", held := Held())
    async with run_bot(bot_ack_within=0.2) as bot:
        reply = await slack.person("ada").command("/workflows", "digest create daily 9am")
        await held.reached.wait()
        assert await bot.background.drain(timedelta(0)) == 2
        assert "being restarted" in (await reply.message()).all_text()
        assert stored_states(tmp_path) == {}


async def test_a_proof_that_slack_shows_without_saying_so_proves_nothing(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", AnswerLost())
    last = await (await send_digest_command(ada, "create daily 9am")).message()
    proof, refused = ada.screen()
    assert is_proof(proof)
    assert last == refused
    assert "Nothing was changed" in refused.all_text()
    assert stored_states(tmp_path) == {}
