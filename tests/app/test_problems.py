"""Whatever goes wrong, the person is told what it was and what to do; slips are pinned word by word."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.playground.simulators.cloudflare import ApiToken, Changed, HtmlPage, Simulation, TooManyRequests
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.fixtures import RunBot
from tests.support.messages import ask, click, has_button, mask_times, row_ids

COMMANDS = (
    "list",
    "errored",
    "list ordes",
    "nonsense",
    "orders statsu:errored",
    "orders status:errord",
    "orders status:failed",
    "orders status:frobnicated",
    'orders status:"frobnicated"',
    "orders since:banana",
    "orders since:2099-01-01",
    "orders since:1h until:2h",
    "orders rows:50",
    "orders page:0",
    "orders page:2 cursor:abc",
    "orders direction:asc",
    "orders account:prod",
    "orders cursor:rubbish",
    'orders "unclosed',
    "orders foo",
    "lsit orders",
    "help everything",
    "search:zzz",
    f"list {'x' * 65}",
    "list @channel",
)


@pytest.mark.parametrize("text", COMMANDS)
async def test_each_slip_of_the_keyboard_is_explained(
    text: str, ada: Person, cloudflare: Simulation, snapshot: SnapshotAssertion
) -> None:
    cloudflare.add_instance("orders", id="fine")
    message = await ask(ada, text)
    assert message.is_ephemeral
    assert mask_times(message.all_text()) == snapshot


async def test_one_failure_that_passes_is_not_noticed(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(HtmlPage(503), times=1)
    assert row_ids(await ask(ada, "orders")) == ["fine"]
    assert cloudflare.list_calls == 2


async def test_a_name_that_nearly_exists_is_offered_and_opens(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("order-processing", id="fine", status="errored")
    message = await ask(ada, "list order-procesing errored")
    assert "Did you mean `order-processing`?" in message.all_text()
    opened = await click(ada, message, "list_open")
    assert row_ids(opened) == ["fine"]
    assert "status:errored" in opened.all_text()


async def test_a_cursor_that_is_too_old_offers_the_list_from_its_start(
    ada: Person, cloudflare: Simulation
) -> None:
    for _ in range(120):
        cloudflare.add_instance("orders")
    message = await ask(ada, "orders rows:20")
    for _ in range(4):
        message = await click(ada, message, "page_next")
    cloudflare.change(cursor_lifetime=timedelta(0))
    told = await click(ada, message, "page_next")
    assert "no longer takes this cursor" in told.text
    cloudflare.change(cursor_lifetime=None)
    again = await click(ada, told, "list_open")
    assert len(row_ids(again)) == 20
    assert "1–20" in again.all_text()


async def test_the_api_is_left_alone_once_it_says_stop(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")
    cloudflare.inject(TooManyRequests(120), times=1)
    await ask(ada, "orders")
    message = await ask(ada, "orders")
    assert "Try again in" in message.text
    assert len(cloudflare.calls) == 1


async def test_a_token_without_permission_is_told_which_it_lacks(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    weak = ApiToken("weak-token", permissions=frozenset())
    cloudflare.credentials = (*cloudflare.credentials, weak)
    async with run_bot(cloudflare_api_token="weak-token"):
        text = (await ask(slack.person("ada"), "")).all_text()
    assert "*Workers Tail Read* or *Workers Scripts Read* or *Workers Scripts Write*" in text
    assert "weak-token" not in text


async def test_messages_of_the_api_are_passed_on(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(Changed({"messages": [{"code": 7, "message": "be <!channel> kind"}]}), times=1)
    text = (await ask(ada, "orders")).all_text()
    assert "Cloudflare says: be &lt;!channel&gt; kind (7)" in text


async def test_a_button_of_another_version_is_explained(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders")
    message = await ask(ada, "orders")
    button = message.button("page_refresh")
    reply = await ada.act(message, {**button.element, "block_id": button.block_id, "value": "9.abc"})
    assert "another version" in (await reply.message()).text


async def test_a_kept_place_that_expired_says_what_to_type(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_padding=3000)
    for _ in range(120):
        cloudflare.add_instance("orders")
    async with run_bot(bot_keep_bookmarks_days=1e-9):
        ada = slack.person("ada")
        message = await ask(ada, "orders rows:20")
        for _ in range(4):
            message = await click(ada, message, "page_next")
        told = await click(ada, message, "page_next")
    assert "too old to be continued" in told.text
    assert "/workflows list orders rows:20" in told.text
    assert not has_button(told, "page_next")


async def test_an_account_that_settings_no_longer_name_is_said_to_be_gone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, api: str
) -> None:
    cloudflare.add_instance("orders")
    token = "simulated-token"
    staging = {"account_id": cloudflare.account_id, "api_token": token, "api_base_url": api}
    async with run_bot(cloudflare_accounts={"staging": staging}):
        message = await ask(slack.person("ada"), "orders account:staging")
    async with run_bot():
        told = await click(slack.person("ada"), message, "page_refresh")
    assert "No account is called `staging` any more." in told.text


async def test_rows_are_shown_even_where_their_buttons_can_not_be_kept(
    ada: Person, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.change(cursor_padding=3000)
    for _ in range(120):
        cloudflare.add_instance("orders")
    message = await ask(ada, "orders rows:20")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
        database.execute("DROP TABLE walks")
    for _ in range(4):
        message = await click(ada, message, "page_next")
    assert len(row_ids(message)) == 20
    assert not has_button(message, "page_next")
    assert has_button(message, "page_previous")
    assert "A button is missing" in message.all_text()
