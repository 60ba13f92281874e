"""Workers deliver digests while their database fails: each run once, and no channel is mute afterwards."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import Simulation
from bot.storage.tables import digest_runs
from tests.robustness.storms.databases import Fault, PostgresStorm, SQLiteStorm, Storm, draw_faults
from tests.support.databases import migrated_database
from tests.support.postgres import create_database, run_postgres
from tests.support.teams import TEAM
from tests.system.process.harness import Harness
from tests.system.process.killing import CHANNELS, Crowd, SlowSlack, delivered, slow_slack

_TAKEOVER: Final = "3"  # seconds
_CHANNELS: Final = 8  # each has several digests, which wait for each other
_AFTERWARDS: Final = 4.0  # seconds in which what is done twice would come


@dataclass(frozen=True)
class Plan:
    """What a campaign does.

    Attributes:
        engine: `sqlite` or `postgresql`.
        seed: of the faults, their order and their moments.
        replicas: workers at once; one beside an SQLite file.
        digests: each is asked for before each fault and after the storm.
        faults: how often the database fails.
        longest: seconds that it fails at most.
        within: seconds after the storm in which all must be delivered.
    """

    engine: str
    seed: int
    replicas: int = 2
    digests: int = 10
    faults: int = 4
    longest: float = 3.0
    within: float = 90.0


@dataclass(frozen=True)
class Outcome:
    """What a campaign came to.

    Attributes:
        faults: what the database did.
        undelivered: runs that no channel has.
        repeated: runs that a channel has more than once.
        unfinished: jobs that still wait or run.
        seconds: from the end of the storm until all of its runs were delivered.
        said: the last lines of the workers.
    """

    faults: list[Fault]
    undelivered: int
    repeated: int
    unfinished: int
    seconds: float
    said: str

    @property
    def failures(self) -> dict[str, int]:
        """What must not be, by name."""
        found = {"undelivered": self.undelivered, "repeated": self.repeated, "unfinished": self.unfinished}
        return {name: count for name, count in found.items() if count}


async def run(plan: Plan, folder: Path) -> Outcome:
    """Run a campaign; its database and the workers' logs are in *folder*."""
    cloudflare = Simulation()
    cloudflare.seed(1, instances=20)
    async with (
        slow_slack().serve() as slack,
        cloudflare.serve() as api,
        aiohttp.ClientSession() as session,
    ):
        settings = Harness(slack, cloudflare, api, folder, session).settings(BOT_TAKEOVER_SECONDS=_TAKEOVER)
        with _database_url(plan, folder) as url:
            async with migrated_database(url) as engine:
                return await _run(plan, folder, settings | {"DATABASE_URL": url}, slack, engine)


async def _run(
    plan: Plan, folder: Path, settings: dict[str, str], slack: SlowSlack, engine: AsyncEngine
) -> Outcome:
    is_shared = plan.engine == "postgresql"
    store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
    numbers = [await _make_digest(store, CHANNELS[place % _CHANNELS].id) for place in range(plan.digests)]
    async with Crowd(folder, settings, ("serve", "--role", "worker") if is_shared else ("serve",)) as crowd:
        storm: Storm = PostgresStorm(settings["DATABASE_URL"])
        if not is_shared:
            storm = SQLiteStorm(_file(folder), crowd.pids)
        for _ in range(plan.replicas if is_shared else 1):
            await crowd.add()
        await _ask_for(engine, store, numbers[:1])
        await _wait(engine, plan.within)  # all tables are there then
        await asyncio.to_thread(storm.prepare)
        chance = random.Random(plan.seed)  # noqa: S311 - nobody has to guess it
        faults = draw_faults(storm, plan.faults, plan.longest, chance)
        for fault in faults:
            await _ask_for(engine, store, numbers)
            await asyncio.sleep(fault.after)
            await asyncio.to_thread(storm.faults[fault.name], fault.seconds)
        ended = time.monotonic()
        await _wait(engine, plan.within)
        seconds = time.monotonic() - ended
        await _ask_for(engine, store, numbers)
        await _wait(engine, plan.within)
        await asyncio.sleep(_AFTERWARDS)
        counts = delivered(slack)
        return Outcome(
            faults=faults,
            undelivered=await _count_runs(engine) - len(counts),
            repeated=sum(count > 1 for count in counts.values()),
            unfinished=await asyncio.to_thread(storm.unfinished),
            seconds=seconds,
            said=crowd.said(),
        )


async def _make_digest(store: DigestRepository, channel: str) -> int:
    return (await store.create(DigestSpec(channel, Schedule("0 9 * * *", "UTC")), "U0ADA0001")).number


async def _ask_for(engine: AsyncEngine, store: DigestRepository, numbers: Sequence[int]) -> None:
    """Ask for runs as of some minutes ago, so that workers begin them anew at once if need be."""
    for number in numbers:
        await store.run_now(number)
    async with engine.begin() as connection:
        due = digest_runs.c.state == "due"
        await connection.execute(update(digest_runs).where(due).values(due_at=digest_runs.c.due_at - 180))


async def _wait(engine: AsyncEngine, within: float) -> None:
    """Wait until all runs have ended, or for so long."""
    until = time.monotonic() + within
    while await _count_runs(engine, "due") and time.monotonic() < until:  # noqa: ASYNC110 - in a database
        await asyncio.sleep(0.2)


async def _count_runs(engine: AsyncEngine, *states: str) -> int:
    asked = select(func.count()).select_from(digest_runs)
    async with engine.connect() as connection:
        return int(
            await connection.scalar(asked.where(digest_runs.c.state.in_(states)) if states else asked) or 0
        )


@contextmanager
def _database_url(plan: Plan, folder: Path) -> Iterator[str]:
    if plan.engine == "postgresql":
        with run_postgres() as server:
            yield create_database(server)
    else:
        _file(folder).parent.mkdir()
        yield f"sqlite:///{_file(folder)}"


def _file(folder: Path) -> Path:
    return folder / "data" / "bot.sqlite3"
