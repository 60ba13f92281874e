"""A digest with unreadable data is retried, or its channel gets the reason."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import Operation
from bot.slack.client import slack_client
from bot.storage.database import migrate, open_database

from .cloudflare_digests import DigestDelivery, SharedServices
from .cloudflare_faults import FAILURES, ODDITIES, Failure
from .cloudflare_harness import Cell, Harness, settings_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("at_once")]

LONG = timedelta(minutes=10)
SHORT = timedelta(minutes=1)

PASSING = [name for name, failure in FAILURES.items() if failure.passes]
LASTING = [name for name, failure in FAILURES.items() if not failure.passes]
GONE = [name for name in LASTING if name.startswith("10200")]
"""Of a list, they say that there is no such workflow, which is no failure of its digest."""

MakeDelivery = Callable[[timedelta], DigestDelivery]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(
    cloudflare_harness: Harness, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SharedServices]:
    """Services with a database that no worker uses."""
    folder = tmp_path_factory.mktemp("digests")
    engine = open_database(f"sqlite:///{folder}/digests.sqlite3")
    await migrate(engine)
    settings = settings_of(cloudflare_harness.slack, cloudflare_harness.line.url, folder)
    async with slack_client(settings) as client, aiohttp.ClientSession() as session:
        yield SharedServices(cloudflare_harness.slack, engine, client, session)
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def make_delivery(
    services: SharedServices, cell: Cell, request: pytest.FixtureRequest
) -> AsyncIterator[MakeDelivery]:
    """Creates this cell's digest with a retry period; the deadline is short where a fault takes all of it."""
    hired: list[DigestDelivery] = []
    failure = FAILURES.get(request.node.callspec.params["name"])  # else an oddity, which is answered
    is_silent = failure is not None and any("within 1 s" in words for words in failure.words("digest"))

    def make(retry: timedelta) -> DigestDelivery:
        hired.append(DigestDelivery(services, cell, retry, deadline=0.3 if is_silent else 30))
        return hired[-1]

    yield make
    for post in hired:
        await post.end()


def says_why(text: str, failure: Failure) -> None:
    for words in failure.words("digest"):
        assert words.replace("within 1 s", "within 0.3 s") in text


def names_both(text: str, cell: Cell) -> None:
    assert "2 failed " in text
    for name in cell.ids(1, 2):
        assert name in text


@pytest.mark.parametrize("name", PASSING)
async def test_what_may_pass_is_waited_for_and_then_delivered_once(
    name: str, cell: Cell, cloudflare_harness: Harness, make_delivery: MakeDelivery
) -> None:
    failure, post = FAILURES[name], make_delivery(LONG)
    await post.due()
    async with cloudflare_harness.failing(failure):
        for attempt in (1, 2):
            run = await post.deliver()
            assert (run.state, run.attempt, post.messages()) == ("due", attempt, ())
            assert run.detail
            waited = await post.wait()
            assert waited >= timedelta(seconds=300 if failure.waits == "5m" else 30)
            if failure.waits:
                break
    assert (await post.deliver()).state == "sent"
    (message,) = post.messages()
    names_both(message.all_text(), cell)


@pytest.mark.parametrize("name", PASSING)
async def test_what_does_not_pass_in_time_is_said_once_and_the_next_digest_is_well(
    name: str, cell: Cell, cloudflare_harness: Harness, make_delivery: MakeDelivery
) -> None:
    failure, post = FAILURES[name], make_delivery(SHORT)
    await post.due()
    async with cloudflare_harness.failing(failure):
        while (run := await post.deliver()).state == "due":
            assert post.messages() == ()
            await post.wait()
        assert run.state == "failed"
        (message,) = post.messages()
        assert "could not be made" in message.all_text()
        says_why(message.all_text(), failure)
    await post.due()
    assert (await post.deliver()).state == "sent"
    _, message = post.messages()
    names_both(message.all_text(), cell)


