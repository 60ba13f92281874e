"""The simulated analytics beside everything else that runs in the playground's process."""

import asyncio
import json
from datetime import timedelta

from bot.cloudflare.analytics_queries import Dimension, EventQuery, EventType, counts_request
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.cloudflare.analytics import answer_query
from bot.playground.simulators.cloudflare.wire import JsonObject
from tests.support.clock import Clock


async def test_others_get_their_turn_while_events_of_many_instances_are_counted(
    simulation: Simulation, clock: Clock
) -> None:
    for _ in range(1_000):
        simulation.add_instance("orders", status="errored")
    clock.moment += timedelta(hours=1)
    query = EventQuery(
        clock() - timedelta(days=1), clock(), (Dimension.WORKFLOW,), (EventType.WORKFLOW_FAILURE,)
    )
    body = json.loads(counts_request(query, simulation.account_id).body or b"")
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.ensure_future(count_turns())
    answer: JsonObject = await answer_query(
        body, simulation.account_id, simulation.records, simulation.behaviour, clock()
    )
    counting.cancel()
    [group] = answer["data"]["viewer"]["accounts"][0]["workflowsAdaptiveGroups"]
    assert group["count"] == 1_000
    assert turns >= 9
