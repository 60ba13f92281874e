"""Finding an instance without the name of its workflow, from end to end."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import stamina
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import Bot
from bot.playground.simulators.cloudflare import (
    DEFAULT_ANALYTICS_TOKEN,
    Challenge,
    CorruptGzip,
    CutOff,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    Operation,
    PlainText,
    RateLimit,
    Redirected,
    Simulation,
    Slow,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.cloudflare.rate_limiter import RateLimiter
from bot.playground.simulators.slack import LocalSlack, Person
from bot.ui.elements import Message as Built
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import answer, ask, button_labels, click
from tests.support.screens import mrkdwn_texts

FAULTS: tuple[Fault, ...] = (
    JsonError(),
    JsonError(404, 10200, "workflow.not_found"),
    HtmlPage(403),
    Challenge(),
    PlainText(),
    TruncatedJson(),
    WrongShape({"success": True, "result": None}),
    WrongShape({"success": True, "result": {"status": 7}}),
    CutOff(),
    Dropped(),
    CorruptGzip(),
    Redirected("http://127.0.0.1:1/"),
)
UUID = "5dd78a45-4313-491a-8f70-0bbe1d4061fa"
NOW = datetime.now(UTC)
ANALYTICS = {"cloudflare_analytics_api_token": DEFAULT_ANALYTICS_TOKEN.value}


@pytest.fixture
def account(cloudflare: Simulation) -> Simulation:
    """Return an account with five workflows, one of them without instances."""
    cloudflare.add_workflow("empty")
    for name, prefix in (("orders", "ord"), ("emails", "mail"), ("refunds", "ref"), ("exports", "exp")):
        for number in range(3):
            cloudflare.add_instance(name, id=f"{prefix}-100{number}", status="errored")
    cloudflare.add_instance("exports", id=UUID)
    return cloudflare


def asked(cloudflare: Simulation) -> tuple[int, int, int, int]:
    """Return how often workflows, analytics, lists of instances and one instance were asked for."""
    return (
        cloudflare.workflow_calls,
        cloudflare.analytics_calls,
        cloudflare.list_calls,
        cloudflare.describe_calls,
    )


@pytest.mark.parametrize(
    "text",
    [
        f"find {UUID}",
        f"find instance `{UUID.upper()}`",
        f"search {UUID}",
        UUID,
        f"show {UUID}",
        f"what happened to {UUID}",
        f"find {UUID} account:default",
    ],
)
async def test_an_id_alone_is_shown_as_with_its_workflow(text: str, ada: Person, account: Simulation) -> None:
    told = (await ask(ada, text)).all_text()
    assert f"🟢 {UUID} · complete" in told
    assert f"`/workflows show exports {UUID}`" in told
    assert "Asked every workflow with instances of `default` for this id: 4." in told
    assert "empty" not in told
    assert account.workflow_calls == 1
    assert not any("/empty/" in call.path for call in account.calls)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "text",
    ["did ord-1001 fail?", "is ord-1001 done", "ord-1001 errored", "where is ord-1001", "where's ord-1001"],
)
async def test_a_question_about_an_id_shows_the_instance(text: str, ada: Person) -> None:
    told = (await ask(ada, text)).all_text()
    assert "🔴 ord-1001 · errored" in told
    assert "Read `" not in told


@pytest.mark.usefixtures("account")
async def test_where_an_id_is_not_the_way_to_find_it_is_told(ada: Person) -> None:
    elsewhere = await ask(ada, "show orders mail-1001")
    assert "No instance of that id." in elsewhere.all_text()
    assert "🔴 mail-1001 · errored" in (await click(ada, elsewhere, "command_run", 1)).all_text()
    assert "`/workflows find ord-10*` looks for ids that begin so" in (await ask(ada, "ord-10*")).all_text()


@pytest.mark.usefixtures("account")
async def test_what_a_list_showed_is_asked_for_first(ada: Person, cloudflare: Simulation) -> None:
    await ask(ada, "list refunds")
    told = (await ask(ada, "find ref-1001")).all_text()
    assert "🔴 ref-1001 · errored" in told
    assert "It was in a list that was read lately: no other workflow was asked for this id." in told
    assert "`/workflows find ref-1001 everywhere`" in told
    assert asked(cloudflare) == (1, 0, 1, 1)


async def test_analytics_lead_to_the_workflow_with_one_query(
    run_bot: RunBot, account: Simulation, slack: LocalSlack
) -> None:
    async with run_bot(**ANALYTICS):
        told = (await ask(slack.person("ada"), f"find {UUID}")).all_text()
    assert f"🟢 {UUID} · complete" in told
    assert "Analytics led to it: no other workflow was asked for this id." in told
    assert asked(account) == (1, 1, 0, 1)


WRONG_HINT = WrongShape(
    {"data": {"viewer": {"accounts": [{"workflowsAdaptiveGroups": [
        {"count": 3, "dimensions": {"workflowName": name}} for name in ("emails", "deleted", "empty")
    ]}]}}}
)  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [WRONG_HINT, HtmlPage(503), WrongShape(), TooManyRequests(60), JsonError(401, 10000)],
    ids=str,
)
async def test_what_analytics_say_is_a_hint_and_no_more(
    fault: Fault, run_bot: RunBot, account: Simulation, slack: LocalSlack
) -> None:
    account.inject(fault, times=None, operation="query_analytics")
    async with run_bot(**ANALYTICS):
        told = (await ask(slack.person("ada"), f"find {UUID}")).all_text()
        assert f"🟢 {UUID} · complete" in told
        told = (await ask(slack.person("ada"), "find gone-1234567")).all_text()
    assert "No instance was found with the id `gone-1234567`." in told
    assert ("Analytics know it from `em" in told) == (fault is WRONG_HINT)


async def test_where_analytics_lead_is_said_if_it_can_not_be_asked(
    run_bot: RunBot, account: Simulation, slack: LocalSlack
) -> None:
    account.inject(TooManyRequests(60), times=None, operation="get_instance")
    async with run_bot(**ANALYTICS):
        told = (await ask(slack.person("ada"), f"find {UUID}")).all_text()
    assert f"*No instance was found yet with the id `{UUID}`.*\nNot everything could be asked." in told
    said = (
        "Analytics say that it is in `exports`, which could not be asked just now. *Again* tries once more."
    )
    assert said in told
    assert f"Again: `/workflows find {UUID}`" in told
    assert "no more" not in told


async def test_an_id_may_be_in_several_workflows_of_several_accounts(
    run_bot: RunBot, account: Simulation, slack: LocalSlack
) -> None:
    account.add_instance("emails", id="twice-1234")
    other = Simulation(account_id="f" * 32)
    for name in ("twice-1234", "once-1234"):
        other.add_instance("orders", id=name, status="errored", created_on=NOW - timedelta(hours=1))
    async with other.serve() as url:
        staging = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        async with run_bot(cloudflare_accounts={"staging": staging}):
            ada = slack.person("ada")
            once = (await ask(ada, "find once-1234")).all_text()
            both = await ask(ada, "find twice-1234 everywhere")
            one = await ask(ada, "find twice-1234 account:staging")
            opened = await (await ada.click(both, "instance_show", 1)).view()
    assert "🔴 once-1234 · errored" in once
    assert "`/workflows show orders once-1234 account:staging`" in once
    assert "2 workflows have twice-1234" in both.all_text()
    assert "`twice-1234` of `emails`\n" in both.all_text()
    assert "`twice-1234` of `orders` in `staging`\n" in both.all_text()
    assert "Asked every workflow with instances of `default`, `staging` for this id: 5." in both.all_text()
    assert button_labels(both) == ["Details", "Details"]
    assert "orders" in opened.all_text()
    assert "🔴 twice-1234 · errored" in one.all_text()


@pytest.mark.parametrize("text", [UUID[:8], f"{UUID[:8]}*", UUID[:13].upper(), f"{UUID[:-1]}"])
async def test_the_beginning_of_an_id_is_looked_up_in_the_lists(
    text: str, ada: Person, account: Simulation
) -> None:
    told = (await ask(ada, f"find {text}")).all_text()
    assert f"🟢 {UUID} · complete" in told
    assert "Read all 13 instances of 4 workflows for ids that begin with it." in told
    assert "Asked" not in told
    assert asked(account) == (1, 0, 4, 1)


@pytest.mark.parametrize("text", ["1001 order", "1001", "#rd-1001"])
async def test_a_part_from_within_an_id_is_found_where_no_id_begins_with_it(
    text: str, ada: Person, account: Simulation
) -> None:
    account.remove_instance("emails", "mail-1001")
    account.remove_instance("refunds", "ref-1001")
    account.remove_instance("exports", "exp-1001")
    told = (await ask(ada, f"find {text}")).all_text()
    assert "🔴 ord-1001 · errored" in told
    assert "for ids that begin with it. None does; the id holds it further on." in told
    assert "No instance was found" in (await ask(ada, "find rd-1001*")).all_text()


async def test_very_many_that_begin_alike_are_not_all_shown(ada: Person, account: Simulation) -> None:
    for number in range(150):  # newer than its `mail-`, even those of the same millisecond
        account.add_instance("emails", id=f"many-{number}")
    message = await ask(ada, "find many-*")
    told = message.all_text()
    assert "At least 100 instances begin with many-" in told
    assert "And 80 more: type more of the id." in told
    assert button_labels(message) == ["Details"] * 20


async def test_several_that_begin_alike_are_a_list(ada: Person, account: Simulation) -> None:
    message = await ask(ada, "find ord-*")
    assert "3 instances begin with ord-" in message.all_text()
    assert button_labels(message) == ["Details"] * 3
    assert asked(account) == (1, 0, 4, 0)


@pytest.mark.usefixtures("account")
async def test_none_says_where_it_was_looked_and_what_may_help(ada: Person, cloudflare: Simulation) -> None:
    message = await ask(ada, "find exports-v2")
    told = message.all_text()
    assert "No instance was found with the id `exports-v2`." in told
    assert "Asked every workflow with instances of `default` for this id: 4." in told
    assert "Read all 13 instances of 4 workflows for ids that begin with it." in told
    assert "none is left that ended" in told
    assert (datetime.now(UTC) - timedelta(days=30)).date().isoformat() in message.text
    assert asked(cloudflare) == (1, 0, 4, 4)
    again = await click(ada, message, "command_run")
    assert "No instance was found whose id begins with `exports-`." in again.all_text()


async def test_workflows_of_such_a_name_are_offered(ada: Person, account: Simulation) -> None:
    account.add_instance("exports-v2-daily", id="x-1")
    told = (await ask(ada, "find v2-d*")).all_text()
    assert "In the names of 1 workflow: `/workflows search v2-d`" in told


async def test_a_pasted_message_is_searched_for_all_that_it_mentions(
    ada: Person, account: Simulation
) -> None:
    link = f"https://dash.cloudflare.com/{'0123456789abcdef' * 2}/workers/workflows/refunds/instance/ref-1000"
    message = await ask(
        ada,
        f"find :rotating_light: *Failed*: ord-1001, mail-1002 at 14:03 (3 times!) <{link}|here> "
        "and nosuch-12345: can't find it",
    )
    told = message.all_text()
    assert "Found in that text" in told
    assert [f"`{each}` of" in told for each in ("ord-1001", "mail-1002", "ref-1000")] == [True] * 3
    assert "`nosuch-12345`\nNot found. Asked every workflow" in told
    assert button_labels(message) == ["Details"] * 3
    assert account.workflow_calls == 1
    foreign = link.replace("0123456789abcdef", "f" * 16)
    mixed = (
        await ask(ada, f"find it is {foreign} and not ref-1000 or ref-1001, says my colleague")
    ).all_text()
    assert f"`ref-1000`\nThe link leads to the account `{'f' * 32}`, which this bot does not read." in mixed
    assert "`ref-1001` of `refunds`" in mixed
    nothing = await ask(ada, "find it failed 3 times on 2026-11-23 at 14:03:22, says the log")
    assert "Nothing in that text looks like the id of an instance." in nothing.all_text()


async def test_a_link_needs_no_search(ada: Person, account: Simulation) -> None:
    account_id = "0123456789abcdef" * 2
    path = "workers/workflows/refunds/instance/ref-1000"
    for text in (f"find https://dash.cloudflare.com/{account_id}/{path}", "find refunds/ref-1000"):
        told = (await ask(ada, text)).all_text()
        assert "🔴 ref-1000 · errored" in told
        assert "Asked" not in told
    assert account.describe_calls == 1
    other = await ask(ada, f"find https://dash.cloudflare.com/{'f' * 32}/{path}")
    assert "That link leads to another Cloudflare account." in other.all_text()


async def test_what_is_no_id_is_looked_for_in_the_names(ada: Person, account: Simulation) -> None:
    account.add_instance("orders-2", id="o-1")
    assert "names with `order`" in (await ask(ada, "find order")).all_text()
    assert "names with `orders-2`" in (await ask(ada, "find orders-2")).all_text()
    assert account.describe_calls == 0


async def test_what_is_not_there_yet_names_the_instance_that_it_is_about(
    ada: Person, account: Simulation
) -> None:
    told = await ask(ada, "restart ref-1001")
    assert "This bot can't restart instances yet." in told.all_text()
    assert "The instance: `/workflows show refunds ref-1001`" in told.all_text()
    assert "/workers/workflows/refunds/instance/ref-1001|refunds · ref-1001>" in told.all_text()
    unknown = await ask(ada, "restart nosuch-12345")
    assert "This bot can't restart instances yet." in unknown.all_text()
    assert account.count("other") == 0


def many(cloudflare: Simulation, count: int) -> None:
    for number in range(count):
        at = NOW - timedelta(minutes=number + 1)
        cloudflare.add_instance(f"flow-{number:03}", id=f"a-{number}", created_on=at)


async def test_a_search_of_many_workflows_says_that_it_takes_a_while_and_where_it_ended(
    run_bot: RunBot, cloudflare: Simulation, slack: LocalSlack
) -> None:
    many(cloudflare, 230)
    cloudflare.add_instance("ordering", id="ord-777777", created_on=NOW - timedelta(days=20))
    cloudflare.inject(Slow(0.02), times=None, operation="get_instance")
    async with run_bot(bot_request_deadline=20.0, bot_person_share=1.0):
        ada = slack.person("ada")
        reply = await ada.command("/workflows", "find ord-777777")
        first = await reply.message()
        assert first.text == (
            "Looking for `ord-777777` in 231 workflows of `default`. The answer follows by itself."
        )
        told = (await answer(reply)).all_text()
        assert "ord-777777 · complete" in told
        begun = cloudflare.describe_calls
        assert f"Asked {begun} of 231 workflows of `default` for this id, the likeliest first." in told
        assert begun <= 64  # of which the first 32 were under way when the likeliest one answered
        none = (await answer(await ada.command("/workflows", "find nosuch-12345"), 20)).all_text()
        assert "⚠️" not in none, none
        assert "Asked 150 of 231 workflows of `default` for this id, the likeliest first." in none
        assert "Ask all 231 workflows: `/workflows find nosuch-12345 everywhere`" in none
        assert cloudflare.describe_calls == begun + 150


async def test_a_search_stops_at_a_throttle_and_says_so(ada: Person, cloudflare: Simulation) -> None:
    many(cloudflare, 60)
    cloudflare.rate_limiter = RateLimiter(RateLimit(quota=20))
    told = (await answer(await ada.command("/workflows", "find nosuch-12345"))).all_text()
    assert "*No instance was found yet with the id `nosuch-12345`.*\nNot everything could be asked." in told
    assert "30 days" not in told
    assert "Asked 15 of 60 workflows" in told
    assert "⚠️ Stopped early. " in told
    whole = (
        await answer(await ada.command("/workflows", f"find {UUID}"))
    ).all_text()  # no list is read for it
    assert "Asked 0 of 60 workflows" in whole
    assert "⚠️ Stopped early. " in whole


async def test_background_share_of_the_budget_bounds_a_search(
    run_bot: RunBot, cloudflare: Simulation, slack: LocalSlack
) -> None:
    many(cloudflare, 60)
    async with run_bot(bot_request_budget=50, bot_person_share=1.0):
        ada = slack.person("ada")
        told = (await answer(await ada.command("/workflows", "find nosuch-12345"))).all_text()
        assert "Asked 39 of 60 workflows" in told
        assert "a-0" in (await ask(ada, "list flow-000")).all_text()  # a fifth is left for lists


@pytest.mark.parametrize("fault", [JsonError(403, 10000, "Authentication error"), WrongShape()], ids=str)
async def test_workflows_that_can_t_be_asked_are_named(
    fault: Fault, ada: Person, account: Simulation
) -> None:
    account.inject(fault, times=None, operation="get_instance")
    told = (await ask(ada, "find nosuch-12345")).all_text()
    assert "Asked 0 of 4 workflows of `default` for this id" in told
    assert "⚠️ Could not be asked: `" in told
    assert "Read all 13 instances of 4 workflows" in told


@pytest.mark.parametrize("operation", ["get_instance", "list_instances"])
async def test_a_fault_of_one_workflow_costs_no_other(
    operation: Operation, ada: Person, account: Simulation, read_log: ReadLog
) -> None:
    for number, fault in enumerate(FAULTS):
        account.clear_faults()
        account.inject(fault, operation=operation)
        with stamina.set_testing(True, attempts=1):
            told = (await ask(ada, f"find nosuch-{number}1234")).all_text()
            is_cut = "⚠️" in told
            title = f"No instance was found{' yet' * is_cut} with the id `nosuch-{number}1234`."
            assert title in told, fault
            assert ("Not everything could be asked." in told) is is_cut, fault
            assert "inside this bot" not in told, fault
            account.clear_faults()
            await asyncio.sleep(0)
    assert not [line for line in read_log() if line["level"] == "error"]


async def test_an_account_that_can_t_be_read_costs_no_other(
    run_bot: RunBot, account: Simulation, slack: LocalSlack
) -> None:
    assert account.calls == []
    staging = {"account_id": "f" * 32, "api_token": "t", "api_base_url": "http://127.0.0.1:1/v4"}
    async with run_bot(cloudflare_accounts={"staging": staging}):
        told = (await ask(slack.person("ada"), f"find {UUID}")).all_text()
    assert f"🟢 {UUID} · complete" in told
    assert "⚠️ The workflows of `staging` can't be listed just now." in told


@pytest.mark.usefixtures("account")
async def test_only_what_a_person_may_look_at_is_searched(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    rules = json.dumps([{"who": ["everyone"], "workflows": ["ord*"], "rights": ["view"]}])
    async with run_bot(bot_access=rules):
        ada = slack.person("ada")
        told = (await ask(ada, f"find {UUID}")).all_text()
        assert f"No instance was found with the id `{UUID}`." in told
        assert "Asked every workflow with instances of `default` for this id: 1." in told
        assert "Only workflows that you may look at were searched: `/workflows access`" in told
        assert "exports" not in told
        assert "exports" not in (await ask(ada, f"restart {UUID}")).all_text()
        assert (
            "exports" not in (await ask(ada, f"find {UUID} and look for exp-1000 as well, please")).all_text()
        )
    paths = {call.path.split("/")[6] for call in cloudflare.calls if call.operation != "list_workflows"}
    assert paths == {"orders"}


async def test_an_account_without_workflows_has_no_instances(ada: Person) -> None:
    told = (await ask(ada, f"find {UUID}")).all_text()
    assert "No workflow of `default` has instances." in told


@pytest.mark.usefixtures("bot")
async def test_the_longest_ids_and_the_oddest_fit(ada: Person, cloudflare: Simulation) -> None:
    long = f"{'x' * 260}-1234567890"
    for number in range(12):
        cloudflare.add_instance(f"{'w' * 61}{number:03}", id=long)
        cloudflare.add_instance(f"{'w' * 61}{number:03}", id=f"<!channel>`*{number}1234")
    both = await ask(ada, f"find {long} everywhere")
    assert "12 workflows have" in both.all_text()
    assert button_labels(both) == ["Details"] * 12
    odd = await ask(ada, 'find "<!channel>`*11234"')
    assert odd.all_text().startswith("🟢 <!channel>`*11234 · complete")
    assert not any("<!channel" in text for text in mrkdwn_texts(Built("", list(odd.blocks))))


async def test_what_is_typed_is_in_no_log(ada: Person, account: Simulation, read_log: ReadLog) -> None:
    account.inject(JsonError(500), times=3, operation="get_instance")
    await ask(ada, "find nosuch-12345")
    await ask(ada, f"find {UUID} and nosuch-12345 in some longer text, please")
    assert "nosuch-12345" not in str(read_log())


class Engine:
    """A `wrangler dev`, which makes a row of each id that it is asked for and does not have."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Answer as it does: for the workflows, for a page of instances, or for one."""
        path = request.path.partition("/workflows")[2]
        self.paths.append(path)
        info = {"page": 1, "per_page": 100, "total_pages": 1}
        if path == "":
            workflows = [{"name": "orders"}, {"name": "emails"}]
            return web.json_response({"success": True, "result": workflows, "result_info": info})
        if path.endswith("/instances"):
            rows = [{"id": "ord-1234", "status": "complete", "created_on": "2026-11-23T12:00:00Z"}]
            result = rows if "/orders/" in path else []
            return web.json_response({"success": True, "result": result, "result_info": info})
        return web.json_response({"success": True, "result": {"status": "complete", "steps": []}})


