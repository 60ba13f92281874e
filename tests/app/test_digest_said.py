"""Nothing is said to be done before the database has it: faults and ends of the process at each step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiosqlite
import pytest

from bot.app import Bot
from bot.playground.simulators.slack import ErrorCode, Failed, Fault, Held, LocalSlack, Message, Person, Slow
from tests.support.digest_actions import (
    answers,
    ask_digest,
    is_proof,
    line_of,
    next_answer,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import ReadLog, RunBot
from tests.support.tasks import wait_until_running

DONE = ("is made", "is changed", "is paused", "is active again", "is deleted", "is restored", "is being made",
        "no longer comes", "It goes to")  # fmt: skip


def said_to_be_done(slack: LocalSlack) -> list[str]:
    """Return what is said anywhere of something that is done."""
    everywhere = [message for channel in ("general", "ops", "@ada") for message in slack.messages(channel)]
    texts = (f"{message.text}\n{message.all_text()}" for message in everywhere)
    return [text for text in texts if any(words in text for words in DONE)]


@asynccontextmanager
async def refusing_database(folder: Path) -> AsyncIterator[None]:
    """Have the database refuse every change of a digest, as one does that is full."""
    refused = [
        (f"refuse_{change}_{table}", f"BEFORE {change} ON {table}")
        for change in ("INSERT", "UPDATE")
        for table in ("digests", "digest_runs")
    ]
    refusal = "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    async with aiosqlite.connect(folder / "bot.sqlite3") as database:
        for name, when in refused:
            await database.execute(f"CREATE TRIGGER {name} {when} {refusal}")
        yield
        for name, _ in refused:
            await database.execute(f"DROP TRIGGER {name}")


@asynccontextmanager
async def locked_database(folder: Path) -> AsyncIterator[None]:
    """Have every write wait until the block is left."""
    async with aiosqlite.connect(folder / "bot.sqlite3", isolation_level=None) as database:
        await database.execute("BEGIN IMMEDIATE")
        yield
        await database.execute("ROLLBACK")


@pytest.mark.parametrize("text", ["create daily 9am", "create #ops daily 9am"])
async def test_a_digest_that_the_database_refuses_is_said_to_be_made_nowhere(
    text: str, ada: Person, slack: LocalSlack, tmp_path: Path, read_log: ReadLog
) -> None:
    async with refusing_database(tmp_path):
        refused = await (await send_digest_command(ada, text)).message()
        assert "inside this bot" in refused.all_text()
    assert said_to_be_done(slack) == []
    assert stored_states(tmp_path) == {}
    assert [entry["event"] for entry in read_log() if entry["level"] == "error"] == ["unexpected_error"]
    assert sum(is_proof(message) for message in slack.workspace.timeline("ops")) == ("#ops" in text)


@pytest.mark.parametrize("word", ["pause", "resume", "delete", "restore", "run", "edit", "move"])
async def test_a_change_that_the_database_refuses_is_said_to_be_made_nowhere(
    word: str, ada: Person, slack: LocalSlack, tmp_path: Path, read_log: ReadLog
) -> None:
    await ask_digest(ada, "create daily 9am")
    if word in {"resume", "restore"}:
        await ask_digest(ada, "pause 1" if word == "resume" else "delete 1")
    view = await (await send_digest_command(ada, "edit 1")).view() if word in {"edit", "move"} else None
    before = said_to_be_done(slack), stored_states(tmp_path), stored_plans(tmp_path)
    async with refusing_database(tmp_path):
        if view is None:
            refused = await ask_digest(ada, f"{word} 1")
        else:
            following = next_answer(slack)
            await submit_filter(
                ada, view, time="10:00", channel="C0OPS0001" if word == "move" else "C0GENERAL"
            )
            refused = await following
        assert "inside this bot" in refused.all_text()
    assert [entry["event"] for entry in read_log() if entry["level"] == "error"] == ["unexpected_error"]
    assert (said_to_be_done(slack), stored_states(tmp_path), stored_plans(tmp_path)) == before


UNANNOUNCED: dict[str, tuple[Fault, str]] = {
    "the bot was removed": (ErrorCode("not_in_channel"), "this bot is not in it"),
    "the person was removed": (ErrorCode("user_not_in_channel"), "you are not in it"),
    "archived": (ErrorCode("is_archived"), "it is archived"),
    "unheard of": (ErrorCode("restricted_action"), "Slack says restricted_action"),
    "broken": (Failed(500), "Slack says HTTP 500"),
}


@pytest.mark.parametrize("name", UNANNOUNCED)
async def test_what_is_made_and_can_t_be_announced_is_said_to_be_just_that(
    name: str, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    fault, why = UNANNOUNCED[name]
    slack.faults.add("chat.postEphemeral", Slow(0))
    slack.faults.add("chat.postEphemeral", fault)
    told = await (await send_digest_command(ada, "create #ops daily 9am")).message()
    assert line_of(told) == "✅ *Digest 1 is made.*"
    assert line_of(told, -1) == f"⚠️ Not announced in <#C0OPS0001>: {why}."
    assert answers(slack.person("ada", "ops")) == []
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_move_that_can_be_announced_in_one_channel_alone_says_so(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await ask_digest(slack.person("ada", "ops"), "create daily 9am")
    elsewhere = slack.person("ada", "@ada")
    view = await (await send_digest_command(elsewhere, "edit 1")).view()
    for fault in (
        Slow(0),
        Slow(0),
        Slow(0),
        ErrorCode("is_archived"),
    ):  # two proofs, and the first announcement
        slack.faults.add("chat.postEphemeral", fault)
    reply_to = elsewhere.channel.id
    answered = slack.workspace.changes.follow(
        lambda change: change.message.channel == reply_to and "is changed" in change.message.all_text()
    )
    await submit_filter(elsewhere, view, channel="C0GENERAL")
    told = (await answered.next()).message
    assert line_of(told) == "✅ *Digest 1* in <#C0GENERAL> *is changed.*"
    assert "It no longer goes to <#C0OPS0001>." in told.all_text()
    assert "⚠️ Not announced in <#C0OPS0001>: it is archived." in told.all_text()
    assert line_of(answers(ada)[-1]) == line_of(told)
    assert "C0GENERAL" in stored_plans(tmp_path)[0]


async def test_a_process_that_ends_during_the_proof_leaves_nothing_said_and_nothing_made(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", held := Held())
    async with run_bot(bot_ack_within=0.2) as bot:
        reply = await send_digest_command(slack.person("ada"), "create #ops daily 9am")
        await held.reached.wait()
        await bot.background.drain(timedelta(0))
        assert "being restarted" in (await reply.message()).all_text()
        held.released.set()
    assert said_to_be_done(slack) == []
    assert stored_states(tmp_path) == {}


async def test_a_process_that_ends_during_the_write_says_what_came_of_it(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", held := Held())
    async with run_bot(bot_ack_within=0.2) as bot:
        reply = await send_digest_command(slack.person("ada"), "create #ops daily 9am")
        await _end_during_the_write(bot, slack, held, tmp_path, "create")
        told = await reply.message()
    assert line_of(told) == "✅ *Digest 1 is made.*"
    assert line_of(told, -1) == "⚠️ Not announced in <#C0OPS0001>: this bot is being restarted."
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_process_that_ends_during_a_move_says_what_came_of_it(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    async with run_bot(bot_ack_within=0.2) as bot:
        ada = slack.person("ada")
        await ask_digest(ada, "create daily 9am")
        view = await (await send_digest_command(ada, "edit 1")).view()
        slack.faults.add("chat.postEphemeral", Slow(0))  # the proof for the channel that it leaves
        slack.faults.add("chat.postEphemeral", held := Held())  # and for the one where it goes
        answered = slack.workspace.changes.follow(lambda change: "is changed" in change.message.all_text())
        await submit_filter(ada, view, channel="C0OPS0001")
        await _end_during_the_write(bot, slack, held, tmp_path, "_write")
        told = (await answered.next()).message
    assert line_of(told).endswith("*is changed.*")
    assert "C0OPS0001" in stored_plans(tmp_path)[0]


async def _end_during_the_write(bot: Bot, slack: LocalSlack, proof: Held, folder: Path, write: str) -> None:
    """End a bot that waits for a proof, once it waits for its database."""
    before = said_to_be_done(slack)
    async with locked_database(folder):
        await proof.reached.wait()
        proof.released.set()
        await wait_until_running(f"DigestRepository.{write}.<locals>.write", 1)
        ending = asyncio.create_task(bot.background.drain(timedelta(0)))
        await asyncio.sleep(0.1)
        assert said_to_be_done(slack) == before
    await ending


@pytest.mark.parametrize("word", ["pause", "delete", "run"])
async def test_a_process_that_ends_before_a_change_begins_leaves_all_as_it_was(
    word: str, run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    async with run_bot(bot_ack_within=0.2) as bot:
        ada = slack.person("ada")
        await ask_digest(ada, "create daily 9am")
        async with locked_database(tmp_path):
            reply = await send_digest_command(ada, f"{word} 1")
            ending = asyncio.create_task(bot.background.drain(timedelta(0)))
            await asyncio.sleep(0.1)
        await ending
        told = await reply.message()
    assert "being restarted" in told.all_text()
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_process_that_ends_during_the_announcement_says_that_it_is_made(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.faults.add("chat.postEphemeral", Slow(0))
    slack.faults.add("chat.postEphemeral", held := Held())
    async with run_bot(bot_ack_within=0.2) as bot:
        reply = await send_digest_command(slack.person("ada"), "create #ops daily 9am")
        await held.reached.wait()
        assert stored_states(tmp_path) == {1: "active"}
        await bot.background.drain(timedelta(0))
        told: Message = await reply.message()
    assert line_of(told) == "✅ *Digest 1 is made.*"
    assert line_of(told, -1) == "⚠️ Not announced in <#C0OPS0001>: this bot is being restarted."
