"""What a digest tells of an account: what is new in it, and what it has."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.cloudflare.errors import UnknownAccount
from bot.cloudflare.models import Status
from bot.digests.report import Group, NewInstance, WorkflowRow
from bot.playground.simulators.cloudflare import Failure
from tests.support.digest_account import (
    HOUR,
    MINUTE,
    TIMEOUT,
    Account,
    chart_total,
    plan,
    run_account,
    shown_ids,
)

DAY = 24 * HOUR


@pytest.fixture
async def prod() -> AsyncIterator[Account]:
    async with run_account() as served:
        yield served


async def test_the_first_digest_tells_what_failed_in_its_window(prod: Account) -> None:
    prod.fail("orders", "yesterday", 23 * HOUR)
    prod.fail("orders", "before", 25 * HOUR)
    prod.simulation.add_instance("orders", id="fine")
    prod.simulation.add_workflow("idle")
    report = await prod.digest()
    assert report.first
    assert report.since == prod.clock.ago(DAY)
    assert report.until == prod.clock()
    assert report.groups == (
        Group(
            "orders",
            TIMEOUT.name,
            TIMEOUT.message,
            (NewInstance("yesterday", prod.clock.ago(23 * HOUR), prod.clock.ago(23 * HOUR)),),
            1,
        ),
    )
    assert report.total == 1
    assert report.exact is True
    assert report.ungrouped == {}
    assert report.unexplained == {}
    assert report.rows == [WorkflowRow("orders", {Status("errored"): 2, Status("complete"): 1}, None)]
    assert report.empty == 1
    assert report.gone == []
    assert report.account == "prod"
    assert chart_total(report) == 1
    assert report.has_news


async def test_the_first_digest_of_a_quiet_account_has_no_news(prod: Account) -> None:
    prod.simulation.add_instance("orders")
    report = await prod.digest()
    assert report.total == 0
    assert report.exact is True
    assert report.chart == ()
    assert report.has_news is False
    assert prod.calls == (1, 0, 0)


async def test_an_empty_account_has_nothing_to_tell(prod: Account) -> None:
    report = await prod.digest()
    assert report.rows == []
    assert report.empty == 0
    assert report.has_news is False


async def test_what_failed_now_is_new_though_it_was_created_days_ago(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "long", 5 * MINUTE, created=6 * DAY)
    report = await prod.digest()
    assert shown_ids(report) == {"long"}
    assert report.since == prod.clock.ago(HOUR)
    assert not report.first


async def test_a_failure_is_told_of_once(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    assert shown_ids(await prod.digest()) == {"a"}
    for wait in (0, 1, 16, 60, 119, 120, 121, HOUR, DAY):
        prod.clock.advance(wait)
        assert (await prod.digest()).total == 0


async def test_a_failure_that_comes_to_light_late_is_told_of_then(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "late", HOUR + 100)
    assert shown_ids(await prod.digest()) == {"late"}
    prod.clock.advance(20)
    assert (await prod.digest()).total == 0


async def test_one_that_is_restarted_and_fails_again_is_new_again(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    await prod.digest()
    prod.clock.advance(20)
    prod.simulation.set_status("orders", "a", "errored", error=TIMEOUT)
    prod.clock.advance(20)
    report = await prod.digest()
    assert shown_ids(report) == {"a"}
    assert report.exact is True
    prod.clock.advance(20)
    assert (await prod.digest()).total == 0


async def test_a_count_that_hides_a_failure_by_being_equal_is_looked_behind(prod: Account) -> None:
    prod.fail("orders", "old", 6 * DAY)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("orders", "old")
    prod.fail("orders", "new", MINUTE)
    report = await prod.digest()
    assert shown_ids(report) == {"new"}
    assert report.rows == [WorkflowRow("orders", {Status("errored"): 1}, {})]


async def test_a_count_that_fell_may_hide_a_failure_too(prod: Account) -> None:
    for name in ("x", "y", "z"):
        prod.fail("orders", name, 6 * DAY)
    await prod.digest()
    prod.clock.advance(HOUR)
    for name in ("x", "y", "z"):
        prod.simulation.remove_instance("orders", name)
    prod.fail("orders", "new", MINUTE)
    report = await prod.digest()
    assert shown_ids(report) == {"new"}
    assert report.exact is True
    assert report.rows[0].changes == {"errored": -2}


async def test_a_count_that_fell_to_nothing_is_shown_as_change_only_while_others_stand(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.simulation.add_instance("orders", id="fine")
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("orders", "a")
    assert (await prod.digest()).rows == [
        WorkflowRow("orders", {Status("complete"): 1}, {Status("errored"): -1})
    ]
    prod.clock.advance(HOUR)
    prod.simulation.remove_instance("orders", "fine")
    report = await prod.digest()
    assert report.rows == []
    assert report.empty == 1


async def test_a_failure_longer_ago_than_is_looked_back_is_said_by_its_count(prod: Account) -> None:
    prod.fail("orders", "known", MINUTE)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "ancient", MINUTE, created=20 * DAY)
    report = await prod.digest()
    assert report.total == 0
    assert report.unexplained == {"orders": 1}
    assert report.exact is False
    assert report.has_news is True


async def test_a_count_that_rose_by_more_than_the_list_shows_makes_it_at_least(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "ancient", MINUTE, created=20 * DAY)
    prod.fail("orders", "young", MINUTE)
    report = await prod.digest()
    assert report.total == 1
    assert report.unexplained == {}
    assert report.exact is False
    assert [group.exact for group in report.groups] == [False]


async def test_failures_of_one_kind_are_one_group_with_the_newest_words(prod: Account) -> None:
    for number in range(4):
        prod.fail("orders", f"o{number}", number, error=Failure("Gone", f"Order ord-88{number} is not there"))
    prod.fail("orders", "t", 9)
    prod.fail("orders", "silent", 10, error=None)
    report = await prod.digest()
    assert [(group.error, group.message, group.total) for group in report.groups] == [
        ("Gone", "Order ord-880 is not there", 4),
        ("TimeoutError", "no answer", 1),
        (None, None, 1),
    ]
    assert [new_instance.id for new_instance in report.groups[0].shown] == ["o0", "o1", "o2"]
    assert report.ungrouped == {}


async def test_another_status_is_grouped_by_workflow_and_nobody_is_asked_why(prod: Account) -> None:
    for number in range(4):
        prod.fail("orders", f"o{number}", number, status="complete")
    prod.fail("bills", "b", 9, status="complete")
    prod.fail("bills", "c", 9)
    report = await prod.digest(plan(status=Status("complete")))
    assert [(group.workflow, group.error, group.total, group.exact) for group in report.groups] == [
        ("orders", None, 4, True),
        ("bills", None, 1, True),
    ]
    assert prod.calls == (1, 2, 0)


async def test_what_waits_is_new_since_it_last_changed(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.simulation.add_instance("orders", id="w", status="waiting", created_on=prod.clock.ago(DAY))
    prod.simulation.set_status("orders", "w", "waiting")
    prod.clock.advance(1)
    assert shown_ids(await prod.digest(plan(status=Status("waiting")))) == {"w"}


async def test_only_the_workflows_of_the_plan_are_told_of(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.fail("bills", "b", 5)
    prod.fail("mails", "c", 5)
    report = await prod.digest(plan("mails", "orders"))
    assert shown_ids(report) == {"a", "c"}
    assert {row.name for row in report.rows} == {"orders", "mails"}
    assert report.baseline.counts == {"orders": {"errored": 1}, "mails": {"errored": 1}}
    assert prod.calls == (1, 2, 2)


async def test_names_that_are_gone_are_said(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    report = await prod.digest(plan("Orders", "orders", "lost"))
    assert report.gone == ["Orders", "lost"]
    assert shown_ids(report) == {"a"}
    assert report.empty == 0
    report = await prod.digest(plan("lost"))
    assert report.gone == ["lost"]
    assert report.rows == []
    assert report.total == 0
    assert report.has_news is True


async def test_workflows_with_news_come_first_then_by_name(prod: Account) -> None:
    for name in ("b", "A", "c", "Z"):
        prod.simulation.add_instance(name)
    prod.fail("x", "1", 5)
    prod.fail("d", "1", 30 * HOUR)
    assert [row.name for row in (await prod.digest()).rows] == ["x", "A", "b", "c", "d", "Z"]


async def test_a_workflow_that_appeared_since_is_new_with_all_it_has(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", 5)
    report = await prod.digest()
    assert shown_ids(report) == {"a"}
    assert report.rows[0].changes == {"errored": 1}


async def test_a_digest_after_a_pause_of_weeks_tells_all_of_them(prod: Account) -> None:
    await prod.digest()
    prod.clock.advance(20 * DAY)
    for day in range(1, 20):
        prod.fail("orders", f"{day}", day * DAY)
    report = await prod.digest()
    assert report.total == 19
    assert report.exact is True
    assert chart_total(report) == 1
    assert report.since == prod.clock.ago(20 * DAY)


async def test_a_digest_whose_slot_was_read_before_the_last_one_goes_back_over_nothing(prod: Account) -> None:
    """Somebody asks for one out of turn while the slot's own still waits in the queue."""
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", 70)
    prod.fail("orders", "b", 2)
    await prod.reader.report(plan(), None, sharing="9:00")
    prod.clock.advance(300)
    prod.fail("orders", "c", 1)
    assert shown_ids(await prod.digest()) == {"a", "b", "c"}
    later = prod.clock()
    report = await prod.digest(sharing="9:00")
    assert report.total == 0
    assert report.since == later
    assert report.until == later
    assert report.baseline.at == later
    prod.clock.advance(30)
    prod.fail("orders", "d", 10)
    assert shown_ids(await prod.digest()) == {"d"}


