"""The bot as a process, between a local Slack and the real engine inside `wrangler dev`."""

from collections.abc import AsyncIterator
from typing import get_args

import pytest
import pytest_asyncio

from tests.support.form_values import fill_form
from tests.support.messages import ask, click, row_ids, statuses, walk
from tests.support.overviews import open_workflow

from .engine import Engine, Outcome, Workflow
from .shop import Shop, all_ids, run_shop

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ORDERS = {f"ord-{number:03}": OUTCOMES[number % len(OUTCOMES)] for number in range(115)}
INVOICES = {f"inv-{number:03}": OUTCOMES[number % len(OUTCOMES)] for number in range(35)}
SETTLED: dict[Outcome, str] = {
    "complete": "complete",
    "fail": "errored",
    "exhaust": "errored",
    "sleep": "running",
    "wait": "running",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """An engine with 150 instances for all tests, which only look."""
    async with run_shop(engine, tmp_path_factory.mktemp("shop")) as shop:
        await engine.create("order-processing", ORDERS)
        await engine.create("invoice-run", INVOICES)
        await engine.settle("order-processing", **_counts(ORDERS))
        await engine.settle("invoice-run", **_counts(INVOICES))
        yield shop


def _counts(instances: dict[str, Outcome]) -> dict[str, int]:
    wait_for_exchange = [SETTLED[outcome] for outcome in instances.values()]
    return {status: wait_for_exchange.count(status) for status in sorted(set(wait_for_exchange))}


def _newest_first(instances: dict[str, Outcome], status: str | None = None) -> list[str]:
    return [name for name in reversed(instances) if status in (None, SETTLED[instances[name]])]


async def _creation(engine: Engine, workflow: Workflow) -> dict[str, str]:
    """When each instance was created, as the engine itself says."""
    created: dict[str, str] = {}
    for page in (1, 2):
        answer = await engine.get(f"/workflows/{workflow}/instances", per_page="100", page=str(page))
        created |= {row["id"]: row["created_on"] for row in answer.body["result"]}
    return created


@pytest.mark.parametrize(("workflow", "created"), [("order-processing", ORDERS), ("invoice-run", INVOICES)])
async def test_a_walk_shows_every_instance_once_and_the_same_screens_on_the_way_back(
    shop: Shop, workflow: str, created: dict[str, Outcome]
) -> None:
    there = await walk(shop.ada, await ask(shop.ada, f"list {workflow}"), "page_next")
    back = await walk(shop.ada, there[-1], "page_previous")

    assert all_ids(there) == _newest_first(created)
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]
    assert all(message.is_ephemeral for message in there)


async def test_a_walk_costs_one_call_for_a_hundred_rows_and_none_on_the_way_back(shop: Shop) -> None:
    # A filter of its own, so that no other test has filled the cache.
    first = await ask(shop.ada, 'list order-processing since:"2020-01-02T03:04:05Z" rows:5')
    before = await shop.calls_upstream()
    there = await walk(shop.ada, first, "page_next")
    between = await shop.calls_upstream()
    await walk(shop.ada, there[-1], "page_previous")

    assert len(there) == 23
    assert between - before == 1
    assert await shop.calls_upstream() == between


async def test_pages_are_turned_in_place(shop: Shop) -> None:
    first = await ask(shop.ada, "list order-processing")
    before = len(shop.ada.screen())
    there = await walk(shop.ada, first, "page_next", most=20)

    assert {message.ts for message in there} == {first.ts}
    assert len(shop.ada.screen()) == before


@pytest.mark.parametrize("status", ["complete", "errored", "running"])
async def test_a_status_filter_shows_these_instances_and_no_others(shop: Shop, status: str) -> None:
    screens = await walk(shop.ada, await ask(shop.ada, f"list order-processing status:{status}"), "page_next")

    assert all_ids(screens) == _newest_first(ORDERS, status)
    assert {word for message in screens for word in statuses(message)} == {status.capitalize()}


async def test_a_form_filters_the_list_in_place(shop: Shop) -> None:
    message = await ask(shop.ada, "list order-processing page:3")
    view = await (await shop.ada.click(message, "filter_open")).view()
    shown = shop.slack.next_message()
    await shop.ada.submit(view, fill_form(view.payload, status="🔴 Errored", since="1h"))

    assert (await shown).ts == message.ts
    assert all_ids(await walk(shop.ada, shop.slack.messages()[-1], "page_next")) == _newest_first(
        ORDERS, "errored"
    )


