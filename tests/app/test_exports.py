"""Exports from end to end: what is in the file, who gets it, how far it is, and how each one ends."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.export.collector import Bounds
from bot.export.run import Times
from bot.export.service import Exports
from bot.export.store import ExportStore, StoredExport
from bot.playground.simulators.cloudflare import (
    ChangedRows,
    Failure,
    JsonError,
    Simulation,
    Slow,
    TooManyRequests,
    WrongShape,
)
from bot.playground.simulators.slack import ErrorCode, LocalSlack, Message, Person, Workspace
from bot.playground.simulators.slack import Slow as SlowCall
from bot.playground.simulators.slack.directory import ADA, GRACE, SCOPES
from bot.playground.simulators.slack.files import Files, UploadedFile
from bot.slack.edited_messages import EditedMessages
from bot.ui.elements import Message as MessageOfBot
from tests.support.databases import migrated_database
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels, click
from tests.support.servers import bot_settings, serve_bot
from tests.support.teams import TEAM

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture(autouse=True)
def _short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of exports more often than people need it, and wait for less."""
    short = timedelta(seconds=0.1)
    init: Any = Exports.__init__

    def with_short_times(self: Exports, *args: Any) -> None:
        init(self, *args, Times(short, short, short, short, sending=timedelta(seconds=2)))

    monkeypatch.setattr(Exports, "__init__", with_short_times)
    monkeypatch.setattr("bot.app.Bounds", lambda time, rows: Bounds(time, rows, retries=(short, short)))


def fill(cloudflare: Simulation, count: int, workflow: str = "orders", status: str = "complete") -> None:
    for number in range(count):
        cloudflare.add_instance(
            workflow,
            id=f"{workflow}-{status}-{number:05}",
            status=status,
            created_on=START - timedelta(minutes=number),
            ended_on=START - timedelta(minutes=number - 2),
            trigger_source="api",
        )


async def until(is_so: Callable[[], Any]) -> Any:
    """Return what something comes to once that is anything."""
    async with asyncio.timeout(10):
        while not (found := is_so()):  # noqa: ASYNC110 - the simulator has no event for all of these
            await asyncio.sleep(0.02)
    return found


def told(slack: LocalSlack, where: str = "@ada") -> list[Message]:
    """Return the messages that tell of exports, in a conversation."""
    return [message for message in slack.messages(where) if "asked by" in message.all_text()]


async def ended(slack: LocalSlack, where: str = "@ada") -> Message:
    """Wait until the last message that tells of an export says its end."""

    def last() -> Message | None:
        found = told(slack, where)
        return found[-1] if found and not found[-1].text.startswith(("Exporting", "Sending")) else None

    found: Message = await until(last)
    return found


