"""People who may look at nothing of the default account, which is meant where a command names none."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.browse.bookmark import OverviewBookmark
from bot.browse.model import OverviewQuery
from bot.browse.requests import OpenList
from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import ADA, GRACE
from bot.playground.simulators.slack.workspace import Draft
from tests.support.buttons import CODEC
from tests.support.digest_actions import send_digest_command
from tests.support.filter_form import submit_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import shown_values
from tests.support.messages import answer, ask, button_labels, row_ids
from tests.support.overviews import offered

ADDED = "Added `account:staging`, the only account that you may use here."
WHICH = "Which account do you mean?"


def _rule(who: str, *accounts: str, rights: tuple[str, ...] = ("view", "subscribe")) -> dict[str, Any]:
    return {"who": [who], "accounts": accounts, "rights": rights}


RULES = json.dumps([_rule(ADA.id, "staging"), _rule(GRACE.id, "staging", "prod")])
"""Ada may look at one account that is not the default, and Grace at two."""


def _account(account_id: str, *workflows: str) -> Simulation:
    simulation = Simulation(account_id=account_id)
    _fill(simulation, *workflows)
    return simulation


def _fill(simulation: Simulation, *workflows: str) -> None:
    now = datetime.now(UTC)
    for workflow in workflows:
        for number in range(3):
            simulation.add_instance(
                workflow,
                id=f"{workflow[:3]}-{1000 + number}",
                status="errored",
                created_on=now - timedelta(minutes=9 - number),
                ended_on=now - timedelta(minutes=4 - number),
            )


@pytest.fixture
async def staging() -> AsyncIterator[dict[str, Any]]:
    async with _account("f" * 32, "orders", "latest", "batch-2").serve() as url:
        yield {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}


@pytest.fixture
async def prod() -> AsyncIterator[dict[str, Any]]:
    async with _account("e" * 32, "orders", "payments", "refund-7").serve() as url:
        yield {"account_id": "e" * 32, "api_token": "simulated-token", "api_base_url": url}


@pytest.fixture
async def _bot(
    run_bot: RunBot, cloudflare: Simulation, staging: dict[str, Any], prod: dict[str, Any]
) -> AsyncIterator[None]:
    _fill(cloudflare, "orders", "payroll")
    accounts = {"staging": staging, "prod": prod, "vault": {**prod, "account_id": "d" * 32}}
    async with run_bot(
        bot_account_name="main", bot_access=RULES, cloudflare_accounts=accounts, bot_refresh_pause=0.0
    ):
        yield


@pytest.fixture
def ada(slack: LocalSlack, _bot: None) -> Person:
    return slack.person("ada")


@pytest.fixture
def grace(slack: LocalSlack, _bot: None) -> Person:
    return slack.person("grace")


def _whole(message: Message) -> str:
    return message.text + json.dumps(message.blocks)


TYPED = {
    "": "3 workflows",
    "list orders": "ord-1002",
    "orders": "ord-1002",
    "orders errored": "ord-1002",
    "list orders,latest": "lat-1002",
    "list * errored": "lat-1002",
    "list or* since:1h errored": "ord-1002",
    "latest": "lat-1002",
    "my orders please": "ord-1002",
    "status:errored id:ord": "ord-1002",
    "failures": "orders",
    "errored": "orders",
    "failures orders since:7d": "orders: 3 failed",
    "stats orders": "orders: 3 of 3 failed",
    "how are all doing": "orders",
    "search orders": "1 workflow",
    "show orders latest failed": "ord-1002",
    "show orders ord-1001": "ord-1001",
    "why did orders fail": "ord-1002",
}


async def test_a_command_without_account_is_about_the_only_one_that_a_person_may_look_at(
    ada: Person, cloudflare: Simulation
) -> None:
    for text, shown in TYPED.items():
        said = await ask(ada, text)
        assert shown in said.all_text(), text
        assert ADDED in said.all_text(), text
        assert "staging" in said.all_text().replace(ADDED, ""), text
        assert "payroll" not in _whole(said), text
        assert "`main`" not in _whole(said), text
    assert not cloudflare.calls, "the default account is asked for nothing"


async def test_a_command_that_names_the_account_needs_no_word_on_it(ada: Person) -> None:
    for text in ("orders account:staging", "orders account:STAGING", "my orders --account staging"):
        said = (await ask(ada, text)).all_text()
        assert "ord-1002" in said, text
        assert "Added" not in said


async def test_what_is_asked_of_every_account_needs_none(ada: Person) -> None:
    found = (await ask(ada, "find ord-1001")).all_text()
    assert "ord-1001 · errored" in found
    assert "account:staging" in found
    by_name = (await ask(ada, "find orders/ord-1002")).all_text()
    assert "ord-1002 · errored" in by_name


async def test_a_name_that_is_looked_for_is_found_in_the_account_that_has_it(grace: Person) -> None:
    for name, account in (("batch-2", "staging"), ("refund-7", "prod")):
        found = (await ask(grace, f"find {name}")).all_text()
        assert f"`{account}` · 1 of 1" in found, name


async def test_the_account_of_a_flag_is_whose_names_are_read(grace: Person) -> None:
    for text in ("my refund 7 please --account prod", "my refund 7 please account:PROD"):
        assert "ref-1002" in (await ask(grace, text)).all_text(), text


async def test_what_a_message_mentions_is_looked_up_in_the_account(ada: Person, slack: LocalSlack) -> None:
    text = "see orders/ord-1001 and nothing/ord-1002"
    written = slack.workspace.post(Draft(ada.channel.id, text, user=GRACE.id), "test")
    found = (await answer(await ada.shortcut("look_up", written))).all_text()
    assert "`ord-1001`" in found
    assert "may not look at" not in found


async def test_an_export_is_of_the_account_and_says_so(ada: Person, slack: LocalSlack) -> None:
    begun = (await ask(ada, "export orders")).all_text()
    assert ADDED in begun
    while not slack.files:
        await slack.next_message()
    assert "ord-1002" in slack.files[0].content.decode()


async def test_the_buttons_and_menus_of_an_answer_stay_in_the_account(ada: Person) -> None:
    overview = await ask(ada, "")
    assert [option["text"]["text"] for option in await offered(ada, overview)] == [
        "batch-2",
        "latest",
        "orders",
    ]
    refreshed = await answer(await ada.click(overview, "page_refresh"))
    assert "staging" in refreshed.all_text()
    listed = await ask(ada, "list orders rows:2")
    older = await answer(await ada.click(listed, "page_next"))
    assert row_ids(older) == ["ord-1000"]
    view = await (await ada.click(listed, "filter_open")).view()
    options = (await ada.type_into_menu("filter_workflows", "", view))["options"]
    assert [option["value"] for option in options] == ["batch-2", "latest", "orders"]
    shared = await answer(await ada.click(listed, "share"))
    assert "Added" not in shared.all_text(), "others may use other accounts"


async def test_help_its_examples_and_accounts_are_of_the_account(ada: Person) -> None:
    await ask(ada, "")
    helped = (await ask(ada, "help")).all_text()
    assert "`/workflows list NAME`" not in helped, "one of the account is known"
    assert "payroll" not in helped
    accounts = (await ask(ada, "accounts")).all_text()
    assert "One account" in accounts
    assert "Another than the default" not in accounts
    restart = (await ask(ada, "restart orders")).all_text()
    assert "`/workflows list orders account:staging`" in restart


async def test_a_name_that_means_nothing_is_said_to_be_missing_in_the_account(ada: Person) -> None:
    for text in ("list nothing", "failures nothing", "stats nothing", "show nothing latest"):
        said = await ask(ada, text)
        assert "`staging` has no workflow" in said.all_text(), text
        assert "payroll" not in _whole(said), text
    assert "payroll" not in _whole(await ask(ada, "list payrol"))


async def test_a_message_to_the_bot_is_offered_as_the_command_that_it_is(ada: Person) -> None:
    reply = await ada.say("@workflows orders errored")
    assert reply is not None
    offered_ = await reply.seen()
    assert "`/workflows orders errored`" in offered_.all_text()
    run = await answer(await ada.click(offered_, "command_run"))
    assert "ord-1002" in run.all_text()
    assert ADDED in run.all_text()


@pytest.mark.usefixtures("_bot")
async def test_a_digest_is_of_the_account(slack: LocalSlack) -> None:
    text = "digest create daily 9am workflow:orders"
    made = (await ask(slack.person("ada", "@ada"), text)).all_text()
    assert "daily at 09:00" in made
    assert ADDED in made
    there = slack.person("grace", "@grace")
    asked = await ask(there, text)
    assert WHICH in asked.all_text()
    assert "daily at 09:00" in (await answer(await there.click(asked, "command_run"))).all_text()


async def test_the_form_of_a_digest_begins_with_the_account_or_asks_for_one_of_several(
    ada: Person, slack: LocalSlack
) -> None:
    view = await (await send_digest_command(ada)).view()
    assert "staging" in json.dumps(view.payload)
    assert "(default)" not in json.dumps(view.payload)
    assert shown_values(view.payload)["account"] == "staging"
    grace = slack.person("grace", "@grace")
    of_grace = await (await send_digest_command(grace)).view()
    assert "(default)" not in json.dumps(of_grace.payload)
    assert "account" not in shown_values(of_grace.payload), "she chooses one of two"
    missing = await submit_filter(grace, of_grace)
    assert list(missing.errors) == ["account"]
    assert "is missing" in missing.errors["account"]
    assert not (await submit_filter(grace, of_grace, account="prod")).errors


async def test_of_several_accounts_it_is_asked_which_and_a_button_asks_for_the_same_there(
    grace: Person,
) -> None:
    for text in (*TYPED, "export orders"):
        asked = await ask(grace, text)
        said = asked.all_text()
        assert WHICH in said, text
        assert "`account:staging`, `account:prod`." in said, text
        assert "vault" not in _whole(asked), text
        assert "`main`" not in _whole(asked), text
        run = (await answer(await grace.click(asked, "command_run"))).all_text()
        assert WHICH not in run, text
        assert TYPED.get(text, "has begun") in run, text


async def test_only_accounts_in_which_a_command_can_be_read_have_a_button(grace: Person) -> None:
    for text in ("payments orders", "list payments,orders"):
        asked = await ask(grace, text)
        assert WHICH in asked.all_text(), text
        assert button_labels(asked) == ["Run it"], text
        assert "pay-1002" in (await answer(await grace.click(asked, "command_run"))).all_text(), text
    assert "are words I don't know" in (await ask(grace, "payments nonsense words")).all_text()


async def test_a_whole_command_in_quotes_has_no_button_that_would_mean_something_else(grace: Person) -> None:
    asked = await ask(grace, '"list orders errored"')
    assert WHICH in asked.all_text()
    assert button_labels(asked) == []


async def test_a_command_that_is_about_no_account_asks_for_none(grace: Person) -> None:
    for text in ("help", "access", "accounts", "version", "digest list", "find ord-1001", "restart orders"):
        assert WHICH not in (await ask(grace, text)).all_text(), text
    reply = await grace.say("@workflows payments errored")
    assert reply is not None
    offered_ = await reply.seen()
    assert WHICH in (await answer(await grace.click(offered_, "command_run"))).all_text()


async def test_a_button_of_the_default_account_gives_nothing_and_does_not_name_it(
    ada: Person, cloudflare: Simulation
) -> None:
    listed = await ask(ada, "orders")
    value = CODEC.encode(OpenList(OverviewBookmark(OverviewQuery())))
    button = {"type": "button", "action_id": "list_open", "block_id": "b", "value": value}
    said = (await answer(await ada.act(listed, button))).all_text()
    assert "You may not look at any workflow in the default account here." in said
    assert "`main`" not in said
    for account_id, where in (("d" * 32, "that account"), (DEFAULT_ACCOUNT_ID, "the default account")):
        link = write_url(DashboardPage(account_id, "payroll", "pay-1001"))
        said = (await ask(ada, f"show {link}")).all_text()
        assert f"You may not look at `payroll` in {where} here." in said
        assert "vault" not in said
        assert "`main`" not in said
    assert not cloudflare.calls


async def test_what_one_person_typed_is_not_answered_for_another_in_their_account(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, staging: dict[str, Any]
) -> None:
    _fill(cloudflare, "emails")
    rules = json.dumps([_rule(ADA.id, "staging"), _rule(GRACE.id, "*")])
    async with run_bot(bot_access=rules, cloudflare_accounts={"staging": staging}):
        ada, grace = slack.person("ada"), slack.person("grace")
        for _ in range(2):
            assert "ema-1002" in (await ask(grace, "list emails")).all_text()
            assert "`staging` has no workflow" in (await ask(ada, "list emails")).all_text()
            assert "ord-1002" in (await ask(ada, "list orders")).all_text()
            assert "`default` has no workflow" in (await ask(grace, "list orders")).all_text()


PASTED = {
    "TypeError: x is not a function": "TypeError",
    "TypeError: x is not a function\n    at pay (worker.js:3:7)": "TypeError",
    'TypeError: cannot read "name of undefined': "TypeError",
    "TypeError: x since:2h": "since:2h",
}


@pytest.mark.parametrize("text", PASTED)
async def test_a_pasted_error_is_looked_for_in_the_account_that_is_chosen(grace: Person, text: str) -> None:
    asked = await ask(grace, text)
    assert WHICH in asked.all_text()
    said = (await answer(await grace.click(asked, "command_run"))).all_text()
    assert WHICH not in said
    assert "account:staging" in said
    assert PASTED[text].removeprefix("TypeError") in said


def _link(account_id: str, workflow: str | None = "orders") -> str:
    return write_url(DashboardPage(account_id, workflow))


LINKED = {
    "list {}": "ord-1002",
    "{}": "ord-1002",
    "{} status:errored": "ord-1002",
    "failures {}": "orders: 3 failed",
    "stats {}": "orders: 3 of 3 failed",
    "why {}": "ord-1002",
}


async def test_a_link_to_a_workflow_is_of_the_account_that_it_leads_to(grace: Person) -> None:
    for words, shown in LINKED.items():
        said = (await ask(grace, words.format(_link("f" * 32)))).all_text()
        assert WHICH not in said, words
        assert shown in said, words
        assert "staging" in said, words
    overview = (await ask(grace, _link("e" * 32, None))).all_text()
    assert "payments" in overview
    named = (await ask(grace, f"list {_link('e' * 32)} account:staging")).all_text()
    assert "Added" not in named
    assert "account:staging" in named


async def test_a_link_to_an_account_that_is_hidden_or_not_there_is_refused_alike(
    grace: Person, cloudflare: Simulation
) -> None:
    refused = []
    for account_id in ("d" * 32, "c" * 32, DEFAULT_ACCOUNT_ID):
        for words in ("list {}", "failures {} since:2h", "stats {}", "export {}", "{} errored"):
            said = await ask(grace, words.format(_link(account_id, "payroll")))
            assert "That link leads to another Cloudflare account." in said.all_text(), words
            assert "vault" not in _whole(said)
            assert "`main`" not in _whole(said)
            refused.append(said.all_text().replace(account_id, ""))
        overview = (await ask(grace, _link(account_id, None))).all_text()
        assert "That link leads to another Cloudflare account." in overview
    assert len(set(refused)) == 5, "one refusal for each command"
    assert not cloudflare.calls


async def test_a_link_to_the_default_account_adds_nothing(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, staging: dict[str, Any]
) -> None:
    _fill(cloudflare, "orders", "payroll")
    async with run_bot(cloudflare_accounts={"staging": staging}):
        ada = slack.person("ada")
        said = (await ask(ada, f"list {_link(DEFAULT_ACCOUNT_ID, 'payroll')}")).all_text()
        assert "pay-1002" in said
        assert "Added" not in said
        assert "account:staging" in (await ask(ada, f"list {_link('f' * 32)}")).all_text()
        assert "another Cloudflare account" in (await ask(ada, f"list {_link('c' * 32)}")).all_text()