async def test_a_status_that_nothing_has_says_so_and_offers_everything(shop: Shop) -> None:
    message = await ask(shop.ada, "list order-processing status:paused")

    assert row_ids(message) == []
    assert "*No instance matches.* All of them: `/workflows list order-processing`" in message.all_text()


async def test_a_status_the_engine_does_not_know_is_explained_in_its_own_words(shop: Shop) -> None:
    message = await ask(shop.ada, "list order-processing status:rollingBack")

    assert "Cloudflare refused the query." in message.all_text()
    assert "status: Invalid option" in message.all_text()


async def test_since_and_until_bound_the_time_of_creation_both_ends_included(shop: Shop) -> None:
    created = await _creation(shop.engine, "order-processing")
    edge = created["ord-060"]

    since = await walk(shop.ada, await ask(shop.ada, f"list order-processing since:{edge}"), "page_next")
    until = await walk(shop.ada, await ask(shop.ada, f"list order-processing until:{edge}"), "page_next")
    span = f"since:{created['ord-000']} until:{edge}"
    both = await walk(shop.ada, await ask(shop.ada, f"list order-processing {span} rows:20"), "page_next")

    newest_first = _newest_first(ORDERS)
    assert all_ids(since) == [name for name in newest_first if created[name] >= edge]
    assert all_ids(until) == [name for name in newest_first if created[name] <= edge]
    assert all_ids(both) == all_ids(until)


async def test_since_an_hour_shows_what_was_just_created(shop: Shop) -> None:
    message = await ask(shop.ada, "list invoice-run since:1h")

    assert row_ids(message) == _newest_first(INVOICES)[:10]


async def test_twenty_rows_a_screen_walk_the_same_list(shop: Shop) -> None:
    screens = await walk(shop.ada, await ask(shop.ada, "list order-processing rows:20"), "page_next")

    assert [len(row_ids(message)) for message in screens] == [20, 20, 20, 20, 20, 15]
    assert all_ids(screens) == _newest_first(ORDERS)


async def test_a_page_number_opens_that_page_and_leads_both_ways(shop: Shop) -> None:
    third = await ask(shop.ada, "list order-processing page:3")
    on = await walk(shop.ada, third, "page_next")
    back = await walk(shop.ada, third, "page_previous")

    expected = _newest_first(ORDERS)
    assert row_ids(third) == expected[20:30]
    assert all_ids(on) == expected[20:]
    assert all_ids(back[::-1]) == expected[:30]


async def test_a_page_past_the_end_says_so(shop: Shop) -> None:
    message = await ask(shop.ada, "list order-processing page:99")

    assert row_ids(message) == []
    assert "*Nothing here.*" in message.all_text()
    assert "`/workflows list order-processing`" in message.all_text()


async def test_the_overview_counts_every_workflow_and_opens_each(shop: Shop) -> None:
    overview = await ask(shop.ada, "")

    text = overview.all_text()
    unknown = "🔴 it is not known when they failed"  # the engine tells no ends
    assert f"*`invoice-run`*   {unknown}\n14 errored · 14 running · 7 complete" in text
    assert f"*`order-processing`*   {unknown}\n46 errored · 46 running · 23 complete" in text
    invoices = await open_workflow(shop.ada, overview, 0)
    orders = await open_workflow(shop.ada, overview, 1)
    assert row_ids(invoices) == _newest_first(INVOICES)[:10]
    assert row_ids(orders) == _newest_first(ORDERS)[:10]
    assert all_ids(await walk(shop.ada, orders, "page_next")) == _newest_first(ORDERS)


async def test_an_unknown_workflow_gets_its_likeliest_name_and_a_button_to_it(shop: Shop) -> None:
    message = await ask(shop.ada, "list order-procesing status:complete")

    assert "`local` has no workflow called `order-procesing`." in message.all_text()
    assert "Did you mean `order-processing`?" in message.all_text()
    opened = await click(shop.ada, message, "list_open")
    assert row_ids(opened) == _newest_first(ORDERS, "complete")[:10]
