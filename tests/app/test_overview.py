"""The overview from end to end: trouble first, what has changed, the menu, the chart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.browse.overview.count_samples import CountSamples
from bot.browse.overview.trouble import CountSample
from bot.cloudflare.models import Status, Workflow
from bot.playground.simulators.cloudflare import Cron, JsonError, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, PayloadValidator, Person
from tests.support.databases import migrated_database
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, click, has_button, row_ids, walk
from tests.support.overviews import choose, offered, open_workflow
from tests.support.teams import TEAM


def fail(cloudflare: Simulation, workflow: str, count: int, **ago: float) -> None:
    ended = datetime.now(UTC) - timedelta(**ago)
    for _ in range(count):
        cloudflare.add_instance(
            workflow, status="errored", created_on=ended - timedelta(hours=5), ended_on=ended
        )


async def look(folder: Path, ago: timedelta, **errored: int) -> None:
    """Leave the counts of a look some time ago in the bot's database."""
    rows = [Workflow(name=name, instances={Status("errored"): count}) for name, count in errored.items()]
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine:
        samples = CountSamples(engine, lambda: datetime.now(UTC))
        await samples.keep(TEAM, "default", CountSample.of(rows, datetime.now(UTC) - ago))


def rows_of(message: Message) -> list[str]:
    """Return the first line of each row with trouble."""
    texts = [block["text"]["text"] for block in message.blocks if "accessory" in block]
    return [text.split("\n")[0] for text in texts]


