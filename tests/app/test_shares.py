"""One person can't use the bot up: others have their answers, and the person is told why they have none."""

import asyncio
from pathlib import Path

import pytest

from bot.playground.simulators.cloudflare import Simulation, TooManyRequests
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.clock import far_schedule
from tests.support.digest_actions import (
    add_failure,
    ask_digest,
    public_messages,
    send_digest_command,
    stored_states,
)
from tests.support.fixtures import RunBot
from tests.support.form_values import fill_form
from tests.support.messages import ask, click, row_ids

USED_UP = "One person's share of the requests to Cloudflare is used up."
JUST_REFRESHED = "This list was refreshed less than"


def _fill(cloudflare: Simulation, workflows: int) -> None:
    for number in range(workflows):
        cloudflare.add_instance(f"w{number}", id=f"i{number}")


async def test_one_person_s_lists_leave_others_theirs(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 60)
    async with run_bot(bot_request_budget=40, bot_person_share=0.25):
        ada, grace = slack.person("ada"), slack.person("grace")
        answers = [await ask(ada, f"list w{number}") for number in range(14)]
        assert [row_ids(answer) for answer in answers[:10]] == [[f"i{number}"] for number in range(10)]
        for told in answers[10:]:
            assert told.text.startswith(USED_UP)
            assert "Try again in 4m 5" in told.text
            assert "One person may cause 10 requests in five minutes" in told.text
        assert row_ids(await ask(grace, "list w50")) == ["i50"]
        assert row_ids(await ask(ada, "list w50")) == ["i50"], "what somebody else looked at costs nothing"
        assert row_ids(await ask(ada, "list w3")) == ["i3"]
    assert len(cloudflare.calls) == 11


async def test_clicks_and_forms_are_of_the_share_too(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 1)
    async with run_bot(bot_request_budget=30, bot_person_share=0.1, bot_refresh_pause=0):
        ada = slack.person("ada")
        message = await ask(ada, "list w0")
        for _ in range(2):
            message = await click(ada, message, "page_refresh")
        view = await (await ada.click(message, "filter_open")).view()
        filtered = await ada.submit(view, fill_form(view.payload, status="🔴 Errored"))
        assert (await filtered.seen()).text.startswith(USED_UP)
        assert (await click(ada, message, "page_refresh")).text.startswith(USED_UP)
        assert row_ids(await click(slack.person("grace"), message, "page_refresh")) == ["i0"]


async def test_a_list_that_is_refreshed_again_and_again_is_asked_for_once_in_a_while(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 1)
    async with run_bot(bot_refresh_pause=1.0):
        ada, grace = slack.person("ada"), slack.person("grace")
        message = await ask(ada, "list w0")
        cloudflare.add_instance("w0", id="newer")
        refreshed = await click(ada, message, "page_refresh")
        assert row_ids(refreshed) == ["newer", "i0"]
        assert JUST_REFRESHED not in refreshed.all_text()
        asked = len(cloudflare.calls)
        cloudflare.add_instance("w0", id="newest")
        for person in (ada, grace, ada):
            again = await click(person, message, "page_refresh")
            assert row_ids(again) == ["newer", "i0"]
            assert f"{JUST_REFRESHED} 1s ago, so it is shown as of the time above." in again.all_text()
            assert "as of <!date^" in again.all_text()
        assert len(cloudflare.calls) == asked
        await asyncio.sleep(1.1)
        later = await click(ada, again, "page_refresh")
        assert row_ids(later) == ["newest", "newer", "i0"]
        assert JUST_REFRESHED not in later.all_text()


async def test_two_hundred_clicks_on_refresh_cost_little(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 1)
    message = await ask(ada, "list w0")
    answers = await asyncio.gather(*(click(ada, message, "page_refresh") for _ in range(200)))
    assert all(row_ids(answer) == ["i0"] for answer in answers)
    assert len(cloudflare.calls) <= 4


async def test_the_overview_is_refreshed_once_in_a_while_too(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 1)
    message = await click(ada, await ask(ada, ""), "page_refresh")
    assert JUST_REFRESHED not in message.all_text()
    cloudflare.add_workflow("another")
    again = await click(ada, message, "page_refresh")
    assert JUST_REFRESHED in again.all_text()
    assert "another" not in again.all_text()
    assert cloudflare.workflow_calls == 2


async def test_a_refresh_that_failed_may_be_tried_again_at_once(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 1)
    message = await ask(ada, "list w0")
    cloudflare.inject(TooManyRequests(4))
    assert "Too many requests" in (await click(ada, message, "page_refresh")).text
    assert JUST_REFRESHED not in (await click(ada, message, "page_refresh")).all_text()


async def test_a_person_who_has_many_digests_is_told_how_to_make_room(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    async with run_bot(bot_digests_per_person=2):
        ada = slack.person("ada")
        replies = await asyncio.gather(*(send_digest_command(ada, "create weekdays 09:00") for _ in range(6)))
        for reply in replies:
            await reply.seen()
        told = await ask_digest(ada, "create weekdays 09:00")
        assert "⚠️ *You have 2 digests, and one person may have no more.*" in told.all_text()
        assert "delete one of yours: `/workflows digest list`" in told.all_text()
        assert len(stored_states(tmp_path)) == 2
        opened = await (await ada.command("/workflows", "digest")).view()
        saved = await ada.submit(opened, fill_form(opened.payload))
        assert saved.errors == {
            "channel": "You have 2 digests, the most there may be. Delete one first: /workflows digest list"
        }
        assert "is made" in (await ask_digest(slack.person("grace"), "create weekdays 09:00")).text


async def test_a_channel_with_many_digests_takes_no_more(run_bot: RunBot, slack: LocalSlack) -> None:
    async with run_bot(bot_digests_per_channel=1):
        ada = slack.person("ada")
        await ask_digest(slack.person("grace"), "create weekdays 09:00")
        told = await ask_digest(ada, f"create {far_schedule()}")
        assert "<#C0GENERAL> has 1 digest, and one channel may have no more." in told.all_text()
        assert "is made" in (await ask_digest(ada, f"create #ops {far_schedule()}")).text


async def test_a_channel_is_called_only_so_often(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1")
    async with run_bot(bot_calls_per_channel=1):
        ada = slack.person("ada")
        posted = slack.calls.follow(lambda call: call.method == "chat.postMessage")
        for number, mentions in ((1, "@here"), (2, "@channel,@grace")):
            await ask_digest(ada, f"create weekdays 09:00 mention:{mentions}")
            await ask_digest(ada, f"run {number}")
        for _ in range(2):
            await posted.next(20)
    loud, quiet = public_messages(slack)
    assert "<!here>" in loud.all_text()
    assert loud.text.startswith("<!here>")
    assert "<!channel>" not in quiet.all_text() + quiet.text
    assert quiet.text.startswith("<@U0GRACE01>"), "a person is called all the same"
    assert "🔕 `@channel` is not called" in quiet.all_text()


@pytest.mark.parametrize("feature", ["stats", "failures"])
async def test_pressing_on_within_each_pause_does_not_keep_refresh_from_asking(
    feature: str, run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 1)
    async with run_bot(bot_refresh_pause=1.0):
        ada = slack.person("ada")
        message = await ask(ada, f"{feature} w0 since:24h")
        message = await click(ada, message, f"{feature}_refresh")
        assert "refreshed less than" not in message.all_text()
        for _ in range(40):
            await asyncio.sleep(0.05)
            message = await click(ada, message, f"{feature}_refresh")
            if "refreshed less than" not in message.all_text():
                break
        assert "refreshed less than" not in message.all_text()