@pytest.mark.parametrize("operation", [None, "list_instances"])
@pytest.mark.parametrize("name", [name for name in LASTING if name not in GONE])
async def test_what_waiting_does_not_help_is_said_at_once_and_the_next_digest_is_well(
    name: str,
    operation: Operation | None,
    cell: Cell,
    cloudflare_harness: Harness,
    make_delivery: MakeDelivery,
) -> None:
    failure, post = FAILURES[name], make_delivery(LONG)
    await post.due()
    async with cloudflare_harness.failing(failure, operation):
        run = await post.deliver()
        assert (run.state, run.attempt) == ("failed", 0)
        (message,) = post.messages()
        assert "could not be made" in message.all_text()
        says_why(message.all_text(), failure)
    await post.due()
    assert (await post.deliver()).state == "sent"
    _, message = post.messages()
    names_both(message.all_text(), cell)


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (None, "could not be made: Cloudflare has no such workflow any more."),
        ("list_instances", "No longer in the account"),
    ],
)
async def test_a_missing_workflow_is_named_and_reported_again_afterwards(
    name: str,
    operation: Operation | None,
    says: str,
    cell: Cell,
    cloudflare_harness: Harness,
    make_delivery: MakeDelivery,
) -> None:
    post = make_delivery(LONG)
    await post.due()
    async with cloudflare_harness.failing(FAILURES[name], operation):
        await post.deliver()
    await post.due()
    assert (await post.deliver()).state == "sent"
    first, second = post.messages()
    assert says in first.all_text()
    since = " failed since " if operation else " failed in the last "
    assert since in second.all_text().partition("\n")[0]
    assert cell.workflow in second.all_text()


@pytest.mark.parametrize("name", [name for name in PASSING if name != "connection refused"])
async def test_a_fault_of_the_lists_alone_puts_off_the_whole_digest(
    name: str, cell: Cell, cloudflare_harness: Harness, make_delivery: MakeDelivery
) -> None:
    failure, post = FAILURES[name], make_delivery(LONG)
    await post.due()
    async with cloudflare_harness.failing(failure, "list_instances"):
        run = await post.deliver()
        assert (run.state, run.attempt, post.messages()) == ("due", 1, ())
        await post.wait()
    assert (await post.deliver()).state == "sent"
    (message,) = post.messages()
    names_both(message.all_text(), cell)


LEGIBLE = {"no row readable", "10 MB"}
"""Faults of lists that an instance may have: it has no rows, and 25,000 steps take more than 10 MB."""


@pytest.mark.parametrize("name", [name for name in FAILURES if name not in {"connection refused", *LEGIBLE}])
async def test_a_digest_goes_out_without_the_errors_that_nobody_can_describe(
    name: str, cell: Cell, cloudflare_harness: Harness, make_delivery: MakeDelivery
) -> None:
    failure, post = FAILURES[name], make_delivery(LONG)
    await post.due()
    async with cloudflare_harness.failing(failure, "get_instance"):
        run = await post.deliver()
        if failure.waits:
            assert run.state == "due"
            await post.wait()
        else:
            assert run.state == "sent"
    if failure.waits:
        await post.deliver()
    (message,) = post.messages()
    names_both(message.all_text(), cell)
    assert ("TimeoutError" in message.all_text()) is bool(failure.waits)


@pytest.mark.parametrize("operation", ["list_workflows", "list_instances", "get_instance"])
@pytest.mark.parametrize("name", ODDITIES)
async def test_a_digest_says_when_it_may_lack_something_and_the_next_tells_no_more_than_is_new(
    name: str, operation: Operation, cell: Cell, cloudflare_harness: Harness, make_delivery: MakeDelivery
) -> None:
    odd, post = ODDITIES[name], make_delivery(LONG)
    cloudflare_harness.cloudflare.add_workflow("another", created_on=post.clock() - timedelta(days=90))
    await post.due()
    assert (await post.deliver()).state == "sent"
    cloudflare_harness.cloudflare.inject(odd.fault, times=None, operation=operation)
    await post.due()
    assert (await post.deliver()).state == "sent"
    cloudflare_harness.cloudflare.clear_faults()
    await post.due()
    assert (await post.deliver()).state == "sent"
    first, second, third = (message.all_text() for message in post.messages())
    names_both(first, cell)
    assert "Nothing failed " in second
    assert ("as far as could be looked at" in second) is (
        odd.reported[operation] != odd.reported["get_instance"]
    )
    assert "Nothing failed " in third
    assert "as far as could be looked at" not in third
    assert "rose" not in f"{second}{third}"
