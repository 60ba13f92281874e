"""A reader of digests over a simulated account, over a real socket."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.model import Baseline, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.report import Report
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    Failure,
    Fault,
    Simulation,
    WrongShape,
)
from bot.playground.simulators.cloudflare.faults import HealthyHandler
from tests.support.clock import Clock
from tests.support.commands import NOW

LOOKBACK = timedelta(days=7)
TIMEOUT = Failure("TimeoutError", "no answer")
MINUTE = 60
HOUR = 3600


def plan(*workflows: str, **fields: Any) -> DigestSpec:
    return DigestSpec("C0OPS0001", Schedule("0 9 * * *", "Europe/Berlin"), workflows=workflows, **fields)


ALL = plan()


@dataclass
class Account:
    """A simulated account, and what reads it.

    Attributes:
        baseline: of the last digest; None before the first.
    """

    simulation: Simulation
    clock: Clock
    workflows: CachedWorkflows
    reader: ReportBuilder
    baseline: Baseline | None = field(default=None)

    async def digest(self, asked: DigestSpec = ALL, sharing: Hashable | None = None) -> Report:
        """The next digest: it goes on from the last one."""
        report = await self.reader.report(asked, self.baseline, sharing=sharing)
        self.baseline = report.baseline
        return report

    def fail(
        self,
        workflow: str,
        instance: str,
        ended: float = 0,
        *,
        created: float | None = None,
        error: Failure | None = TIMEOUT,
        status: str = "errored",
    ) -> None:
        """Let an instance have failed so many seconds ago, created shortly before unless it is said."""
        ended_on = self.clock.ago(ended)
        created_on = ended_on - timedelta(seconds=30) if created is None else self.clock.ago(created)
        self.simulation.add_instance(
            workflow,
            id=instance,
            status=status,
            created_on=created_on,
            started_on=created_on,
            ended_on=ended_on,
            error=error,
        )

    @property
    def calls(self) -> tuple[int, int, int]:
        """How many lists of workflows, lists of instances and instances were asked for."""
        simulation = self.simulation
        return simulation.workflow_calls, simulation.list_calls, simulation.describe_calls


@asynccontextmanager
async def run_account(
    budget: Budget | None = None, times: CacheTimes | None = None
) -> AsyncIterator[Account]:
    """Serve an empty account, and read it by a clock of its own."""
    clock = Clock(NOW)
    simulation = Simulation(clock=clock)
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        client = WorkflowsClient(session, endpoint, budget=budget, now=clock)
        workflows = CachedWorkflows(client, times or CacheTimes(), clock.seconds)
        try:
            yield Account(simulation, clock, workflows, ReportBuilder({"prod": workflows}, LOOKBACK, clock))
        finally:
            await workflows.close()


@dataclass(frozen=True)
class Only:
    """A fault of one workflow."""

    workflow: str
    fault: Fault

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        if f"/{self.workflow}/" in request.path:
            return await self.fault.answer(request, healthy)
        return await healthy()


def shown_ids(report: Report) -> set[str]:
    """Return the new instances that are shown."""
    return {new_instance.id for group in report.groups for new_instance in group.shown}


def chart_total(report: Report) -> int:
    """Return how many new instances the chart holds."""
    return sum(bar.count for bar in report.chart)


def list_body(*rows: dict[str, Any], **info: object) -> WrongShape:
    """Return a whole answer that lists these rows."""
    return WrongShape({"success": True, "errors": [], "messages": [], "result": rows, "result_info": info})


def item_body(row: dict[str, Any]) -> WrongShape:
    """Return a whole answer about one thing."""
    return WrongShape({"success": True, "errors": [], "messages": [], "result": row})


def format_time(moment: datetime) -> str:
    """Return a moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")
