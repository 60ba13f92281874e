"""Exports from end to end: what is in the file, who gets it, and what is refused."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import (
    Failure,
    JsonError,
    Simulation,
)
from bot.playground.simulators.slack import LocalSlack, Person, Workspace
from bot.playground.simulators.slack.directory import ADA, SCOPES
from bot.playground.simulators.slack.files import Files
from tests.support.exports import START, fill, ids_of, rows_of, until, wait_for_export_end
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels
from tests.support.servers import bot_settings, serve_bot

pytestmark = pytest.mark.usefixtures("short_export_times")


async def test_a_list_comes_as_a_file_to_the_one_who_asks_newest_first(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 250)
    said = await ask(ada, "export orders")
    assert "in your direct messages" in said.text
    message = await wait_for_export_end(slack)
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
    await wait_for_export_end(slack)
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
    await wait_for_export_end(slack)
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
    await wait_for_export_end(slack)
    assert ids_of(next(iter(slack.files))) == ["slow-0", "slow-1"]


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
    message = await wait_for_export_end(slack, "general")
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


async def test_where_there_is_nothing_that_is_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    cloudflare.add_workflow("orders")
    await ask(ada, "export orders")
    assert (await wait_for_export_end(slack)).text.startswith(
        "Nothing to export: there are no such instances."
    )
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
        message = await wait_for_export_end(slack)
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
    message = await wait_for_export_end(slack)
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
        await wait_for_export_end(slack)
    written = read_log()
    assert [each["rows"] for each in written if each["event"] == "export_ended"] == [1]
    assert "canary-workflow" not in json.dumps(written)


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
    await wait_for_export_end(slack)
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
    message = await wait_for_export_end(slack)
    assert "ForeignHostBlocked" in message.text
    assert not slack.files


async def test_names_of_workflows_are_escaped_wherever_they_are_shown(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    name = "=<!channel>&`" + "ü" * 51
    fill(cloudflare, 150, name)
    cloudflare.inject(JsonError(403, 10000, "<!here>"), times=1, operation="list_instances")
    await ask(ada, "export *")
    assert "<!" not in (await wait_for_export_end(slack)).all_text()
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
    message = await wait_for_export_end(slack)
    since = f"{now - timedelta(days=8):%Y-%m-%dT}"
    assert "Nothing to export: no such instances among those <!date^" in message.text
    assert f"created since {since}" in message.text
    cloudflare.add_instance("orders", id="new", status="errored", created_on=now, ended_on=now)
    await ask(ada, "export orders status:errored since:24h")
    await until(lambda: len(slack.files))
    message = await wait_for_export_end(slack)
    assert "An older one that has ended since then is not in it." in message.text
    await ask(ada, "export orders status:errored since:24h created:2d")
    message = await wait_for_export_end(slack)
    assert "An older one" not in message.text, "the person set that bound"


@pytest.mark.parametrize("channel", ["", " to #general"])
async def test_where_slack_tells_no_zone_an_export_says_that_its_times_are_read_as_utc(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, channel: str
) -> None:
    slack.workspace.add(replace(ADA, tz=""))
    fill(cloudflare, 3)
    said = (await ask(ada, f"export orders since:2020-11-20T09:00{channel}")).all_text()
    assert "The export has begun." in said
    assert "times are read as UTC" in said
    if not channel:  # there, no more is said than in the channel
        again = (await ask(ada, "export orders since:24h")).all_text()
        assert "times are read as UTC" not in again, "no zone matters to it"
