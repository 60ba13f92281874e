"""A digest that is asked for now: it comes to its channel, once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground.simulators.cloudflare import Failure, HtmlPage, Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.clock import far_schedule
from tests.support.digest_actions import (
    add_failure,
    ask_digest,
    line_of,
    press,
    public_messages,
    stored_states,
    wait_for_message,
)
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import click, row_ids, walk
from tests.support.rows import opened_by

WITHIN = 20.0
ALREADY = "⏳ *Digest 1 is being made already.*"
JUST_NOW = "⏳ *Digest 1 was run a moment ago.*"


async def shown_once(person: Person, number: int, words: str) -> str:
    """What is shown of a digest once it holds some words."""
    async with asyncio.timeout(WITHIN):
        while True:
            text = (await ask_digest(person, f"show {number}")).all_text()
            if words in text:
                return text
            await asyncio.sleep(0.1)


async def test_digests_that_are_asked_for_now_are_posted_once_each_and_recorded(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path, read_log: ReadLog
) -> None:
    add_failure(cloudflare, "orders", "ord-1", Failure("PaymentError", "<!channel> card declined"))
    async with run_bot():
        ada, there = slack.person("ada"), slack.person("ada", "ops")
        made = await ask_digest(ada, "create weekdays 09:00 mention:@oncall,@grace")
        await ask_digest(there, f"create {far_schedule()} quiet status:terminated")
        await ask_digest(there, "pause 2")

        started = await press(ada, made, "digest_run")
        assert line_of(started) == "⏳ *Digest 1 is being made.*"
        assert line_of(started, 1) == "It comes to <#C0GENERAL> in a moment."
        again, others = await asyncio.gather(
            press(ada, made, "digest_run"), ask_digest(slack.person("grace"), "run 1")
        )
        paused = await ask_digest(ada, "run 2")
        for told in (again, others):
            assert line_of(told) in (ALREADY, JUST_NOW), "nobody is promised a second one"
        assert "stays paused" in paused.all_text()
        assert "`/workflows digest resume 2`" in paused.all_text()

        shown = await shown_once(ada, 1, "✅ sent")
        await shown_once(there, 2, "✅ sent")
        [loud], [quiet] = public_messages(slack), public_messages(slack, "ops")
        text = loud.all_text()
        assert "ord-1" in text
        assert "&lt;!channel&gt; card declined" in text
        assert "<!subteam^S0ONCALL1> <@U0GRACE01>" in text, "who is to be called is called"
        assert "<!channel>" not in f"{text}{loud.text}"
        assert loud.metadata is not None
        assert loud.metadata["event_payload"]["digest"] == 1
        assert "Nothing newly terminated" in quiet.all_text(), "who asks for it now gets it, quiet or not"
        assert loud.text.startswith(
            "<!subteam^S0ONCALL1> <@U0GRACE01> 1 failed in the last 24 hours, in orders"
        )

        assert shown.count("✅ sent · 1 new") == 1
        assert shown.count("• ") == 4, "three times to come, and one that was"
        assert "⏸️ paused" in (await ask_digest(there, "show 2")).all_text()
        assert stored_states(tmp_path) == {1: "active", 2: "paused"}

        preview = (await ask_digest(ada, "preview 1")).all_text()
        assert "1 failed in the last 24 hours, in orders" in preview
        assert "what it would say now. The first one, <!date^" in preview
        assert "ord-1" in preview, "what was asked for moves nothing: the next one tells of it, too"

        too_soon = await ask_digest(ada, "run 1")
        assert line_of(too_soon) == JUST_NOW
        assert "No second one is made so soon." in line_of(too_soon, 1)
        assert line_of(too_soon, 2).endswith("on: `/workflows digest run 1`")

        opened = await click(slack.person("grace"), loud, "list_open")
        assert row_ids(opened) == ["ord-1"]
        assert opened.seen_only_by == "U0GRACE01"
        assert len(public_messages(slack)) == 1
        assert len(public_messages(slack, "ops")) == 1
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]


async def test_a_digest_that_waits_is_not_promised_a_second_time(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.inject(HtmlPage(), times=None)
    async with run_bot():
        ada = slack.person("ada")
        await ask_digest(ada, "create weekdays 09:00")
        assert line_of(await ask_digest(ada, "run 1")) == "⏳ *Digest 1 is being made.*"
        told = await ask_digest(slack.person("grace"), "run 1")
        assert line_of(told) == ALREADY
        assert "comes once to <#C0GENERAL>. No second one follows." in line_of(told, 1)


async def test_the_button_below_three_ids_opens_exactly_the_others(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    for number in range(17):
        add_failure(cloudflare, "orders", f"ord-{number:02}", Failure("PaymentError", f"card {number}"))
    cloudflare.add_instance(
        "orders", id="old", status="errored", created_on=datetime.now(UTC) - timedelta(days=3)
    )
    async with run_bot():
        ada, grace = slack.person("ada"), slack.person("grace")
        await ask_digest(ada, "create weekdays 09:00")
        await ask_digest(ada, "run 1")
        posted = await wait_for_message(slack)
        shown = re.findall(r"• `(ord-\d+)`", posted.all_text())
        button = posted.button("digest_instances")
        assert (len(shown), button.label) == (3, "And 14 more")
        assert opened_by(posted) == shown[:1], "the newest of the cause"
        add_failure(cloudflare, "orders", "since")

        first = await click(grace, posted, "digest_instances")
        screens = await walk(grace, first, "digest_instances_older")
        assert [len(row_ids(screen)) for screen in screens] == [10, 4]
        others = {f"ord-{number:02}" for number in range(17)} - set(shown)
        assert {id_ for screen in screens for id_ in row_ids(screen)} == others
        assert [opened_by(screen) for screen in screens] == [row_ids(screen) for screen in screens]
        assert "orders · 14 newly errored" in first.all_text()
        assert "^as digest 1 counted them {" in first.all_text()
        assert [line_of(screen, -1).split(" · ")[0] for screen in screens] == [
            "1–10 of 14",
            "11–14 of 14",
        ]
        assert first.seen_only_by == "U0GRACE01"
        assert len(grace.screen()) == 2, "the screens take each other's place, and the digest stays"
        back = await click(grace, screens[-1], "digest_instances_newer")
        assert row_ids(back) == row_ids(first)
        live = await click(grace, back, "list_open")
        assert "since" in row_ids(live)
        assert cloudflare.list_calls == 2, "what was reported costs Cloudflare nothing"
        view = await (await grace.click(posted, "instance_show")).view()
        assert view.user == "U0GRACE01", "for her alone"
        assert shown[0] in view.all_text()


async def test_a_channel_gets_its_digests_one_after_the_other_no_more_than_one_a_second(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot():
        ada = slack.person("ada")
        for _ in range(3):
            await ask_digest(ada, "create weekdays 09:00")
        await asyncio.gather(*(ask_digest(ada, f"run {number}") for number in (1, 2, 3)))
        for number in (1, 2, 3):
            await shown_once(ada, number, "✅ sent")

    first, second, third = (call.at for call in slack.calls_of("chat.postMessage"))
    assert second - first >= 1
    assert third - second >= 1


async def test_a_digest_that_no_worker_could_deliver_is_made_and_said_to_be_stuck(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    (tmp_path / "bot.sqlite3.dbos.sqlite3").write_text("no database " * 100)
    warning = "⚠️ No digest can be delivered now: file is not a database. "
    async with run_bot():
        ada = slack.person("ada")
        await ask_digest(ada, "create daily 9am")  # from now on the worker tries
        await shown_once(ada, 1, warning)
        made = (await ask_digest(ada, "create daily 10am")).all_text()
        assert made.startswith("✅ *Digest 2*")
        assert warning in made
        assert warning in (await ask_digest(ada, "run 2")).all_text()
