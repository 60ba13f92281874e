"""How many calls a digest makes at most, what it leaves out for that, and how digests share."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.browse.causes import CauseReader
from bot.browse.kept_causes import CauseStore
from bot.cloudflare.errors import RateLimited
from bot.cloudflare.limiter import Budget
from bot.cloudflare.models import MAX_PER_PAGE
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.causes import ENOUGH_DETAILS, MOST_DETAILS, FailureCauses, read_causes
from bot.digests.news import WorkflowFindings
from bot.digests.reading import ReportBuilder
from bot.digests.report import MOST_GROUPS, NewInstance, UnreadCauses
from bot.digests.search import MOST_LISTS, SHARED_FOR
from bot.digests.survey import AT_ONCE
from bot.playground.simulators.cloudflare import Failure, Slow
from tests.support.databases import migrated_database
from tests.support.digest_account import HOUR, MINUTE, Account, chart_total, plan, run_account, shown_ids
from tests.support.teams import TEAM

DAY = 24 * HOUR
LISTS_OF_THOUSAND = 10
DETAILS_OF_THOUSAND = 4 * MOST_GROUPS
"""Four failed in each of ten workflows, and as many of them are asked about as there are groups."""


@pytest.fixture
async def prod() -> AsyncIterator[Account]:
    async with run_account() as served:
        yield served


async def thousand(prod: Account) -> None:
    """A thousand workflows, 300 of them with old failures, and a digest; an hour later 40 failures in ten."""
    for number in range(1000):
        prod.fail(f"flow-{number:03}", "old", 5 * DAY, status="errored" if number % 3 == 0 else "complete")
    await prod.digest(sharing="8:00")
    prod.clock.advance(HOUR)
    for number in range(40):
        prod.fail(f"flow-{number % 10 * 7:03}", f"new-{number}", 60 + number)
    prod.simulation.calls.clear()


async def test_a_thousand_workflows_with_forty_failures_in_ten_cost_forty_calls(prod: Account) -> None:
    await thousand(prod)
    report = await prod.digest()
    assert prod.calls == (LISTS_OF_THOUSAND, MOST_LISTS, DETAILS_OF_THOUSAND)
    assert report.total == 40
    assert report.unexplained == {}
    assert len(report.groups) == MOST_GROUPS
    assert sum(group.total for group in report.groups) == DETAILS_OF_THOUSAND
    assert sum(report.ungrouped.values()) == 40 - DETAILS_OF_THOUSAND
    assert [row.name for row in report.rows[:MOST_LISTS]] == sorted(
        (f"flow-{number * 7:03}" for number in range(10)),
        key=[row.name for row in report.rows].index,
    )
    assert chart_total(report) == 40


async def test_five_hundred_digests_of_one_slot_cost_no_more_than_one(prod: Account) -> None:
    await thousand(prod)
    before = prod.baseline
    names = (f"flow-{7 * number:03}" for number in range(20))
    every = [plan(), *[plan(*names)] * 499]
    reports = await asyncio.gather(*(prod.reader.report(one, before, sharing="9:00") for one in every))
    assert prod.calls == (LISTS_OF_THOUSAND, MOST_LISTS, DETAILS_OF_THOUSAND)
    assert {(report.total, report.groups) for report in reports} == {(40, reports[0].groups)}


async def test_what_a_slot_shares_is_kept_for_a_while(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    await prod.reader.report(plan(), None, sharing="9:00")
    prod.clock.advance(SHARED_FOR.total_seconds() - 1)
    await prod.reader.report(plan(), None, sharing="9:00")
    assert prod.calls == (1, 1, 1)
    prod.clock.advance(2)
    await prod.reader.report(plan(), None, sharing="9:00")
    await prod.reader.report(plan(), None, sharing="9:01")
    assert prod.calls == (3, 3, 1)  # why something ended as it did is remembered for good


async def test_digests_last_made_at_other_times_ask_the_same_lists(prod: Account) -> None:
    await prod.digest()
    first = prod.baseline
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", MINUTE)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "b", MINUTE)
    prod.simulation.calls.clear()
    both = await prod.reader.report(plan(), first, sharing="9:00")
    one = await prod.reader.report(plan(), prod.baseline, sharing="9:00")
    assert shown_ids(both) == {"a", "b"}
    assert shown_ids(one) == {"b"}
    assert prod.calls == (1, 1, 1)


async def test_previews_share_what_is_in_memory_for_some_seconds(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    for _ in range(5):
        await prod.reader.report(plan(), None)
    assert prod.calls == (1, 1, 1)


async def test_rises_that_no_call_is_left_for_are_said(prod: Account) -> None:
    for number in range(13):
        prod.simulation.add_workflow(f"flow-{number}")
    await prod.digest()
    prod.clock.advance(HOUR)
    for number in range(13):
        for nth in range(number + 1):
            prod.fail(f"flow-{number}", f"{nth}", MINUTE)
    report = await prod.digest()
    assert report.unexplained == {"flow-0": 1, "flow-1": 2, "flow-2": 3}
    assert report.total == sum(range(4, 14))
    assert report.exact is False
    assert prod.simulation.list_calls == MOST_LISTS


async def test_a_first_digest_that_can_not_look_everywhere_says_at_least(prod: Account) -> None:
    for number in range(MOST_LISTS + 1):
        prod.fail(f"flow-{number:02}", "a", number * MINUTE)
    report = await prod.digest()
    assert report.total == MOST_LISTS
    assert report.unexplained == {}
    assert report.exact is False
    assert "flow-10" not in {row.name for row in report.rows[:MOST_LISTS]}  # the longest ago


async def test_a_count_that_may_hide_a_failure_and_was_not_looked_behind_makes_it_at_least(
    prod: Account,
) -> None:
    """Nightly jobs that fail each night keep their counts."""
    for number in range(MOST_LISTS + 1):
        prod.fail(f"nightly-{number}", "old", 6 * DAY)
    await prod.digest()
    prod.clock.advance(DAY)
    for number in range(MOST_LISTS + 1):
        prod.simulation.remove_instance(f"nightly-{number}", "old")
        prod.fail(f"nightly-{number}", "new", HOUR + number)
    report = await prod.digest()
    assert report.total == MOST_LISTS
    assert report.exact is False
    assert report.unexplained == {}


async def test_old_failures_of_workflows_where_nothing_went_on_cast_no_doubt(prod: Account) -> None:
    for number in range(MOST_LISTS + 5):
        prod.fail(f"flow-{number}", "old", 6 * DAY)
    prod.fail("zzz", "old", 7 * DAY)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("zzz", "old")
    prod.fail("zzz", "new", MINUTE)
    report = await prod.digest()
    assert shown_ids(report) == {"new"}
    assert report.exact is True


async def test_what_was_running_may_hide_a_failure_too(prod: Account) -> None:
    for number in range(MOST_LISTS + 5):
        prod.fail(f"flow-{number}", "old", 6 * DAY)
    prod.fail("aaa", "old", 6 * DAY)
    prod.simulation.add_instance("aaa", id="long", status="running", created_on=prod.clock.ago(6 * DAY))
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("aaa", "old")
    prod.simulation.set_status("aaa", "long", "errored")
    prod.clock.advance(1)
    report = await prod.digest()
    assert shown_ids(report) == {"long"}
    assert report.exact is True


async def test_further_pages_are_read_as_far_as_calls_are_left(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(DAY)
    for number in range(3 * MAX_PER_PAGE + 1):
        prod.fail("orders", f"{number:03}", 10 * number)
    report = await prod.digest()
    assert report.total == 301
    assert report.exact is True
    assert chart_total(report) == 301
    assert report.ungrouped == {"orders": 301 - MOST_DETAILS}
    assert [group.exact for group in report.groups] == [False]
    assert prod.calls == (2, 4, MOST_DETAILS)


async def test_more_pages_than_calls_make_it_at_least(prod: Account) -> None:
    for number in range(MOST_LISTS * MAX_PER_PAGE + 1):
        prod.fail("orders", f"{number:04}", number)
    prod.fail("bills", "b", 5)
    report = await prod.digest()
    assert report.total == (MOST_LISTS - 1) * MAX_PER_PAGE + 1
    assert report.exact is False
    assert prod.simulation.list_calls == MOST_LISTS


async def test_a_long_list_is_read_to_its_end_though_its_count_is_explained(prod: Account) -> None:
    """As many old failures were forgotten as new ones came, one of which is older than a page reaches."""
    for number in range(150):
        prod.fail("orders", f"{number:03}", DAY + number)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("orders", "149")
    prod.fail("orders", "young", MINUTE)
    prod.fail("orders", "old", MINUTE, created=3 * DAY)
    report = await prod.digest()
    assert shown_ids(report) == {"young", "old"}
    assert report.exact is True
    assert report.rows[0].changes == {"errored": 1}


async def test_a_long_list_without_news_that_is_not_read_to_its_end_casts_doubt(prod: Account) -> None:
    for number in range(MAX_PER_PAGE + 1):
        prod.fail("orders", f"{number:03}", DAY + number)
    for number in range(MOST_LISTS - 1):
        prod.fail(f"flow-{number}", "a", MINUTE)
    report = await prod.digest()
    assert report.total == MOST_LISTS - 1
    assert report.exact is False


async def test_errors_are_asked_for_evenly(prod: Account) -> None:
    for number in range(150):
        prod.fail("loud", f"{number}", number, error=Failure("Loud", "x"))
    prod.fail("quiet", "q", HOUR, error=Failure("Quiet", "y"))
    report = await prod.digest()
    assert [(group.error, group.total, group.exact) for group in report.groups] == [
        ("Loud", MOST_DETAILS - 1, False),
        ("Quiet", 1, True),
    ]
    assert report.ungrouped == {"loud": 150 - (MOST_DETAILS - 1)}
    assert report.read == {"loud": MOST_DETAILS - 1, "quiet": 1}, "of so many the causes are known"
    assert report.unread_causes is None, "more were not asked about"
    assert {name: len(all_) for name, all_ in report.instances.items()} == {"loud": 150, "quiet": 1}


async def test_a_preview_asks_for_few_causes_as_its_requests_are_a_persons(prod: Account) -> None:
    for number in range(30):
        prod.fail("orders", f"{number}", number)
    report = await prod.reader.report(plan(), None, patient=False, most_details=ENOUGH_DETAILS)
    assert report.read == {"orders": ENOUGH_DETAILS}
    assert prod.calls == (1, 1, ENOUGH_DETAILS)


async def test_a_digest_waits_for_the_budget_until_enough_causes_are_read_and_no_longer() -> None:
    ticks = [0.0]
    budget = Budget(50, 0.5, lambda: ticks[0])
    async with run_account(budget) as prod:
        for number in range(60):
            prod.fail("orders", f"{number:02}", number)
        report = await prod.digest(sharing="9:00")
        read = report.read["orders"]
        assert ENOUGH_DETAILS <= read == 25 - 2, "all that the background may ask for"
        assert report.unread_causes is not None
        assert report.unread_causes.count == 60 - read
        assert isinstance(report.unread_causes.error, RateLimited)
        assert report.total == 60
        assert prod.simulation.describe_calls == read


async def test_no_cause_is_asked_for_after_the_time_for_it(prod: Account) -> None:
    for number in range(30):
        prod.fail("orders", f"{number}", number)
    reader = CauseReader({"prod": prod.workflows}, lambda cause: cause)
    ask = partial(reader.read, None, team=TEAM, turns=asyncio.Semaphore(AT_ONCE))
    new_instances = [NewInstance(f"{number}", prod.clock.ago(number)) for number in range(30)]
    found = [WorkflowFindings("orders", new_instances, exact=True)]
    read = await read_causes(ask, found, patient=True, within=0)
    assert read == FailureCauses({}, UnreadCauses(30, None))
    prod.simulation.inject(Slow(0.2), times=None, operation="get_instance")
    some = await read_causes(ask, found, patient=True, within=0.3)
    assert some.unread is not None
    assert 0 < len(some.causes) == 30 - some.unread.count < 30


async def test_groups_beyond_the_fifth_are_counted_with_the_untold(prod: Account) -> None:
    for kind in range(7):
        prod.fail("orders", f"{kind}", kind, error=Failure(f"E{'abcdefg'[kind]}", "x"))
    report = await prod.digest()
    assert [group.error for group in report.groups] == ["Ea", "Eb", "Ec", "Ed", "Ee"]
    assert report.ungrouped == {"orders": 2}


async def test_digests_leave_the_reserve_to_people() -> None:
    ticks = [0.0]
    budget = Budget(10, 0.5, lambda: ticks[0])
    async with run_account(budget) as prod:
        for number in range(8):
            prod.fail(f"flow-{number}", "a", 5)
        with pytest.raises(RateLimited) as caught:
            await prod.digest(sharing="9:00")
        assert caught.value.retry_after > timedelta(0)
        assert sum(prod.calls) == 5
        assert budget.left == 5
        await prod.workflows.get_workflow("flow-0")
        ticks[0] += 301
        with pytest.raises(RateLimited):
            await prod.digest(sharing="9:00")
        ticks[0] += 301
        report = await prod.digest(sharing="9:00")
        assert report.total == 8
        assert report.exact is True
        assert prod.calls == (1, 8, 5)  # each was asked for once, in the end


async def test_a_page_behind_a_cursor_is_not_taken_from_a_memory_of_minutes() -> None:
    times = CacheTimes(first=timedelta(minutes=3), rest=timedelta(minutes=30))
    async with run_account(times=times) as prod:
        prod.simulation.change(cursor_kind="keyset")
        for number in range(MAX_PER_PAGE + 1):
            prod.fail("orders", f"{number:03}", DAY + number)
        prod.simulation.add_instance(
            "orders", id="long", status="running", created_on=prod.clock.ago(3 * DAY)
        )
        await prod.digest()
        for _ in range(3):
            prod.clock.advance(170)
            await prod.digest(sharing=prod.clock())
        prod.simulation.set_status("orders", "long", "errored")
        found = []
        for _ in range(3):
            prod.clock.advance(170)
            found.append((await prod.digest(sharing=prod.clock())).total)
        assert sum(found) == 1


async def test_digests_of_another_process_ask_for_no_cause_again(prod: Account, tmp_path: Path) -> None:
    for number in range(12):
        prod.fail("orders", f"{number}", number)
    async with migrated_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as engine:
        for asked in (12, 0):
            prod.simulation.calls.clear()
            prod.clock.advance(HOUR)  # no cache of answers holds for so long
            store = CauseStore(engine, prod.clock)
            causes = CauseReader({"prod": prod.workflows}, lambda cause: cause, store)
            reader = ReportBuilder({"prod": prod.workflows}, 7 * timedelta(days=1), prod.clock, causes)
            report = await reader.report(plan(), None, team=TEAM)
            assert [group.total for group in report.groups] == [12]
            assert prod.simulation.describe_calls == asked
