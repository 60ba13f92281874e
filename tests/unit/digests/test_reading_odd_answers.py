"""What an account may answer, or not, while a digest is read."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import stamina

from bot.cloudflare.errors import (
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
)
from bot.cloudflare.models import MAX_PER_PAGE, Status
from bot.digests.search import MOST_LISTS
from bot.playground.simulators.cloudflare import Challenge, Fault, HtmlPage, JsonError, WrongShape
from bot.playground.simulators.cloudflare import TooManyRequests as Throttling
from tests.support.digest_account import (
    HOUR,
    MINUTE,
    Account,
    Only,
    chart_total,
    format_time,
    item_body,
    list_body,
    plan,
    run_account,
    shown_ids,
)

DAY = 24 * HOUR
OPERATIONS = ("list_workflows", "list_instances", "get_instance")


@pytest.fixture
async def prod() -> AsyncIterator[Account]:
    async with run_account() as served:
        yield served


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Retries as often as ever, without the pauses between."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


# Where nobody answers.


@pytest.mark.parametrize("operation", ["list_workflows", "list_instances"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (JsonError(), Unavailable),
        (Throttling(30), RateLimited),
        (Challenge(), InvalidResponse),
        (JsonError(403, 10000), NotAuthorized),
    ],
)
async def test_a_fault_is_raised_and_what_was_read_half_is_not_taken_for_whole(
    prod: Account, operation: Any, fault: Fault, kind: type[CloudflareError]
) -> None:
    for number in range(4):
        prod.fail(f"flow-{number}", "a", number)
    prod.simulation.inject(fault, times=12 if kind is Unavailable else 4, operation=operation)
    with pytest.raises(kind):
        await prod.digest(sharing="9:00")
    prod.simulation.clear_faults()
    before = prod.calls
    report = await prod.digest(sharing="9:00")
    assert report.total == 4
    assert report.exact is True
    assert chart_total(report) == 4
    assert all(was <= now <= was + 4 for was, now in zip(before, prod.calls, strict=True))


PARTS = [
    (JsonError(), Unavailable),
    (Challenge(), InvalidResponse),
    (JsonError(403, 10000), NotAuthorized),
]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("fault", "kind"), PARTS)
async def test_a_workflow_that_can_t_be_read_holds_up_no_other_and_is_caught_up_with(
    prod: Account, fault: Fault, kind: type[CloudflareError], first: bool
) -> None:
    names = [f"flow-{number}" for number in range(3)]
    for name in names:
        prod.fail(name, "old", 2 * DAY)
    if not first:
        await prod.digest()
    before = prod.baseline
    for name in names:
        prod.fail(name, "a", HOUR if first else -MINUTE)
    prod.clock.advance(HOUR)
    unread = names[1]
    prod.simulation.inject(Only(unread, fault), times=None, operation="list_instances")
    report = await prod.digest()
    assert {name: type(error) for name, error in report.unread.items()} == {unread: kind}
    assert report.total == 2
    assert {group.workflow for group in report.groups} == set(names) - {unread}
    assert report.exact is False
    assert report.is_worth_posting
    assert unread not in report.unexplained
    assert report.baseline.at_of(unread) == (before.at if before else report.since)
    assert report.baseline.counts_of(unread) == (before.counts_of(unread) if before else None)

    prod.simulation.clear_faults()
    for name in names:
        prod.fail(name, "b", -MINUTE)
    prod.clock.advance(HOUR)
    following = await prod.digest()
    assert following.unread == {}
    assert following.exact is True
    found = {(group.workflow, one.id) for group in following.groups for one in group.shown}
    assert found == {(unread, "a"), *((name, "b") for name in names)}
    assert following.baseline.behind == {}
    assert chart_total(following) == 6, "each hour holds what ended in it, whenever that was told"
    prod.clock.advance(HOUR)
    assert (await prod.digest()).has_news is False


async def test_what_can_t_be_read_for_days_is_told_once_in_the_end(prod: Account) -> None:
    both = plan("orders", "bills")
    prod.fail("orders", "old", 2 * DAY)
    prod.fail("bills", "old", 2 * DAY)
    await prod.digest(both)
    told: list[str] = []
    for day in range(3):
        prod.fail("orders", f"o{day}", -MINUTE)
        prod.fail("bills", f"b{day}", -MINUTE)
        prod.clock.advance(DAY)
        prod.simulation.inject(JsonError(403, 10000), operation="list_instances")
        report = await prod.digest(both)
        assert len(report.unread) == 1
        told += shown_ids(report)
    prod.clock.advance(HOUR)
    last = await prod.digest(both)
    assert sorted([*told, *shown_ids(last)]) == ["b0", "b1", "b2", "o0", "o1", "o2"]
    assert last.exact is True


async def test_a_page_that_fails_behind_others_leaves_all_of_its_workflow_to_the_next_digest(
    prod: Account,
) -> None:
    await prod.digest()
    for number in range(MAX_PER_PAGE + 5):
        prod.fail("orders", f"{number:03}", -MINUTE)
    prod.fail("bills", "b", -MINUTE)
    prod.clock.advance(HOUR)
    at = format_time(prod.clock.ago(HOUR - MINUTE))
    many = [{"id": f"{number:03}", "status": "errored", "ended_on": at} for number in range(3)]
    prod.simulation.inject(list_body(*many, cursor="x"), operation="list_instances")
    prod.simulation.inject(
        list_body({"id": "b", "status": "errored", "ended_on": at}), operation="list_instances"
    )
    prod.simulation.inject(JsonError(403, 10000), operation="list_instances")
    report = await prod.digest()
    assert list(report.unread) == ["orders"]
    assert shown_ids(report) == {"b"}
    prod.clock.advance(HOUR)
    assert (await prod.digest()).total == MAX_PER_PAGE + 5


async def test_what_was_told_before_a_workflow_could_not_be_read_is_not_told_twice(prod: Account) -> None:
    both = plan("orders", "bills")
    prod.fail("orders", "a", 30)  # within the moments that the next digest rereads
    prod.fail("bills", "b", 30)
    await prod.digest(both)
    for _ in range(2):
        prod.clock.advance(HOUR)
        prod.simulation.inject(JsonError(403, 10000), operation="list_instances")
        report = await prod.digest(both)
        assert len(report.unread) == 1
        assert report.total == 0
    prod.clock.advance(HOUR)
    last = await prod.digest(both)
    assert last.total == 0
    assert last.baseline.behind == {}


async def test_a_workflow_that_is_behind_stays_so_while_no_call_is_left_for_it(prod: Account) -> None:
    for number in range(MOST_LISTS + 3):
        prod.fail(f"flow-{number:02}", "old", 2 * DAY)
    await prod.digest()
    for number in range(MOST_LISTS + 3):
        prod.fail(f"flow-{number:02}", f"a{number:02}", -MINUTE)
    prod.clock.advance(HOUR)
    assert prod.baseline is not None
    behind = {f"flow-{number:02}": prod.baseline.at for number in range(MOST_LISTS + 3)}
    prod.baseline = replace(prod.baseline, behind=behind)
    first = await prod.digest()
    assert first.total == MOST_LISTS
    assert len(first.baseline.behind) == 3
    assert first.exact is False
    prod.clock.advance(HOUR)
    second = await prod.digest()
    assert second.total == 3
    assert second.baseline.behind == {}


async def test_counts_that_can_t_be_read_hold_up_no_instances(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("bills", "b", 5)
    rows = ({"name": "orders"}, {"name": "bills"})
    prod.simulation.inject(list_body(*rows), operation="list_workflows")
    prod.simulation.inject(JsonError(403, 10000), operation="get_workflow")
    report = await prod.digest()
    assert shown_ids(report) == {"a", "b"}
    assert sorted(row.counts is None for row in report.rows) == [False, True]


async def test_who_does_not_wait_is_told_what_can_be_read_while_cloudflare_throttles(prod: Account) -> None:
    for name in ("orders", "bills"):
        prod.fail(name, name, 5)
    prod.simulation.inject(Throttling(30), operation="list_instances")
    prod.simulation.inject(Throttling(30), operation="get_instance")
    report = await prod.reader.report(plan(), None, patient=False)
    (error,) = report.unread.values()
    assert isinstance(error, RateLimited)
    assert report.total == 1
    prod.simulation.inject(Throttling(30), operation="list_instances")
    with pytest.raises(RateLimited):
        await prod.reader.report(plan(), None, sharing="9:00")


async def test_a_fault_on_a_further_page_of_workflows_leaves_nothing_behind(prod: Account) -> None:
    for number in range(MAX_PER_PAGE + 1):
        prod.fail(f"flow-{number:03}", "a", number, status="complete")
    prod.fail("flow-000", "b", 5)
    await prod.workflows.list_workflows()
    prod.simulation.inject(JsonError(), times=3, operation="list_workflows")
    with pytest.raises(Unavailable):
        await prod.digest(sharing="9:00")
    assert len((await prod.digest(sharing="9:00")).rows) == MAX_PER_PAGE + 1


async def test_being_throttled_while_errors_are_asked_for_is_raised(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.simulation.inject(Throttling(30), operation="get_instance")
    with pytest.raises(RateLimited):
        await prod.digest(sharing="9:00")
    assert shown_ids(await prod.digest(sharing="9:00")) == {"a"}
    assert prod.calls == (1, 1, 2)


@pytest.mark.parametrize(
    "fault", [JsonError(), HtmlPage(), JsonError(404, 10400), WrongShape(), JsonError(403, 10000)]
)
async def test_an_instance_that_nobody_can_describe_is_told_of_without_its_error(
    prod: Account, fault: Fault
) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("orders", "b", 6)
    prod.simulation.inject(fault, times=None, operation="get_instance")
    (group,) = (await prod.digest()).groups
    assert group.error is None
    assert group.message is None
    assert group.total == 2


# What is gone meanwhile.


async def test_an_instance_that_is_gone_before_it_is_described_is_still_told_of(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("orders", "b", 6)
    prod.simulation.inject(JsonError(404, 10400), operation="get_instance")
    report = await prod.digest()
    assert report.total == 2
    assert shown_ids(report) == {"a", "b"}
    assert {group.error for group in report.groups} == {None, "TimeoutError"}


async def test_a_workflow_that_is_deleted_before_its_instances_are_listed_is_gone(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("bills", "b", 5)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "c", 5)
    prod.simulation.inject(JsonError(404, 10200), operation="list_instances")
    report = await prod.digest(plan("orders", "bills"))
    assert report.gone == ["orders"]
    assert report.unexplained == {}
    assert report.exact is True
    assert [row.name for row in report.rows] == ["bills"]
    assert report.baseline.counts == {"bills": {"errored": 1}}


async def test_a_workflow_that_is_deleted_before_it_is_counted_is_gone(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.simulation.inject(list_body({"name": "lost"}, {"name": "orders"}), operation="list_workflows")
    report = await prod.digest(plan("orders", "lost"))
    assert report.gone == ["lost"]
    assert shown_ids(report) == {"a"}
    assert report.empty == 0


async def test_a_workflow_that_slips_through_between_two_pages_of_the_list_is_not_gone(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("bills", "b", 5)
    prod.simulation.inject(
        list_body({"name": "bills", "instances": {"errored": 1}}), operation="list_workflows"
    )
    report = await prod.digest(plan("orders", "bills", "lost"))
    assert report.gone == ["lost"]
    assert shown_ids(report) == {"a", "b"}
    assert report.baseline.counts == {"orders": {"errored": 1}, "bills": {"errored": 1}}


@pytest.mark.parametrize("name", ["..", "x" * 65])
async def test_a_name_that_no_workflow_can_have_is_gone(prod: Account, name: str) -> None:
    prod.fail("orders", "a", 5)
    report = await prod.digest(plan("orders", name))
    assert report.gone == [name]
    assert shown_ids(report) == {"a"}


# Lists that move, repeat themselves or break off.


async def test_rows_that_come_twice_are_one_newcomer(prod: Account) -> None:
    rows = [
        {"id": f"{number}", "status": "errored", "ended_on": format_time(prod.clock.ago(number))}
        for number in range(5)
    ]
    prod.fail("orders", "x", 5)
    prod.simulation.inject(list_body(*rows, rows[0], cursor="1"), operation="list_instances")
    prod.simulation.inject(list_body(*rows[3:], cursor=""), operation="list_instances")
    report = await prod.digest()
    assert report.total == 5
    assert report.exact is True
    assert chart_total(report) == 5


async def test_a_cursor_that_repeats_itself_ends_the_list_without_a_promise(prod: Account) -> None:
    for number in range(2 * MAX_PER_PAGE):
        prod.fail("orders", f"{number}", number)
    prod.simulation.change(repeat_cursor=True)
    report = await prod.digest()
    assert report.total == 2 * MAX_PER_PAGE
    assert report.exact is False
    assert prod.simulation.list_calls == 2


async def test_a_cursor_that_is_refused_ends_the_list_without_a_promise(prod: Account) -> None:
    for number in range(2 * MAX_PER_PAGE):
        prod.fail("orders", f"{number}", number)
    prod.simulation.inject(
        list_body(
            {"id": "a", "status": "errored", "ended_on": format_time(prod.clock.ago(1))}, cursor="no cursor"
        ),
        operation="list_instances",
    )
    report = await prod.digest()
    assert report.total == 1
    assert report.exact is False


async def test_empty_pages_with_a_cursor_are_passed_over(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    for number in range(3):
        prod.simulation.inject(list_body(cursor=f"{number}"), operation="list_instances")
    row = {"id": "a", "status": "errored", "ended_on": format_time(prod.clock.ago(1))}
    prod.simulation.inject(list_body(row), operation="list_instances")
    report = await prod.digest()
    assert shown_ids(report) == {"a"}
    assert report.exact is True


async def test_a_status_that_the_api_refuses_is_said(prod: Account) -> None:
    prod.simulation.add_instance("orders", status="hibernated")
    with pytest.raises(InvalidParameter):
        await prod.digest(plan(status=Status("hibernated")))


async def test_a_failure_that_ends_while_the_digest_is_read_is_left_to_the_next(prod: Account) -> None:
    prod.fail("orders", "seen", 1)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", 1)
    row = {"id": "b", "status": "errored", "ended_on": format_time(prod.clock.ago(-1))}
    known = {"id": "a", "status": "errored", "ended_on": format_time(prod.clock.ago(1))}
    prod.simulation.inject(list_body(row, known), operation="list_instances")
    report = await prod.digest()
    assert shown_ids(report) == {"a"}
    assert report.exact is True
    prod.fail("orders", "b", -1)
    prod.clock.advance(MINUTE)
    assert shown_ids(await prod.digest()) == {"b"}


async def test_a_failure_that_is_counted_before_it_is_listed_is_said_then_told(prod: Account) -> None:
    prod.fail("orders", "known", DAY)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", 1, created=2)
    prod.simulation.inject(list_body(), operation="list_instances")
    report = await prod.digest()
    assert report.total == 0
    assert report.unexplained == {"orders": 1}
    assert report.exact is False
    prod.clock.advance(HOUR)
    assert shown_ids(await prod.digest()) == {"a"}


async def test_a_failure_that_is_listed_before_it_is_counted_is_told_of_and_no_riddle_later(
    prod: Account,
) -> None:
    """It ended while a long list of workflows was read, behind its own row."""
    prod.fail("orders", "known", DAY)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", 1)
    late = {"name": "orders", "instances": {"errored": 1}, "triggered_on": format_time(prod.clock())}
    prod.simulation.inject(list_body(late), operation="list_workflows")
    assert shown_ids(await prod.digest()) == {"a"}
    prod.clock.advance(HOUR)
    report = await prod.digest()
    assert report.has_news is False
    assert report.unexplained == {}
    assert report.exact is True


async def test_huge_and_odd_counts_are_taken_as_they_come(prod: Account) -> None:
    rows = [
        {"name": "huge", "instances": {"errored": 10**15, "hibernated": 3, "queued": None}},
        {"name": "odd", "instances": {}},
        {"name": "less", "instances": {"errored": -3}},
    ]
    prod.simulation.inject(list_body(*rows), operation="list_workflows")
    prod.simulation.inject(list_body(), times=2, operation="list_instances")
    report = await prod.digest()
    assert [row.name for row in report.rows] == ["huge", "less"]
    prod.clock.advance(HOUR)
    rows[0]["instances"] = {"errored": 2 * 10**15}
    prod.simulation.inject(list_body(*rows), operation="list_workflows")
    prod.simulation.inject(list_body(), times=2, operation="list_instances")
    report = await prod.digest()
    assert report.unexplained == {"huge": 10**15}
    assert report.exact is False
    assert report.rows[0].changes == {"errored": 10**15, "hibernated": -3}


# What can't be read in full.


async def test_counts_that_could_not_be_read_once_do_not_rise_in_the_digest_after(prod: Account) -> None:
    prod.fail("bills", "b", 5)
    prod.fail("orders", "a", 5)
    await prod.digest()
    prod.clock.advance(HOUR)
    odd: tuple[dict[str, Any], ...] = ({"name": "orders", "instances": "many"}, {"name": ["bills"]})
    prod.simulation.inject(list_body(*odd), operation="list_workflows")
    prod.simulation.inject(item_body({"name": "orders", "instances": 7}), operation="get_workflow")
    report = await prod.digest()
    assert report.total == 0
    assert report.exact is False
    assert [row.counts for row in report.rows] == [None]
    prod.clock.advance(HOUR)
    report = await prod.digest()
    assert report.has_news is False
    assert report.unexplained == {}
    assert report.exact is True
    assert {row.changes is None for row in report.rows} == {True}


async def test_what_was_told_while_counts_could_not_be_read_is_not_said_to_have_risen_later(
    prod: Account,
) -> None:
    prod.fail("orders", "a", 5)
    await prod.digest()
    prod.clock.advance(HOUR)
    for name in ("b", "c", "d"):
        prod.fail("orders", name, 5)
    prod.simulation.inject(list_body({"name": "orders", "instances": "many"}), operation="list_workflows")
    prod.simulation.inject(item_body({"name": "orders", "instances": 7}), operation="get_workflow")
    assert shown_ids(await prod.digest()) == {"b", "c", "d"}
    prod.clock.advance(HOUR)
    report = await prod.digest()
    assert report.has_news is False
    assert report.unexplained == {}
    assert report.exact is True
    prod.clock.advance(HOUR)
    prod.fail("orders", "e", 5)
    report = await prod.digest()
    assert shown_ids(report) == {"e"}
    assert report.rows[0].changes == {"errored": 1}


@pytest.mark.parametrize("odd", [{"name": "orders", "instances": "many"}, {"name": ["orders"]}])
async def test_counts_that_the_first_digest_could_not_read_have_not_risen_in_the_second(
    prod: Account, odd: dict[str, Any]
) -> None:
    for number in range(20):
        prod.fail("orders", f"old-{number}", 3 * DAY)
    prod.fail("bills", "b", 3 * DAY)
    rows = ({"name": "bills", "instances": {"errored": 1}}, odd)
    prod.simulation.inject(list_body(*rows), operation="list_workflows")
    prod.simulation.inject(item_body({"name": "orders", "instances": 7}), operation="get_workflow")
    await prod.digest()
    prod.clock.advance(HOUR)
    report = await prod.digest()
    assert report.has_news is False
    assert report.unexplained == {}
    assert report.exact is True
    changes = {row.name: row.changes for row in report.rows}
    assert changes == {"orders": None, "bills": {}}


async def test_workflows_without_counts_are_asked_for_one_by_one_only_so_often(prod: Account) -> None:
    uncounted = [{"name": f"flow-{number}"} for number in range(300)]
    for first in (0, 100, 200):
        rows = uncounted[first : first + 100]
        prod.simulation.inject(list_body(*rows, total_pages=3), operation="list_workflows")
    for row in uncounted:
        prod.simulation.add_workflow(row["name"])
    report = await prod.digest(sharing="9:00")
    assert prod.simulation.count("get_workflow") == 200
    assert not report.exact, "the others were not looked at"


async def test_a_digest_of_a_list_that_was_cut_claims_nothing_of_the_rest(prod: Account) -> None:
    prod.fail("orders", "a")
    rows = [{"name": "orders", "instances": {"errored": 1}}]
    prod.simulation.inject(list_body(*rows, total_pages=9), times=2, operation="list_workflows")
    report = await prod.digest(sharing="9:00")
    assert shown_ids(report) == {"a"}
    assert not report.exact
    assert report.baseline.partial
