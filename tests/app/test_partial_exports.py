"""Exports of what can't be read at once, or not in full."""

import pytest

from bot.playground.simulators.cloudflare import (
    ChangedRows,
    JsonError,
    Simulation,
    Slow,
    TooManyRequests,
    WrongShape,
)
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.exports import fill, fill_errored, ids_of, rows_of, told, until, wait_for_export_end
from tests.support.fixtures import RunBot
from tests.support.messages import ask, button_labels

pytestmark = pytest.mark.usefixtures("short_export_times")


async def test_a_throttle_is_waited_for_and_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(TooManyRequests(4), times=1, operation="list_instances")
    await ask(ada, "export orders")
    await until(lambda: any("it goes on in" in each.text for each in told(slack)))
    assert (await wait_for_export_end(slack)).text.startswith("Exported 300 instances.")


async def test_one_person_s_share_is_kept_to_and_leaves_them_some(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 1_500)
    async with run_bot(bot_request_budget=20, bot_person_share=0.5, bot_export_minutes=0.02):
        ada = slack.person("ada")
        await ask(ada, "export orders")
        message = await wait_for_export_end(slack)
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
        message = await wait_for_export_end(slack)
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
        message = await wait_for_export_end(slack)
    assert "It was ended at 300 rows, the most that one export may have." in message.text
    assert len(ids_of(next(iter(slack.files)))) >= 300


async def test_a_list_that_fails_is_named_and_costs_no_other(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 150)
    fill(cloudflare, 20, "emails")
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=1, operation="list_instances")
    await ask(ada, "export orders,emails")
    message = await wait_for_export_end(slack)
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
    message = await wait_for_export_end(slack)
    assert message.text.startswith("Export failed: Cloudflare gave no usable answer.")
    assert button_labels(message) == ["Begin again"]
    assert not slack.files


async def test_causes_that_fail_for_a_moment_are_read_again(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 30)
    cloudflare.inject(WrongShape(), times=8, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await wait_for_export_end(slack)
    assert message.text.startswith("Exported 30 instances.")
    assert len(ids_of(next(iter(slack.files)))) == 30


async def test_causes_that_can_not_be_read_make_an_export_partial(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 3)
    fill(cloudflare, 2)
    cloudflare.inject(WrongShape(), times=None, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await wait_for_export_end(slack)
    assert message.text.startswith("Partial export: 0 instances, and some may be missing.")
    assert "Why 3 instances failed could not be read" in message.text


async def test_a_refused_token_ends_an_export_and_costs_no_request_a_row(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill_errored(cloudflare, 400)
    cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=None, operation="get_instance")
    await ask(ada, 'export orders error:"card declined"')
    message = await wait_for_export_end(slack)
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
    message = await wait_for_export_end(slack)
    assert "some may be missing" in message.text
    assert "The account's list of workflows could not be read in full" in message.text
    [listed] = {row["workflow_name"] for row in rows_of(next(iter(slack.files)))}
    await ask(ada, f"export {listed}")
    await until(lambda: len(slack.files) == 2)
    assert (await wait_for_export_end(slack)).text.startswith("Exported 3 instances.")


async def test_an_outage_for_a_moment_costs_no_row(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(JsonError(503), times=7, operation="list_instances")  # one more than two tries make
    await ask(ada, "export orders")
    assert (await wait_for_export_end(slack)).text.startswith("Exported 300 instances.")
    assert len(set(ids_of(next(iter(slack.files))))) == 300