async def test_the_local_engine_is_never_asked_for_an_id_that_it_does_not_list(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    engine, app = Engine(), web.Application()
    app.router.add_get("/{path:.*}", engine.handle)
    no_account = dict.fromkeys(("cloudflare_account_id", "cloudflare_api_token"))
    async with (
        TestServer(app) as server,
        run_bot(**no_account, wrangler_dev_url=str(server.make_url("/api"))),
    ):
        ada = slack.person("ada")
        none = (await ask(ada, "find nosuch-12345")).all_text()
        assert "No instance was found" in none
        assert not any("nosuch" in path for path in engine.paths)
        assert "ord-1234 · complete" in (await ask(ada, "find ord-12*")).all_text()
        assert "ord-1234 · complete" in (await ask(ada, "find ord-1234")).all_text()
    assert {path for path in engine.paths if not path.endswith("/instances") and path} == {
        "/orders/instances/ord-1234"
    }


async def test_two_searches_for_one_id_at_once_ask_each_workflow_once(
    ada: Person, bot: Bot, account: Simulation, slack: LocalSlack
) -> None:
    assert bot.background is not None
    account.inject(Slow(0.05), times=None, operation="get_instance")
    grace = slack.person("grace")
    await asyncio.gather(ask(ada, "find nosuch-12345"), ask(grace, "find nosuch-12345"))
    assert account.describe_calls == 4
