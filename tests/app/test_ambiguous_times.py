"""Times with two meanings: each is a button, unless the person's zone tells which is meant."""

from datetime import UTC, datetime

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.fixtures import RunBot
from tests.support.messages import ask, button_labels, click


def _asked_since(cloudflare: Simulation) -> datetime:
    return datetime.fromisoformat(cloudflare.calls[-1].query["date_start"])


@pytest.mark.parametrize(
    ("index", "moment"),
    [(0, datetime(2026, 11, 10, tzinfo=UTC)), (1, datetime(2026, 10, 10, 23, tzinfo=UTC))],
)
async def test_a_date_that_can_be_two_days_is_a_button_for_each(
    ada: Person, cloudflare: Simulation, index: int, moment: datetime
) -> None:
    cloudflare.add_workflow("orders")
    told = await ask(ada, "orders since:10/11/2026 rows:5")
    assert "`since:10/11/2026` can be two days" in told.all_text()
    assert len(button_labels(told)) == 2
    assert not cloudflare.calls
    listed = await click(ada, told, "command_run", index)
    assert _asked_since(cloudflare) == moment, "midnight in London"
    assert "rows:5" in listed.all_text()


async def test_an_abbreviation_of_several_zones_is_a_button_for_each(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    told = await ask(ada, 'orders since:"2026-11-10 09:00 IST"')
    assert len(button_labels(told)) == 3
    await click(ada, told, "command_run", 0)
    assert _asked_since(cloudflare) == datetime(2026, 11, 10, 3, 30, tzinfo=UTC), "nine in India"


async def test_a_meaning_that_lies_in_the_future_is_no_button(ada: Person) -> None:
    told = await ask(ada, "orders since:1/12/2098")
    assert "can be two days" in told.all_text()
    assert [button.value for button in told.buttons()] == ["list orders"], "without it"


async def test_the_month_is_first_for_somebody_in_the_united_states(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot():
        await ask(slack.person("grace"), "orders since:10/11/2026")
    assert _asked_since(cloudflare) == datetime(2026, 10, 11, 4, tzinfo=UTC), "midnight in New York"
