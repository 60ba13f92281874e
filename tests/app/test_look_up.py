"""The shortcut on a message: what it mentions, to the person who asked alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot, open_access
from bot.cloudflare.accounts import Accounts
from bot.inspect.look_up import LookUpHandler
from bot.inspect.requests import LookUp
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    Failure,
    Held,
    HtmlPage,
    JsonError,
    Simulation,
)
from bot.playground.simulators.slack import LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import ADA, GRACE, GUS, MALLORY
from bot.playground.simulators.slack.workspace import Draft
from bot.slack.client import slack_client
from bot.slack.interaction import Interaction
from bot.slack.reply import ShowMessage
from bot.storage.database import open_database
from bot.telemetry import Metrics
from bot.upstream import cloudflare_session, open_accounts
from tests.support.buttons import request_store
from tests.support.digest_actions import public_messages
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels, click, row_ids
from tests.support.servers import bot_settings
from tests.support.teams import TEAM

LINK = f"https://dash.cloudflare.com/{DEFAULT_ACCOUNT_ID}/workers/workflows/orders/instance/ord-12345"


@pytest.fixture(autouse=True)
def _account(cloudflare: Simulation) -> None:
    cloudflare.add_instance(
        "orders", id="ord-12345", status="errored", error=Failure("Error", "card declined")
    )
    cloudflare.add_instance("orders", id="ord-12346", status="complete")
    cloudflare.add_instance("refunds", id="ref-99881", status="running")


def write(slack: LocalSlack, text: str = "", **fields: Any) -> Message:
    """Have somebody, or another app, write a message."""
    user = slack.workspace.user("grace").id
    return slack.workspace.post(
        Draft(**{"channel": "C0GENERAL", "text": text, "user": user, **fields}), "test"
    )


def _now() -> datetime:
    return datetime.now(UTC)


async def look_up(person: Person, message: Message) -> Message:
    reply = await person.shortcut("look_up", message)
    shown = await reply.message()
    assert shown.seen_only_by == person.user.id
    return shown


async def test_a_link_to_an_instance_is_shown_with_its_status_and_details(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    shown = await look_up(ada, write(slack, f"look: <{LINK}|this one>!"))
    text = shown.all_text()
    assert "🔴 *Errored*   `ord-12345` of `orders`" in text
    assert "card declined" not in text, "which may hold a secret"
    assert button_labels(shown) == ["Details"]
    assert len(cloudflare.calls) == 2, "the names, and the instance"
    view = await (await ada.click(shown, "instance_show")).view()
    assert "ord-12345" in view.all_text()
    assert len(public_messages(slack)) == 1, "what was written, and nothing else"


async def test_names_and_ids_are_shown_in_their_order_and_each_leads_on(
    ada: Person, slack: LocalSlack
) -> None:
    shown = await look_up(
        ada, write(slack, "Refunds is fine (ref-99881), orders/ord-12346 too; orders ord-12345?")
    )
    rows = [block["text"]["text"].split("\n")[0] for block in shown.blocks if block["type"] == "section"]
    assert rows == [
        "*`refunds`*",
        "🔵 *Running*   `ref-99881` of `refunds`",
        "🟢 *Complete*   `ord-12346` of `orders`",
        "*`orders`*",
        "🔴 *Errored*   `ord-12345` of `orders`",
    ]
    assert button_labels(shown) == ["Open", "Details", "Details", "Open", "Details"]
    assert row_ids(await click(ada, shown, "list_open", 1)) == ["ord-12346", "ord-12345"]


async def test_it_works_in_a_thread_and_what_it_opens_stays_there(ada: Person, slack: LocalSlack) -> None:
    parent = write(slack, "orders again")
    shown = await look_up(ada, write(slack, "orders/ord-12345", thread_ts=parent.ts))
    assert shown.thread_ts == parent.ts
    listed = await click(ada, await look_up(ada, write(slack, "orders", thread_ts=parent.ts)), "list_open")
    assert listed.thread_ts == parent.ts
    shared = await click(ada, listed, "share")
    assert (shared.thread_ts, shared.is_ephemeral) == (parent.ts, False)


async def test_a_message_of_another_bot_is_read_in_its_blocks(ada: Person, slack: LocalSlack) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Alert"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Workflow*\n`orders`"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "Instance "},
            {"type": "text", "text": "ord-12345", "style": {"code": True}},
        ]}]},
    ]  # fmt: skip
    shown = await look_up(ada, write(slack, "alert", user=None, blocks=blocks))
    assert "*`orders`*" in shown.all_text()
    assert "`ord-12345` of `orders`" in shown.all_text()


async def test_an_id_that_stands_alone_is_found_in_the_lists_read_lately(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    before = await look_up(ada, write(slack, "what about ord-12346"))
    assert "No list that was read lately has it" in before.all_text()
    assert "To ask every workflow: `/workflows find ord-12346`" in before.all_text()
    assert button_labels(before) == ["Find it"]
    await ask(ada, "orders")
    calls = len(cloudflare.calls)
    assert "`ord-12346` of `orders`" in (await look_up(ada, write(slack, "ord-12346"))).all_text()
    assert len(cloudflare.calls) == calls + 1
    assert "🟢 ord-12346 · complete" in (await click(ada, before, "command_run")).all_text()


async def test_what_fails_for_one_costs_no_other(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    shown = await look_up(ada, write(slack, "orders/ord-12346 orders/ord-77777 gone/x-12345"))
    rows = [block["text"]["text"] for block in shown.blocks if block["type"] == "section"]
    assert [row.split(" ")[0] for row in rows] == ["🟢", "⚠️", "`x-12345`\nNo"]
    assert "No instance of that id." in rows[1]
    assert "nor does `orders`" in rows[2]
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=None, operation="get_instance")
    shown = await look_up(ada, write(slack, "orders/ord-12345 refunds"))
    rows = [block["text"]["text"] for block in shown.blocks if block["type"] == "section"]
    assert rows[0] == "⚠️ `ord-12345` of `orders`\nCloudflare does not let this bot read Workflows."
    assert rows[1].startswith("*`refunds`*\n")
    assert button_labels(shown) == ["Details", "Open"]


async def test_a_link_to_another_account_says_so(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    shown = await look_up(ada, write(slack, LINK.replace(DEFAULT_ACCOUNT_ID, "f" * 32)))
    assert "which this bot does not read" in shown.all_text()
    assert len(cloudflare.calls) == 1


@pytest.mark.parametrize(
    "text", ["", "good morning", "call 5551234567 on 2026-11-29", "<@U0ADA0001> <!here>"]
)
async def test_where_nothing_is_found_it_says_what_it_looks_for(
    ada: Person, slack: LocalSlack, text: str
) -> None:
    message = write(slack, text or " ", blocks=[{"type": "divider"}] if not text else None)
    shown = await look_up(ada, message)
    assert "Nothing in that message leads to a workflow." in shown.all_text()
    assert "`NAME/ID`" in shown.all_text()
    assert button_labels(shown) == ["All workflows"]
    assert "`orders`" in (await click(ada, shown, "command_run")).all_text()


async def test_where_the_names_can_t_be_read_links_are_looked_up_all_the_same(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.inject(HtmlPage(403), times=1)
    shown = await look_up(ada, write(slack, LINK))
    assert "🔴 *Errored*   `ord-12345` of `orders`" in shown.all_text()
    assert "Not all names of workflows are known just now." in shown.all_text()


async def test_a_stranger_learns_nothing(ada: Person, slack: LocalSlack, cloudflare: Simulation) -> None:
    assert ada
    slack.workspace.connect(MALLORY)
    shown = await look_up(slack.person("mallory"), write(slack, LINK))
    assert "installed in another workspace" in shown.all_text()
    assert not cloudflare.calls


async def test_a_guest_learns_nothing(ada: Person, slack: LocalSlack, cloudflare: Simulation) -> None:
    assert ada
    slack.workspace.people = (*slack.workspace.people, GUS)
    shown = await look_up(slack.person("gus"), write(slack, LINK))
    assert "guest" in shown.all_text().lower()
    assert not cloudflare.calls


async def test_each_person_sees_what_the_rules_let_them(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    rules = [
        {"who": [ADA.id], "workflows": ["refunds"], "rights": ["view"]},
        {"who": [GRACE.id], "rights": ["view"]},
    ]
    async with run_bot(bot_access=json.dumps(rules)):
        await ask(slack.person("grace"), "orders")
        message = write(slack, f"<{LINK}> orders ord-12346 refunds/ref-99881")
        shown = await look_up(slack.person("ada"), message)
        rows = [block["text"]["text"].split("\n")[0] for block in shown.blocks if block["type"] == "section"]
        assert rows == ["🔒 `orders`", "`ord-12346`", "🔵 *Running*   `ref-99881` of `refunds`"]
        assert not any(call.path.endswith(("ord-12345", "ord-12346")) for call in cloudflare.calls)
        assert "🔴 *Errored*" in (await look_up(slack.person("grace"), message)).all_text()


async def test_the_bot_s_own_list_can_be_looked_up_once_it_is_shared(ada: Person, slack: LocalSlack) -> None:
    shared = await click(ada, await ask(ada, "orders errored"), "share")
    shown = await look_up(slack.person("grace"), shared)
    assert "🔴 *Errored*   `ord-12345` of `orders`" in shown.all_text()
    assert public_messages(slack) == [shared]


async def test_no_word_of_a_message_is_logged(ada: Person, slack: LocalSlack, read_log: ReadLog) -> None:
    await look_up(ada, write(slack, "canary-secret orders/ord-00000 ord-55555"))
    assert "canary" not in str(read_log())
    assert "ord-00000" not in str(read_log())


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "text",
        {},
        {"text": 7},
        {"blocks": {"a": 1}},
        {"blocks": [[None]], "thread_ts": []},
        {"text": "x" * 90_000},
    ],
)
async def test_an_odd_message_is_answered(ada: Person, bot: Bot, message: Any) -> None:
    assert bot
    payload = {
        "type": "message_action",
        "callback_id": "look_up",
        "message": message,
        "message_ts": "1.2",
        "channel": {"id": "C0GENERAL", "name": "general"},
    }
    reply = await ada.send(payload)
    assert reply.ack.status == 200
    assert "Nothing in that message" in (await reply.seen()).all_text()


async def test_a_slow_cloudflare_holds_up_no_answer_for_long(
    slack: LocalSlack, api: str, tmp_path: Path, cloudflare: Simulation
) -> None:
    cloudflare.inject(Held(), times=1, operation="list_workflows")
    cloudflare.inject(Held(), times=1, operation="get_instance")
    settings = bot_settings(slack, api, tmp_path)
    async with (
        cloudflare_session() as session,
        slack_client(settings) as client,
        open_access(settings, client) as (access, _),
    ):
        accounts = open_accounts(settings, session, Metrics())
        engine = open_database(settings.database_url.get_secret_value())
        handler = LookUpHandler(
            Accounts(accounts), request_store(engine, _now), _now, access, timedelta(seconds=0.1)
        )
        reply = await handler.look_up(LookUp(f"{LINK} orders"), Interaction(ADA.id, team=TEAM))
        for account in accounts.values():
            await account.close()
    assert isinstance(reply, ShowMessage)
    assert "⚠️ `ord-12345` of `orders` Cloudflare has not answered yet." in reply.message.text
    assert "Not all names of workflows are known just now." in reply.message.text
