"""What is asked for once more, by anybody, is not read and written once more; and it is never out of date."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.fixtures import RunBot
from tests.support.messages import ask, button_labels, click, row_ids, walk

START = datetime.now(UTC) - timedelta(days=1)


def _add(cloudflare: Simulation, name: str, minute: int) -> None:
    cloudflare.add_instance("orders", id=name, created_on=START + timedelta(minutes=minute))


def _fill(cloudflare: Simulation, count: int) -> None:
    for number in range(count):
        _add(cloudflare, f"o-{number:03}", number)


async def test_the_same_words_get_the_same_list_from_one_call(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 30)
    first = await ask(ada, "list orders")
    for person in (ada, slack.person("grace")):
        again = await ask(person, "list orders")
        assert again.all_text() == first.all_text()
        assert again.seen_only_by == person.user.id
    assert cloudflare.list_calls == 1


async def test_the_buttons_of_a_list_that_was_at_hand_lead_on(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 30)
    await ask(ada, "list orders")
    screens = await walk(ada, await ask(ada, "list orders"), "page_next")
    assert [row for screen in screens for row in row_ids(screen)] == [f"o-{n:03}" for n in range(29, -1, -1)]


async def test_a_refreshed_list_is_what_the_same_words_get(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 3)
    message = await ask(ada, "list orders")
    _add(cloudflare, "newest", 10)
    assert row_ids(await click(ada, message, "page_refresh"))[0] == "newest"
    assert row_ids(await ask(ada, "list orders"))[0] == "newest"


async def test_words_that_differ_get_lists_that_differ(ada: Person, cloudflare: Simulation) -> None:
    _fill(cloudflare, 30)
    for _ in range(2):
        assert len(row_ids(await ask(ada, "list orders"))) == 10
        assert len(row_ids(await ask(ada, "list orders rows:20"))) == 20
        assert row_ids(await ask(ada, "list orders errored")) == []
    assert "◀ Newer" not in button_labels(await ask(ada, "list orders"))


async def test_a_page_by_its_number_is_counted_from_the_newest_of_now(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 30)
    async with run_bot(bot_cache_first_pages=0.05):
        ada = slack.person("ada")
        assert row_ids(await ask(ada, "list orders page:2"))[0] == "o-019"
        _add(cloudflare, "newest", 40)
        await asyncio.sleep(0.1)
        assert row_ids(await ask(ada, "list orders page:2"))[0] == "o-020"
