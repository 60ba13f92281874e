"""What failed, by cause: five hundred instances, the first time, the second, and after a restart."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.browser import Browser
from bot.browse.causes import CauseReader
from bot.browse.kept_causes import CauseStore
from bot.browse.selection import Selection
from bot.browse.several.planning import allow_all
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.models import Status
from bot.cloudflare.timed_cache import CacheTimes
from bot.failures.model import Failures
from bot.failures.reading import FailureReader
from bot.inspect.masked_errors import mask_cause
from bot.inspect.payloads import PayloadPolicy
from bot.language import times
from bot.language.times import Clock
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.storage.database import migrate, open_database
from tests.support.teams import TEAM

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import in_turns
from .surroundings import Account, Surroundings, UpstreamApi, surroundings

_WORKFLOWS: Final = 10
_ONE_IN: Final = 7
"""One instance in so many has failed, see `api`."""
_LATENCY: Final = 0.05
_AT_ONCE: Final = 20
_BOT, _NAIVE = "the bot", "a client that keeps nothing"
_OPERATIONS: Final = ("list_workflows", "list_instances", "get_instance", "get_version")


async def measure(rounds: int = ROUNDS, failures: int = 500) -> Outcome:
    """Group failures by cause, with nothing in memory; then again, and again by another process."""
    each = failures // _WORKFLOWS
    async with surroundings(Account(_WORKFLOWS, each * _ONE_IN, _LATENCY)) as around:
        first: list[int] = []
        again: list[int] = []
        restarted: list[int] = []
        naive_calls: list[int] = []
        walls_again: list[float] = []

        async def bot(number: int) -> float:
            # A moment for all: what is asked for is a whole minute, and the next one is another list.
            clock = Clock(datetime.now(UTC))
            async with _database() as engine:
                async with _reader(around, engine) as reader:
                    read = partial(_read, reader, failures, clock)
                    wall, calls = await _timed(around.api, read)
                    wall_again, calls_again = await _timed(around.api, read)
                async with _reader(around, engine) as reader:
                    _, calls_restarted = await _timed(around.api, partial(_read, reader, failures, clock))
            if number:
                first.append(calls)
                again.append(calls_again)
                walls_again.append(wall_again)
                restarted.append(calls_restarted)
            return wall

        async def naive(number: int) -> float:
            wall, calls = await _timed(around.api, partial(_ask_all, around.api))
            if number:
                naive_calls.append(calls)
            return wall

        walls = await in_turns("failures", rounds, {_BOT: bot, _NAIVE: naive})
    unavoidable = 1 + _WORKFLOWS + failures
    wall = {subject: Measured.of(subject, "wall time", "ms", values) for subject, values in walls.items()}
    made = Measured.of(_BOT, "calls", "calls", first)
    repeated = Measured.of(_BOT, "calls, the second time", "calls", again)
    later = Measured.of(_BOT, "calls, after a restart", "calls", restarted)
    return Outcome(
        name="failures",
        work=f"group {failures} failures of {_WORKFLOWS} workflows by cause",
        measured=(
            *wall.values(),
            Measured.of(_BOT, "wall time, the second time", "ms", walls_again),
            made,
            Measured.of(_NAIVE, "calls", "calls", naive_calls),
            repeated,
            later,
        ),
        goals=(
            Goal("calls", max(made.values), unavoidable * 1.3, is_ratio=False),
            Goal("calls, the second time", max(repeated.values), 0, is_ratio=False),
            Goal("calls, after a restart", max(later.values), 3 * _WORKFLOWS, is_ratio=False),
            Goal("wall time, the bot to the other client", wall[_BOT].median / wall[_NAIVE].median, 1.5),
        ),
        notes=(
            f"Cloudflare is {_LATENCY * 1000:.0f} ms away. Lists and details take {unavoidable} calls.",
            f"The other client asks {_AT_ONCE} at once, each time for all of it.",
        ),
    )


@asynccontextmanager
async def _database() -> AsyncIterator[AsyncEngine]:
    with TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'bot.sqlite3'}")
        await migrate(engine)
        try:
            yield engine
        finally:
            await engine.dispose()


@asynccontextmanager
async def _reader(around: Surroundings, engine: AsyncEngine) -> AsyncIterator[FailureReader]:
    """Yield what reads failures, as a process that has just started."""
    endpoint = production_endpoint(around.api.url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
    workflows = CachedWorkflows(WorkflowsClient(around.session, endpoint), CacheTimes(), time.monotonic)
    accounts = {"prod": workflows}
    kept = CauseStore(engine, lambda: datetime.now(UTC))
    causes = CauseReader(accounts, partial(mask_cause, policy=PayloadPolicy()), kept)
    try:
        yield FailureReader(Browser(accounts, causes=causes), causes, accounts)
    finally:
        await kept.close()
        await workflows.close()


async def _read(reader: FailureReader, failures: int, clock: Clock) -> Failures:
    since = times.read("24h", clock)
    selection = Selection(statuses=(Status("errored"),), since=since)
    found = await reader.find(selection, allows=allow_all, team=TEAM)
    shown = await reader.explain(selection, found, TEAM)
    assert shown.is_complete
    assert shown.total == failures
    return shown


async def _timed(api: UpstreamApi, work: Callable[[], Awaitable[object]]) -> tuple[float, int]:
    """Return how long some work took, in milliseconds, and how many calls it made."""
    await api.forget()
    started = time.perf_counter()
    await work()
    wall = (time.perf_counter() - started) * 1000
    return wall, sum([await api.calls(operation) for operation in _OPERATIONS])


async def _ask_all(api: UpstreamApi) -> None:
    """List what failed of each workflow, and ask for each of them."""
    await api.get(f"{api.url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows?per_page=100")
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(url: str) -> bytes:
        async with turns:
            return await api.get(url)

    names = [workflow_name(number) for number in range(1, _WORKFLOWS + 1)]
    lists = await asyncio.gather(
        *(ask(api.instances_url(name, "status=errored&per_page=100")) for name in names)
    )
    failed = [
        (name, row["id"])
        for name, page in zip(names, lists, strict=True)
        for row in json.loads(page)["result"]
    ]
    await asyncio.gather(*(ask(api.instance_url(name, instance)) for name, instance in failed))