async def test_a_clock_that_is_put_back_stops_no_digest(prod: Account) -> None:
    await prod.digest()
    prod.clock.moment -= timedelta(days=365)
    prod.clock.advance(MINUTE)
    report = await prod.digest()
    assert report.since == report.until == report.baseline.at == prod.clock()
    prod.clock.advance(HOUR)
    prod.fail("orders", "a", MINUTE)
    report = await prod.digest()
    assert shown_ids(report) == {"a"}
    assert chart_total(report) == 1


async def test_an_account_that_settings_do_not_name_is_unknown(prod: Account) -> None:
    with pytest.raises(UnknownAccount):
        await prod.digest(plan(account="staging"))
    assert (await prod.digest(plan(account="prod"))).account == "prod"


async def test_missed_slots_are_passed_on(prod: Account) -> None:
    missed = [prod.clock.ago(HOUR)]
    assert (await prod.reader.report(plan(), None, missed=missed)).missed == missed


async def test_a_window_only_moves_the_chart_after_the_first_digest(prod: Account) -> None:
    prod.fail("orders", "a", 20 * HOUR)
    prod.fail("orders", "b", 2 * HOUR)
    assert (await prod.digest()).total == 2
    prod.clock.advance(HOUR)
    prod.fail("orders", "c", 5)
    narrow, wide = plan(window=timedelta(hours=1)), plan(window=timedelta(days=30))
    report = await prod.reader.report(narrow, prod.baseline)
    assert report.total == 1
    assert chart_total(report) == 1
    assert chart_total(await prod.reader.report(wide, prod.baseline)) == 3