def rows_of(file: UploadedFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def ids_of(file: UploadedFile) -> list[str]:
    return [row["id"] for row in rows_of(file)]


async def test_a_list_comes_as_a_file_to_the_one_who_asks_newest_first(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 250)
    said = await ask(ada, "export orders")
    assert "in your direct messages" in said.text
    message = await ended(slack)
    [file] = slack.files
    assert file.channel == slack.workspace.channel("@ada").id
    assert file.name.startswith("orders_20")
    assert file.name.endswith(".csv")
    assert ids_of(file) == [f"orders-complete-{number:05}" for number in range(250)]
    first = rows_of(file)[0]
    assert (first["workflow_name"], first["status"], first["trigger_source"]) == ("orders", "complete", "api")
    assert first["created_on"] == f"{START:%Y-%m-%dT%H:%M:%SZ}"
    assert message.text.startswith("Exported 250 instances.")
    assert "`/workflows export orders`" in message.all_text()
    assert "Cancel" not in button_labels(message)
    assert not [each for each in slack.messages("general") if not each.is_ephemeral]


async def test_json_lines_have_the_names_and_values_of_the_api(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 3)
    await ask(ada, "export orders as json lines")
    await ended(slack)
    [file] = slack.files
    assert file.name.endswith(".jsonl")
    lines = [json.loads(line) for line in file.content.decode().splitlines()]
    assert [line["id"] for line in lines] == [f"orders-complete-{number:05}" for number in range(3)]
    assert lines[0].keys() >= {"workflow_name", "created_on", "version_id", "trigger_source", "ended_on"}


async def test_several_workflows_and_statuses_are_one_file_each_instance_once(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 120, "orders", "errored")
    fill(cloudflare, 30, "orders", "running")
    fill(cloudflare, 130, "emails", "terminated")
    fill(cloudflare, 10, "refunds")
    await ask(ada, "export orders,emails status:errored,terminated")
    await ended(slack)
    [file] = slack.files
    assert len(ids_of(file)) == len(set(ids_of(file))) == 250
    assert {row["status"] for row in rows_of(file)} == {"errored", "terminated"}
    times = [row["created_on"] for row in rows_of(file)]
    assert times == sorted(times, reverse=True)
    asked = {(call.path.split("/")[-2], call.query.get("status")) for call in cloudflare.calls[1:]}
    assert asked == {("orders", "errored"), ("emails", "terminated")}, "the counts say zero for the others"


async def test_since_means_the_end_where_an_ended_status_is_asked_for(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    now = datetime.now(UTC)
    for number, hours in enumerate((1, 3, 30)):
        cloudflare.add_instance(
            "orders",
            id=f"slow-{number}",
            status="errored",
            created_on=now - timedelta(days=3, hours=number),
            ended_on=now - timedelta(hours=hours),
        )
    await ask(ada, "export orders errored since:24h")
    await ended(slack)
    assert ids_of(next(iter(slack.files))) == ["slow-0", "slow-1"]


@pytest.mark.parametrize(("admins", "by"), [("", "ada"), (GRACE.id, "grace")])
async def test_progress_is_said_in_one_message_and_cancelled_by_who_asked_or_an_admin(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, admins: str, by: str
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(Slow(0.4), times=None, operation="list_instances")
    async with run_bot(bot_admins=admins):
        await slack.person("ada").command("/workflows", "export orders to #general")
        await until(lambda: [each for each in told(slack, "general") if "of about 1,000" in each.text])
        [message] = told(slack, "general")
        if not admins:
            refused = await click(slack.person("grace"), message, "export_cancel")
            assert "Only <@U0ADA0001>, who asked for this export, can cancel it" in refused.text
        await slack.person(by).click(message, "export_cancel")
        said = await ended(slack, "general")
    canceller = slack.workspace.user(by).id
    assert said.text.startswith(f"Export cancelled. <@{canceller}> cancelled it. No file was sent.")
    assert len(told(slack, "general")) == 1, "it is changed in place"
    assert button_labels(said) == ["Begin again"]
    assert not slack.files


async def test_an_export_that_has_ended_is_not_cancelled(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 1)
    await ask(ada, "export orders")
    await ended(slack)
    pressed = next(
        change.message
        for change in slack.changes
        if change.message is not None and "Exporting" in change.message.text
    )
    assert "This export has ended" in (await click(ada, pressed, "export_cancel")).text


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("#quiet", "This bot is not in"),
        ("#secret", "This bot is not in"),
    ],
)
async def test_a_file_goes_to_no_channel_without_the_bot_and_the_person(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, to: str, why: str
) -> None:
    fill(cloudflare, 1)
    said = await ask(ada, f"export orders to {to}")
    assert why in said.text
    assert "Nothing was read" in said.text
    assert not cloudflare.calls
    assert not slack.files


async def test_to_here_is_for_everybody_there(slack: LocalSlack, cloudflare: Simulation, ada: Person) -> None:
    fill(cloudflare, 2)
    await ada.command("/workflows", "export orders to here")
    message = await ended(slack, "general")
    [file] = slack.files
    assert file.channel == slack.workspace.channel("general").id
    assert "`/workflows export orders to #general`" in message.all_text()


async def test_without_the_scope_nothing_is_read(cloudflare: Simulation, api: str, tmp_path: Any) -> None:
    fill(cloudflare, 1)
    workspace = Workspace(scopes=SCOPES - {"files:write"})
    async with (
        LocalSlack(workspace=workspace).serve() as slack,
        serve_bot(bot_settings(slack, api, tmp_path), slack),
    ):
        said = await ask(slack.person("ada"), "export orders")
    assert "This bot may not send files yet, so nothing was read." in said.text
    assert "`files:write`" in said.text
    assert not cloudflare.calls


async def test_a_throttle_is_waited_for_and_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(TooManyRequests(4), times=1, operation="list_instances")
    await ask(ada, "export orders")
    await until(lambda: any("it goes on in" in each.text for each in told(slack)))
    assert (await ended(slack)).text.startswith("Exported 300 instances.")


async def test_one_person_s_share_is_kept_to_and_leaves_them_some(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 1_500)
    async with run_bot(bot_request_budget=20, bot_person_share=0.5, bot_export_minutes=0.02):
        ada = slack.person("ada")
        await ask(ada, "export orders")
        message = await ended(slack)
        assert "orders-complete-00000" in (await ask(ada, "list orders")).all_text()
    assert cloudflare.list_calls <= 10
    assert message.text.startswith("Partial export:")


async def test_past_its_time_an_export_is_sent_as_far_as_it_is(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 3_000)
    cloudflare.inject(Slow(0.3), times=None, operation="list_instances")
    async with run_bot(bot_export_minutes=1 / 60):
        await ask(slack.person("ada"), "export orders")
        message = await ended(slack)
    [file] = slack.files
    assert file.name.endswith("_partial.csv")
    assert message.text.startswith("Partial export:")
    assert "It was ended after 1s" in message.text
    assert "some of the older ones" in message.all_text()
    assert 200 <= len(ids_of(file)) < 3_000
    assert f"{len(ids_of(file)):,} instances" in message.text


async def test_past_the_most_rows_an_export_is_sent_as_far_as_it_is(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 2_000)
    async with run_bot(bot_export_rows=300):
        await ask(slack.person("ada"), "export orders")
        message = await ended(slack)
    assert "It was ended at 300 rows, the most that one export may have." in message.text
    assert len(ids_of(next(iter(slack.files)))) >= 300


async def test_a_list_that_fails_is_named_and_costs_no_other(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 150)
    fill(cloudflare, 20, "emails")
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=1, operation="list_instances")
    await ask(ada, "export orders,emails")
    message = await ended(slack)
    [file] = slack.files
    assert message.text.startswith("Partial export:")
    assert "Not read in full: `" in message.text
    assert "Cloudflare does not let this bot read Workflows." in message.text
    assert {row["workflow_name"] for row in rows_of(file)} in ({"orders"}, {"emails"})


