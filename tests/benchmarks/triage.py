"""What failed in 300 workflows, as one list, beside a client that asks each of them."""

import asyncio
import json
import time
from typing import Final

from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.selection import Selection
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.models import Status
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import in_turns
from .surroundings import Account, Surroundings, UpstreamApi, surroundings

_FAILING: Final = 40
_INSTANCES: Final = 21
_LATENCY: Final = 0.05
_AT_ONCE: Final = 20
_QUERY: Final = "status=errored&per_page=100"
_BOT, _NAIVE, _BARE = "the bot", "a client that asks every workflow", "the bot's requests, bare"
_FAILED: Final = ListQuery(Selection(("*",), statuses=(Status("errored"),)))


async def measure(rounds: int = ROUNDS, workflows: int = 300) -> Outcome:
    """Show the first screen of what failed, and two more, with nothing in the cache."""
    account = Account(workflows=workflows, instances=_INSTANCES, latency=_LATENCY, failing=_FAILING)
    async with surroundings(account) as around:
        walls: dict[str, list[float]] = {}
        calls: dict[str, list[int]] = {_BOT: [], _NAIVE: []}
        later: list[int] = []

        async def bot(number: int) -> float:
            await around.api.forget()
            workflows_ = _workflows(around)
            browser = Browser({"prod": workflows_})
            started = time.perf_counter()
            screen = await browser.open(_FAILED)
            wall = time.perf_counter() - started
            made = await _calls(around.api)
            for _ in range(2):
                assert screen.next is not None
                screen = await browser.turn(screen.next)
            if number:
                calls[_BOT].append(made)
                later.append(await _calls(around.api) - made)
            await workflows_.close()
            return wall * 1000

        async def naive(number: int) -> float:
            await around.api.forget()
            started = time.perf_counter()
            await _ask_every_workflow(around.api, workflows)
            if number:
                calls[_NAIVE].append(await _calls(around.api))
            return (time.perf_counter() - started) * 1000

        async def bare(_: int) -> float:
            started = time.perf_counter()
            await _ask_those_that_fail(around.api, workflows)
            return (time.perf_counter() - started) * 1000

        walls = await in_turns("triage", rounds, {_BOT: bot, _NAIVE: naive, _BARE: bare})
    return _outcome(walls, calls, later, workflows)


def _workflows(around: Surroundings) -> CachedWorkflows:
    endpoint = production_endpoint(around.api.url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
    return CachedWorkflows(WorkflowsClient(around.session, endpoint), CacheTimes(), time.monotonic)


async def _calls(api: UpstreamApi) -> int:
    return await api.calls() + await api.calls("list_workflows")


async def _ask_every_workflow(api: UpstreamApi, workflows: int) -> None:
    """List the workflows page by page, and what failed of each of them, twenty at once."""
    names: list[str] = []
    for page in range(1, _pages(workflows) + 1):
        names += (row["name"] for row in json.loads(await api.get(_page_url(api, page)))["result"])
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(name: str) -> None:
        async with turns:
            json.loads(await api.get(api.instances_url(name, _QUERY)))

    await asyncio.gather(*map(ask, names))


async def _ask_those_that_fail(api: UpstreamApi, workflows: int) -> None:
    """List the workflows, all pages but the first at once, and what failed of those that do, all at once."""
    await api.get(_page_url(api, 1))
    await asyncio.gather(*(api.get(_page_url(api, page)) for page in range(2, _pages(workflows) + 1)))
    failing = [workflow_name(number) for number in range(workflows - _FAILING + 1, workflows + 1)]
    await asyncio.gather(*(api.get(api.instances_url(name, _QUERY)) for name in failing))


def _page_url(api: UpstreamApi, page: int) -> str:
    return f"{api.url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows?per_page=100&page={page}"


def _pages(workflows: int) -> int:
    return -(-workflows // 100)


def _outcome(
    walls: dict[str, list[float]], calls: dict[str, list[int]], later: list[int], workflows: int
) -> Outcome:
    wall = {subject: Measured.of(subject, "wall time", "ms", values) for subject, values in walls.items()}
    made = {subject: Measured.of(subject, "calls", "calls", values) for subject, values in calls.items()}
    turned = Measured.of(_BOT, "calls for two more screens", "calls", later)
    return Outcome(
        name="triage",
        work=f"the first screen of what failed in {workflows} workflows, {_FAILING} of them with failures",
        measured=(*wall.values(), *made.values(), turned),
        goals=(
            Goal("calls", max(made[_BOT].values), _pages(workflows) + _FAILING, is_ratio=False),
            Goal("calls for two more screens", max(turned.values), 0, is_ratio=False),
            Goal(
                "wall time, the bot to its requests, bare, in three round trips",
                wall[_BOT].median / wall[_BARE].median,
                2.0,
            ),
            Goal("wall time, the bot to the other client", wall[_BOT].median / wall[_NAIVE].median, 0.5),
        ),
        notes=(
            f"Cloudflare is {_LATENCY * 1000:.0f} ms away. Nothing is cached at first.",
            f"The other client asks {_AT_ONCE} workflows at once.",
        ),
    )
