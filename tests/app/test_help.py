"""Help is about the account of who asks, and can be pressed."""

from bot.playground.simulators.cloudflare import Held, Simulation
from bot.playground.simulators.slack import Message, Person
from tests.support.messages import ask, click, row_ids


def _named(message: Message, words: str) -> int:
    """Return which of the buttons that run a command is for one with these words."""
    commands = [button.value or "" for button in message.buttons() if button.action_id == "command_run"]
    return next(place for place, command in enumerate(commands) if words in command)


async def test_before_anything_was_asked_help_asks_cloudflare_nothing(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders")
    cloudflare.inject(Held(), times=None)
    shown = await ask(ada, "help")
    assert "`/workflows list NAME`" in shown.all_text()
    assert not cloudflare.calls


async def test_examples_name_a_workflow_in_which_something_failed(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("invoices")
    cloudflare.add_instance("orders", id="broken", status="errored")
    await ask(ada, "")
    calls = len(cloudflare.calls)
    shown = await ask(ada, "help")
    assert "`/workflows list orders errored`" in shown.all_text()
    assert "NAME" not in shown.all_text()
    assert len(cloudflare.calls) == calls
    listed = await click(ada, shown, "command_run", _named(shown, "list orders errored"))
    assert row_ids(listed) == ["broken"]
    assert listed.ts != shown.ts


async def test_where_nothing_failed_any_workflow_is_an_example(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("invoices")
    await ask(ada, "")
    assert "`/workflows list invoices errored`" in (await ask(ada, "help")).all_text()


async def test_a_search_that_finds_nothing_leaves_the_names_that_help_knows(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("invoices")
    await ask(ada, "")
    await ask(ada, "search:zzz")
    assert "`/workflows list invoices errored`" in (await ask(ada, "help")).all_text()


async def test_each_topic_is_a_press_away(ada: Person) -> None:
    shown = await ask(ada, "help")
    for topic in ("list", "filters", "times", "digest"):
        opened = await click(ada, shown, "command_run", _named(shown, f"help {topic}"))
        assert opened.blocks[0]["text"]["text"] == f"/workflows · {topic}"