async def test_where_nothing_can_be_read_there_is_no_file(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 10)
    cloudflare.inject(JsonError(), times=None, operation="list_instances")
    await ask(ada, "export orders")
    message = await ended(slack)
    assert message.text.startswith("Export failed: Cloudflare gave no usable answer.")
    assert button_labels(message) == ["Begin again"]
    assert not slack.files


async def test_where_there_is_nothing_that_is_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    cloudflare.add_workflow("orders")
    await ask(ada, "export orders")
    assert (await ended(slack)).text.startswith("Nothing to export: there are no such instances.")
    assert not slack.files


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, method: str
) -> None:
    fill(cloudflare, 1)
    cloudflare.inject(Slow(0.5), times=1, operation="list_instances")
    await ask(ada, "export orders")
    slack.faults.add(method, ErrorCode("internal_error"), times=9)
    message = await ended(slack)
    assert message.text.startswith("Export failed: the file may not be there.")
    assert "internal_error" in message.text


async def test_a_person_has_two_exports_under_way_at_most(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 150)
    cloudflare.inject(Slow(0.6), times=None, operation="list_instances")
    for _ in range(2):
        await ask(ada, "export orders")
    assert "You have 2 exports under way." in (await ask(ada, "export orders")).text
    grace = slack.person("grace")
    assert "The export has begun" in (await ask(grace, "export orders")).text
    await ended(slack, "@grace")


