"""A refusal that knows what was meant carries a button that does it."""

import pytest

from bot.playground.simulators.cloudflare import HtmlPage, Simulation, TooManyRequests
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.messages import ask, click, has_button, row_ids


async def test_a_press_does_what_the_correction_says(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    cloudflare.add_instance("orders", id="good", status="complete")
    told = await ask(ada, "orders statsu:errord")
    assert "`/workflows orders status:errored`" in told.all_text()
    assert row_ids(await click(ada, told, "command_run")) == ["bad"]


async def test_a_name_and_a_filter_with_marks_that_slack_escapes_survive_the_press(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("a & <b>", id="bad", status="errored")
    told = await ask(ada, 'list "a & <b>" status:errord')
    assert row_ids(await click(ada, told, "command_run")) == ["bad"]


async def test_a_channel_in_a_mended_command_is_the_one_that_was_meant(
    ada: Person, slack: LocalSlack
) -> None:
    told = await ask(ada, "digest create #ops daily 9am queit")
    made = await click(ada, told, "command_run")
    assert "is made" in made.all_text()
    ops = next(channel for channel in slack.workspace.channels if channel.name == "ops")
    assert f"<#{ops.id}>" in made.all_text()


@pytest.mark.parametrize("fault", [HtmlPage(503), TooManyRequests(120)])
async def test_a_fault_of_cloudflare_s_offers_the_same_once_more(
    fault: HtmlPage | TooManyRequests, ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(fault, times=None)
    told = await ask(ada, "orders rows:5")
    assert "`/workflows orders rows:5`" in told.all_text()
    cloudflare.clear_faults()
    assert has_button(told, "command_run")


async def test_a_press_after_the_fault_shows_the_list(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(HtmlPage(503), times=None)
    told = await ask(ada, "orders")
    cloudflare.clear_faults()
    assert row_ids(await click(ada, told, "command_run")) == ["fine"]


async def test_a_command_too_long_for_a_button_is_still_written_out(ada: Person) -> None:
    told = await ask(ada, f"orders status:errord cursor:{'x' * 2100}")
    assert "Did you mean" in told.all_text()
    assert not has_button(told, "command_run")
