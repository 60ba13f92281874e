"""Exports of rows that are chosen by why they failed: none that matches is lost, whatever can't be read."""

import math
from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.browse.causes import CauseReader
from bot.browse.checking import RowChecker
from bot.browse.screen import Row
from bot.browse.selection import Conditions, Selection, Stream
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, NotAuthorized, RateLimited, Unavailable
from bot.cloudflare.instance_models import InstanceDetail, InstanceError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Status
from bot.cloudflare.timed_cache import CacheTimes
from bot.export.collector import Collector
from bot.export.lines import Lines
from bot.export.plan import Bounds, ExportPlan
from bot.export.result import Result
from bot.export.spool import Spool
from tests.support.many_lists import START, ManyLists, instance

ERRORED = Status("errored")


class Account(ManyLists):
    """An account whose instances say why they failed, but for some of which an error comes instead."""

    def __init__(self, count: int, refusals: Mapping[str, list[CloudflareError]]) -> None:
        rows = [instance(f"orders-{number:03}", number, "errored", number + 1) for number in range(count)]
        super().__init__({"orders": rows}, page_size=50)
        self.errors = {row.id: InstanceError("CardError", "card declined") for row in rows}
        self.refusals = refusals

    async def get_instance(
        self,
        workflow: str,
        instance: str,
        priority: Priority = Priority.INTERACTIVE,
        *,
        steps: bool = False,
    ) -> InstanceDetail:
        detail = await super().get_instance(workflow, instance, priority, steps=steps)
        if self.refusals.get(instance):
            raise self.refusals[instance].pop(0)
        return detail


async def exported(
    account: ManyLists, known: int = 0, bounds: Bounds | None = None
) -> tuple[set[str], Result]:
    """Return the ids in an export of what failed as a card was declined, and what came of it.

    Args:
        account: the account.
        known: of how many instances, the oldest ones, it is remembered why they failed.
        bounds: of the export.
    """
    hour = CacheTimes(timedelta(hours=1), timedelta(hours=1))
    workflows = CachedWorkflows(account, hour, lambda: 0.0)  # type: ignore[arg-type] # what is asked of it
    selection = Selection(("orders",), statuses=(ERRORED,), where=Conditions(error="declined"))
    causes = CauseReader({"prod": workflows}, lambda cause: cause)
    checker = RowChecker(selection.where, causes, "prod", "T1")
    if known:
        rows = [Row("orders", row) for row in account.workflows["orders"][:known]]
        await checker.check(rows, START, math.inf)
    plan = ExportPlan(
        workflows=workflows,
        selection=selection,
        streams=[Stream("orders", ERRORED)],
        expected={},
        lookback=timedelta(days=1),
        lines=Lines("jsonl", with_causes=True),
        file_name="orders",
        as_of=START,
        checker=checker,
    )
    async with Spool() as spool:
        collector = Collector(plan, bounds or Bounds(retries=()), spool)
        result = collector.result(await collector.collect())
        written = await spool.write("")
        lines = written.file.read().decode().splitlines()
    return {line.partition('"id":"')[2][:10] for line in lines}, result


def names(numbers: range) -> set[str]:
    return {f"orders-{number:03}" for number in numbers}


async def test_rows_that_matched_before_cloudflare_refused_are_in_the_file() -> None:
    # The newest 20 are asked about first: ten of them are answered.
    account = Account(40, {name: [NotAuthorized("no")] for name in names(range(30))})
    ids, result = await exported(account)
    assert ids == names(range(30, 40))
    assert (result.rows, result.ending) == (10, "refused")
    assert result.unread_causes == 30
    assert len(account.details) == 20, "each of the others would be refused, too"


async def test_rows_whose_causes_are_remembered_are_in_the_file_though_others_are_refused() -> None:
    account = Account(40, {name: [NotAuthorized("no")] for name in names(range(10, 40))})
    ids, result = await exported(account, known=10)
    assert ids == names(range(10))
    assert (result.rows, result.unread_causes) == (10, 30)


async def test_rows_that_matched_before_the_time_was_up_are_in_the_file() -> None:
    limited = RateLimited("slow down", retry_after=timedelta(minutes=5))
    account = Account(10, {"orders-000": [limited]})
    ids, result = await exported(account, bounds=Bounds(time=timedelta(seconds=0.3), retries=()))
    assert ids == names(range(1, 10))
    assert result.ending == "time"


@pytest.mark.parametrize("error", [Unavailable("down"), RateLimited("slow", retry_after=timedelta(0))])
async def test_what_passes_costs_no_row_and_no_question_twice(error: CloudflareError) -> None:
    account = Account(30, {"orders-025": [error], "orders-003": [error]})
    ids, result = await exported(account, bounds=Bounds(retries=(timedelta(0), timedelta(0))))
    assert ids == names(range(30))
    assert (result.ending, result.unread_causes, result.unknown) == ("whole", 0, 0)
    assert len(account.details) == 32


async def test_a_cause_that_can_t_be_read_leaves_out_its_row_alone() -> None:
    account = Account(30, {"orders-025": [Unavailable("down")] * 3})
    ids, result = await exported(account, bounds=Bounds(retries=(timedelta(0),)))
    assert ids == names(range(30)) - {"orders-025"}
    assert (result.ending, result.unread_causes) == ("whole", 1)
    assert isinstance(result.cause_error, Unavailable)
