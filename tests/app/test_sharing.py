"""A list that one person shares, and what everybody in the channel does with it."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import HtmlPage, Simulation
from bot.playground.simulators.slack import AnswerLost, Failed, LocalSlack, Message, Person, Workspace
from bot.playground.simulators.slack.directory import GUS, MALLORY, Channel
from bot.playground.simulators.slack.workspace import Draft
from bot.ui.sharing import DELETE_SHARED, SHARE
from tests.support.digest_actions import public_messages
from tests.support.filter_form import add_orders, open_filter, submit_and_wait
from tests.support.fixtures import RunBot
from tests.support.messages import ask, button_labels, click, has_button, row_ids

CANARY = "canary-4711"
PEOPLE = Channel("D0PEOPLE1", "ada and grace", is_private=True, bot_is_member=False)
"""A direct message between two people, where the bot can't be."""


@pytest.fixture
def workspace() -> Workspace:
    plain = Workspace()
    return replace(plain, channels=(*plain.channels, PEOPLE))


@pytest.fixture
def grace(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - there is nobody to talk to without it
    return slack.person("grace")


@pytest.fixture
async def own(ada: Person, cloudflare: Simulation) -> Message:
    """A list that Ada alone sees."""
    add_orders(cloudflare)
    return await ask(ada, "orders")


@pytest.fixture
async def shared(ada: Person, own: Message) -> Message:
    """The same, which she has shared."""
    return await click(ada, own, SHARE)


async def test_everybody_in_the_channel_sees_what_is_shared_and_who_shared_it(
    ada: Person, own: Message, cloudflare: Simulation, slack: LocalSlack
) -> None:
    older = await click(ada, own, "page_next")
    calls = len(cloudflare.calls)
    shared = await click(ada, older, SHARE)
    assert public_messages(slack) == [shared]
    assert shared.user is None
    assert shared.all_text().startswith("Shared by `@ada`\norders\n")
    assert shared.text.startswith("Shared by `@ada`: orders")
    assert row_ids(shared) == row_ids(older)
    assert button_labels(older)[:10] == button_labels(shared)[:10] == ["Details"] * 10
    assert button_labels(older)[10:] == ["◀ Newer", "Older ▶", "⟳ Refresh", "Filter…", "Share"]
    assert button_labels(shared)[10:] == ["◀ Newer", "Older ▶", "⟳ Refresh", "Filter…", "Delete"]
    assert "<@" not in json.dumps(shared.blocks)
    assert len(cloudflare.calls) == calls, "nothing is asked anew"
    assert slack.workspace.message(own.ts) == older, "what she sees stays"


async def test_the_overview_can_be_shared(ada: Person, own: Message) -> None:
    assert own
    shared = await click(ada, await ask(ada, ""), SHARE)
    assert not shared.is_ephemeral
    assert "`orders`" in shared.all_text()


@pytest.mark.parametrize("channel", ["general", "quiet", "secret", "ada and grace", "@ada"])
async def test_it_works_wherever_the_bot_is_not(
    slack: LocalSlack, ada: Person, cloudflare: Simulation, channel: str
) -> None:
    add_orders(cloudflare)
    there = replace(ada, channel=slack.workspace.channel(channel))
    shared = await click(there, await ask(there, "orders"), SHARE)
    assert (shared.channel, shared.is_ephemeral) == (there.channel.id, False)
    assert row_ids(await click(there, shared, "page_next"))
    assert len(public_messages(slack, there.channel.id)) == 1


async def test_another_person_pages_it_in_place_for_all_and_the_sharer_stays(
    grace: Person, shared: Message, slack: LocalSlack
) -> None:
    for action_id in ("page_next", "page_refresh", "page_previous", "page_refresh"):
        shown = await click(grace, shared, action_id)
        assert (shown.ts, shown.is_ephemeral) == (shared.ts, False)
        assert shown.all_text().startswith("Shared by `@ada`\norders\n")
        assert shown.all_text().count("Shared by") == 1
        assert "Share" not in button_labels(shown)
        assert button_labels(shown).count("Delete") == 1
        shared = shown
    assert public_messages(slack) == [shared]


async def test_an_error_is_told_to_who_clicked_alone(
    grace: Person, shared: Message, cloudflare: Simulation, slack: LocalSlack
) -> None:
    cloudflare.inject(HtmlPage(503), times=None)
    told = await click(grace, shared, "page_refresh")
    assert told.seen_only_by == grace.user.id
    assert public_messages(slack) == [shared]


async def test_a_stranger_in_the_channel_turns_no_page(shared: Message, slack: LocalSlack) -> None:
    slack.workspace.connect(MALLORY)
    told = await click(slack.person("mallory"), shared, "page_next")
    assert "installed in another workspace" in told.all_text()
    assert told.seen_only_by == MALLORY.id
    assert public_messages(slack) == [shared]


async def test_what_one_person_filters_is_for_them_alone(
    grace: Person, shared: Message, slack: LocalSlack
) -> None:
    view = await open_filter(grace, shared)
    filtered = await submit_and_wait(slack, grace, view, status="🔴 Errored")
    assert filtered.seen_only_by == grace.user.id
    assert "Shared by" not in filtered.all_text()
    assert has_button(filtered, SHARE)
    assert public_messages(slack) == [shared]


async def test_a_list_in_a_thread_is_shared_in_the_thread(
    own: Message, ada: Person, grace: Person, slack: LocalSlack
) -> None:
    parent = slack.workspace.post(Draft(own.channel, "look at this", user=grace.user.id), "test")
    draft = Draft(own.channel, own.text, list(own.blocks), seen_only_by=ada.user.id, thread_ts=parent.ts)
    in_thread = slack.workspace.post(draft, "test")
    shared = await click(ada, in_thread, SHARE)
    assert (shared.thread_ts, shared.is_ephemeral) == (parent.ts, False)
    shown = await click(grace, shared, "page_next")
    assert (shown.ts, shown.thread_ts) == (shared.ts, parent.ts)
    view = await open_filter(grace, shown)
    filtered = await submit_and_wait(slack, grace, view, status="🔴 Errored")
    assert (filtered.thread_ts, filtered.seen_only_by) == (parent.ts, grace.user.id)


async def test_a_double_click_posts_once(own: Message, ada: Person, slack: LocalSlack) -> None:
    replies = await asyncio.gather(*(ada.click(own, SHARE) for _ in range(3)))
    await asyncio.gather(*(reply.nothing(0.3) for reply in replies[1:]), return_exceptions=True)
    assert len(public_messages(slack)) == 1


async def test_only_the_sharer_deletes_it(
    ada: Person, grace: Person, shared: Message, slack: LocalSlack
) -> None:
    shared = await click(grace, shared, "page_next")
    told = await click(grace, shared, DELETE_SHARED)
    assert "Only `@ada`, who shared this, can delete it." in told.all_text()
    assert told.seen_only_by == grace.user.id
    assert public_messages(slack) == [shared]
    changes = slack.workspace.changes.follow(lambda change: change.kind == "deleted")
    await ada.click(shared, DELETE_SHARED)
    assert (await changes.next(5)).message.ts == shared.ts
    assert not public_messages(slack)


async def test_where_response_url_is_used_up_the_web_api_posts_it(
    own: Message, ada: Person, slack: LocalSlack
) -> None:
    slack.faults.add("response_url", Failed(404, "used_url"))
    shared = await (await ada.click(own, SHARE)).seen()
    assert shared.all_text().startswith("Shared by `@ada`")
    assert not shared.is_ephemeral
    assert len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(("channel", "why"), [("quiet", "not_in_channel"), ("secret", "channel_not_found")])
async def test_where_nothing_works_the_bot_says_what_to_do(
    slack: LocalSlack, ada: Person, cloudflare: Simulation, channel: str, why: str
) -> None:
    add_orders(cloudflare)
    there = replace(ada, channel=slack.workspace.channel(channel))
    own = await ask(there, "orders")
    slack.faults.add("response_url", Failed(404, "used_url"))
    told = await (await there.click(own, SHARE)).message()
    assert why in told.all_text()
    assert "`/invite @workflows`" in told.all_text()
    assert told.seen_only_by == ada.user.id
    assert slack.workspace.message(own.ts) == own
    assert row_ids(await click(there, own, SHARE)) == row_ids(own), (
        "at once, though it is the same click again"
    )


@pytest.mark.parametrize("fault", [AnswerLost(), Failed(503)])
async def test_what_slack_does_not_confirm_is_not_sent_again(
    own: Message, ada: Person, slack: LocalSlack, fault: AnswerLost | Failed
) -> None:
    slack.faults.add("response_url", fault)
    reply = await ada.click(own, SHARE)
    while (told := await reply.message()).seen_only_by is None:
        pass
    assert "did not confirm that the channel sees it" in told.all_text()
    assert len(public_messages(slack)) == isinstance(fault, AnswerLost)
    assert not slack.calls_of("chat.postMessage")


async def test_a_page_that_slack_does_not_take_in_place_is_shown_to_who_turned_it(
    grace: Person, shared: Message, slack: LocalSlack
) -> None:
    slack.faults.add("response_url", Failed(404, "used_url"))
    shown = await (await grace.click(shared, "page_next")).seen()
    assert shown.seen_only_by == grace.user.id
    assert "Shared by" not in shown.all_text()
    assert public_messages(slack) == [shared]


async def test_a_name_in_markup_stays_a_name(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    evil = replace(slack.workspace.people[0], id="U0EVIL001", name="<!channel>/`x`\n" + "y" * 300)
    slack.workspace.people = (*slack.workspace.people, evil)
    async with run_bot():
        person = slack.person(evil.id)
        shared = await click(person, await ask(person, "orders"), SHARE)
        shared = await click(slack.person("ada"), shared, "page_next")
        assert "<!channel>" not in json.dumps(shared.blocks).replace("shared/U0EVIL001/<!channel>", "")
        assert "&lt;!channel&gt;" in shared.all_text()
        changes = slack.workspace.changes.follow(lambda change: change.kind == "deleted")
        await person.click(shared, DELETE_SHARED)
        assert (await changes.next(5)).message.ts == shared.ts


@pytest.fixture
def secret(cloudflare: Simulation) -> str:
    """The id of an instance whose params and output nobody else is to see."""
    made = cloudflare.add_instance(
        "orders", id="ord-777", status="errored", params={"note": CANARY}, output=CANARY
    )
    return made.id


async def test_an_instance_is_shared_without_its_params_and_output(
    ada: Person, grace: Person, secret: str, slack: LocalSlack
) -> None:
    own = await ask(ada, f"show orders {secret}")
    assert CANARY in json.dumps(own.blocks)
    shared = await click(ada, own, SHARE)
    assert shared.all_text().startswith("Shared by `@ada`\n")
    assert secret in shared.all_text()
    assert public_messages(slack) == [shared]
    assert "Share" not in button_labels(shared)
    assert "Delete" in button_labels(shared)
    if has_button(shared, "instance_refresh"):
        shared = await click(grace, shared, "instance_refresh")
    assert CANARY not in json.dumps(public_messages(slack)[0].blocks)
    assert CANARY not in public_messages(slack)[0].text


async def test_an_instance_that_goes_on_is_refreshed_in_place_for_all_without_its_params(
    ada: Person, grace: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="ord-778", status="running", params={"note": CANARY})
    shared = await click(ada, await ask(ada, "show orders ord-778"), SHARE)
    shown = await click(grace, shared, "instance_refresh")
    assert (shown.ts, shown.is_ephemeral) == (shared.ts, False)
    assert shown.all_text().startswith("Shared by `@ada`\n")
    assert CANARY not in json.dumps(shown.blocks) + shown.text


async def test_what_is_shared_from_a_modal_is_posted_where_that_was_opened(
    ada: Person, secret: str, slack: LocalSlack
) -> None:
    own = await ask(ada, "orders")
    reply = await ada.click(own, "instance_show")
    await reply.view()
    opened = await reply.view()
    rows = (block["elements"] for block in opened.payload["blocks"] if block["type"] == "actions")
    (pressed,) = (element for row in rows for element in row if element["action_id"] == SHARE)
    shown = await ada.act_in_view(opened, {key: pressed[key] for key in ("type", "action_id", "value")})
    assert shown.ack.status == 200
    updated = await reply.view()
    assert "Shared with everybody in this conversation, without params and output." in updated.all_text()
    (shared,) = public_messages(slack)
    assert shared.all_text().startswith("Shared by `@ada`\n")
    assert secret in shared.all_text()
    assert CANARY not in json.dumps(shared.blocks)


async def test_a_guest_turns_no_page_of_what_is_shared(shared: Message, slack: LocalSlack) -> None:
    slack.workspace.people = (*slack.workspace.people, GUS)
    told = await click(slack.person("gus"), shared, "page_next")
    assert told.seen_only_by == GUS.id
    assert public_messages(slack) == [shared]


async def test_people_page_what_is_shared_within_their_rights_and_those_of_the_sharer(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    cloudflare.add_instance("payroll", id="pay-1")
    rules = [
        {"who": ["U0ADA0001"], "workflows": ["orders"], "rights": ["view"]},
        {"who": ["U0GRACE01"], "rights": ["view"]},
    ]
    async with run_bot(bot_access=json.dumps(rules)):
        ada, grace = slack.person("ada"), slack.person("grace")
        of_ada = await click(ada, await ask(ada, ""), SHARE)
        seen_by_all = await click(grace, of_ada, "page_refresh")
        assert (seen_by_all.ts, seen_by_all.is_ephemeral) == (of_ada.ts, False)
        assert "payroll" not in json.dumps(seen_by_all.blocks)
        of_grace = await click(grace, await ask(grace, "payroll"), SHARE)
        refused = await click(ada, of_grace, "page_refresh")
        assert refused.seen_only_by == "U0ADA0001"
        assert "pay-1" not in refused.all_text()
        assert public_messages(slack) == [seen_by_all, of_grace]
