"""A digest's creator has rights while they are in its channel, and each use of them asks anew."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.playground.simulators.slack import ErrorCode, Failed, Held, LocalSlack, Message, Person
from tests.support.digest_actions import (
    OWN_MENU,
    answers,
    ask_digest,
    is_proof,
    line_of,
    menu_labels,
    menus,
    next_answer,
    public_messages,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import RunBot
from tests.support.messages import button_labels

LEFT = "⛔ *You are not in the channel of digest 1 any more.*"
WORDS = ("show", "preview", "run", "edit", "pause", "resume", "delete", "restore")
PLAN = ("weekdays", "09:00", "7 days", "Europe/London", "#ops", "C0OPS0001")


@pytest.fixture
async def made(ada: Person, slack: LocalSlack) -> Message:
    """Digest 1 of Ada's in #ops."""
    return await ask_digest(slack.person(ada.user.name, "ops"), "create weekdays 09:00 window:7d")


def nothing_of_the_plan(message: Message) -> bool:
    return not any(word in f"{message.text}{message.all_text()}" for word in PLAN)


async def test_who_has_left_its_channel_can_neither_see_nor_change_their_digest(
    made: Message, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    before = stored_plans(tmp_path)
    slack.workspace.kick("ops", "ada")
    for word in WORDS:
        refused = await ask_digest(ada, f"{word} 1")
        assert line_of(refused) == LEFT, word
        assert nothing_of_the_plan(refused), word
    for button in made.buttons():
        reply = await slack.person("ada").act(
            refused, {"type": "button", "action_id": button.action_id, "block_id": "b", "value": button.value}
        )
        assert line_of(await reply.message()) == LEFT, "and an old button is worth no more"
    assert not slack.views.open_now()
    assert not public_messages(slack, "ops")
    assert (stored_states(tmp_path), stored_plans(tmp_path)) == ({1: "active"}, before)
    slack.workspace.invite("ops", "ada")
    assert "weekdays" in (await ask_digest(ada, "show 1")).all_text()


async def test_a_list_elsewhere_names_one_s_own_and_shows_none_of_their_plans(
    made: Message, ada: Person, slack: LocalSlack
) -> None:
    listed = await ask_digest(ada, "list")
    assert "*Digest 1* in <#C0OPS0001>\nyours, in another channel: `/workflows digest show 1`" in (
        listed.all_text()
    )
    assert menu_labels(listed) == [OWN_MENU]
    assert button_labels(listed) == ["New digest…"]
    said = f"{listed.text}{listed.all_text()}{menus(listed)}"
    assert not any(word in said for word in ("weekdays", "09:00", "7 days"))
    assert len(slack.calls_of("chat.postEphemeral")) == 1, "only that for making it"
    assert "weekdays" in (await ask_digest(slack.person("ada", "ops"), "list")).all_text()
    assert made


async def test_its_creator_elsewhere_is_proved_to_be_in_its_channel(
    made: Message, ada: Person, slack: LocalSlack
) -> None:
    there = slack.person("ada", "ops")
    before = len(there.screen())
    assert "weekdays" in (await ask_digest(ada, "show 1")).all_text()
    (proof,) = there.screen()[before:]
    assert is_proof(proof)
    assert line_of(proof) == "🔎 *Checking your access to digest 1.*"
    assert nothing_of_the_plan(proof)
    await ask_digest(there, "show 1")
    assert [message for message in there.screen() if is_proof(message)][-1] == proof, "none is needed there"
    assert made


@pytest.mark.parametrize("fault", [Failed(500), ErrorCode("team_is_not_ready")])
async def test_where_slack_does_not_say_who_is_there_nothing_is_shown_or_done(
    fault: Failed | ErrorCode, made: Message, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    for word in ("show", "edit", "delete"):
        slack.faults.clear()
        slack.faults.add("chat.postEphemeral", fault, times=9)
        refused = await (await send_digest_command(ada, f"{word} 1")).message()
        assert line_of(refused) == "⚠️ *Slack did not let this bot look into that channel.*"
        assert nothing_of_the_plan(refused)
    assert stored_states(tmp_path) == {1: "active"}
    assert made


async def test_a_form_that_was_opened_before_its_creator_left_is_not_saved(
    made: Message, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    there = slack.person("ada", "ops")
    view = await (await send_digest_command(there, "edit 1")).view()
    before = stored_plans(tmp_path)
    slack.workspace.kick("ops", "ada")
    for channel in ("C0OPS0001", "C0GENERAL"):
        following = next_answer(slack)
        await submit_filter(ada, view, channel=channel)
        assert line_of(await following) == LEFT
    assert stored_plans(tmp_path) == before
    assert made


async def test_an_admin_needs_no_proof(run_bot: RunBot, slack: LocalSlack, tmp_path: Path) -> None:
    async with run_bot(bot_admins="U0GRACE01"):
        await ask_digest(slack.person("ada", "ops"), "create weekdays 09:00")
        slack.workspace.kick("ops", "grace")
        calls = len(slack.calls_of("chat.postEphemeral"))
        assert "weekdays" in (await ask_digest(slack.person("grace"), "show 1")).all_text()
        assert "is paused" in line_of(await ask_digest(slack.person("grace"), "pause 1"))
        assert len(slack.calls_of("chat.postEphemeral")) == calls
    assert stored_states(tmp_path) == {1: "paused"}


async def test_where_the_bot_itself_is_out_its_creator_may_still_move_it(
    made: Message, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.workspace.kick("ops", slack.workspace.team.bot_name)
    view = await (await send_digest_command(ada, "edit 1")).view()
    following = next_answer(slack)
    reply = await submit_filter(ada, view, channel="C0GENERAL")
    assert not reply.errors
    moved = await following
    assert line_of(moved) == "✅ *Digest 1* in <#C0GENERAL> *is changed.*"
    assert "⚠️ Not announced in <#C0OPS0001>: this bot is not in it." in moved.all_text()
    assert "C0GENERAL" in stored_plans(tmp_path)[0]
    assert made


async def test_a_digest_that_moves_while_its_creator_is_proved_is_proved_where_it_goes(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    slack.workspace.kick("general", "ada")
    elsewhere = slack.person("ada", "@ada")
    slack.faults.add("chat.postEphemeral", proof := Held())
    asked = asyncio.create_task(ask_digest(elsewhere, "show 1"))
    await proof.reached.wait()
    _move(tmp_path, "C0GENERAL")
    proof.released.set()
    assert line_of(await asked) == LEFT
    assert made


def _move(folder: Path, channel: str) -> None:
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database, database:
        database.execute(
            "UPDATE digests SET channel = ?, plan = replace(plan, 'C0OPS0001', ?)", (channel, channel)
        )


async def test_of_two_forms_of_one_digest_the_second_overwrites_nothing(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    there = slack.person("ada", "ops")
    first, second = [await (await send_digest_command(there, "edit 1")).view() for _ in range(2)]
    following = next_answer(slack)
    await submit_filter(there, first, time="10:00")
    assert "is changed" in line_of(await following)
    before = stored_plans(tmp_path)
    following = next_answer(slack)
    await submit_filter(there, second, time="11:00")
    refused = await following
    assert line_of(refused) == (
        "⚠️ *Digest 1 was changed after this form was opened. Nothing of the form was saved.*"
    )
    assert "`/workflows digest edit 1`" in refused.all_text()
    assert stored_plans(tmp_path) == before
    assert made


async def test_a_digest_that_was_paused_while_its_form_was_open_stays_paused(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    there = slack.person("ada", "ops")
    view = await (await send_digest_command(there, "edit 1")).view()
    await ask_digest(there, "pause 1")
    following = next_answer(slack)
    await submit_filter(there, view, time="10:00")
    changed = await following
    assert "is changed" in line_of(changed)
    assert "⏸️ paused" in line_of(changed, 1)
    assert stored_states(tmp_path) == {1: "paused"}
    assert answers(there)[-1] == changed
    assert made
