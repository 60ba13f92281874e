"""The simulated Cloudflare account as a process of its own, so that its work is not charged to a client.

Beside the API it answers `GET /calls` (how often each
operation was asked for) and `DELETE /calls` (forget them).
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Final

from aiohttp import web

from bot.playground.loopback import LOOPBACK
from bot.playground.simulators.cloudflare import ManySteps, RateLimit, Simulation, Slow
from bot.playground.simulators.cloudflare.api import BASE_PATH

_STATUSES: Final = cycle(("complete", "complete", "errored", "complete", "running", "complete", "terminated"))
LONG_RUN: Final = "long-run"
"""The id of the instance of many steps."""
_PLENTY: Final = RateLimit(quota=10_000_000)


def workflow_name(number: int) -> str:
    """The name of the account's workflow of that number, from 1."""
    return f"order-processing-{number}"


def filled(workflows: int, instances: int, failing: int | None = None) -> Simulation:
    """An account of so many workflows with so many instances each, one a minute.

    Only the last `failing` workflows have instances that failed; None means all.
    """
    simulation = Simulation(rate_limit=_PLENTY)
    now = datetime.now(UTC)
    for number in range(1, workflows + 1):
        simulation.add_workflow(workflow_name(number), created_on=now - timedelta(days=90))
        fails = failing is None or number > workflows - failing
        for age in range(instances, 0, -1):
            status = next(_STATUSES)
            simulation.add_instance(
                workflow_name(number),
                id=f"ord-{number}-{instances - age + 50_000}",
                status=status if fails or status != "errored" else "complete",
                created_on=now - timedelta(minutes=age),
                trigger_source="api",
            )
    return simulation


def add_long_run(simulation: Simulation, number: int) -> None:
    """Add an instance of so many steps to the first workflow."""
    steps = ManySteps(number, datetime.now(UTC) - timedelta(days=1))
    simulation.add_instance(workflow_name(1), id=LONG_RUN, created_on=steps.start, steps=steps)


def app(simulation: Simulation) -> web.Application:
    """The simulated API, and what it was asked."""

    async def calls(_: web.Request) -> web.Response:
        return web.json_response(Counter(call.operation for call in simulation.calls))

    async def forget(_: web.Request) -> web.Response:
        simulation.calls.clear()
        return web.json_response({})

    application = simulation.app()
    application.add_routes([web.get("/calls", calls), web.delete("/calls", forget)])
    return application


def serve_account(workflows: int, instances: int, latency: float, steps: int, failing: int | None) -> None:
    """Serve such an account until this process is ended, once its base URL is printed."""
    simulation = filled(workflows, instances, failing)
    if steps:
        add_long_run(simulation, steps)
    if latency:
        simulation.inject(Slow(latency), times=None)
    asyncio.run(_serve(simulation))


async def _serve(simulation: Simulation) -> None:
    runner = web.AppRunner(app(simulation), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0, backlog=2048).start()
    url = f"http://{LOOPBACK}:{runner.addresses[0][1]}{BASE_PATH.rstrip('/')}"
    print(url, flush=True)  # noqa: T201 - it is how its starter learns the port
    await asyncio.Event().wait()