async def test_a_restart_in_the_middle_is_told_with_the_command(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(Slow(0.8), times=None, operation="list_instances")
    async with run_bot():
        await slack.person("ada").command("/workflows", "export orders errored,complete to #general")
        await until(lambda: told(slack, "general"))
    [message] = told(slack, "general")
    assert message.text.startswith("Export interrupted. This bot was restarted before the file was ready.")
    assert "`/workflows export orders status:errored,complete to #general`" in message.all_text()
    assert button_labels(message) == ["Begin again"]
    assert not slack.files


async def test_hidden_workflows_are_left_out_and_said(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 5)
    fill(cloudflare, 5, "payroll")
    rules = [{"who": ["everyone"], "workflows": ["orders"], "rights": ["view"]}]
    async with run_bot(bot_access=json.dumps(rules)):
        ada = slack.person("ada")
        await ask(ada, "export *")
        message = await ended(slack)
        refused = await ask(ada, "export payroll")
    assert {row["workflow_name"] for row in rows_of(next(iter(slack.files)))} == {"orders"}
    assert "may look at here" in message.all_text()
    assert "payroll" not in message.all_text()
    assert "You may not look at `payroll` here." in refused.text
    assert not [call for call in cloudflare.calls if "payroll" in call.path]


async def test_a_mistyped_name_is_read_as_the_one_that_it_means(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 5, "order-processing")
    said = await ask(ada, "export Order_Processing")
    assert "Read `Order_Processing` as `order-processing`." in said.all_text()
    message = await ended(slack)
    assert "`/workflows export order-processing`" in message.all_text()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export", "takes a whole list"),
        ("export orders page:3", "can't be used in an export"),
        ("export orders as xlsx", "is no format of a file"),
        ("export orders #general", "is a channel, and does not say what for"),
        ("export orders to #nowhere", "is no channel that Slack recognised"),
    ],
)
async def test_what_is_no_export_is_refused_with_what_would_be_one(ada: Person, text: str, why: str) -> None:
    assert why in (await ask(ada, text)).text


async def test_what_was_exported_is_in_no_log(
    read_log: ReadLog, slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 1, "canary-workflow")
    async with run_bot():
        await ask(slack.person("ada"), "export canary-workflow")
        await ended(slack)
    written = read_log()
    assert [each["rows"] for each in written if each["event"] == "export_ended"] == [1]
    assert "canary-workflow" not in json.dumps(written)


