"""People of another workspace, who meet the bot in a shared channel, are told so and read nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Bot
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import ErrorCode, Failed, Held, LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import MALLORY
from tests.support.databases import migrated_database
from tests.support.filter_form import add_orders
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, row_ids
from tests.support.teams import OTHER_TEAM, TEAM

REFUSAL = "This bot is installed in another workspace."
NOT_YET = "Slack did not say yet which workspace this bot is installed in."


@pytest.fixture
def mallory(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - there is nobody to talk to without it
    slack.workspace.connect(MALLORY)
    return slack.person("mallory")


@pytest.fixture
async def shown(ada: Person, cloudflare: Simulation) -> Message:
    """A list that Ada looks at, which is in the bot's memory now."""
    add_orders(cloudflare)
    return await ask(ada, "list orders")


async def test_without_the_scope_to_know_the_app_nobody_is_locked_out(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    slack.faults.add("bots.info", ErrorCode("missing_scope"))
    async with run_bot():
        assert len(row_ids(await ask(slack.person("ada"), "list orders"))) == 10


async def test_the_log_says_which_workspace_was_refused(mallory: Person, read_log: ReadLog) -> None:
    await mallory.command("/workflows", "list orders")
    refused = [event for event in read_log() if event["event"] == "stranger_refused"]
    assert [event["team"] for event in refused] == [OTHER_TEAM]


async def test_a_start_says_that_the_database_holds_digests_of_another_workspace(
    run_bot: RunBot, tmp_path: Path, read_log: ReadLog
) -> None:
    async with migrated_database(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        store = DigestRepository(engine, OTHER_TEAM, lambda: datetime.now(UTC))
        await store.create(DigestSpec("C0GENERAL", Schedule("0 9 * * *", "UTC")), MALLORY.id)
    async with run_bot():
        (warning,) = [event for event in read_log() if event["event"] == "digests_of_other_teams"]
    assert (warning["teams"], warning["team"]) == ([OTHER_TEAM], TEAM)


async def test_people_of_the_workspace_go_on_meanwhile(ada: Person, mallory: Person, shown: Message) -> None:
    await mallory.click(shown, "page_next")
    following = await (await ada.click(shown, "page_next")).message()
    assert len(row_ids(following)) == 10


@pytest.mark.parametrize("fault", [Failed(503), Held()])
async def test_while_slack_does_not_say_which_workspace_it_is_nobody_is_let_in(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, fault: Failed | Held
) -> None:
    add_orders(cloudflare)
    slack.workspace.connect(MALLORY)
    slack.faults.add("auth.test", Failed(503))
    async with run_bot():
        slack.faults.add("auth.test", fault, times=50)
        for name in ("ada", "mallory"):
            reply = await slack.person(name).command("/workflows", "list orders")
            assert reply.ack_message is not None
            assert NOT_YET in reply.ack_message.all_text()
        assert not cloudflare.calls
        slack.faults.clear()
        if isinstance(fault, Held):
            fault.released.set()

        assert len(row_ids(await _answered(slack.person("ada")))) == 10
        refused = await ask(slack.person("mallory"), "list orders")
        assert REFUSAL in refused.all_text()


async def _answered(person: Person) -> Message:
    """The first answer once Slack has said which workspace it is."""
    for _ in range(5):
        message = await ask(person, "list orders")
        if NOT_YET not in message.all_text():
            return message
    raise AssertionError("the bot does not ask Slack again")
