"""`/workflows digest …`: every word that can stand behind it, and what comes of it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot.playground.simulators.cloudflare import ChangedRows, Dropped, Simulation, TooManyRequests
from bot.playground.simulators.slack import ErrorCode, LocalSlack, PayloadValidator, Person
from tests.support.clock import far_schedule
from tests.support.digest_actions import (
    OTHERS_MENU,
    OWN,
    OWN_MENU,
    add_failure,
    answers,
    ask_digest,
    first_seen,
    line_of,
    listed_numbers,
    menu_labels,
    press,
    public_messages,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels, click

GRACE = "U0GRACE01"


@pytest.fixture
async def three(run_bot: RunBot, slack: LocalSlack) -> AsyncIterator[LocalSlack]:
    """Digest 1 of Ada's in #general, 2 of hers in #ops, 3 of Grace's in #general; Grace is an admin."""
    async with run_bot(bot_admins=GRACE):
        await ask_digest(slack.person("ada"), "create weekdays 09:00")
        await ask_digest(slack.person("ada"), f"create #ops {far_schedule()}")
        await ask_digest(slack.person("grace"), "create every 4h")
        yield slack


async def test_a_digest_is_made_where_it_is_asked_for(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    reply = await send_digest_command(ada, "create weekdays 09:00")
    made = await first_seen(reply)
    assert line_of(made) == "✅ *Digest 1* in <#C0GENERAL> *is made.*"
    assert line_of(made, 1).startswith("weekdays at 09:00 (Europe/London) · <!date^")
    assert button_labels(made) == OWN
    assert made.seen_only_by == ada.user.id
    assert await reply.message() == made
    await reply.nothing()
    assert answers(ada) == [made], "it is said once"
    assert not public_messages(slack)
    assert stored_states(tmp_path) == {1: "active"}


async def test_the_next_time_is_one_that_every_reader_sees_in_their_own_zone(ada: Person) -> None:
    text = line_of(await ask_digest(ada, "create daily 00:00 UTC"), 1)
    at = datetime.fromtimestamp(int(text.split("<!date^")[1].split("^")[0]), UTC)
    assert at.hour == 0
    assert at.minute == 0
    assert at.second == 0
    assert 0 < (at - datetime.now(UTC)).total_seconds() <= 86_400


async def test_a_digest_for_another_channel_is_confirmed_in_both(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    reply = await send_digest_command(ada, "create #ops daily 9am quiet")
    there = await first_seen(reply)
    here = await reply.message()
    assert there.channel == slack.workspace.channel("ops").id
    assert line_of(there) == "✅ *Digest 1* in <#C0OPS0001> *is made.*"
    assert "only when something is new" in there.all_text()
    assert here.channel == ada.channel.id
    assert "It goes to <#C0OPS0001>: daily at 09:00 (Europe/London)" in here.all_text()
    assert {there.seen_only_by, here.seen_only_by} == {ada.user.id}
    assert stored_states(tmp_path) == {1: "active"}


async def test_everything_that_was_said_is_repeated(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")
    cloudflare.add_workflow("re funds")
    made = await ask_digest(
        ada,
        'create mon,thu 14:30 America/New_York workflow orders "re funds" status:terminated window:7d quiet '
        "mention:@oncall,@grace,@here thread:daily account:default",
    )
    assert line_of(made, 1).startswith("mon,thu at 14:30 (America/New_York) · <!date^")
    assert line_of(made, 2) == (
        "`orders`, `re funds` · newly terminated · account `default` · the last 7 days · "
        "only when something is new · mentions `@oncall`, `@grace`, `@here` · one thread a day"
    )


async def test_the_first_list_says_how_to_make_one(ada: Person) -> None:
    nothing = await ask_digest(ada, "list")
    assert line_of(nothing) == "*No digests yet.*"
    assert "`/workflows digest create #ops weekdays 09:00`" in nothing.all_text()
    assert button_labels(nothing) == ["New digest…"]


async def test_a_list_holds_those_of_this_channel_and_one_s_own(three: LocalSlack) -> None:
    found = await ask_digest(three.person("ada"), "list")
    assert listed_numbers(found) == [1, 2, 3]
    assert menu_labels(found) == [OWN_MENU, OWN_MENU, OTHERS_MENU], "the third is somebody else's"
    assert button_labels(found) == ["New digest…"]
    assert listed_numbers(await ask_digest(three.person("ada", "ops"), "list")) == [1, 2]
    assert listed_numbers(await ask_digest(three.person("grace", "ops"), "list")) == [2, 3]
    assert listed_numbers(await ask_digest(three.person("grace", "@grace"), "list")) == [3]
    assert listed_numbers(await ask(three.person("ada", "ops"), "digests")) == [1, 2]


async def test_only_admins_list_all(three: LocalSlack) -> None:
    found = await ask_digest(three.person("grace", "@grace"), "list all")
    assert listed_numbers(found) == [1, 2, 3]
    assert menu_labels(found) == [OWN_MENU] * 3, "an admin may change every one"
    refused = await ask_digest(three.person("ada"), "list all")
    assert listed_numbers(refused) == []
    assert f"Only admins of this bot see them: <@{GRACE}>." in refused.all_text()
    assert "`/workflows digest list`" in refused.all_text()


async def test_without_admins_nobody_lists_all(ada: Person) -> None:
    refused = await ask_digest(ada, "list all")
    assert "Only admins of this bot see them, and the setting `BOT_ADMINS` names none." in refused.all_text()


async def test_a_digest_is_shown_with_its_next_times_and_its_runs(ada: Person) -> None:
    await ask_digest(ada, "create every 4h window:48h")
    shown = await ask_digest(ada, "show 1")
    text = shown.all_text()
    assert text.startswith("*Digest 1* in <#C0GENERAL>\nevery 4h (Europe/London) · <!date^")
    assert f"made by <@{ada.user.id}> on <!date^" in text
    following = [said for said in text.split("\n") if said.startswith("• <!date^")]
    times = [int(said.split("^")[1]) for said in following]
    assert len(times) == 3
    assert {later - earlier for earlier, later in pairwise(times)} == {4 * 3600}
    assert "*Last runs*\nnone yet" in text
    assert button_labels(shown) == OWN


async def test_the_last_line_of_a_digest_makes_the_same_one_again(
    ada: Person, cloudflare: Simulation, slack: LocalSlack, tmp_path: Path
) -> None:
    cloudflare.add_workflow("orders")
    cloudflare.add_workflow('a "b": <c>')
    await ask_digest(
        ada,
        'create #ops first monday 9am Asia/Tokyo workflow orders "a \\"b\\": <c>" complete window:36h quiet '
        "mention:@grace,@here thread:daily account:default",
    )
    elsewhere = line_of(await ask_digest(ada, "show 1"), -1)
    assert elsewhere.startswith("In <#C0OPS0001>: `/workflows digest create here first monday")
    again = line_of(await ask_digest(slack.person("ada", "ops"), "show 1"), -1).strip("`")
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        again = again.replace(entity, sign)
    await slack.person("ada", "quiet").command("/workflows", again.removeprefix("/workflows "))
    first, second = stored_plans(tmp_path)
    assert first == second


async def test_a_preview_is_for_who_asks_and_nothing_is_posted(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1")
    made = await ask_digest(ada, "create weekdays 09:00 mention:@oncall")
    for preview in (await ask_digest(ada, "preview 1"), await press(ada, made, "digest_preview")):
        assert preview.seen_only_by == ada.user.id
        assert "A preview, for you alone: what it would say now." in preview.all_text()
        assert "tells of the 24 hours before it. It would call `@oncall`." in preview.all_text()
        assert "ord-1" in preview.all_text()
        assert {"data_table", "data_visualization"} <= {block["type"] for block in preview.blocks}
        assert "<!subteam" not in f"{preview.text}{preview.all_text()}"
    assert not public_messages(slack)
    assert not slack.calls_of("chat.postMessage")
    assert "none yet" in (await ask_digest(ada, "show 1")).all_text(), "it is no run"


async def test_where_slack_refuses_its_newer_blocks_a_preview_comes_in_plain_ones(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1")
    await ask_digest(ada, "create weekdays 09:00")
    slack.workspace.validator = PayloadValidator(frozenset({"data_table", "data_visualization"}))
    preview = await ask_digest(ada, "preview 1")
    assert "ord-1" in preview.all_text()
    assert {block["type"] for block in preview.blocks} <= {"header", "context", "section", "actions"}


async def test_a_preview_of_an_account_that_can_t_be_read_says_why(
    ada: Person, cloudflare: Simulation
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    cloudflare.inject(TooManyRequests(30), times=None)
    assert "Too many requests to Cloudflare just now." in (await ask_digest(ada, "preview 1")).all_text()


async def test_a_digest_is_paused_and_resumed_and_saying_so_twice_harms_nobody(
    ada: Person, tmp_path: Path
) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    for paused in (await ask_digest(ada, "pause 1"), await press(ada, made, "digest_pause")):
        assert line_of(paused) == "⏸️ *Digest 1* in <#C0GENERAL> *is paused.*"
        assert line_of(paused, 1) == "weekdays at 09:00 (Europe/London)"
        assert button_labels(paused) == ["Preview", "Run now", "Resume", "Edit…", "Delete…"]
        assert stored_states(tmp_path) == {1: "paused"}
    assert "⏸️ paused" in line_of(await ask_digest(ada, "list"), 2)
    assert "Next times" not in (await ask_digest(ada, "show 1")).all_text()
    for resumed in (await press(ada, paused, "digest_resume"), await ask_digest(ada, "resume 1")):
        assert line_of(resumed) == "▶️ *Digest 1* in <#C0GENERAL> *is active again.*"
        assert button_labels(resumed) == OWN
        assert stored_states(tmp_path) == {1: "active"}


async def test_a_deleted_digest_is_gone_until_that_is_undone(ada: Person, tmp_path: Path) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    assert made.button("digest_delete").element["confirm"]["title"]["text"] == "Delete digest 1?"
    deleted = await press(ada, made, "digest_delete")
    assert line_of(deleted) == "🗑️ *Digest 1* in <#C0GENERAL> *is deleted.*"
    assert "`/workflows digest restore 1`" in deleted.all_text()
    assert button_labels(deleted) == ["Undo"]
    assert stored_states(tmp_path) == {1: "deleted"}
    assert line_of(await ask_digest(ada, "list")) == "*No digests yet.*"
    for word in ("show", "preview", "run", "pause", "resume", "edit", "delete"):
        assert line_of(await ask_digest(ada, f"{word} 1")) == "🗑️ *Digest 1* in <#C0GENERAL> *is deleted.*"
    for back in (await press(ada, deleted, "digest_restore"), await ask_digest(ada, "restore 1")):
        assert line_of(back) == "✅ *Digest 1* in <#C0GENERAL> *is restored.*"
        assert button_labels(back) == OWN
        assert stored_states(tmp_path) == {1: "active"}


@pytest.mark.parametrize("word", ["cancel", "unsubscribe", "remove"])
async def test_another_word_for_a_verb_is_done_and_said(word: str, ada: Person, tmp_path: Path) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    deleted = await ask_digest(ada, f"{word} 1")
    assert line_of(deleted) == f"Read `{word}` as `delete`."
    assert line_of(deleted, 1) == "🗑️ *Digest 1* in <#C0GENERAL> *is deleted.*"
    assert button_labels(deleted) == ["Undo"]
    assert stored_states(tmp_path) == {1: "deleted"}


async def test_a_paused_digest_that_is_restored_though_nobody_deleted_it_stays_paused(
    ada: Person, tmp_path: Path
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    await ask_digest(ada, "pause 1")
    await ask_digest(ada, "restore 1")
    assert stored_states(tmp_path) == {1: "paused"}


async def test_a_number_is_not_given_twice(ada: Person, tmp_path: Path) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    await ask_digest(ada, "delete 1")
    await ask_digest(ada, f"create {far_schedule()}")
    assert stored_states(tmp_path) == {1: "deleted", 2: "active"}


@pytest.mark.parametrize("text", ["digest help", "help digest", "digest create --help"])
async def test_help_says_how_to_put_a_digest_in_words(text: str, ada: Person) -> None:
    said = (await ask(ada, text)).all_text()
    assert said.startswith("/workflows · digest\n")
    assert "`/workflows digest create #ops weekdays 09:00`" in said


MISTAKES = {
    "shwo 1": ("`shwo` is not a digest command.", "/workflows digest show 1"),
    "puase 7": ("`puase` is not a digest command.", "/workflows digest pause 7"),
    "cancel 7": ("There is no digest 7.", "/workflows digest list"),
    "7": ("There is no digest 7.", "/workflows digest list"),
    "every day": ("`every day` names no time.", "/workflows digest every day 09:00"),
    "create every morning": ("names no time.", "/workflows digest create every morning at 09:00"),
    "create every other monday 9am": ("does not come on the same days of each week.", "`mondays 09:00`"),
    "create */90 * * * *": ("has a step that is longer than its field", "`0 */2 * * *`"),
    "create daily 9am IST": ("may be several time zones.", "/workflows digest create daily 9am Asia/Kolkata"),
    "create hourly until 5": ("`until 5` is no part of a digest.", "`/workflows digest pause`"),
    "edit 7 daily": ("`daily` names no time.", "a time such as `09:00`"),
    "show first": ("`first` is no number of a digest.", "/workflows digest list"),
    "show 99": ("There is no digest 99.", "/workflows digest list"),
    "show 12345678901234567890": ("`12345678901234567890` is no number of a digest.", "digest list"),
    "list al": ("`al` is no part of the digests.", "/workflows digest list all"),
    "create here": ("does not say when.", "/workflows digest create here daily 09:00"),
    "create every 5m": ("`every 5m` is more often than every 15 minutes.", "digest create every 15m"),
    "create daily 25:00": ("`25:00`", "Expected:"),
    "create daily 9am Mars/Base": ("`Mars/Base`", "Europe/Berlin"),
    "create daily 9am window:90d": ("`window:90d` is too long a window.", "window:30d"),
    "create daily 9am quite": ("`quite`", "/workflows digest create daily 9am quiet"),
    "create daily 9am account:prod": ("`account:prod`", "`default`"),
    "create daily 9am mention:@nobody": ("but Slack did not recognise the name", "`@here`"),
    "create #nowhere daily 9am": ("Slack did not identify it", "`/workflows digest`"),
    "create #secret daily 9am": ("Slack did not identify it", "`/workflows digest`"),
    'create daily 9am workflow "orders': ("opens a quote that is never closed", "a closing quote"),
}


async def test_a_mistake_names_the_word_and_what_to_type_instead(
    ada: Person, slack: LocalSlack, tmp_path: Path, read_log: ReadLog
) -> None:
    slack.workspace.kick("secret", "ada")
    for text, (problem, instead) in MISTAKES.items():
        said = (await ask_digest(ada, text)).all_text()
        assert said.startswith("⚠️ *"), text
        assert problem in said, text
        assert instead in said, text
    assert stored_states(tmp_path) == {}
    assert not [entry for entry in read_log() if entry["level"] in ("warning", "error", "critical")]


async def test_a_workflow_that_does_not_exist_is_answered_with_the_nearest_name(
    ada: Person, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.add_workflow("orders")
    said = (await ask_digest(ada, "create daily 9am workflow ordrs")).all_text()
    assert "`ordrs` is no workflow of `default`." in said
    assert "Did you mean `orders`?" in said
    assert stored_states(tmp_path) == {}
    assert "Did you mean" not in (await ask_digest(ada, "create daily 9am workflow zzzzzz")).all_text()


async def test_a_workflow_that_a_list_lacks_of_which_a_row_is_unreadable_is_asked_for_by_name(
    ada: Person, cloudflare: Simulation, tmp_path: Path
) -> None:
    for name in ("orders", "refunds"):
        cloudflare.add_workflow(name)
    cloudflare.inject(ChangedRows({"name": ["odd"]}, slice(1)), operation="list_workflows")
    assert "is made" in line_of(await ask_digest(ada, "create daily 9am workflow orders refunds"))
    assert "is no workflow" in (await ask_digest(ada, "create daily 9am workflow lost")).all_text()
    assert cloudflare.count("get_workflow") == 2
    assert stored_states(tmp_path) == {1: "active"}


async def test_names_that_can_t_be_looked_up_are_not_taken_on_trust(
    ada: Person, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.inject(Dropped(), times=None)
    said = await ask(ada, "digest create daily 9am workflow orders")
    assert "Cloudflare gave no usable answer." in said.all_text()
    assert ada.screen() == (said,), "nothing says that it was made"
    assert stored_states(tmp_path) == {}
    assert "is made" in line_of(await ask_digest(ada, "create daily 9am")), "a digest of all needs no names"


async def test_a_digest_is_changed_by_words_and_the_answer_says_what_was_understood(
    ada: Person, tmp_path: Path
) -> None:
    await ask_digest(ada, "create weekdays 09:00 Asia/Tokyo quiet")
    changed = await ask_digest(ada, "edit 1 daily 9am and 5pm")
    assert line_of(changed) == "✅ *Digest 1* in <#C0GENERAL> *is changed.*"
    assert line_of(changed, 1).startswith("daily at 09:00 and 17:00 (Asia/Tokyo) · <!date^")
    assert "^next {date_short_pretty} at {time}|next " in line_of(changed, 1)
    changed = await ask_digest(ada, "1 quiet:no weekdays 9am CET")
    assert "Read `CET` as `Europe/Berlin`." in changed.all_text()
    assert "weekdays at 09:00 (Europe/Berlin) · <!date^" in changed.all_text()
    assert "^next {date_short_pretty} at {time}|next " in changed.all_text()
    (plan,) = map(json.loads, stored_plans(tmp_path))
    assert plan["schedule"] == {"cron": "0 9 * * 1-5", "zone": "Europe/Berlin"}
    assert not plan.get("quiet")


async def test_somebody_else_s_digest_is_not_changed_by_words(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    said = await ask_digest(slack.person("grace"), "edit 1 daily 10am")
    assert "is not yours to change" in said.all_text()
    (plan,) = map(json.loads, stored_plans(tmp_path))
    assert plan["schedule"]["cron"] == "0 9 * * 1-5"


async def test_a_digest_that_can_t_move_says_how_to_move_it_later(ada: Person, slack: LocalSlack) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    slack.faults.add("chat.postEphemeral", ErrorCode("not_in_channel"))
    said = (await ask_digest(ada, "edit 1 #ops")).all_text()
    assert "This bot is not in <#C0OPS0001>." in said
    assert "/workflows digest edit 1 #ops" in said


@pytest.mark.parametrize("verb", ["show", "preview", "run", "pause", "edit", "delete", "stop"])
async def test_a_verb_without_a_number_shows_the_digests_with_their_menus(verb: str, ada: Person) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    said = await ask_digest(ada, verb)
    name = {"stop": "pause"}.get(verb, verb)
    assert f"Which digest? Choose in its `⋯`, or type `/workflows digest {name} NUMBER`" in said.all_text()
    (menu,) = (element for _, element in said.elements() if element["type"] == "overflow")
    assert [option["text"]["text"] for option in menu["options"]][:3] == ["Preview", "Run now", "Pause"]


async def test_the_channel_without_its_mark_is_a_press_away(run_bot: RunBot, ada: Person) -> None:
    async with run_bot():
        refused = await ask(ada, "digest create general weekdays 09:00")
        assert "`general` is taken for a channel, and has no `#`." in refused.all_text()
        made = await click(ada, refused, "command_run")
        assert line_of(made) == "✅ *Digest 1* in <#C0GENERAL> *is made.*"