def types(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


async def test_trouble_stands_before_the_others(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, "mail", 3, minutes=5)
    fail(cloudflare, "orders", 5, hours=5)
    fail(cloudflare, "archive", 9, days=5)
    cloudflare.add_workflow("nightly", crons=(Cron("0 3 * * *", timedelta(days=1)),))
    overview = await ask(ada, "")
    assert overview.blocks[0]["text"]["text"] == "4 workflows · 8 failed in 24 h"
    assert rows_of(overview) == [
        "*`mail`*   🔴 *3* failed in 24 h, 3 in the last hour",
        "*`orders`*   🔴 *5* failed in 24 h",
    ]
    assert "🟢 `archive`  9 errored, none in 24 h\n🟢 `nightly`  no instances · daily at 03:00 UTC" in (
        overview.all_text()
    )
    assert overview.text.index("mail: 3 failed") < overview.text.index("archive: 9 errored")
    assert "last look" not in overview.all_text()


async def test_what_changed_since_the_last_look_and_its_chart(
    slack: LocalSlack, run_bot: RunBot, cloudflare: Simulation, tmp_path: Path
) -> None:
    fail(cloudflare, "orders", 7, minutes=5)
    for hours, count in ((9, 1), (4, 2), (2, 4)):
        await look(tmp_path, timedelta(hours=hours), orders=count)
    async with run_bot():
        overview = await ask(slack.person("ada"), "")
    assert "3 more errored in 1 workflow than at the last look," in overview.all_text()
    assert "· <!date^" in rows_of(overview)[0]
    (chart,) = [block for block in overview.blocks if block["type"] == "data_visualization"]
    (series,) = chart["chart"]["series"]
    assert [point["value"] for point in series["data"]] == [1, 2, 4, 7]
    assert chart["chart"]["axis_config"]["x_label"] == "Europe/London"


async def test_where_slack_takes_no_chart_it_is_a_line_of_characters(
    slack: LocalSlack, run_bot: RunBot, cloudflare: Simulation, tmp_path: Path
) -> None:
    fail(cloudflare, "orders", 7, minutes=5)
    for hours, count in ((9, 1), (4, 2)):
        await look(tmp_path, timedelta(hours=hours), orders=count)
    slack.workspace.validator = PayloadValidator(unsupported=frozenset({"data_visualization"}))
    async with run_bot():
        overview = await ask(slack.person("ada"), "")
    assert "data_visualization" not in types(overview)
    assert "`▂▃█`  1 to 7" in overview.all_text()


async def test_a_flat_day_has_no_chart_and_is_answered_in_the_ack(
    slack: LocalSlack, run_bot: RunBot, cloudflare: Simulation, tmp_path: Path
) -> None:
    fail(cloudflare, "orders", 2, days=2)
    for hours in (9, 4):
        await look(tmp_path, timedelta(hours=hours), orders=2)
    async with run_bot():
        reply = await slack.person("ada").command("/workflows", "")
    assert "none has more errored than at the last look" in (await reply.message()).all_text()
    assert "blocks" in (reply.ack.as_json() or {})


async def test_the_menu_offers_a_hundred_and_finds_the_others(ada: Person, cloudflare: Simulation) -> None:
    for number in range(130):
        cloudflare.add_instance(f"flow-{number:03}", id=f"of-{number:03}")
    overview = await ask(ada, "")
    assert [option["text"]["text"] for option in await offered(ada, overview)] == [
        f"flow-{number:03}" for number in range(100)
    ]
    (option,) = await offered(ada, overview, "LOW-127")
    assert await offered(ada, overview, "nothing") == []
    opened = await (await choose(ada, overview, option)).message()
    assert row_ids(opened) == ["of-127"]
    screens = await walk(ada, overview, "page_next")
    assert len(screens) == 13
    assert cloudflare.workflow_calls == 2, "two pages of workflows, once"


async def test_the_menu_of_another_account_opens_that_one_s_lists_however_long_the_names(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    account = "IdJkgKsTmqFODTeWZDNK3YvPLpmtkdw2"
    name = "zUNd85iTFa7bFloXOFggM2OVlKOv0jrzLyZMST944RA88sLb_j55DNWHWZo8D4l2"
    other = Simulation(account_id="f" * 32)
    other.add_instance(name, id="there")
    cloudflare.add_instance("orders", id="here")
    async with other.serve() as url:
        named = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        async with run_bot(cloudflare_accounts={account: named}):
            ada = slack.person("ada")
            overview = await ask(ada, f"account:{account}")
            (option,) = await offered(ada, overview)
            assert option["value"].startswith("s1."), "what does not fit is in the database"
            assert len(option["value"]) <= 150
            assert row_ids(await open_workflow(ada, overview)) == ["there"]
            assert row_ids(await open_workflow(ada, await ask(ada, ""))) == ["here"]


async def test_the_menu_is_empty_while_workflows_can_t_be_read(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot(bot_cache_first_pages=0.001):
        ada = slack.person("ada")
        overview = await ask(ada, "")
        cloudflare.inject(JsonError(403, 10000), times=None)
        assert await offered(ada, overview) == []


async def test_a_database_without_an_answer_costs_no_overview(
    ada: Person, cloudflare: Simulation, tmp_path: Path, read_log: ReadLog
) -> None:
    fail(cloudflare, "orders", 2, minutes=5)
    async with migrated_database(f"sqlite:///{tmp_path}/bot.sqlite3") as engine, engine.begin() as connection:
        await connection.execute(text("DROP TABLE count_samples"))
    overview = await ask(ada, "")
    assert rows_of(overview) == ["*`orders`*   🔴 *2* failed in 24 h, 2 in the last hour"]
    assert "What has changed since the last look is not known" in overview.all_text()
    assert "count_samples_not_read" in {event["event"] for event in read_log()}


async def test_a_shared_overview_can_be_turned_and_refreshed(ada: Person, cloudflare: Simulation) -> None:
    for number in range(12):
        fail(cloudflare, f"flow-{number:02}", 1, minutes=5)
    shared = await click(ada, await ask(ada, ""), "share")
    assert len(rows_of(shared)) == 10
    second = await click(ada, shared, "page_next")
    assert [row.split("`")[1] for row in rows_of(second)] == ["flow-10", "flow-11"]
    assert not has_button(second, "page_next")
    assert [row.split("`")[1] for row in rows_of(await click(ada, second, "page_refresh"))] == [
        "flow-10",
        "flow-11",
    ]


async def test_hundreds_with_long_names_and_trouble_are_paged_through(
    ada: Person, cloudflare: Simulation
) -> None:
    names = [f"{number:03}{'-long-name' * 6}x" for number in range(60)]
    for name in names:
        fail(cloudflare, name, 1, minutes=5)
    screens = await walk(ada, await ask(ada, ""), "page_next")
    seen = [row.split("`")[1] for screen in screens for row in rows_of(screen)]
    assert sorted(seen) == names
    back = await walk(ada, screens[-1], "page_previous")
    assert [rows_of(screen)[0].split("`")[1] for screen in back] == [
        rows_of(screen)[0].split("`")[1] for screen in reversed(screens)
    ]


async def test_why_leads_to_what_failed_in_that_workflow(ada: Person, cloudflare: Simulation) -> None:
    fail(cloudflare, "mail", 3, minutes=5)
    fail(cloudflare, "orders", 5, hours=5)
    overview = await ask(ada, "")
    why = (await click(ada, overview, "failures_show", index=1)).all_text()
    assert "orders" in why
    assert "mail" not in why
    assert "5" in why


async def test_what_rose_since_an_old_look_is_not_said_to_be_of_late_if_that_is_not_known(
    slack: LocalSlack, run_bot: RunBot, cloudflare: Simulation, tmp_path: Path
) -> None:
    fail(cloudflare, "orders", 3, days=5)
    await look(tmp_path, timedelta(days=6), orders=1)
    cloudflare.inject(JsonError(403, 10000), operation="list_instances")
    async with run_bot():
        overview = await ask(slack.person("ada"), "")
    assert "2 more errored than at the last look, it is not known when they failed" in overview.text


async def test_why_of_what_rose_since_an_old_look_goes_back_to_it(
    slack: LocalSlack, run_bot: RunBot, cloudflare: Simulation, tmp_path: Path
) -> None:
    fail(cloudflare, "orders", 3, days=5)
    await look(tmp_path, timedelta(days=6), orders=1)
    async with run_bot():
        ada = slack.person("ada")
        overview = await ask(ada, "")
        why = (await click(ada, overview, "failures_show")).all_text()
    (said,) = rows_of(overview)
    assert "2 more errored since" in said
    assert said.endswith("· none failed in 24 h")
    assert "2 more errored than at the last look, none failed in 24 h" in overview.text
    assert "3 failed" in why