@pytest.mark.parametrize(
    ("is_sending", "said"), [(False, "before the file was ready"), (True, "while it sent")]
)
async def test_an_export_whose_process_is_gone_is_told_by_another_one(
    slack: LocalSlack, run_bot: RunBot, tmp_path: Path, is_sending: bool, said: str
) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    posted = await EditedMessages(client).post(MessageOfBot("Exporting: 1 row so far", []), ADA.id)
    async with migrated_database(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        store = ExportStore(engine, lambda: datetime.now(UTC) - timedelta(seconds=61))
        await store.begin(StoredExport("gone", ADA.id, "export orders to <#C0GENERAL|general>"), TEAM)
        await store.tell_by("gone", posted)
        if is_sending:
            await store.send("gone")
        going_on = ExportStore(engine, lambda: datetime.now(UTC) - timedelta(seconds=30))
        await going_on.begin(StoredExport("fine", GRACE.id, "export emails"), TEAM)
    async with run_bot():
        message = await ended(slack)
        await asyncio.sleep(0.3)  # a second look tells nobody again
    assert said in message.text
    assert "`/workflows export orders to #general`" in message.all_text()
    assert len([change for change in slack.changes if said in change.message.text]) == 1
    assert not told(slack, "@grace")


async def test_conditions_that_the_api_lacks_choose_the_rows(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 30, status="complete")
    for number in range(6):
        cloudflare.add_instance(
            "orders",
            id=f"bad-{number}",
            status="errored",
            created_on=START - timedelta(minutes=number),
            ended_on=START,
            error=Failure("=CardError", f"card {'declined' if number % 2 else 'expired'}; =1+1"),
        )
    await ask(ada, 'export orders error:"card declined"')
    await ended(slack)
    [file] = slack.files
    assert ids_of(file) == ["bad-1", "bad-3", "bad-5"]
    assert {(row["error_name"], row["error_message"]) for row in rows_of(file)} == {
        ("'=CardError", "card declined;' =1+1")
    }


async def test_a_file_never_leaves_slack(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 1)
    foreign = {"upload_url": "http://localhost:1/upload", "file_id": "F1"}
    monkeypatch.setattr(Files, "get_upload_url", lambda *_: foreign)
    await ask(ada, "export orders")
    message = await ended(slack)
    assert "ForeignHostBlocked" in message.text
    assert not slack.files


async def test_names_of_workflows_are_escaped_wherever_they_are_shown(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    name = "=<!channel>&`" + "ü" * 51
    fill(cloudflare, 150, name)
    cloudflare.inject(JsonError(403, 10000, "<!here>"), times=1, operation="list_instances")
    await ask(ada, "export *")
    assert "<!" not in (await ended(slack)).all_text()
    await ask(ada, "export *")
    await until(lambda: len(slack.files))
    [file] = slack.files
    assert {row["workflow_name"] for row in rows_of(file)} == {f"'{name}"}
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.csv", file.name)


async def test_how_far_back_was_looked_is_said_with_a_file_and_without_one(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    now = datetime.now(UTC)
    old, ended_on = now - timedelta(days=9), now - timedelta(hours=1)
    cloudflare.add_instance("orders", id="old", status="errored", created_on=old, ended_on=ended_on)
    await ask(ada, "export orders status:errored since:24h")
    message = await ended(slack)
    since = f"{now - timedelta(days=8):%Y-%m-%dT}"
    assert "Nothing to export: no such instances among those <!date^" in message.text
    assert f"created since {since}" in message.text
    cloudflare.add_instance("orders", id="new", status="errored", created_on=now, ended_on=now)
    await ask(ada, "export orders status:errored since:24h")
    await until(lambda: len(slack.files))
    message = await ended(slack)
    assert "An older one that has ended since then is not in it." in message.text
    await ask(ada, "export orders status:errored since:24h created:2d")
    message = await ended(slack)
    assert "An older one" not in message.text, "the person set that bound"


def fill_errored(cloudflare: Simulation, count: int) -> None:
    for number in range(count):
        cloudflare.add_instance(
            "orders",
            id=f"bad-{number:03}",
            status="errored",
            created_on=START - timedelta(minutes=number),
            ended_on=START,
            error=Failure("CardError", "card declined"),
        )


async def test_causes_that_fail_for_a_moment_are_read_again(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 30)
    cloudflare.inject(WrongShape(), times=8, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await ended(slack)
    assert message.text.startswith("Exported 30 instances.")
    assert len(ids_of(next(iter(slack.files)))) == 30


async def test_causes_that_can_not_be_read_make_an_export_partial(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 3)
    fill(cloudflare, 2)
    cloudflare.inject(WrongShape(), times=None, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await ended(slack)
    assert message.text.startswith("Partial export: 0 instances, and some may be missing.")
    assert "Why 3 instances failed could not be read" in message.text


async def test_a_refused_token_ends_an_export_and_costs_no_request_a_row(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 400)
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=None, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await ended(slack)
    assert message.text.startswith("Export failed: Cloudflare does not let this bot read Workflows.")
    assert cloudflare.count("get_instance") < 200
    assert not slack.files


async def test_a_list_of_workflows_that_is_not_whole_makes_an_export_of_a_pattern_partial(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 3)
    fill(cloudflare, 3, "emails")
    cloudflare.inject(ChangedRows({"name": None}, slice(1, 2)), times=None, operation="list_workflows")
    await ask(ada, "export *")
    message = await ended(slack)
    assert "some may be missing" in message.text
    assert "The account's list of workflows could not be read in full" in message.text
    [listed] = {row["workflow_name"] for row in rows_of(next(iter(slack.files)))}
    await ask(ada, f"export {listed}")
    await until(lambda: len(slack.files) == 2)
    assert (await ended(slack)).text.startswith("Exported 3 instances.")


async def test_an_export_that_another_process_took_for_abandoned_goes_on_and_says_so(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, tmp_path: Path
) -> None:
    fill(cloudflare, 800)
    cloudflare.inject(Slow(0.4), times=None, operation="list_instances")
    database = f"sqlite:///{tmp_path}/shared.sqlite3"
    async with run_bot(database_url=database):
        await ask(slack.person("ada"), "export orders")
        await until(lambda: [each for each in told(slack) if "of about 800" in each.text])
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        async with migrated_database(database) as engine:
            other = ExportStore(engine, lambda: datetime.now(UTC) + timedelta(seconds=90))
            [taken] = await other.take_abandoned(TEAM, ())
            assert taken.message is not None
            await EditedMessages(client).change(taken.message, MessageOfBot("asked by: interrupted", []))
            await until(lambda: told(slack)[-1].text.startswith("Exporting"))
            assert await other.find(taken.key, TEAM) == taken
        message = await ended(slack)
    assert message.text.startswith("Exported 800 instances.")


async def test_a_process_that_stood_still_goes_on_with_its_exports(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 800)
    cloudflare.inject(Slow(0.4), times=None, operation="list_instances")
    monkeypatch.setattr(ExportStore, "_silent_since", lambda self: self._seconds() + 60)
    async with run_bot():
        await ask(slack.person("ada"), "export orders")
        message = await ended(slack)
    assert message.text.startswith("Exported 800 instances.")
    assert not [change for change in slack.changes if change.message and "interrupted" in change.message.text]


async def test_an_export_is_noted_as_alive_while_slack_lets_its_progress_wait(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(Slow(0.5), times=None, operation="list_instances")
    beats: list[str] = []
    beat = ExportStore.beat

    async def counted(self: ExportStore, key: str) -> str | None:
        beats.append(key)
        return await beat(self, key)

    monkeypatch.setattr(ExportStore, "beat", counted)
    slack.faults.add("chat.update", SlowCall(1.0), times=1)
    await ask(ada, "export orders")
    await until(lambda: len(beats) > 4)
    assert all("of about" not in each.text for each in told(slack)), "the first change is under way"
    await ended(slack)


@pytest.mark.parametrize("admins", ["", GRACE.id])
async def test_an_export_is_cancelled_while_the_database_does_not_answer(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, monkeypatch: pytest.MonkeyPatch, admins: str
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(Slow(0.5), times=None, operation="list_instances")

    async def refused(*_: object, **__: object) -> None:
        raise OSError("the database does not answer")

    async with run_bot(bot_admins=admins):
        await ask(slack.person("ada"), "export orders")
        [message] = await until(lambda: told(slack))
        for name in ("find", "cancel", "beat", "send", "end"):
            monkeypatch.setattr(ExportStore, name, refused)
        await slack.person("grace" if admins else "ada").click(message, "export_cancel")
        assert (await ended(slack)).text.startswith("Export cancelled.")
    assert not slack.files


async def test_an_export_is_cancelled_while_its_file_is_sent(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 3)
    release = hold_uploads(monkeypatch)
    await ask(ada, "export orders")
    [message] = await until(lambda: [each for each in told(slack) if each.text.startswith("Sending")])
    assert button_labels(message) == ["Cancel"]
    await ada.click(message, "export_cancel")
    assert (await ended(slack)).text.startswith("Export cancelled.")
    release.set()
    assert not slack.files


async def test_an_upload_that_takes_for_ever_is_given_up_and_frees_its_place(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 3)
    release = hold_uploads(monkeypatch)
    monkeypatch.setattr("bot.export.service.AT_ONCE", 1)
    await ask(ada, "export orders")
    message = await ended(slack)
    assert message.text.startswith("Export failed: the file may not be there.")
    release.set()
    while "has begun" not in (await ask(ada, "export orders")).all_text():
        pass  # its place is free a moment later
    await until(lambda: len(slack.files))


def hold_uploads(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have Slack take no file until the event is set."""
    release = asyncio.Event()
    read = web.Request.read

    async def held(self: web.Request) -> bytes:
        if self.path.startswith("/upload/"):
            await release.wait()
        return await read(self)

    monkeypatch.setattr(web.Request, "read", held)
    return release
