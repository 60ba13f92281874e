"""The form of a digest that is there already: what it holds, and what comes of saving it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, View
from tests.support.digest_actions import (
    answers,
    ask_digest,
    line_of,
    next_answer,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import ReadLog
from tests.support.form_values import Answer, shown_values


async def edited(person: Person, number: int = 1) -> View:
    return await (await send_digest_command(person, f"edit {number}")).view()


async def saved(slack: LocalSlack, person: Person, view: View, **answers: Answer) -> Message:
    """What is said once a form is saved."""
    following = next_answer(slack)
    reply = await submit_filter(person, view, **answers)
    assert not reply.errors
    assert slack.views.current(view) is None, "the form is closed"
    return await following


@pytest.mark.parametrize(
    ("schedule", "fields"),
    [
        ("mon,thu 14:30", {"days": "Monday, Thursday", "time": "14:30"}),
        ("daily 00:00 UTC", {"days": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"}),
        ("every 4h", {"words": "every 4h"}),
        ("first monday 9am Asia/Tokyo", {"words": "first monday at 09:00", "zone": "Asia/Tokyo"}),
        ("cron 15,45 9-17 * * 1-5", {"words": "every 30m from 09:15 to 17:45 on weekdays"}),
    ],
)
async def test_it_holds_the_whole_plan_and_saved_as_it_is_changes_nothing(
    schedule: str,
    fields: dict[str, str],
    ada: Person,
    cloudflare: Simulation,
    slack: LocalSlack,
    tmp_path: Path,
) -> None:
    cloudflare.add_workflow("orders")
    await ask_digest(
        ada,
        f"create {schedule} workflow orders status:complete window:7d quiet thread:daily "
        "mention:@oncall,@here account:default",
    )
    before = stored_plans(tmp_path)
    view = await edited(ada)
    held = shown_values(view.payload)
    assert fields.items() <= held.items()
    assert ("words" in held) is ("days" not in held)
    assert (
        held | fields
        == held
        | {
            "channel": "C0GENERAL",
            "workflows": "orders",
            "status": "🟢 Complete",
            "window": "7d",
            "account": "default",
            "groups": "@here (everybody who is active), @oncall",
        }
        | fields
    )
    assert line_of(await saved(slack, ada, view)) == "✅ *Digest 1* in <#C0GENERAL> *is changed.*"
    assert same(stored_plans(tmp_path), before)


def alter(folder: Path, columns: str) -> None:
    """Have something of all digests changed behind the bot's back."""
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        database.execute(f"UPDATE digests SET {columns}")  # noqa: S608 - by nobody but these tests
        database.commit()


def same(after: list[str], before: list[str]) -> bool:
    """Whether plans are the same but for the order of those who are called."""
    return [sorted(plan) for plan in after] == [sorted(plan) for plan in before]


async def test_what_is_changed_is_said_and_kept(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    await ask_digest(ada, "create weekdays 09:00 quiet")
    view = await edited(ada)
    changed = await saved(slack, ada, view, days=("Sunday",), time="18:00", how=None, window="48h")
    assert line_of(changed, 1).startswith("sundays at 18:00 (Europe/London) · <!date^")
    assert line_of(changed, 2) == "all workflows · the last 2 days"
    assert line_of(await ask_digest(ada, "show 1"), 1) == line_of(changed, 1)
    assert stored_states(tmp_path) == {1: "active"}


async def test_a_paused_digest_stays_paused(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    await ask_digest(ada, "pause 1")
    assert "⏸️ paused" in line_of(await saved(slack, ada, await edited(ada), words="hourly"), 1)
    assert stored_states(tmp_path) == {1: "paused"}


async def test_a_digest_moves_to_another_channel_if_the_person_and_the_bot_are_in_it(
    bot: Bot, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    view = await edited(ada)
    refused = await submit_filter(ada, view, channel="C0QUIET01")
    assert "This bot is not in this channel." in refused.errors["channel"]
    assert "C0GENERAL" in stored_plans(tmp_path)[0]
    there = await saved(slack, ada, view, channel="C0OPS0001")
    assert there.channel == "C0OPS0001"
    assert line_of(there) == "✅ *Digest 1* in <#C0OPS0001> *is changed.*"
    await bot.background.drain(timedelta(seconds=2))
    here = answers(ada)[-1]
    assert line_of(here) == line_of(there)
    assert "It no longer goes to <#C0GENERAL>." in here.all_text()
    assert "*Digest 1* in <#C0OPS0001>" in (await ask_digest(slack.person("grace", "ops"), "list")).all_text()
    assert line_of(await ask_digest(slack.person("grace"), "list")) == "*No digests yet.*"


async def test_one_that_moves_to_where_its_form_was_opened_says_so_once(
    bot: Bot, ada: Person, slack: LocalSlack
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    there = slack.person("ada", "ops")
    left = await saved(slack, there, await edited(there), channel="C0OPS0001")
    await bot.background.drain(timedelta(seconds=2))
    (moved,) = answers(there)
    assert line_of(moved) == "✅ *Digest 1* in <#C0OPS0001> *is changed.*"
    assert answers(ada)[-1] == left
    assert left.all_text() == "↪️ *Digest 1 no longer comes here.*\nIt goes to <#C0OPS0001> now."


async def test_one_that_paused_itself_goes_out_again_once_it_is_put_right(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await ask_digest(ada, "create #ops weekdays 09:00")
    alter(tmp_path, "state='paused', paused_why='it is archived', next_due=NULL")
    slack.workspace.archive("ops")
    assert line_of(await ask_digest(ada, "show 1"), 1).endswith("⏸️ paused: it is archived")
    view = await edited(ada)
    assert "archived" in (await submit_filter(ada, view, words="hourly")).errors["channel"]
    assert stored_states(tmp_path) == {1: "paused"}
    moved = await saved(slack, ada, view, channel="C0GENERAL")
    assert "^next {" in line_of(moved, 1)
    assert stored_states(tmp_path) == {1: "active"}


async def test_whoever_may_not_change_it_any_more_is_told_when_they_save_it(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    view = await edited(ada)
    before = stored_plans(tmp_path)
    alter(tmp_path, "creator='U0GRACE01'")
    refused = await saved(slack, ada, view, words="hourly")
    assert line_of(refused) == "⛔ *Digest 1 is not yours to change.*"
    assert stored_plans(tmp_path) == before


async def test_one_that_was_deleted_meanwhile_is_not_brought_back(
    ada: Person, slack: LocalSlack, tmp_path: Path, read_log: ReadLog
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    view = await edited(ada)
    await ask_digest(ada, "delete 1")
    assert (
        line_of(await saved(slack, ada, view, words="hourly")) == "🗑️ *Digest 1* in <#C0GENERAL> *is deleted.*"
    )
    assert stored_states(tmp_path) == {1: "deleted"}
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]
